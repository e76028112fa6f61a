#include "flowcef/decode/template.hpp"

#include <atomic>

namespace flowcef {

std::string_view to_string(ExportFormat format) {
  switch (format) {
    case ExportFormat::netflow1:
      return "netflow1";
    case ExportFormat::netflow5:
      return "netflow5";
    case ExportFormat::netflow7:
      return "netflow7";
    case ExportFormat::netflow9:
      return "netflow9";
    case ExportFormat::ipfix:
      return "ipfix";
    case ExportFormat::layout:
      return "layout";
    case ExportFormat::syslog:
      return "syslog";
  }
  return "unknown";
}

const Field* Template::find(ElementId element) const noexcept {
  for (const Field& field : fields) {
    if (field.id == element) return &field;
  }
  return nullptr;
}

const Field* Template::find_named(std::string_view element) const noexcept {
  for (const Field& field : fields) {
    if (field.element != nullptr && field.element->name == element) return &field;
  }
  return nullptr;
}

std::uint64_t new_layout_serial() noexcept {
  static std::atomic<std::uint64_t> next = 1;
  return next.fetch_add(1, std::memory_order_relaxed);
}

bool is_of_events(const Template& layout) noexcept {
  constexpr ElementId kFirewallEvent{0, 233};
  constexpr ElementId kNatEvent{0, 230};
  const auto has_one_of = [&](auto... ids) {
    return ((layout.find({0, static_cast<std::uint16_t>(ids)}) != nullptr) || ...);
  };
  if (layout.format == ExportFormat::syslog) return true;
  if (layout.find(kFirewallEvent) == nullptr && layout.find(kNatEvent) == nullptr) return false;
  const bool counts = has_one_of(1, 2);
  const bool starts = has_one_of(22, 150, 152, 154);
  const bool ends = has_one_of(21, 151, 153, 155);
  return !counts || !starts || !ends;
}

bool is_same_layout(const Template& a, const Template& b) noexcept {
  return a.format == b.format && a.name == b.name && a.options == b.options && a.scope_fields == b.scope_fields &&
         a.definition == b.definition;
}

}  // namespace flowcef
