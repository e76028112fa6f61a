#include "support/reference_condition.hpp"

#include <algorithm>

namespace flowcef::test::reference {
namespace {

/// Returns: the first field that is that element.
std::optional<std::size_t> find(const std::string& element, const Record& record) {
  for (std::size_t at = 0; at < record.size(); ++at) {
    if (names_field(element, record.field(at))) return at;
  }
  return std::nullopt;
}

bool present(const PositionedText& element, const Record& record) {
  return find(element.text, record).has_value();
}

std::string bits_of(const Octets& bytes) {
  std::string bits;
  for (const char byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) bits += (static_cast<std::uint8_t>(byte) >> bit & 1) != 0 ? '1' : '0';
  }
  return bits;
}

/// Returns: the address in IPv6 form, in which IPv4 is ::ffff:a.b.c.d.
Octets in_ipv6_form(const Octets& address) {
  return address.size() == 4 ? Octets(10, '\0') + "\xff\xff" + address : address;
}

/// Input: an address or a prefix.
bool lies_in(const std::string& prefix, const Octets& address) {
  const std::size_t slash = prefix.find('/');
  const Octets network = parse_address(prefix.substr(0, slash));
  std::size_t length = slash == std::string::npos ? 8 * network.size() : std::stoul(prefix.substr(slash + 1));
  if (network.size() == 4) length += 96;
  return bits_of(in_ipv6_form(address)).substr(0, length) == bits_of(in_ipv6_form(network)).substr(0, length);
}

/// Returns: the number that tests compare; nothing below 0.
std::optional<std::uint64_t> tested_number(const Field& field, const Octets& value) {
  std::int64_t number = -1;
  switch (look_of(field)) {
    case Look::number:
      return number_of(field, value);
    case Look::signed_number:
      number = signed_number(value).value_or(-1);
      break;
    case Look::ntp_micros:
      number = ntp_time(value, 1'000'000);
      break;
    case Look::ntp_nanos:
      number = ntp_time(value, 1'000'000'000);
      break;
    default:
      break;
  }
  return number < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(number));
}

bool passes(std::uint64_t wanted, const Field& field, const Octets& value) {
  return tested_number(field, value) == wanted;
}

bool passes(const TestSpec::Range& range, const Field& field, const Octets& value) {
  const auto number = tested_number(field, value);
  return number && *number >= range.min && *number <= range.max;
}

/// Source: RFC 7011 section 6.1.5.
bool passes(bool wanted, const Field&, const Octets& value) {
  return value == (wanted ? "\1" : "\2");
}

bool passes(const std::string& wanted, const Field& field, const Octets& value) {
  switch (look_of(field)) {
    case Look::ipv4:
    case Look::ipv6:
      return lies_in(wanted, value);
    case Look::mac:
      return wanted == mac(value);
    case Look::text:
      return wanted == text_of(field, value);
    default:
      return false;
  }
}

bool element_passes(const ConditionSpec& condition, const Record& record) {
  const auto at = find(condition.element.text, record);
  if (!at || !record.shows(*at) || record.bytes(*at).empty()) return false;
  return std::ranges::any_of(condition.tests, [&](const TestSpec& test) {
    return std::visit([&](const auto& wanted) { return passes(wanted, record.field(*at), record.bytes(*at)); },
                      test.value);
  });
}

}  // namespace

bool holds(const ConditionSpec& condition, const Record& record) {
  const auto part_holds = [&](const ConditionSpec& part) { return holds(part, record); };
  const auto is_present = [&](const PositionedText& element) { return present(element, record); };
  switch (condition.kind) {
    case ConditionSpec::Kind::all:
      return std::ranges::all_of(condition.parts, part_holds);
    case ConditionSpec::Kind::any:
      return std::ranges::any_of(condition.parts, part_holds);
    case ConditionSpec::Kind::negation:
      return !holds(condition.parts.front(), record);
    case ConditionSpec::Kind::kind:
      return record.set().layout.options == condition.options_record;
    case ConditionSpec::Kind::present:
      return std::ranges::all_of(condition.words, is_present);
    case ConditionSpec::Kind::absent:
      return std::ranges::none_of(condition.words, is_present);
    case ConditionSpec::Kind::exporter: {
      const auto& bytes = record.set().context.exporter.address.ipv6_bytes();
      const Octets exporter(bytes.begin(), bytes.end());
      return std::ranges::any_of(condition.words,
                                 [&](const PositionedText& prefix) { return lies_in(prefix.text, exporter); });
    }
    case ConditionSpec::Kind::format:
      return std::ranges::any_of(condition.words, [&](const PositionedText& format) {
        return format.text == to_string(record.set().layout.format) || format.text == record.set().layout.name;
      });
    case ConditionSpec::Kind::element:
      return element_passes(condition, record);
    case ConditionSpec::Kind::found:
    case ConditionSpec::Kind::column:
      return false;  // it knows no lookups
  }
  return false;
}

}  // namespace flowcef::test::reference
