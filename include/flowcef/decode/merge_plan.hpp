// How records of one flow become one, by the layout that they share: which fields add up, and which tell flows apart.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "flowcef/decode/data_set.hpp"

namespace flowcef {

/// A record that outlives its data set.
struct KeptRecord {
  std::vector<std::uint8_t> bytes;       ///< big-endian
  std::vector<FieldPosition> positions;  ///< in `bytes`, as DataSet::positions; empty unless the layout is variable
};

/// When a flow was seen, as a record states it, in milliseconds since 1970 UTC.
struct FlowSpan {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

/// Delta counters add up; the earliest start, the latest end, the least and the most of lengths and TTLs count, TCP
/// control bits gather, flowEndReason is the latest. Whatever else differs makes another flow.
/// Source:   RFC 7015 section 5 (aggregation by time), RFC 5103 (counters of the reverse direction)
/// Lifetime: as the layout.
class MergePlan {
 public:
  /// Returns: nothing where records stand for themselves: events, options and log records, those with lists, and those
  ///          that lack a start, an end or a delta counter.
  [[nodiscard]] static std::optional<MergePlan> of(const Template& layout);

  /// Output: `record`, whose buffers are used again
  void copy(const DataSet& set, std::uint32_t index, KeptRecord& record) const;
  /// Returns: nothing if the record does not say, or its end is before its start
  [[nodiscard]] std::optional<FlowSpan> span_of(const KeptRecord& record, const ExportContext& context) const;
  /// Whether the exporter may tell more of this flow: it has not said that the flow has ended, or does not say such.
  /// Source: IANA flowEndReason (136)
  [[nodiscard]] bool may_go_on(const KeptRecord& record) const;
  /// Sets all to 0 that may differ between records of one flow.
  void blank(KeptRecord& record) const;
  /// Puts what `earlier` says into `record`, a later one of the same flow.
  /// Returns: false, with `record` as it was, if a counter has no room for the sum.
  [[nodiscard]] bool join(KeptRecord& record, const ExportContext& context, const KeptRecord& earlier,
                          const ExportContext& earlier_context) const;

 private:
  enum class Rule : std::uint8_t { sum, least, most, gather, end_reason, start, end };
  enum class TimeForm : std::uint8_t { none, uptime_ms, seconds, milliseconds, ntp };
  struct Column {
    std::uint32_t field;  ///< index into Template::fields
    Rule rule;
    TimeForm form;
  };

  explicit MergePlan(const Template& layout) : layout_(&layout) {}

  [[nodiscard]] static std::optional<Column> column_of(const Field& field);
  [[nodiscard]] static bool has_length_of(TimeForm form, std::uint16_t length) noexcept;
  [[nodiscard]] FieldPosition place_of(const KeptRecord& record, const Column& column) const noexcept;
  [[nodiscard]] std::uint64_t value_of(const KeptRecord& record, const Column& column) const noexcept;
  [[nodiscard]] static std::optional<std::int64_t> time_ms(std::uint64_t value, TimeForm form,
                                                           const ExportContext& context) noexcept;
  [[nodiscard]] static std::uint64_t merged(const Column& column, std::uint64_t value, std::uint64_t earlier,
                                            const ExportContext& context,
                                            const ExportContext& earlier_context) noexcept;

  const Template* layout_;
  std::vector<Column> columns_;
};

}  // namespace flowcef
