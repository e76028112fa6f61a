#include "plain_op.hpp"

namespace flowcef {
namespace {

constexpr ElementId kApplicationId{0, 95};

Op number_op(std::uint16_t length) noexcept {
  switch (length) {
    case 1:
      return Op::unsigned1;
    case 2:
      return Op::unsigned2;
    case 4:
      return Op::unsigned4;
    case 8:
      return Op::unsigned8;
    default:
      return Op::unsigned_n;
  }
}

}  // namespace

Op plain_op(const InformationElement* element, std::uint16_t length) noexcept {
  if (element == nullptr || is_list(element->type)) return Op::hex;
  const DataType type = element->type;
  if (is_unsigned(type)) return number_op(length);
  if (is_signed(type)) return length <= 8 || length == kVariableLength ? Op::signed_n : Op::hex;
  switch (type) {
    case DataType::string:
      return Op::text;
    case DataType::ipv4_address:
      return length == 4 ? Op::ipv4 : Op::hex;
    case DataType::ipv6_address:
      return length == 16 ? Op::ipv6 : Op::hex;
    case DataType::mac_address:
      return length == 6 ? Op::mac : Op::hex;
    case DataType::boolean:
      return length == 1 ? Op::boolean : Op::hex;
    case DataType::float32:
    case DataType::float64:
      return length == 4 ? Op::float32 : length == 8 ? Op::float64 : Op::hex;
    case DataType::date_time_seconds:
    case DataType::date_time_milliseconds:
      return number_op(length);
    case DataType::date_time_microseconds:
      return length == 8 ? Op::ntp_micros : number_op(length);
    case DataType::date_time_nanoseconds:
      return length == 8 ? Op::ntp_nanos : number_op(length);
    default:
      return element->id == kApplicationId ? Op::application_id : Op::hex;
  }
}

}  // namespace flowcef
