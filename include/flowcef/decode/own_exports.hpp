// Flows that are an exporter's own export traffic: its records about the records it sends.
#pragma once

#include <cstdint>

#include "flowcef/decode/data_set.hpp"

namespace flowcef {

/// A flow is that if the exporter is its source, and if either its traffic class is called FlowRecords or NetFlowV5
/// (`Outbound/Localhost/FlowRecords`), or it goes over UDP to where the data set came in. Of a listener that hears every
/// address, only the port counts.
/// Lifetime: keeps references to the data set.
class OwnExports {
 public:
  explicit OwnExports(const DataSet& set) noexcept;

  /// Input: a record that the set has
  [[nodiscard]] bool has(std::uint32_t index) const noexcept;

 private:
  [[nodiscard]] bool is_class(std::uint32_t index) const noexcept;
  [[nodiscard]] bool is_to_listener(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint64_t number(std::uint32_t index, const Field* field) const noexcept;

  const DataSet& set_;
  const Field* source_;
  const Field* destination_;
  const Field* port_;
  const Field* protocol_;
  const Field* class_id_;
  bool any_listener_;
};

}  // namespace flowcef
