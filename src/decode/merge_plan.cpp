#include "flowcef/decode/merge_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace flowcef {
namespace {

constexpr std::int64_t kNtpEpochOffset = 2'208'988'800;  // from 1900 to 1970, in seconds
constexpr std::uint64_t kLastMs = 253'402'300'800'000;   // year 10000: what is behind it is no time
constexpr std::uint64_t kEndedByActiveTimeout = 2;

std::uint64_t room_of(std::size_t length) noexcept {
  return length >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * length) - 1;
}

}  // namespace

std::optional<MergePlan::Column> MergePlan::column_of(const Field& field) {
  struct Row {
    std::uint16_t element;
    Rule rule;
    TimeForm form = TimeForm::none;
  };
  static constexpr Row kRows[] = {
      {1, Rule::sum},     // octetDeltaCount
      {2, Rule::sum},     // packetDeltaCount
      {3, Rule::sum},     // deltaFlowCount
      {19, Rule::sum},    // postMCastPacketDeltaCount
      {20, Rule::sum},    // postMCastOctetDeltaCount
      {23, Rule::sum},    // postOctetDeltaCount
      {24, Rule::sum},    // postPacketDeltaCount
      {132, Rule::sum},   // droppedOctetDeltaCount
      {133, Rule::sum},   // droppedPacketDeltaCount
      {198, Rule::sum},   // octetDeltaSumOfSquares
      {231, Rule::sum},   // initiatorOctets
      {232, Rule::sum},   // responderOctets
      {298, Rule::sum},   // initiatorPackets
      {299, Rule::sum},   // responderPackets
      {402, Rule::sum},   // transportOctetDeltaCount
      {403, Rule::sum},   // transportPacketDeltaCount
      {25, Rule::least},  // minimumIpTotalLength
      {52, Rule::least},  // minimumTTL
      {26, Rule::most},   // maximumIpTotalLength
      {53, Rule::most},   // maximumTTL
      {85, Rule::most},   // octetTotalCount
      {86, Rule::most},   // packetTotalCount
      {6, Rule::gather},  // tcpControlBits
      {136, Rule::end_reason},
      {22, Rule::start, TimeForm::uptime_ms},
      {21, Rule::end, TimeForm::uptime_ms},
      {150, Rule::start, TimeForm::seconds},
      {151, Rule::end, TimeForm::seconds},
      {152, Rule::start, TimeForm::milliseconds},
      {153, Rule::end, TimeForm::milliseconds},
      {154, Rule::start, TimeForm::ntp},
      {155, Rule::end, TimeForm::ntp},
      {156, Rule::start, TimeForm::ntp},
      {157, Rule::end, TimeForm::ntp},
  };
  if (field.in_header || field.bits != 0 || field.length == 0 || field.length > 8) return std::nullopt;
  if (field.id.pen != 0 && field.id.pen != kReversePen) return std::nullopt;
  const Row* const row = std::ranges::find(kRows, field.id.id, &Row::element);
  if (row == std::end(kRows) || !has_length_of(row->form, field.length)) return std::nullopt;
  return Column{0, row->rule, row->form};
}

bool MergePlan::has_length_of(TimeForm form, std::uint16_t length) noexcept {
  switch (form) {
    case TimeForm::uptime_ms:
    case TimeForm::seconds:
      return length == 4;
    case TimeForm::milliseconds:
    case TimeForm::ntp:
      return length == 8;
    case TimeForm::none:
      break;
  }
  return true;
}

std::optional<MergePlan> MergePlan::of(const Template& layout) {
  if (layout.options || layout.has_lists || layout.tells_events || layout.format == ExportFormat::syslog) return {};
  MergePlan plan(layout);
  for (std::uint32_t i = 0; i < layout.fields.size(); ++i) {
    auto column = column_of(layout.fields[i]);
    if (!column) continue;
    column->field = i;
    plan.columns_.push_back(*column);
  }
  for (const Rule needed : {Rule::sum, Rule::start, Rule::end}) {
    if (std::ranges::find(plan.columns_, needed, &Column::rule) == plan.columns_.end()) return {};
  }
  return plan;
}

/// Of a record of variable length the values alone, one after the other: what else is on the wire is lengths.
void MergePlan::copy(const DataSet& set, std::uint32_t index, KeptRecord& record) const {
  record.positions.clear();
  if (!layout_->variable) {
    const Bytes bytes = set.records.subspan(std::size_t{index} * layout_->record_length, layout_->record_length);
    record.bytes.assign(bytes.begin(), bytes.end());
    return;
  }
  record.bytes.clear();
  const auto positions = set.positions.subspan(std::size_t{index} * set.positions_per_record, set.positions_per_record);
  for (const FieldPosition& position : positions) {
    const Bytes value = set.records.subspan(position.offset, position.length);
    record.positions.push_back({static_cast<std::uint32_t>(record.bytes.size()), position.length});
    record.bytes.insert(record.bytes.end(), value.begin(), value.end());
  }
}

