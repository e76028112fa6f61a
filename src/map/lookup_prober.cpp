#include "flowcef/map/lookup_prober.hpp"

#include <algorithm>

#include "field_reader.hpp"

namespace flowcef {
namespace {

/// One time that is not known is the other one; without either the flow was when it was exported.
template <bool Variable>
FlowTime flow_time(const Program& program, const FieldReader<Variable>& fields, std::int64_t export_ms) noexcept {
  const auto stated = [&](const std::optional<TimeSource>& source) {
    return source ? fields.time(*source) : std::nullopt;
  };
  const std::optional<std::int64_t> start = stated(program.flow_start);
  const std::optional<std::int64_t> end = stated(program.flow_end);
  FlowTime flow;
  flow.start_ms = start.value_or(end.value_or(export_ms));
  flow.end_ms = std::max(flow.start_ms, end.value_or(flow.start_ms));
  return flow;
}

/// Returns: false if the record has no such value.
template <bool Variable>
bool append_part(LookupKey& key, const LookupProbe::Part& part, const FieldReader<Variable>& fields,
                 std::uint8_t holds) noexcept {
  if ((part.condition & holds) == 0) return false;
  const Value value = fields.locate(part.operand);
  if (part.bits == 0) return key.append(part.type, {value.bytes, value.length});
  std::uint64_t number = load_be(value.bytes, value.length) >> part.bits_shift & ((std::uint64_t{1} << part.bits) - 1);
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = bytes.size(); i-- > 0; number >>= 8) bytes[i] = static_cast<std::uint8_t>(number);
  return key.append(part.type, bytes);
}

}  // namespace

template <bool Variable>
void LookupProber::ask(const Program& program, const DataSet& set, std::uint32_t index) noexcept {
  const FieldReader<Variable> fields(program, set, index);
  const std::uint8_t holds = fields.conditions(condition::kAlways);
  const FlowTime flow = flow_time(program, fields, set.context.export_ms);
  LookupKey key;
  for (std::size_t i = 0; i < program.probes.size(); ++i) {
    const LookupProbe& probe = program.probes[i];
    key.clear();
    const bool has_key = std::all_of(probe.key.begin(), probe.key.end(), [&](const LookupProbe::Part& part) {
      return append_part(key, part, fields, holds);
    });
    entries_[i] = has_key ? reader_->find(probe.lookup, key, flow) : nullptr;
  }
}

std::size_t LookupProber::prepare(const Program& program, const DataSet& set, std::uint32_t index) noexcept {
  if (reader_ == nullptr) return 0;
  if (set.layout.variable) {
    ask<true>(program, set, index);
  } else {
    ask<false>(program, set, index);
  }
  std::size_t bytes = 0;
  for (const ColumnText& text : program.columns) {
    const LookupEntry* entry = entries_[text.probe];
    if (entry != nullptr) bytes += text_of(*entry, text.column).size();
  }
  return bytes;
}

}  // namespace flowcef
