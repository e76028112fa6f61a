#include "flowcef/decode/identity_config.hpp"

#include <algorithm>

namespace flowcef {

const IdentityRule* find_identity(const std::vector<IdentityRule>& rules, const Endpoint& sender,
                                  std::optional<std::uint32_t> domain) noexcept {
  const auto fits = [&](const IdentityRule& rule) {
    return rule.from.contains(sender.address) && (!rule.port || rule.port == sender.port) &&
           (!rule.domain || rule.domain == domain);
  };
  const auto found = std::ranges::find_if(rules, fits);
  return found == rules.end() ? nullptr : &*found;
}

IpAddress exporter_by_identity(const std::vector<IdentityRule>& rules, const Endpoint& sender,
                               std::optional<std::uint32_t> domain) noexcept {
  const IdentityRule* const rule = find_identity(rules, sender, domain);
  return rule != nullptr && rule->exporter ? *rule->exporter : sender.address;
}

}  // namespace flowcef
