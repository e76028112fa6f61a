#include "flowcef/map/executor.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>

#include "event_chooser.hpp"
#include "field_reader.hpp"
#include "flowcef/core/cef_escape.hpp"
#include "flowcef/core/decimal.hpp"
#include "flowcef/lookup/lookup_reader.hpp"
#include "time_text.hpp"
#include "value_forms.hpp"
#include "value_writers.hpp"

// One loop and one switch per record. What makes it fast: keys, labels and constants are joined into literals that are
// copied in blocks of 16 bytes; nothing is looked up, allocated or checked for room on the way, as the whole line's
// bound is known before; numbers are written two digits at a time. tests/bench has the figures.

namespace flowcef {
namespace {

bool is_mapped_ipv4(const std::uint8_t* bytes) noexcept {
  return IpAddress::from_ipv6(bytes).is_v4();
}

bool is_zero(const Instruction& instruction, Value value) noexcept {
  value = without_leading_zeros(value);
  if (instruction.bits != 0 && value.length <= 8) {
    const std::uint64_t mask = (std::uint64_t{1} << instruction.bits) - 1;
    return (load_be(value.bytes, value.length) >> instruction.bits_shift & mask) == 0;
  }
  return std::all_of(value.bytes, value.bytes + value.length, [](std::uint8_t byte) { return byte == 0; });
}

/// Returns: whether the key can show the text, or a part of it.
bool suits(const ColumnText& column, std::string_view text) noexcept {
  if (text.empty() || (!column.text && column.limit != 0 && text.size() > column.limit)) return false;
  if (!column.number) return true;
  if (text.front() == '-') return column.negative;
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && number <= column.largest;
}

template <bool Variable, bool Traced = false>
class Execution {
 public:
  Execution(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context,
            std::vector<LinePiece>* trace = nullptr) noexcept
      : program_(program), context_(context), fields_(program, set, index), trace_(trace) {}

  [[nodiscard]] std::size_t choose_event() const noexcept { return choose_event(fields_.conditions(context_.holds)); }

  char* run(std::uint64_t event, char* out) noexcept {
    // Where it can, what comes first does not wait for the event to be known.
    const bool waits = program_.priority_of_event;
    if (!waits && !context_.envelope.empty()) out = write_envelope(out);
    const std::uint8_t holds = fields_.conditions(context_.holds);
    const EventChoice& choice = program_.events[choose_event(holds)];
    if (choice.header.length == 0) return nullptr;
    missed_ = choice.starts_with;
    if (waits) {
      std::memcpy(out, choice.priority.data(), choice.priority.size());
      out = write_envelope(out + choice.priority_length);
    }
    out = copy_literal(out, choice.header);
    out = run(program_.code, holds, event, out);
    if ((holds & condition::kTables) != 0) out = run(program_.lookups, holds, event, out);
    return out[-1] == ' ' ? out - 1 : out;  // a header without constants ends in |
  }

 private:
  char* write_envelope(char* out) const noexcept {
    return copy_blocks(out, context_.envelope.data(), context_.envelope.size());
  }

  [[nodiscard]] std::size_t choose_event(std::uint8_t holds) const noexcept {
    return EventChooser(program_.event_tests, fields_, context_, holds).choose();
  }

  char* run(std::span<const Instruction> code, std::uint8_t holds, std::uint64_t event, char* out) noexcept {
    for (const Instruction& instruction : code) {
      if (instruction.depends && !may_run(instruction, holds)) continue;
      [[maybe_unused]] std::size_t outer = 0;
      if constexpr (Traced) outer = trace_->size();
      char* const value = copy_literal(out, instruction.literal);
      char* const end = write_value(instruction, event, value);
      if constexpr (Traced) trace_->resize(outer);  // what an instruction runs is its own
      if (end == value) {                           // no value: the key is overwritten by the next
        missed_ |= instruction.misses;
        continue;
      }
      if constexpr (Traced) trace_->push_back({out, end, &instruction});
      *end = ' ';
      out = end + 1;
    }
    return out;
  }

