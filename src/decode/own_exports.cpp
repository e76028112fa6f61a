#include "flowcef/decode/own_exports.hpp"

#include <array>
#include <string>
#include <string_view>

namespace flowcef {
namespace {

constexpr std::uint64_t kUdp = 17;

const Field* find_address(const Template& layout, std::uint16_t ipv4, std::uint16_t ipv6) noexcept {
  const Field* field = layout.find({0, ipv4});
  if (field == nullptr) field = layout.find({0, ipv6});
  return field;
}

bool is(Bytes value, const IpAddress& address) noexcept {
  if (value.size() == 4) return IpAddress::from_ipv4(value.data()) == address;
  return value.size() == 16 && IpAddress::from_ipv6(value.data()) == address;
}

/// Input: a class, perhaps with those that it is in: `Outbound/Localhost/FlowRecords`
bool is_export_class(std::string_view name) noexcept {
  name.remove_prefix(name.rfind('/') + 1);
  return name == "FlowRecords" || name == "NetFlowV5";
}

}  // namespace

OwnExports::OwnExports(const DataSet& set) noexcept
    : set_(set),
      source_(find_address(set.layout, 8, 27)),
      destination_(find_address(set.layout, 12, 28)),
      port_(set.layout.find({0, 11})),
      protocol_(set.layout.find({0, 4})),
      class_id_(set.layout.find_named(kClassIdElement)) {
  const std::array<std::uint8_t, 4> any_ipv4{};
  const IpAddress& listener = set.context.listener.address;
  any_listener_ = listener.is_unspecified() || listener == IpAddress::from_ipv4(any_ipv4.data());
}

bool OwnExports::has(std::uint32_t index) const noexcept {
  if (source_ == nullptr || !is(value_of(set_, index, *source_), set_.context.exporter.address)) return false;
  return is_class(index) || is_to_listener(index);
}

bool OwnExports::is_class(std::uint32_t index) const noexcept {
  const ExporterSettings* settings = set_.context.settings;
  if (class_id_ == nullptr || settings == nullptr || settings->classes == nullptr) return false;
  const std::string* name = find_name(*settings->classes, value_of(set_, index, *class_id_));
  return name != nullptr && is_export_class(*name);
}

bool OwnExports::is_to_listener(std::uint32_t index) const noexcept {
  const Endpoint& listener = set_.context.listener;
  if (number(index, protocol_) != kUdp || number(index, port_) != listener.port) return false;
  return any_listener_ || (destination_ != nullptr && is(value_of(set_, index, *destination_), listener.address));
}

/// Returns: 0 if there is none.
std::uint64_t OwnExports::number(std::uint32_t index, const Field* field) const noexcept {
  if (field == nullptr) return 0;
  const Bytes value = value_of(set_, index, *field);
  return value.empty() || value.size() > 8 ? 0 : load_be(value.data(), value.size());
}

}  // namespace flowcef
