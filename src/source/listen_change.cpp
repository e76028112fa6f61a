#include "flowcef/source/listen_change.hpp"

#include <algorithm>

namespace flowcef {
namespace {

/// Returns: what `all` has more of than `others`.
std::vector<Endpoint> beyond(const std::vector<Endpoint>& all, std::vector<Endpoint> others) {
  std::vector<Endpoint> more;
  for (const Endpoint& address : all) {
    const auto found = std::ranges::find(others, address);
    if (found == others.end()) {
      more.push_back(address);
    } else {
      others.erase(found);
    }
  }
  return more;
}

}  // namespace

ListenChange listen_change(const std::vector<Endpoint>& before, const std::vector<Endpoint>& after) {
  return {beyond(after, before), beyond(before, after)};
}

bool share_port(const Endpoint& one, const Endpoint& other) noexcept {
  return one.port != 0 && one.port == other.port && one.address.is_v4() == other.address.is_v4();
}

}  // namespace flowcef