  [[nodiscard]] bool may_run(const Instruction& instruction, std::uint8_t holds) noexcept {
    if ((instruction.after & ~missed_) != 0) {
      missed_ |= instruction.misses & program_.skipped_misses;
      return false;
    }
    if ((instruction.condition & holds) != 0) return true;
    missed_ |= instruction.misses;
    return false;
  }

  char* copy_literal(char* out, const Literal& literal) const noexcept {
    return copy_blocks(out, program_.literals.data() + literal.offset, literal.length);
  }

  [[gnu::always_inline]] char* write_value(const Instruction& instruction, std::uint64_t event, char* out) noexcept {
    if (is_field(instruction.op)) {
      const Value value = fields_.locate(instruction.operand);
      if constexpr (Variable) {
        if (value.length == 0) return out;
      }
      return write_plain(instruction.op, value, out, [&] { return write_checked(instruction, value, out); });
    }
    if (instruction.op == Op::context_text) {
      return copy_blocks(out, context_.texts[instruction.extra].data(), context_.texts[instruction.extra].size());
    }
    if (instruction.op == Op::event_id) {
      return write_u64(copy_blocks(out, context_.event_prefix.data(), context_.event_prefix.size()), event);
    }
    if (instruction.op == Op::time) return write_time(instruction, out);
    return write_derived(instruction, event, out);
  }

  char* write_derived(const Instruction& instruction, std::uint64_t event, char* out) noexcept {
    switch (instruction.op) {
      case Op::time_text:
        return write_styled_time(instruction, out);
      case Op::list:
        return context_.lists.write(program_, program_.lists[instruction.extra], out);
      case Op::name:
        return write_name(instruction, out);
      case Op::icmp_type:
        return write_up_to(program_.limits[instruction.extra], fields_.icmp_type_and_code() >> 8, out);
      case Op::icmp_code:
        return write_up_to(program_.limits[instruction.extra], fields_.icmp_type_and_code() & 0xff, out);
      case Op::icmp_type_name:
        return write_icmp_type_name(instruction, out);
      case Op::long_flow:
        return write_long_flow(instruction, out);
      case Op::constant:
        return copy_literal(out, program_.constants[instruction.extra]);
      case Op::column:
        return write_column(instruction, out);
      case Op::unless_zero:
        return write_unless_zero(instruction, event, out);
      default:
        return write_sampling(instruction, out);
    }
  }

  /// Fields that may be left out or cut.
  [[gnu::always_inline]] char* write_checked(const Instruction& instruction, const Value& value, char* out) noexcept {
    switch (instruction.op) {
      case Op::text:
        return write_text(instruction, value, out);
      case Op::pure_ipv6:
        return is_mapped_ipv4(value.bytes) ? out : write_ipv6(out, value.bytes);
      case Op::mapped_ipv4:
        return is_mapped_ipv4(value.bytes) ? write_ipv4(out, value.bytes + 12) : out;
      case Op::finite32:
        return write_float<float, std::uint32_t>(out, value.bytes, true);
      case Op::finite64:
        return write_float<double, std::uint64_t>(out, value.bytes, true);
      case Op::bytes:
        return write_bytes(instruction, value, out);
      case Op::duration:
        return write_duration(instruction, value, out);
      default:
        return write_number(instruction, value, out);
    }
  }

  /// Numbers that need a second look; left out if they have more than 64 bits.
  char* write_number(const Instruction& instruction, Value value, char* out) const noexcept {
    value = without_leading_zeros(value);
    if (value.length == 0 || value.length > 8) return out;
    std::uint64_t number = load_be(value.bytes, value.length);
    switch (instruction.op) {
      case Op::bits:
        number = part_of(number, instruction);
        break;
      case Op::within_limit:
        if (instruction.bits != 0) number = part_of(number, instruction);
        if (number > program_.limits[instruction.extra]) return out;
        break;
      default: {
        if (instruction.bits != 0) number = part_of(number, instruction);
        const ValueTable& table = *program_.tables[instruction.extra];
        return instruction.op == Op::table_text ? table.write(out, number) : write_looked_up(table, number, out);
      }
    }
    return write_u64(out, number);
  }

  [[nodiscard]] static std::uint64_t part_of(std::uint64_t number, const Instruction& instruction) noexcept {
    return number >> instruction.bits_shift & ((std::uint64_t{1} << instruction.bits) - 1);
  }

