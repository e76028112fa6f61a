#include "flowcef/config/identity_loader.hpp"

#include <limits>
#include <string>
#include <string_view>

#include "flowcef/config/text_option.hpp"

namespace flowcef {
namespace {

constexpr std::string_view kElements = "elements";

bool is_exporter(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return text == kElements || (address && !address->is_unspecified());
}

/// By which two rules can be told apart.
std::string name_of(const IdentityRule& rule) {
  std::string name = rule.from.to_string();
  if (rule.port) name += ", port " + std::to_string(*rule.port);
  if (rule.domain) name += ", domain " + std::to_string(*rule.domain);
  return name;
}

}  // namespace

void IdentityLoader::read(TableReader& table, std::vector<IdentityRule>& rules) {
  IdentityRule rule;
  const auto from = table.require("from", "the address or prefix that datagrams come from, such as \"192.0.2.1\"");
  const auto prefix = from ? prefix_option(*from) : std::nullopt;
  table.read("port", rule.port, [](const ValueReader& value) {
    return value.number<std::uint16_t>(1, std::numeric_limits<std::uint16_t>::max());
  });
  table.read("domain", rule.domain, [](const ValueReader& value) {
    return value.number<std::uint32_t>(0, std::numeric_limits<std::uint32_t>::max());
  });
  const auto exporter = table.require("exporter", "an address, or \"elements\"");
  const auto text = exporter ? exporter->text("an IP address, or \"elements\"", is_exporter) : std::nullopt;
  table.refuse_unread();
  if (!prefix || !text) return;
  rule.from = *prefix;
  if (*text != kElements) rule.exporter = IpAddress::parse(*text);
  senders_.check(*from, name_of(rule));
  rules.push_back(rule);
}

}  // namespace flowcef
