#include <algorithm>
#include <string>
#include <utility>

#include "compiler.hpp"
#include "time_sources.hpp"

// A key's sources are tried in the order of the mapping: each of its instructions waits for the misses of those before.
// Where the template alone decides, the others are not compiled.

namespace flowcef {
namespace {

/// Returns: whether the instruction is known to write something for every record.
bool always_finds_value(const Instruction& instruction) {
  const std::uint16_t length = instruction.operand.length;
  const bool fixed = length != 0 && length != kVariableLength;
  if (instruction.condition != condition::kAlways) return false;
  switch (instruction.op) {
    case Op::event_id:
      return true;
    case Op::unsigned1:
    case Op::unsigned2:
    case Op::unsigned4:
    case Op::unsigned8:
    case Op::unsigned_n:
    case Op::bits:
    case Op::signed_n:
    case Op::ipv4:
    case Op::ipv6:
    case Op::mac:
    case Op::hex:
    case Op::boolean:
    case Op::float32:
    case Op::float64:
    case Op::ntp_micros:
    case Op::ntp_nanos:
    case Op::application_id:
      return fixed;
    case Op::table:
      return fixed && length <= 8;
    default:
      return false;
  }
}

}  // namespace

void Compiler::add_switches() {
  for (const MappedKey& key : mapping_.keys) {
    const auto sets = [&](const EventRule* rule) {
      return std::ranges::find(rule->set_keys, key.key) != rule->set_keys.end();
    };
    if (std::ranges::none_of(rules_, sets)) continue;
    const std::uint64_t bit = switches_[key.key] = take_miss();
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      if (!sets(rules_[i])) program_.events[i].starts_with |= bit;
    }
  }
}

void Compiler::add_key(const MappedKey& key) {
  if (key.options_record && *key.options_record != layout_.options) return;
  sources_ = {};
  if (const auto found = switches_.find(key.key); found != switches_.end()) sources_.after = found->second;
  if (!key.constant.empty()) return add_constant(key, key.constant);
  add_sources(key);
}

void Compiler::add_sources(const MappedKey& key) {
  bool applies = false;
  for (const KeySource& source : key.sources) {
    // A raw line has nothing that was made of the record's values.
    const bool of_record =
        !source.context || (!is_of_data_set(*source.context) && *source.context != ContextValue::event_id);
    if (of_record && layout_.view == RecordView::raw) continue;
    applies = true;
    if (sources_.done) {
      pass_over(key, source);
      continue;
    }
    if (sources_.last && next_miss_ == 0) return;  // out of bits: the sources so far must do
    if (source.context) {
      add_context(key, *source.context);
    } else if (source.column) {
      add_column(key, *source.column);
    } else {
      add_element(key, source.element);
    }
  }
  if (sources_.done) return;
  if (key.omit != Omit::never || !applies || (sources_.last && next_miss_ == 0)) return;
  wait_for_sources();
  add_constant(key, {});
}

void Compiler::add_constant(const MappedKey& key, const std::string& text) {
  Instruction instruction;
  instruction.op = Op::constant;
  instruction.after = sources_.after;
  instruction.priority = key.priority;
  instruction.extra = push(program_.constants, add_literal('=' + text));
  program_.fixed_size += text.size() + kCopyBlock;
  emit_literal(instruction, literal_of(key.key, key.label));
}

void Compiler::wait_for_sources() {
  if (!sources_.last) return;
  const std::uint64_t miss = take_miss();
  program_.code[*sources_.last].misses |= miss;
  sources_.after |= miss;
  sources_.last.reset();
}

void Compiler::pass_over(const MappedKey& key, const KeySource& source) {
  if (!key.custom) return;
  std::optional<std::size_t> index;
  if (source.is_element()) {
    if (const auto chosen = choose_field(key, source.element)) index = chosen->first;
  } else if (source.context == ContextValue::start || source.context == ContextValue::end) {
    if (const auto found = find_flow_time(layout_, source.context == ContextValue::start)) index = found->field;
  }
  if (index) shown_[*index].taken = shown_[*index].as_well = true;
}

void Compiler::show(const MappedKey& key, Instruction instruction) {
  wait_for_sources();
  const bool unless_zero = key.omit == Omit::zero;
  instruction.after = sources_.after;
  instruction.priority = key.priority;
  emit(instruction, key.key, key.label, unless_zero);
  sources_.done = !unless_zero && !layout_.sparse && always_finds_value(instruction);
  if (!sources_.done) sources_.last = program_.code.size() - 1;
}

bool Compiler::may_be_skipped() const {
  return sources_.after != 0;
}

std::uint64_t Compiler::take_miss() {
  return std::exchange(next_miss_, next_miss_ << 1);
}

std::uint64_t Compiler::take_partial_miss() {
  const std::uint64_t miss = take_miss();
  program_.partial_misses |= miss;
  return miss;
}

}  // namespace flowcef