  /// The number itself, if the table has no text for it.
  static char* write_looked_up(const ValueTable& table, std::uint64_t number, char* out) noexcept {
    char* const end = table.write(out, number);
    return end == out ? write_u64(out, number) : end;
  }

  char* write_icmp_type_name(const Instruction& instruction, char* out) const noexcept {
    const IcmpTypeNames& names = program_.icmp_type_names[instruction.extra];
    const ValueTable& table = fields_.is_icmpv6() ? *names.ipv6 : *names.ipv4;
    char* const end = write_looked_up(table, fields_.icmp_type_and_code() >> 8, out);
    return names.limit == 0 ? end : cut_escaped(out, end, names.limit, names.marked);
  }

  /// Writes `key=value`. Runs the inner instruction by the loop, so that the loop alone has the code of all values.
  [[gnu::noinline]] char* write_unless_zero(const Instruction& outer, std::uint64_t event, char* out) noexcept {
    const Instruction& instruction = program_.inner[outer.extra];
    const bool field = is_field(instruction.op);
    if (field && is_zero(outer, fields_.locate(outer.operand))) return out;
    char* const end = run({&instruction, 1}, instruction.condition, event, out);
    if (end == out) return out;
    const bool zero = !field && end - out == instruction.literal.length + 2 && end[-2] == '0';
    return zero ? out : end - 1;
  }

  char* write_text(const Instruction& instruction, Value value, char* out) noexcept {
    if (instruction.operand.length != kVariableLength) value.length = text_length(value);
    return write_limited(instruction, value, instruction.extra, out);
  }

  // Forms that few mappings ask for stay out of line, so that they leave the loop as it is.
  [[gnu::noinline]] char* write_bytes(const Instruction& instruction, const Value& value, char* out) noexcept {
    bool cut = false;
    const bool fixed_length = instruction.operand.length != kVariableLength;
    out = write_bytes_form(out, program_.bytes_forms[instruction.extra], value, fixed_length, cut);
    if (cut) missed_ |= instruction.misses & program_.partial_misses;
    return out;
  }

  /// What rounding takes away is a miss as well.
  [[gnu::noinline]] char* write_duration(const Instruction& instruction, Value value, char* out) noexcept {
    value = without_leading_zeros(value);
    if (value.length == 0 || value.length > 8) return out;
    const UnitChange& change = program_.unit_changes[instruction.extra];
    std::uint64_t number = load_be(value.bytes, value.length);
    if (number % change.divide != 0) missed_ |= instruction.misses & program_.partial_misses;
    number /= change.divide;
    const bool beyond = __builtin_mul_overflow(number, std::uint64_t{change.multiply}, &number);
    return beyond || number > change.limit ? out : write_u64(out, number);
  }

  /// Cuts the text at the limit, if there is one.
  char* write_limited(const Instruction& instruction, Value text, std::size_t limit, char* out) noexcept {
    if (limit != 0 && text.length > limit) {
      text.length = cut_at_code_point(text.bytes, text.length, limit);
      missed_ |= instruction.misses & program_.partial_misses;
    }
    return write_extension_value(out, text.bytes, text.length);
  }

  char* write_name(const Instruction& instruction, char* out) noexcept {
    const NameLookup& lookup = program_.names[instruction.extra];
    for (const Operand& key : lookup.keys) {
      const Value number = fields_.locate(key);
      const std::string_view name = name_of(context_.message, lookup.table, {number.bytes, number.length});
      if (name.empty()) continue;
      const Value text{reinterpret_cast<const std::uint8_t*>(name.data()), name.size()};
      if (lookup.marked) return write_marked_text(out, text, lookup.max_length);
      return write_limited(instruction, text, lookup.max_length, out);
    }
    return out;
  }

  [[gnu::noinline]] char* write_column(const Instruction& instruction, char* out) const noexcept {
    const ColumnText& column = program_.columns[instruction.extra];
    const LookupEntry* entry = context_.entries[column.probe];
    const std::string_view text = entry == nullptr ? std::string_view() : text_of(*entry, column.column);
    if (!suits(column, text)) return out;
    char* const end = copy_blocks(out, text.data(), text.size());
    return column.limit == 0 ? end : cut_escaped(out, end, column.limit, column.marked);
  }

