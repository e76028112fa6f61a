// What a receiver wants of CEF otherwise than the mapping has it.
#pragma once

#include <optional>

#include "flowcef/map/value_form.hpp"

namespace flowcef {

/// Stands in place of what the mapping's [cef] says; nothing: that holds.
struct CefConfig {
  std::optional<unsigned> version;  ///< as the header has it
  std::optional<TimeForm> time;
  std::optional<bool> local_time;
  std::optional<bool> swap_bytes;

  friend bool operator==(const CefConfig&, const CefConfig&) = default;
};

}  // namespace flowcef
