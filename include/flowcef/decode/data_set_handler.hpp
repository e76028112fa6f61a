// Who takes what a decoder finds.
#pragma once

#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

class DataSetHandler {
 public:
  virtual void on_data_set(const DataSet& set) = 0;
  /// Something in the message, or all of it, was refused; the first reason counts. A data set whose template never came
  /// is handed on as a message of its own.
  virtual void on_refused(const Datagram& datagram, Refusal reason) = 0;

 protected:
  ~DataSetHandler() = default;
};

}  // namespace flowcef
