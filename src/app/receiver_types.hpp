// Whether a text converts to a receiver's type.
#pragma once

#include <string_view>

#include "flowcef/app/receiver_model.hpp"

namespace flowcef {

/// Source: elastic/beats, x-pack/filebeat/processors/decode_cef/cef/types.go, whose ParseInt, ParseFloat, ParseIP and
///         ParseMAC are Go's.
[[nodiscard]] bool converts(std::string_view text, ReceiverType type);

}  // namespace flowcef
