#include <string>

#include "compiler.hpp"
#include "plain_op.hpp"
#include "time_sources.hpp"

namespace flowcef {

void Compiler::add_generated_keys() {
  for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
    const Field& field = layout_.fields[i];
    const std::string key = unique_key(generated_key(mapping_.prefix, field.id, field.element));
    if (sent_[i] && steps_in_after_[i] == 0) continue;
    if (is_list(field.type())) {
      add_list(i, key);
      continue;
    }
    Instruction instruction = value_of(field);
    instruction.after = steps_in_after_[i];
    emit(instruction, key, {});
  }
  if (layout_.options) return;
  add_long_flow();
  const auto lookups = static_cast<std::ptrdiff_t>(program_.code.size());
  add_generated_names();
  add_generated_interval();
  program_.lookups.assign(program_.code.begin() + lookups, program_.code.end());
  program_.code.erase(program_.code.begin() + lookups, program_.code.end());
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
    const SentName sent = names_[rule.value];
    if (rule.key.empty() || (sent.taken && sent.after == 0)) continue;
    if (rule.unless != 0 && layout_.find({0, rule.unless}) != nullptr) continue;
    const NameLookup name{rule.table, find_numbers(layout_, rule)};
    if (name.keys.empty()) continue;
    Instruction instruction = lookup(Op::name, rule.table);
    instruction.extra = push(program_.names, name);
    instruction.after = sent.after;
    emit(instruction, unique_key(mapping_.prefix + std::string(rule.key)), {});
  }
}

/// An interval that the record states goes out under its own key.
void Compiler::add_generated_interval() {
  if (interval_taken_ || find_sampling(layout_).kind != SamplingSource::Kind::table) return;
  emit(sampling_instruction(Op::sampling_interval, ~std::uint64_t{0}), unique_key(mapping_.prefix + "SamplingInterval"),
       {});
}

void Compiler::add_long_flow() {
  if (layout_.long_flow_ms == 0) return;
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
