#include "flowcef/source/tap_filter.hpp"

#include <net/if.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace flowcef {

std::string tap_filter(std::span<const std::uint16_t> ports, bool has_tags) {
  std::string untagged = fmt::format(
      "(udp and (dst port {})) or (ip proto 17 and ip[6:2] & 0x1fff != 0) or "
      "(ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 60)",
      fmt::join(ports, " or dst port "));
  if (!has_tags) return untagged;
  // Each `vlan` moves what follows it behind one tag more. Linux takes the outermost tag off; libpcap knows that.
  return fmt::format("({0}) or (vlan and ({0})) or (vlan and ({0}))", untagged);
}

std::vector<std::string> tap_interfaces() {
  std::vector<std::string> names;
  if (struct if_nameindex* const all = ::if_nameindex()) {
    for (const struct if_nameindex* entry = all; entry->if_index != 0; ++entry) names.emplace_back(entry->if_name);
    ::if_freenameindex(all);
  }
  std::ranges::sort(names);
  names.emplace_back("any");
  return names;
}

std::string listed_tap_interfaces() {
  const std::vector<std::string> names = tap_interfaces();
  return fmt::format("{}{}any", fmt::join(names.begin(), names.end() - 1, ", "), names.size() > 1 ? " or " : "");
}

}  // namespace flowcef