FieldPosition MergePlan::place_of(const KeptRecord& record, const Column& column) const noexcept {
  if (layout_->variable) return record.positions[column.field];
  const Field& field = layout_->fields[column.field];
  return {field.offset, field.length};
}

std::uint64_t MergePlan::value_of(const KeptRecord& record, const Column& column) const noexcept {
  const FieldPosition place = place_of(record, column);
  return load_be(record.bytes.data() + place.offset, place.length);
}

std::optional<std::int64_t> MergePlan::time_ms(std::uint64_t value, TimeForm form,
                                               const ExportContext& context) noexcept {
  switch (form) {
    case TimeForm::uptime_ms:
      if (!context.uptime_known) return std::nullopt;
      return context.export_ms - static_cast<std::int32_t>(context.uptime_ms - static_cast<std::uint32_t>(value));
    case TimeForm::seconds:
      return static_cast<std::int64_t>(value) * 1000;
    case TimeForm::milliseconds:
      return value < kLastMs ? std::optional(static_cast<std::int64_t>(value)) : std::nullopt;
    case TimeForm::ntp:
      return (static_cast<std::int64_t>(value >> 32) - kNtpEpochOffset) * 1000 +
             static_cast<std::int64_t>((value & 0xffff'ffff) * 1000 >> 32);
    case TimeForm::none:
      break;
  }
  return std::nullopt;
}

std::optional<FlowSpan> MergePlan::span_of(const KeptRecord& record, const ExportContext& context) const {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> end;
  for (const Column& column : columns_) {
    const FieldPosition place = place_of(record, column);
    if (place.length != layout_->fields[column.field].length) return std::nullopt;  // one that is not there
    if (column.form == TimeForm::none) continue;
    const auto time = time_ms(value_of(record, column), column.form, context);
    if (!time) return std::nullopt;
    auto& known = column.rule == Rule::start ? start : end;
    if (!known) known = time;
  }
  if (!start || !end || *end < *start) return std::nullopt;
  return FlowSpan{*start, *end};
}

bool MergePlan::may_go_on(const KeptRecord& record) const {
  const auto reason = std::ranges::find(columns_, Rule::end_reason, &Column::rule);
  if (reason == columns_.end()) return true;
  const std::uint64_t value = value_of(record, *reason);
  return value == 0 || value == kEndedByActiveTimeout;
}

void MergePlan::blank(KeptRecord& record) const {
  for (const Column& column : columns_) {
    const FieldPosition place = place_of(record, column);
    std::fill_n(record.bytes.begin() + place.offset, place.length, std::uint8_t{0});
  }
}

/// Uptimes count from a boot that each message places a little differently: they are compared, and moved, as times.
std::uint64_t MergePlan::merged(const Column& column, std::uint64_t value, std::uint64_t earlier,
                                const ExportContext& context, const ExportContext& earlier_context) noexcept {
  switch (column.rule) {
    case Rule::sum:
      return value + earlier;
    case Rule::least:
      return std::min(value, earlier);
    case Rule::most:
      return std::max(value, earlier);
    case Rule::gather:
      return value | earlier;
    case Rule::end_reason:
      return value;
    case Rule::start:
    case Rule::end:
      break;
  }
  if (column.form == TimeForm::uptime_ms) {
    const std::int64_t time = *time_ms(earlier, column.form, earlier_context);
    earlier = static_cast<std::uint32_t>(context.uptime_ms - static_cast<std::uint32_t>(context.export_ms - time));
    const bool is_before = static_cast<std::int32_t>(static_cast<std::uint32_t>(earlier - value)) < 0;
    return is_before == (column.rule == Rule::start) ? earlier : value;
  }
  return column.rule == Rule::start ? std::min(value, earlier) : std::max(value, earlier);
}

bool MergePlan::join(KeptRecord& record, const ExportContext& context, const KeptRecord& earlier,
                     const ExportContext& earlier_context) const {
  for (const Column& column : columns_) {
    if (column.rule != Rule::sum) continue;
    const std::uint64_t value = value_of(record, column);
    if (value > room_of(place_of(record, column).length) - value_of(earlier, column)) return false;
  }
  for (const Column& column : columns_) {
    const FieldPosition place = place_of(record, column);
    std::uint64_t value = merged(column, value_of(record, column), value_of(earlier, column), context, earlier_context);
    for (std::uint32_t at = place.length; at != 0; value >>= 8) {
      record.bytes[place.offset + --at] = static_cast<std::uint8_t>(value);
    }
  }
  return true;
}

}  // namespace flowcef
