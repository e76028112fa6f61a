#include "time_sources.hpp"

#include <array>

namespace flowcef {
namespace {

constexpr std::uint16_t kFlowEndSysUpTime = 21;
constexpr std::uint16_t kFlowStartSysUpTime = 22;
constexpr std::uint16_t kFlowStartDeltaMicroseconds = 158;
constexpr std::uint16_t kFlowEndDeltaMicroseconds = 159;
constexpr std::uint16_t kSystemInitTimeMilliseconds = 160;
constexpr std::uint16_t kFlowDurationMilliseconds = 161;
constexpr std::uint16_t kFlowDurationMicroseconds = 162;

// In order of preference: milliseconds, seconds, microseconds, nanoseconds, before the export, since boot.
constexpr std::array<std::uint16_t, 6> kStart = {152, 150, 154, 156, kFlowStartDeltaMicroseconds, kFlowStartSysUpTime};
constexpr std::array<std::uint16_t, 6> kEnd = {153, 151, 155, 157, kFlowEndDeltaMicroseconds, kFlowEndSysUpTime};

bool is_element(const Field& field, std::uint16_t id) {
  return field.id == ElementId{0, id};
}

std::optional<FlowTimeSource> find_stated(const Template& layout, const std::array<std::uint16_t, 6>& elements) {
  for (const std::uint16_t id : elements) {
    const Field* field = layout.find({0, id});
    if (field == nullptr) continue;
    const auto source = time_of(layout, *field);
    if (!source) continue;
    return FlowTimeSource{*source, static_cast<std::size_t>(field - layout.fields.data()), is_exact(*source)};
  }
  return std::nullopt;
}

}  // namespace

Operand operand_of(const Template& layout, const Field& field) {
  Operand operand;
  operand.in_header = field.in_header;
  operand.length = field.length;
  operand.at =
      layout.variable && !field.in_header ? static_cast<std::uint32_t>(&field - layout.fields.data()) : field.offset;
  return operand;
}

std::optional<TimeSource> time_of(const Template& layout, const Field& field) {
  using Kind = TimeSource::Kind;
  TimeSource source;
  source.value = operand_of(layout, field);
  const bool four = field.length == 4;
  const bool eight = field.length == 8;
  if (is_element(field, kFlowStartSysUpTime) || is_element(field, kFlowEndSysUpTime)) {
    source.kind = Kind::uptime;
    const Field* init = layout.find({0, kSystemInitTimeMilliseconds});
    if (init != nullptr && init->length == 8 && !layout.options) {
      source.init_in_record = true;
      source.init = operand_of(layout, *init);
    }
    return four || eight ? std::optional(source) : std::nullopt;
  }
  if (is_element(field, kFlowStartDeltaMicroseconds) || is_element(field, kFlowEndDeltaMicroseconds)) {
    source.kind = Kind::delta_micros;
    return four ? std::optional(source) : std::nullopt;
  }
  switch (field.type()) {
    case DataType::date_time_seconds:
      source.kind = Kind::seconds;
      return four || eight ? std::optional(source) : std::nullopt;
    case DataType::date_time_milliseconds:
      source.kind = Kind::milliseconds;
      return eight ? std::optional(source) : std::nullopt;
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      source.kind = Kind::ntp;
      return eight ? std::optional(source) : std::nullopt;
    default:
      return std::nullopt;
  }
}

bool is_exact(const TimeSource& source) {
  return source.kind != TimeSource::Kind::ntp && source.kind != TimeSource::Kind::delta_micros;
}

std::optional<FlowTimeSource> find_flow_time(const Template& layout, bool start) {
  if (auto stated = find_stated(layout, start ? kStart : kEnd)) return stated;
  auto derived = find_stated(layout, start ? kEnd : kStart);
  if (!derived) return std::nullopt;
  const Field* milliseconds = layout.find({0, kFlowDurationMilliseconds});
  const Field* duration = milliseconds != nullptr ? milliseconds : layout.find({0, kFlowDurationMicroseconds});
  if (duration == nullptr || (duration->length != 4 && duration->length != 8)) return std::nullopt;
  derived->source.duration =
      milliseconds != nullptr ? TimeSource::Duration::milliseconds : TimeSource::Duration::microseconds;
  derived->source.duration_value = operand_of(layout, *duration);
  derived->source.subtract = start;
  derived->exact = false;  // the other time and the duration go out on their own
  return derived;
}

}  // namespace flowcef
