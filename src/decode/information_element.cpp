#include "flowcef/decode/information_element.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "iana_elements.hpp"

namespace flowcef {
namespace {

struct TypeName {
  std::string_view name;
  DataType type;
};

constexpr TypeName kTypeNames[] = {
    {"octetArray", DataType::octet_array},
    {"unsigned8", DataType::unsigned8},
    {"unsigned16", DataType::unsigned16},
    {"unsigned32", DataType::unsigned32},
    {"unsigned64", DataType::unsigned64},
    {"signed8", DataType::signed8},
    {"signed16", DataType::signed16},
    {"signed32", DataType::signed32},
    {"signed64", DataType::signed64},
    {"float32", DataType::float32},
    {"float64", DataType::float64},
    {"boolean", DataType::boolean},
    {"macAddress", DataType::mac_address},
    {"string", DataType::string},
    {"dateTimeSeconds", DataType::date_time_seconds},
    {"dateTimeMilliseconds", DataType::date_time_milliseconds},
    {"dateTimeMicroseconds", DataType::date_time_microseconds},
    {"dateTimeNanoseconds", DataType::date_time_nanoseconds},
    {"ipv4Address", DataType::ipv4_address},
    {"ipv6Address", DataType::ipv6_address},
    {"basicList", DataType::basic_list},
    {"subTemplateList", DataType::sub_template_list},
    {"subTemplateMultiList", DataType::sub_template_multi_list},
    {"unsigned256", DataType::unsigned256},
};

std::uint64_t index_of(ElementId id) {
  return std::uint64_t{id.pen} << 16 | id.id;
}

std::string reverse_name(std::string_view forward) {
  std::string name = "reverse";
  name += forward;
  if (name[7] >= 'a' && name[7] <= 'z') name[7] = static_cast<char>(name[7] - 'a' + 'A');
  return name;
}

std::optional<TimeUnit> time_unit_by_name(std::string_view name) {
  if (name == "seconds") return TimeUnit::seconds;
  if (name == "milliseconds") return TimeUnit::milliseconds;
  if (name == "microseconds") return TimeUnit::microseconds;
  if (name == "nanoseconds") return TimeUnit::nanoseconds;
  return std::nullopt;
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<DataType> data_type_by_name(std::string_view name) {
  for (const TypeName& entry : kTypeNames) {
    if (entry.name == name) return entry.type;
  }
  return std::nullopt;
}

std::string_view to_string(DataType type) {
  for (const TypeName& entry : kTypeNames) {
    if (entry.type == type) return entry.name;
  }
  return "unknown";
}

bool is_unsigned(DataType type) noexcept {
  return type >= DataType::unsigned8 && type <= DataType::unsigned64;
}

bool is_signed(DataType type) noexcept {
  return type >= DataType::signed8 && type <= DataType::signed64;
}

ElementRegistry::ElementRegistry() {
  for (std::size_t i = 0; i < kIanaElementCount; ++i) {
    const IanaElement& entry = kIanaElements[i];
    insert({{0, entry.id}, entry.name, entry.type, entry.unit});
    insert({{kReversePen, entry.id}, reverse_name(entry.name), entry.type, entry.unit});
  }
  insert({{kNetflow7Pen, kNetflow7Flags}, "flags", DataType::unsigned16});
  insert({{kNetflow7Pen, kNetflow7RouterSc}, "routerSc", DataType::ipv4_address});
  insert({{kSyslogPen, kSyslogFacility}, "syslogFacility", DataType::unsigned8});
  insert({{kSyslogPen, kSyslogSeverity}, "syslogSeverity", DataType::unsigned8});
  insert({{kSyslogPen, kSyslogTimestamp}, "syslogTimestamp", DataType::date_time_milliseconds});
  insert({{kSyslogPen, kSyslogHostname}, "syslogHostname", DataType::string});
  insert({{kSyslogPen, kSyslogAppName}, "syslogAppName", DataType::string});
  insert({{kSyslogPen, kSyslogProcId}, "syslogProcId", DataType::string});
  insert({{kSyslogPen, kSyslogMsgId}, "syslogMsgId", DataType::string});
  insert({{kSyslogPen, kSyslogStructuredData}, "syslogStructuredData", DataType::string});
  insert({{kSyslogPen, kSyslogMessage}, "syslogMessage", DataType::string});
  insert({{kSyslogPen, kLogPattern}, "logPattern", DataType::string});
}

void ElementRegistry::insert(InformationElement element) {
  const InformationElement& kept = elements_.emplace_back(std::move(element));
  by_id_[index_of(kept.id)] = &kept;
  by_name_.try_emplace(kept.name, &kept);
}

ConfigErrors ElementRegistry::add(std::span<const ElementRow> rows) {
  ConfigErrors errors;
  for (const ElementRow& row : rows) {
    const ElementId id{row.pen.value_or(kNetflow9Pen), static_cast<std::uint16_t>(row.id)};
    const auto type = data_type_by_name(row.type);
    if (!type) {
      errors.push_back({row.where, row.name, "expected a data type, got " + row.type, ""});
      continue;
    }
    const auto same_name = by_name_.find(row.name);
    const bool taken = same_name != by_name_.end() && same_name->second->id.pen == 0 && id.pen == 0 &&
                       same_name->second->id.id != id.id;
    if (taken) {
      errors.push_back({row.where, row.name, "expected a name of its own, got that of another IANA element", ""});
      continue;
    }
    insert({id, row.name, *type, is_unsigned(*type) ? time_unit_by_name(row.units) : std::nullopt,
            std::filesystem::path(row.where.file).stem().string()});
  }
  return errors;
}

const InformationElement* ElementRegistry::define(const std::string& name, std::optional<DataType> type) {
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    return !type || known->second->type == *type ? known->second : nullptr;
  }
  insert({{kNamedPen, ++named_}, name, type.value_or(DataType::string)});
  return by_name_.find(name)->second;
}

const InformationElement* ElementRegistry::find(ElementId id) const {
  const auto found = by_id_.find(index_of(id));
  return found == by_id_.end() ? nullptr : found->second;
}

const InformationElement* ElementRegistry::find_netflow9(std::uint16_t type) const {
  if (const InformationElement* element = find({kNetflow9Pen, type})) return element;
  return type < 0x8000 ? find({0, type}) : nullptr;
}

const InformationElement* ElementRegistry::find_by_name(std::string_view name_or_number) const {
  if (const auto found = by_name_.find(name_or_number); found != by_name_.end()) return found->second;
  const std::size_t colon = name_or_number.find(':');
  if (colon == std::string_view::npos) {
    const auto id = parse_number<std::uint16_t>(name_or_number);
    return id ? find({0, *id}) : nullptr;
  }
  const auto pen = parse_number<std::uint32_t>(name_or_number.substr(0, colon));
  const auto id = parse_number<std::uint16_t>(name_or_number.substr(colon + 1));
  return pen && id ? find({*pen, *id}) : nullptr;
}

std::vector<std::string_view> ElementRegistry::names() const {
  std::vector<std::string_view> names;
  names.reserve(by_name_.size());
  for (const auto& [name, element] : by_name_) names.push_back(name);
  return names;
}

std::vector<const InformationElement*> ElementRegistry::elements() const {
  std::vector<const InformationElement*> elements;
  elements.reserve(by_id_.size());
  for (const auto& [index, element] : by_id_) elements.push_back(element);
  std::ranges::sort(elements, {}, [](const InformationElement* element) { return index_of(element->id); });
  return elements;
}

}  // namespace flowcef
