#include "support/reference_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace flowcef::test::reference {
namespace {

constexpr std::uint64_t kDayMs = 86'400'000;
/// Beyond these a sum of time and duration is none: the year 9999, a thousand years.
constexpr std::int64_t kLatestMs = 253'402'300'800'000;
constexpr std::uint64_t kLongestMs = 31'556'952'000'000;

Octets to_octets(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

bool is_element(const Field& field, std::uint16_t id) {
  return field.id == ElementId{0, id};
}

bool is_flow_ipv4(const Field& field) {
  return (is_element(field, 8) || is_element(field, 12)) && field.length == 4;
}

bool is_flow_ipv6(const Field& field) {
  return (is_element(field, 27) || is_element(field, 28)) && field.length == 16;
}

bool is_flow_address(const Field& field) {
  return is_element(field, 8) || is_element(field, 12) || is_element(field, 27) || is_element(field, 28);
}

std::optional<std::int64_t> above_zero(std::optional<std::int64_t> ms) {
  return ms && *ms > 0 ? ms : std::nullopt;
}

std::optional<std::int64_t> times(std::uint64_t count, std::uint64_t factor) {
  if (count > 0x7fff'ffff'ffff'ffffU / factor) return std::nullopt;
  return static_cast<std::int64_t>(count * factor);
}

std::string version_text(ExportFormat format) {
  static const std::map<ExportFormat, std::string> kVersions = {{ExportFormat::netflow1, "1"},
                                                                {ExportFormat::netflow5, "5"},
                                                                {ExportFormat::netflow7, "7"},
                                                                {ExportFormat::netflow9, "9"},
                                                                {ExportFormat::ipfix, "10"}};
  return kVersions.at(format);
}

Octets to_octets(const IpAddress& address) {
  return {address.ipv6_bytes().begin(), address.ipv6_bytes().end()};
}

std::string ipv4_text(const IpAddress& host) {
  return is_mapped_ipv4(to_octets(host)) ? address(to_octets(host)) : "";
}

std::string ipv6_text(const IpAddress& host) {
  return is_mapped_ipv4(to_octets(host)) || is_zero(to_octets(host)) ? "" : address(to_octets(host));
}

std::string port_text(std::uint16_t port) {
  return port == 0 ? "" : std::to_string(port);
}

}  // namespace

bool names_field(const std::string& element, const Field& field) {
  if (element.find_first_not_of("0123456789:") != std::string::npos) {
    return field.element != nullptr && field.element->name == element;
  }
  const std::size_t colon = element.find(':');
  const unsigned long pen = colon == std::string::npos ? 0 : std::stoul(element);
  const unsigned long id = std::stoul(colon == std::string::npos ? element : element.substr(colon + 1));
  return field.id.pen == pen && field.id.id == id;
}

Record::Record(const DataSet& set, std::uint32_t index) : set_(set) {
  for (const Field& field : set.layout.fields) bytes_.push_back(to_octets(value_of(set, index, field)));
}

std::optional<std::size_t> Record::find(std::uint16_t id) const {
  for (std::size_t at = 0; at < size(); ++at) {
    if (is_element(field(at), id)) return at;
  }
  return std::nullopt;
}

bool Record::has(std::size_t at) const {
  if (field(at).condition == FieldCondition::always) return true;
  return (field(at).condition == FieldCondition::icmp) == is_icmp();
}

bool Record::shows(std::size_t at) const {
  if (!has(at)) return false;
  bool both = true;
  for (const auto is_family : {is_flow_ipv4, is_flow_ipv6}) {
    both = both && std::any_of(set_.layout.fields.begin(), set_.layout.fields.end(), is_family);
  }
  if (!both || !is_flow_address(field(at))) return true;
  bool ipv4_used = false;
  bool ipv6_used = false;
  for (std::size_t other = 0; other < size(); ++other) {
    if (reference::is_zero(bytes(other))) continue;
    ipv4_used = ipv4_used || is_flow_ipv4(field(other));
    ipv6_used = ipv6_used || is_flow_ipv6(field(other));
  }
  const bool is_ipv6 = is_element(field(at), 27) || is_element(field(at), 28);
  return is_ipv6 ? ipv6_used : ipv4_used || !ipv6_used;
}

bool Record::is_zero(std::size_t at) const {
  if (field(at).bits != 0) return number_of(field(at), bytes(at)) == 0U;
  return !bytes(at).empty() && reference::is_zero(bytes(at));
}

bool Record::is_icmp() const {
  const auto at = find(4);
  const auto protocol = at ? unsigned_number(bytes(*at)) : std::nullopt;
  return protocol == 1U || protocol == 58U;
}

std::optional<std::int64_t> Record::uptime_to_ms(std::uint64_t moment) const {
  const ExportContext& message = set_.context;
  std::uint32_t uptime = message.uptime_ms;
  const auto init_at = find(160);
  if (init_at && field(*init_at).length == 8 && !set_.layout.options) {
    const std::uint64_t init = *unsigned_number(bytes(*init_at));
    if (init == 0 || init > static_cast<std::uint64_t>(message.export_ms) + kDayMs) return std::nullopt;
    uptime = static_cast<std::uint32_t>(static_cast<std::uint64_t>(message.export_ms) - init);
  } else if (!message.uptime_known) {
    return std::nullopt;
  }
  // Uptimes are modulo 2^32: the nearest moment counts.
  const auto ago = static_cast<std::int32_t>(uptime - static_cast<std::uint32_t>(moment));
  return message.export_ms - ago;
}

std::optional<StatedTime> Record::time(std::size_t at) const {
  const Field& place = field(at);
  const DataType type = place.type();
  const bool four = place.length == 4;
  const bool eight = place.length == 8;
  StatedTime stated{at, true, std::nullopt};
  const auto number = unsigned_number(bytes(at));
  if (is_element(place, 21) || is_element(place, 22)) {
    if (!four && !eight) return std::nullopt;
    stated.ms = above_zero(uptime_to_ms(*number));
  } else if (is_element(place, 158) || is_element(place, 159)) {
    if (!four) return std::nullopt;
    stated.exact = false;
    stated.ms = above_zero(set_.context.export_ms - static_cast<std::int64_t>(*number) / 1000);
  } else if (type == DataType::date_time_seconds) {
    if (!four && !eight) return std::nullopt;
    stated.ms = above_zero(times(*number, 1000));
  } else if (type == DataType::date_time_milliseconds) {
    if (!eight) return std::nullopt;
    stated.ms = above_zero(times(*number, 1));
  } else if (type == DataType::date_time_microseconds || type == DataType::date_time_nanoseconds) {
    if (!eight) return std::nullopt;
    stated.exact = false;
    stated.ms = above_zero(ntp_time(bytes(at), 1'000'000) / 1000);
  } else {
    return std::nullopt;
  }
  return stated;
}

std::optional<StatedTime> Record::flow_time(bool start) const {
  // Milliseconds, seconds, microseconds, nanoseconds, before the export, since boot.
  static const std::array<std::vector<std::uint16_t>, 2> kElements = {
      {{153, 151, 155, 157, 159, 21}, {152, 150, 154, 156, 158, 22}}};
  const auto first_of = [this](const std::vector<std::uint16_t>& elements) {
    std::optional<StatedTime> found;
    for (const std::uint16_t id : elements) {
      const auto at = find(id);
      if (!found && at) found = time(*at);
    }
    return found;
  };
  if (auto stated = first_of(kElements[start ? 1 : 0])) return stated;
  auto other = first_of(kElements[start ? 0 : 1]);
  if (!other) return std::nullopt;
  const auto milliseconds = find(161);
  const auto duration_at = milliseconds ? milliseconds : find(162);
  if (!duration_at || (field(*duration_at).length != 4 && field(*duration_at).length != 8)) return std::nullopt;
  other->exact = false;
  if (!other->ms) return other;
  const std::uint64_t duration = *unsigned_number(bytes(*duration_at)) / (milliseconds ? 1 : 1000);
  if (duration > kLongestMs || *other->ms > kLatestMs) {
    other->ms.reset();
  } else {
    const auto moved = static_cast<std::int64_t>(duration);
    other->ms = above_zero(start ? *other->ms - moved : *other->ms + moved);
  }
  return other;
}

std::optional<Octets> Record::short_value(std::uint16_t id) const {
  const auto at = find(id);
  if (!at || field(*at).length > 8) return std::nullopt;
  return bytes(*at);
}

std::optional<Record::Pair> Record::short_values(std::uint16_t first, std::uint16_t second) const {
  const auto a = short_value(first);
  const auto b = short_value(second);
  if (!a || !b) return std::nullopt;
  return Pair{*a, *b};
}

std::optional<std::uint64_t> Record::icmp() const {
  if (!states_protocol()) return std::nullopt;
  const auto number = [](const Octets& bytes) { return *unsigned_number(bytes); };
  const auto stated = [&](std::uint16_t joined, std::uint16_t type, std::uint16_t code) {
    std::vector<std::uint64_t> values;
    if (const auto both = short_value(joined)) values.push_back(number(*both) & 0xffff);
    if (const auto parts = short_values(type, code)) {
      values.push_back((number(parts->first) & 0xff) * 256 + (number(parts->second) & 0xff));
    }
    return values;
  };
  const auto ipv4 = stated(32, 176, 177);
  const auto ipv6 = stated(139, 178, 179);
  if (ipv4.empty() && ipv6.empty()) return std::nullopt;
  const bool ipv6_first = unsigned_number(bytes(*find(4))) == 58U;
  for (const auto& values : ipv6_first ? std::array{ipv6, ipv4} : std::array{ipv4, ipv6}) {
    for (const std::uint64_t value : values) {
      if (value != 0) return value;
    }
  }
  return 0;
}

bool Record::states_sampling() const {
  return stated_interval().has_value();
}

std::uint64_t Record::sampling_interval() const {
  const std::uint64_t interval = stated_interval().value_or(0);
  return interval > 1 ? interval : 0;
}

/// Source: RFC 5477 section 8.2, RFC 7270 section 4.
std::optional<std::uint64_t> Record::stated_interval() const {
  for (const std::uint16_t id : {std::uint16_t{34}, std::uint16_t{50}}) {
    if (short_value(id)) return number_of(field(*find(id)), *short_value(id));
  }
  if (const auto pair = short_values(305, 306)) {
    const std::uint64_t taken = *unsigned_number(pair->first);
    return taken == 0 ? 0 : 1 + *unsigned_number(pair->second) / taken;
  }
  if (const auto pair = short_values(309, 310)) {
    const std::uint64_t taken = *unsigned_number(pair->first);
    return taken == 0 ? 0 : *unsigned_number(pair->second) / taken;
  }
  if (const auto bytes = short_value(311)) {
    const double probability = bytes->size() == 4 || bytes->size() == 8 ? floating(*bytes) : 0;
    if (!(probability > 1e-18 && probability <= 1)) return 0;
    return static_cast<std::uint64_t>(std::llround(1 / probability));
  }
  return std::nullopt;
}

std::optional<std::string> set_value(const std::string& name, const DataSet& set, const std::string& event_prefix) {
  const ExportContext& message = set.context;
  const Octets header = to_octets(message.header);
  const bool ipfix = message.format == ExportFormat::ipfix;
  const bool netflow9 = message.format == ExportFormat::netflow9;
  const std::uint64_t word = header.size() < 4 ? 0 : *unsigned_number(header.substr(2, 2));
  std::map<std::string, std::string> values = {
      {"@exporter", ipv4_text(message.exporter.address)},
      {"@exporter_ipv6", ipv6_text(message.exporter.address)},
      {"@exporter_port", port_text(message.exporter.port)},
      {"@listener", ipv4_text(message.listener.address)},
      {"@listener_ipv6", ipv6_text(message.listener.address)},
      {"@listener_port", port_text(message.listener.port)},
      {"@export_time", std::to_string(message.export_ms)},
      {"@receive_time", message.received_ns == 0 ? "" : std::to_string(message.received_ns / 1'000'000)},
      {"@observation_domain", std::to_string(message.domain)},
      {"@sequence", std::to_string(message.sequence)},
      {"@version", version_text(message.format)},
      {"@record_kind", set.layout.options ? "OPTIONS" : "FLOWSET"},
      {"@template_id", set.template_id == 0 ? "" : std::to_string(set.template_id)},
      {"@message_id", event_prefix + 'm' + std::to_string(message.message)},
      {"@header_bytes", hex(header)},
      {"@uptime", ipfix ? "" : std::to_string(message.uptime_ms)},
      {"@unix_seconds", std::to_string(message.export_ms / 1000)},
      {"@header_count", ""},
      {"@header_length", ""},
      {"@unix_nanoseconds", ""},
  };
  if (header.size() >= 4 && !ipfix) values["@header_count"] = std::to_string(word);
  if (header.size() >= 4 && !netflow9) {
    values["@header_length"] = std::to_string(ipfix ? word : header.size() + word * set.layout.record_length);
  }
  if (header.size() >= 16 && !ipfix && !netflow9) {
    values["@unix_nanoseconds"] = std::to_string(*unsigned_number(header.substr(12, 4)));
  }
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace flowcef::test::reference
