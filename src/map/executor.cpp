#include "flowcef/map/executor.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "flowcef/core/decimal.hpp"
#include "flowcef/map/cef_escape.hpp"
#include "time_value.hpp"

// One loop and one switch per record. What makes it fast: keys, labels and constants are joined into literals that are
// copied in blocks of 16 bytes; nothing is looked up, allocated or checked for room on the way, as the whole line's
// bound is known before; numbers are written two digits at a time. tests/bench has the figures.

namespace flowcef {
namespace {

/// Copies in whole blocks: reads and writes up to kCopyBlock - 1 bytes past the end, for which the texts are padded and
/// the message's bound leaves room. One block holds nearly every key, so that the loop's branch is always foreseen.
inline char* copy_blocks(char* out, const char* text, std::size_t length) noexcept {
  std::size_t done = 0;
  do {
    std::memcpy(out + done, text + done, kCopyBlock);
    done += kCopyBlock;
  } while (done < length);
  return out + length;
}

char* write_hex(char* out, const std::uint8_t* bytes, std::size_t length) noexcept {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < length; ++i) {
    *out++ = kDigits[bytes[i] >> 4];
    *out++ = kDigits[bytes[i] & 15];
  }
  return out;
}

char* write_mac(char* out, const std::uint8_t* bytes) noexcept {
  for (std::size_t i = 0; i < 6; ++i) {
    if (i != 0) *out++ = ':';
    out = write_hex(out, bytes + i, 1);
  }
  return out;
}

bool is_mapped_ipv4(const std::uint8_t* bytes) noexcept {
  return IpAddress::from_ipv6(bytes).is_v4();
}

template <class Float, class Bits>
char* write_float(char* out, const std::uint8_t* bytes, bool finite_only) noexcept {
  const auto value = std::bit_cast<Float>(load_be<Bits>(bytes));
  if (finite_only && !std::isfinite(value)) return out;
  return std::to_chars(out, out + 32, value).ptr;
}

/// Boolean as IPFIX has it: 1 is true, 2 is false. Source: RFC 7011 section 6.1.5.
char* write_boolean(char* out, std::uint8_t value) noexcept {
  const std::string_view text = value == 1 ? "true" : value == 2 ? "false" : std::string_view();
  if (text.empty()) return write_u8(out, value);
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

std::int64_t load_signed(const std::uint8_t* bytes, std::size_t length) noexcept {
  const unsigned shift = static_cast<unsigned>(64 - 8 * length);
  return static_cast<std::int64_t>(load_be(bytes, length) << shift) >> shift;
}

struct Value {
  const std::uint8_t* bytes;
  std::size_t length;
};

template <bool Variable>
class Execution {
 public:
  Execution(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context) noexcept
      : program_(program), context_(context), header_(context.message.header.data()), records_(set.records.data()) {
    if constexpr (Variable) {
      positions_ = set.positions.data() + std::size_t{index} * set.positions_per_record;
    } else {
      records_ += std::size_t{index} * set.layout.record_length;
    }
  }

  char* run(std::uint64_t event, char* out) noexcept {
    if (!context_.envelope.empty()) out = copy_blocks(out, context_.envelope.data(), context_.envelope.size());
    out = copy_literal(out, choose_header());
    const std::uint8_t holds = conditions();
    char* const extension = out;
    for (const Instruction& instruction : program_.code) {
      if ((instruction.after & ~missed_) != 0) continue;
      if ((instruction.condition & holds) == 0) {
        missed_ |= instruction.misses;
        continue;
      }
      char* const value = copy_literal(out, instruction.literal);
      char* const end = write_value(instruction, event, value);
      if (end == value) {  // no value: the key is overwritten by the next
        missed_ |= instruction.misses;
        continue;
      }
      *end = ' ';
      out = end + 1;
    }
    return out == extension ? out : out - 1;
  }

 private:
  char* copy_literal(char* out, const Literal& literal) const noexcept {
    return copy_blocks(out, program_.literals.data() + literal.offset, literal.length);
  }

  [[nodiscard]] Value locate(const Operand& operand) const noexcept {
    if (operand.in_header) return {header_ + operand.at, operand.length};
    if constexpr (Variable) {
      const FieldPosition& position = positions_[operand.at];
      return {records_ + position.offset, position.length};
    } else {
      return {records_ + operand.at, operand.length};
    }
  }

  [[nodiscard]] std::uint64_t number(const Operand& operand) const noexcept {
    const Value value = locate(operand);
    return load_be(value.bytes, std::min<std::size_t>(value.length, 8));
  }

  [[nodiscard]] Literal choose_header() const noexcept {
    for (const EventChoice& choice : program_.events) {
      const bool holds =
          std::all_of(choice.equals.begin(), choice.equals.end(), [&](const EventChoice::Equals& equals) {
            const Value value = locate(equals.operand);
            return value.length != 0 && value.length <= 8 &&
                   std::find(equals.values.begin(), equals.values.end(), load_be(value.bytes, value.length)) !=
                       equals.values.end();
          });
      if (holds) return choice.header;
    }
    return {};
  }

  [[nodiscard]] std::uint8_t conditions() const noexcept {
    unsigned holds = condition::kAlways;
    if (program_.tests_protocol) {
      const std::uint64_t protocol = number(program_.protocol);
      holds |= protocol == 1 || protocol == 58 ? condition::kIcmp : condition::kNotIcmp;
    }
    if (program_.tests_family) {
      const bool ipv6 = any_set(program_.ipv6_addresses);
      if (ipv6) holds |= condition::kIpv6Used;
      if (!ipv6 || any_set(program_.ipv4_addresses)) holds |= condition::kIpv4Used;
    }
    return static_cast<std::uint8_t>(holds);
  }

  [[nodiscard]] bool any_set(const std::vector<Operand>& addresses) const noexcept {
    return std::any_of(addresses.begin(), addresses.end(), [&](const Operand& address) {
      const Value value = locate(address);
      return std::any_of(value.bytes, value.bytes + value.length, [](std::uint8_t byte) { return byte != 0; });
    });
  }

  [[gnu::always_inline]] char* write_value(const Instruction& instruction, std::uint64_t event, char* out) noexcept {
    switch (instruction.op) {
      case Op::context_text:
        return copy_blocks(out, context_.texts[instruction.extra].data(), context_.texts[instruction.extra].size());
      case Op::event_id:
        return write_u64(copy_blocks(out, context_.event_prefix.data(), context_.event_prefix.size()), event);
      case Op::time:
        return write_time(program_.times[instruction.extra], out);
      default:
        return write_field(instruction, locate(instruction.operand), out);
    }
  }

  [[gnu::always_inline]] char* write_field(const Instruction& instruction, const Value& value, char* out) noexcept {
    switch (instruction.op) {
      case Op::unsigned1:
        return write_u8(out, *value.bytes);
      case Op::unsigned2:
        return write_u64(out, load_be<std::uint16_t>(value.bytes));
      case Op::unsigned4:
        return write_u64(out, load_be<std::uint32_t>(value.bytes));
      case Op::unsigned8:
        return write_u64(out, load_be<std::uint64_t>(value.bytes));
      case Op::ipv4:
        return write_ipv4(out, value.bytes);
      case Op::ipv6:
        return write_ipv6(out, value.bytes);
      case Op::pure_ipv6:
        return is_mapped_ipv4(value.bytes) ? out : write_ipv6(out, value.bytes);
      case Op::mapped_ipv4:
        return is_mapped_ipv4(value.bytes) ? write_ipv4(out, value.bytes + 12) : out;
      case Op::mac:
        return write_mac(out, value.bytes);
      case Op::text:
        return write_text(instruction, value, out);
      case Op::hex:
        return write_hex(out, value.bytes, value.length);
      case Op::boolean:
        return write_boolean(out, *value.bytes);
      case Op::float32:
        return write_float<float, std::uint32_t>(out, value.bytes, instruction.extra != 0);
      case Op::float64:
        return write_float<double, std::uint64_t>(out, value.bytes, instruction.extra != 0);
      case Op::ntp_micros:
        return write_i64(out, ntp_to_micros(load_be<std::uint64_t>(value.bytes)));
      case Op::ntp_nanos:
        return write_i64(out, ntp_to_nanos(load_be<std::uint64_t>(value.bytes)));
      default:
        return write_number(instruction, value, out);
    }
  }

  /// Numbers whose length is known only now, or that need a second look.
  char* write_number(const Instruction& instruction, Value value, char* out) const noexcept {
    if (value.length == 0) return out;
    if (instruction.op == Op::signed_n) {
      if (value.length > 8) return write_hex(out, value.bytes, value.length);
      return write_i64(out, load_signed(value.bytes, value.length));
    }
    // Oversized numbers occur; most have zeros in front (RFC 7011 section 6.2 knows only smaller ones).
    for (; value.length > 8 && *value.bytes == 0; --value.length) ++value.bytes;
    const bool checked = instruction.op == Op::within_limit || instruction.op == Op::table;
    if (value.length > 8) return checked ? out : write_hex(out, value.bytes, value.length);
    std::uint64_t number = load_be(value.bytes, value.length);
    switch (instruction.op) {
      case Op::bits:
        number = number >> instruction.bits_shift & ((std::uint64_t{1} << instruction.bits) - 1);
        break;
      case Op::within_limit:
        if (number > program_.limits[instruction.extra]) return out;
        break;
      case Op::table:
        if (const ValueText* known = program_.tables[instruction.extra]->find(number)) {
          return copy_blocks(out, known->text.data(), known->length);
        }
        break;
      default:
        break;
    }
    return write_u64(out, number);
  }

  char* write_text(const Instruction& instruction, const Value& value, char* out) noexcept {
    std::size_t length = value.length;
    // Fixed-length strings are padded with NUL, and some exporters leave old bytes behind the first one.
    const bool fixed_length = instruction.operand.length != kVariableLength;
    if (fixed_length) length = strnlen(reinterpret_cast<const char*>(value.bytes), length);
    if (instruction.extra != 0 && length > instruction.extra) {
      length = cut_at_code_point(value.bytes, length, instruction.extra);
      missed_ |= instruction.misses;
    }
    return write_extension_value(out, value.bytes, length);
  }

  char* write_time(const TimeSource& source, char* out) const noexcept {
    const auto stated = stated_time(source);
    if (!stated || *stated <= 0) return out;
    const auto moved = source.duration == TimeSource::Duration::none ? stated : moved_by_duration(source, *stated);
    return moved && *moved > 0 ? write_u64(out, static_cast<std::uint64_t>(*moved)) : out;
  }

  /// Returns: nothing if the sum is no time.
  [[nodiscard]] std::optional<std::int64_t> moved_by_duration(const TimeSource& source,
                                                              std::int64_t time) const noexcept {
    std::uint64_t duration = number(source.duration_value);
    if (source.duration == TimeSource::Duration::microseconds) duration /= 1000;
    if (duration > kLongestDurationMs || time > kLatestTimeMs) return std::nullopt;
    const auto signed_duration = static_cast<std::int64_t>(duration);
    return source.subtract ? time - signed_duration : time + signed_duration;
  }

  [[nodiscard]] std::optional<std::int64_t> stated_time(const TimeSource& source) const noexcept {
    const ExportContext& message = context_.message;
    const std::uint64_t value = number(source.value);
    switch (source.kind) {
      case TimeSource::Kind::seconds:
        return epoch_ms(value, 1000);
      case TimeSource::Kind::milliseconds:
        return epoch_ms(value, 1);
      case TimeSource::Kind::ntp:
        return ntp_to_micros(value) / 1000;
      case TimeSource::Kind::delta_micros:
        return message.export_ms - static_cast<std::int64_t>(value) / 1000;
      case TimeSource::Kind::uptime:
        break;
    }
    std::uint32_t uptime = message.uptime_ms;
    if (source.init_in_record) {
      const std::uint64_t init_ms = number(source.init);
      if (!is_plausible_init_time(init_ms, message.export_ms)) return std::nullopt;
      uptime = static_cast<std::uint32_t>(static_cast<std::uint64_t>(message.export_ms) - init_ms);
    } else if (!message.uptime_known) {
      return std::nullopt;
    }
    return uptime_to_epoch_ms(message.export_ms, uptime, static_cast<std::uint32_t>(value));
  }

  const Program& program_;
  const SetContext& context_;
  const std::uint8_t* header_;
  const std::uint8_t* records_;
  const FieldPosition* positions_ = nullptr;
  std::uint64_t missed_ = 0;  ///< bits of the instructions that wrote no value, or cut it
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

std::size_t max_message_size(const Program& program, const DataSet& set, std::uint32_t index) noexcept {
  return program.fixed_size + kMaxEscapeGrowth * program.uses_of_a_field * record_bytes(set, index);
}

}  // namespace flowcef
