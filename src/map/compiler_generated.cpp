#include <algorithm>
#include <string>

#include "compiler.hpp"
#include "plain_op.hpp"
#include "time_sources.hpp"

namespace flowcef {
namespace {

bool matches_any(const std::vector<ElementMatch>& elements, const Field& field) {
  return std::ranges::any_of(elements, [&](const ElementMatch& element) { return element.matches(field); });
}

}  // namespace

void Compiler::add_generated_keys() {
  for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
    const Field& field = layout_.fields[i];
    const std::string key = unique_key(generated_key(mapping_.prefix, field.id, field.element));
    const Shown& shown = shown_[i];
    if (shown.taken && !shown.as_well && !wants_generated(shown)) continue;
    if (!is_dropped(i)) {
      add_generated_key(i, key);
    } else if (!shown.taken) {
      ++program_.dropped_fields;
    }
  }
  if (layout_.options) return;
  add_long_flow();
  const auto lookups = static_cast<std::ptrdiff_t>(program_.code.size());
  add_generated_names();
  add_generated_interval();
  program_.lookups.assign(program_.code.begin() + lookups, program_.code.end());
  program_.code.erase(program_.code.begin() + lookups, program_.code.end());
}

bool Compiler::is_dropped(std::size_t index) const {
  return (mapping_.unmapped == Unmapped::drop && !shown_[index].taken) ||
         matches_any(mapping_.drop, layout_.fields[index]);
}

void Compiler::add_generated_key(std::size_t index, const std::string& key) {
  const Field& field = layout_.fields[index];
  if (is_list(field.type())) return add_list(index, key);
  const Shown& shown = shown_[index];
  if (mapping_.unmapped == Unmapped::warn_once && !shown.taken) {
    program_.unmapped.push_back({field.id, field.element, key});
  }
  Instruction instruction = value_of(field);
  if (!shown.as_well) instruction.after = shown.after | had_turn(shown);
  const bool unless_zero = (shown.omit_zero && !shown.as_well) || matches_any(mapping_.omit_zero, field);
  emit(instruction, key, {}, unless_zero);
}

bool Compiler::wants_generated(const Shown& shown) const {
  const bool drop = mapping_.unmapped == Unmapped::drop;
  return shown.taken ? !shown.whole && (!drop || shown.may_miss) : !drop;
}

/// Where several keys may show it, instructions that never write tell whether one of them had its turn.
std::uint64_t Compiler::had_turn(const Shown& shown) {
  const bool always = shown.turns.empty() || std::ranges::find(shown.turns, 0U) != shown.turns.end();
  if (mapping_.unmapped != Unmapped::drop || always) return 0;
  if (shown.turns.size() == 1) return shown.turns.front();
  Instruction mark;
  mark.op = Op::constant;
  mark.condition = 0;
  mark.misses = take_miss();
  program_.skipped_misses &= ~mark.misses;
  for (const std::uint64_t turn : shown.turns) {
    mark.after = turn;
    program_.code.push_back(mark);
  }
  return mark.misses;
}

void Compiler::add_list(std::size_t index, const std::string& key) {
  Instruction instruction;
  instruction.op = Op::list;
  const Literal literal = add_literal(key + '=');
  instruction.extra = push(program_.lists, {static_cast<std::uint16_t>(index), layout_.fields[index].id, literal});
  program_.code.push_back(instruction);
  program_.fixed_size += kCopyBlock;
}

void Compiler::add_generated_names() {
  for (const NameRule& rule : name_rules()) {
    const Shown& shown = names_[rule.value];
    if (rule.key.empty() || !wants_generated(shown)) continue;
    if (rule.unless != 0 && layout_.find({0, rule.unless}) != nullptr) continue;
    const NameLookup name{rule.table, find_numbers(layout_, rule)};
    if (name.keys.empty()) continue;
    Instruction instruction = lookup(Op::name, {rule.table});
    instruction.extra = push(program_.names, name);
    instruction.after = shown.after | had_turn(shown);
    emit(instruction, unique_key(mapping_.prefix + std::string(rule.key)), {});
  }
}

/// An interval that the record states goes out under its own key.
void Compiler::add_generated_interval() {
  if (!wants_generated(interval_) || find_sampling(layout_).kind != SamplingSource::Kind::table) return;
  Instruction instruction = sampling_instruction(Op::sampling_interval, ~std::uint64_t{0});
  instruction.after = interval_.after | had_turn(interval_);
  emit(instruction, unique_key(mapping_.prefix + "SamplingInterval"), {});
}

void Compiler::add_long_flow() {
  if (layout_.long_flow_ms == 0 || mapping_.unmapped == Unmapped::drop) return;
  const auto start = find_flow_time(layout_, true);
  const auto end = find_flow_time(layout_, false);
  if (!start || !end) return;
  program_.long_flow_ms = layout_.long_flow_ms;
  Instruction instruction;
  instruction.op = Op::long_flow;
  instruction.extra = push(program_.times, start->source);
  push(program_.times, end->source);
  emit(instruction, unique_key(mapping_.prefix + "LongFlow"), {});
}

void Compiler::add_raw_keys() {
  for (const Field& field : layout_.fields) {
    if (field.in_header) continue;
    Instruction instruction = value_of(field);
    instruction.op = Op::hex;
    if (field.condition == FieldCondition::always) instruction.condition = condition::kAlways;
    emit(instruction, unique_key(generated_key(mapping_.prefix + "Raw", field.id, field.element)), {});
  }
}

std::string Compiler::unique_key(const std::string& key) {
  if (used_keys_.insert(key).second) return key;
  unsigned& last = repeats_.try_emplace(key, 1).first->second;
  for (;;) {
    std::string numbered = key + std::to_string(++last);
    if (used_keys_.insert(numbered).second) return numbered;
  }
}

}  // namespace flowcef
