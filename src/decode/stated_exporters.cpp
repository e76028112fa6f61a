#include "stated_exporters.hpp"

namespace flowcef {
namespace {

/// Exporters that have no address of a family send zeros in its element.
std::optional<IpAddress> usable(const IpAddress& address) noexcept {
  constexpr std::uint8_t kZeros[4] = {};
  if (address.is_unspecified() || address == IpAddress::from_ipv4(kZeros)) return std::nullopt;
  return address;
}

}  // namespace

std::optional<IpAddress> StatedExporters::of(std::uint32_t record) const noexcept {
  if (ipv4_ != nullptr) {
    const Bytes value = value_of(set_, record, *ipv4_);
    if (value.size() == 4) {
      if (const auto address = usable(IpAddress::from_ipv4(value.data()))) return address;
    }
  }
  if (ipv6_ == nullptr) return std::nullopt;
  const Bytes value = value_of(set_, record, *ipv6_);
  return value.size() == 16 ? usable(IpAddress::from_ipv6(value.data())) : std::nullopt;
}

}  // namespace flowcef