  char* write_sampling(const Instruction& instruction, char* out) const noexcept {
    std::optional<std::uint64_t> number;
    if (instruction.op == Op::corrected) {
      number = fields_.corrected(instruction.operand);
    } else if (const std::uint64_t interval = fields_.sampling_interval(); interval != 0) {
      number = interval;
    }
    return number ? write_up_to(program_.limits[instruction.extra], *number, out) : out;
  }

  static char* write_up_to(std::uint64_t limit, std::uint64_t number, char* out) noexcept {
    return number <= limit ? write_u64(out, number) : out;
  }

  /// An end before the start says that one of them is wrong: it goes out as the exporter stated it.
  /// Returns: 0 for none. An optional was written in two parts and copied as one, for which processors wait.
  [[gnu::always_inline]] std::int64_t time_of(const Instruction& instruction) noexcept {
    const std::int64_t time = fields_.time(program_.times[instruction.extra]).value_or(0);
    if (instruction.bits == time_role::kFlowStart) start_ms_ = time;
    return instruction.bits == time_role::kFlowEnd && time < start_ms_ ? 0 : time;
  }

  char* write_time(const Instruction& instruction, char* out) noexcept {
    const std::int64_t time = time_of(instruction);
    return time != 0 ? write_u64(out, static_cast<std::uint64_t>(time)) : out;
  }

  /// Milliseconds that the form has no place for are a miss.
  [[gnu::noinline]] char* write_styled_time(const Instruction& instruction, char* out) noexcept {
    const std::int64_t time = time_of(instruction);
    if (time == 0) return out;
    const TimeStyle& style = program_.times[instruction.extra].style;
    if (time % 1000 != 0 && is_whole_seconds(style.form)) missed_ |= instruction.misses & program_.partial_misses;
    return write_time_text(out, time, style.form, style.local ? &context_.zone : nullptr);
  }

  char* write_long_flow(const Instruction& instruction, char* out) const noexcept {
    const auto start = fields_.time(program_.times[instruction.extra]);
    const auto end = fields_.time(program_.times[instruction.extra + 1]);
    if (!start || !end || *end - *start <= program_.long_flow_ms) return out;
    return write_u64(out, static_cast<std::uint64_t>(*end - *start));
  }

  const Program& program_;
  const SetContext& context_;
  FieldReader<Variable> fields_;
  std::int64_t start_ms_ = 0;  ///< of the flow, once it was written
  std::vector<LinePiece>* trace_;
  std::uint64_t missed_ = 0;  ///< bits of the instructions that wrote no value, or cut it; and those of the event
};

/// Returns: a bound for the bytes of all fields of a record; its positions stand in wire order.
std::size_t record_bytes(const DataSet& set, std::uint32_t index) noexcept {
  if (!set.layout.variable) return set.layout.record_length;
  if (set.positions_per_record == 0) return 0;
  const auto positions = set.positions.subspan(std::size_t{index} * set.positions_per_record, set.positions_per_record);
  return positions.back().offset + positions.back().length - positions.front().offset;
}

}  // namespace

char* execute(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context,
              std::uint64_t event, char* out) noexcept {
  if (set.layout.variable) return Execution<true>(program, set, index, context).run(event, out);
  return Execution<false>(program, set, index, context).run(event, out);
}

std::size_t choose_event(const Program& program, const DataSet& set, std::uint32_t index,
                         const SetContext& context) noexcept {
  if (set.layout.variable) return Execution<true>(program, set, index, context).choose_event();
  return Execution<false>(program, set, index, context).choose_event();
}

char* execute_traced(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context,
                     std::uint64_t event, char* out, std::vector<LinePiece>& pieces) {
  pieces.clear();
  if (set.layout.variable) return Execution<true, true>(program, set, index, context, &pieces).run(event, out);
  return Execution<false, true>(program, set, index, context, &pieces).run(event, out);
}

std::size_t max_message_size(const Program& program, const DataSet& set, std::uint32_t index) noexcept {
  return program.fixed_size + kMaxEscapeGrowth * program.uses_of_a_field * record_bytes(set, index);
}

}  // namespace flowcef
