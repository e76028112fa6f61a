#include <algorithm>
#include <utility>

#include "compiler.hpp"
#include "time_sources.hpp"

namespace flowcef {
namespace {

constexpr std::uint64_t kMaxIpv4Number = 0xffff'ffff;
constexpr std::uint64_t kMaxSignedIpv4Number = 0x7fff'ffff;

/// Returns: how many of the unit make a second.
std::uint32_t per_second(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::seconds:
      return 1;
    case TimeUnit::milliseconds:
      return 1'000;
    case TimeUnit::microseconds:
      return 1'000'000;
    case TimeUnit::nanoseconds:
      break;
  }
  return 1'000'000'000;
}

bool holds_text_or_bytes(DataType type) {
  return type == DataType::string || type == DataType::octet_array;
}

}  // namespace

bool has_form(const MappedKey& key) {
  return key.form != ValueForm::plain || key.as_time || key.unit || key.cut_at != 0;
}

bool Compiler::set_form(const MappedKey& key, const Field& field, Instruction& instruction) {
  if (key.unit) return set_unit(key, field, instruction);
  if (key.as_time || key.form == ValueForm::asn1_time) return set_time(key, field, instruction);
  if (key.form == ValueForm::number || key.form == ValueForm::signed_number)
    return set_address_number(key, instruction);
  const bool shows_string = field.type() == DataType::string && instruction.op == Op::text &&
                            (key.form == ValueForm::plain || key.form == ValueForm::text);
  if (shows_string) return set_bytes(key, ValueForm::plain, instruction);
  if (key.form != ValueForm::plain) return set_bytes(key, key.form, instruction);
  return instruction.op == Op::hex && set_bytes(key, ValueForm::hex, instruction);
}

bool Compiler::set_address_number(const MappedKey& key, Instruction& instruction) {
  if (instruction.op != Op::ipv4) return false;
  std::uint64_t limit = limit_of(key, options_.wide_in);
  if (key.form == ValueForm::signed_number) {
    instruction.op = Op::signed_n;
    if (holds_negative(key)) return true;
    limit = std::min(limit, kMaxSignedIpv4Number);
  }
  if (limit < kMaxIpv4Number) {
    limit_to(limit, instruction);
  } else {
    instruction.op = Op::unsigned4;
  }
  return true;
}

bool Compiler::set_time(const MappedKey& key, const Field& field, Instruction& instruction) {
  auto source = time_of(layout_, field);
  if (key.form == ValueForm::asn1_time && holds_text_or_bytes(field.type())) {
    source.emplace();
    source->kind = TimeSource::Kind::asn1;
    source->value = instruction.operand;
  }
  if (!source) return false;
  instruction.op = Op::time;
  instruction.extra = push(program_.times, *source);
  set_time_style(key, instruction);
  return true;
}

void Compiler::set_time_style(const MappedKey& key, Instruction& instruction) {
  if (key.time == TimeForm::epoch_ms) return;
  instruction.op = Op::time_text;
  program_.times[instruction.extra].style = {key.time, key.local_time};
}

bool Compiler::set_unit(const MappedKey& key, const Field& field, Instruction& instruction) {
  if (field.element == nullptr || !field.element->unit || field.bits != 0) return false;
  const std::uint32_t from = per_second(*field.element->unit);
  const std::uint32_t to = per_second(*key.unit);
  UnitChange change;
  if (to > from) change.multiply = to / from;
  if (from > to) change.divide = from / to;
  change.limit = limit_of(key, options_.wide_in);
  instruction.op = Op::duration;
  instruction.extra = push(program_.unit_changes, change);
  return true;
}

bool Compiler::set_bytes(const MappedKey& key, ValueForm form, Instruction& instruction) {
  const bool marked = key.cut_at != 0;
  instruction.op = Op::bytes;
  instruction.extra = push(program_.bytes_forms, {form, marked ? key.cut_at : key.max_length, marked});
  return true;
}

}  // namespace flowcef
