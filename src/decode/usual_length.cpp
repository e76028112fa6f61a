#include "flowcef/decode/usual_length.hpp"

#include "flowcef/decode/template.hpp"

namespace flowcef {

std::uint16_t usual_length(DataType type) noexcept {
  switch (type) {
    case DataType::unsigned8:
    case DataType::signed8:
    case DataType::boolean:
      return 1;
    case DataType::unsigned16:
    case DataType::signed16:
      return 2;
    case DataType::unsigned32:
    case DataType::signed32:
    case DataType::float32:
    case DataType::date_time_seconds:
    case DataType::ipv4_address:
      return 4;
    case DataType::mac_address:
      return 6;
    case DataType::unsigned64:
    case DataType::signed64:
    case DataType::float64:
    case DataType::date_time_milliseconds:
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      return 8;
    case DataType::ipv6_address:
      return 16;
    case DataType::unsigned256:
      return 32;
    default:
      return kVariableLength;
  }
}

}  // namespace flowcef
