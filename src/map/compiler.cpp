#include "compiler.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "flowcef/core/cef_escape.hpp"
#include "plain_op.hpp"
#include "time_sources.hpp"

namespace flowcef {
namespace {

bool is_flow_address(const Field& field, std::uint16_t source, std::uint16_t destination) {
  return field.id.pen == 0 && (field.id.id == source || field.id.id == destination);
}

}  // namespace

Compiler::Compiler(const Mapping& mapping, const Template& layout, const CompileOptions& options)
    : mapping_(mapping), layout_(layout), options_(options), shown_(layout.fields.size()) {}

Program Compiler::run() {
  program_.serial = layout_.serial;
  prepare_conditions();
  choose_events();
  add_switches();
  take_keys_of_mapping();
  if (options_.limited) program_.shed_keys = add_literal(unique_key(mapping_.prefix + "ShedKeys") + '=');
  for (const MappedKey& key : mapping_.keys) add_key(key);
  if (layout_.view != RecordView::raw) add_generated_keys();
  if (layout_.view != RecordView::interpreted) add_raw_keys();
  if (!program_.lists.empty()) program_.own_keys.assign(used_keys_.begin(), used_keys_.end());
  program_.unknown_fields = static_cast<std::uint32_t>(
      std::ranges::count(layout_.fields, nullptr, [](const Field& field) { return field.element; }));
  for (auto* code : {&program_.code, &program_.lookups}) {
    for (Instruction& instruction : *code) {
      instruction.depends = instruction.after != 0 || instruction.condition != condition::kAlways;
    }
  }
  program_.literals.append(kCopyBlock, ' ');
  std::size_t longest_header = 0;
  for (const EventChoice& choice : program_.events)
    longest_header = std::max<std::size_t>(longest_header, choice.header.length);
  program_.fixed_size += sizeof(EventChoice::priority) + longest_header + kMaxBoundedValue;
  for (const auto& [place, uses] : uses_) program_.uses_of_a_field = std::max(program_.uses_of_a_field, uses);
  return std::move(program_);
}

void Compiler::take_keys_of_mapping() {
  for (const MappedKey& key : mapping_.keys) {
    used_keys_.insert(key.key);
    if (key.text_table != nullptr) used_keys_.insert(key.key + "Text");
  }
  for (const EventRule& rule : mapping_.events) used_keys_.insert(rule.set_keys.begin(), rule.set_keys.end());
}

const Field* Compiler::find(const ElementMatch& element) const {
  const auto found = std::find_if(layout_.fields.begin(), layout_.fields.end(),
                                  [&](const Field& field) { return element.matches(field); });
  return found == layout_.fields.end() ? nullptr : &*found;
}

void Compiler::prepare_conditions() {
  if (const Field* protocol = layout_.find({0, 4})) program_.protocol = operand_of(layout_, *protocol);
  std::vector<Operand> v4;
  std::vector<Operand> v6;
  for (const Field& field : layout_.fields) {
    if (is_flow_address(field, 8, 12) && field.length == 4) v4.push_back(operand_of(layout_, field));
    if (is_flow_address(field, 27, 28) && field.length == 16) v6.push_back(operand_of(layout_, field));
  }
  if (v4.empty() || v6.empty()) return;
  program_.tests_family = true;
  program_.ipv4_addresses = std::move(v4);
  program_.ipv6_addresses = std::move(v6);
}

std::uint8_t Compiler::condition_of(const Field& field) {
  if (field.condition != FieldCondition::always) {
    program_.tests_protocol = true;
    return field.condition == FieldCondition::icmp ? condition::kIcmp : condition::kNotIcmp;
  }
  if (program_.tests_family && is_flow_address(field, 8, 12)) return condition::kIpv4Used;
  if (program_.tests_family && is_flow_address(field, 27, 28)) return condition::kIpv6Used;
  return condition::kAlways;
}

Instruction Compiler::value_of(const Field& field) {
  Instruction instruction;
  instruction.operand = operand_of(layout_, field);
  instruction.condition = condition_of(field);
  instruction.bits_shift = field.bits_shift;
  instruction.bits = field.bits;
  instruction.op = field.bits != 0 ? Op::bits : plain_op(field.element, field.length);
  return instruction;
}

Instruction Compiler::lookup(Op op, std::initializer_list<OptionsTable> tables) {
  auto& known = program_.options_tables;
  for (const OptionsTable table : tables) {
    if (std::find(known.begin(), known.end(), table) == known.end()) known.push_back(table);
  }
  Instruction instruction;
  instruction.op = op;
  instruction.condition = condition::kTables;
  return instruction;
}

Instruction Compiler::sampling_instruction(Op op, std::uint64_t limit) {
  program_.sampling = find_sampling(layout_);
  Instruction instruction;
  if (program_.sampling.kind == SamplingSource::Kind::table) {
    instruction = lookup(op, {OptionsTable::sampling_interval, OptionsTable::interface_sampling});
  }
  instruction.op = op;
  instruction.extra = push(program_.limits, limit);
  return instruction;
}

void Compiler::emit(Instruction instruction, const std::string& key, const std::string& label, bool unless_zero) {
  if (instruction.op == Op::name) program_.fixed_size += kMaxEscapeGrowth * kMaxOptionsText;
  if (instruction.op == Op::table || instruction.op == Op::table_text) {
    program_.fixed_size += program_.tables[instruction.extra]->longest_text();
  }
  if (instruction.op == Op::icmp_type_name) {
    const IcmpTypeNames& names = program_.icmp_type_names[instruction.extra];
    program_.fixed_size += std::max(names.ipv4->longest_text(), names.ipv6->longest_text());
  }
  if (is_field(instruction.op)) ++uses_[{instruction.operand.in_header, instruction.operand.at}];
  emit_literal(instruction, literal_of(key, label) + '=');
  if (!unless_zero) return;
  Instruction& outer = program_.code.back();
  outer.extra = push(program_.inner, outer);
  outer.op = Op::unless_zero;
  outer.literal = {};
}

void Compiler::emit_literal(Instruction instruction, const std::string& literal) {
  instruction.literal = add_literal(literal);
  // A block copy of the literal may run over its end.
  program_.fixed_size += literal.size() + kCopyBlock + kMaxBoundedValue;
  program_.code.push_back(instruction);
}

std::string Compiler::literal_of(const std::string& key, const std::string& label) {
  return label.empty() ? key : key + "Label=" + label + ' ' + key;
}

Literal Compiler::add_literal(const std::string& text) {
  const Literal literal{static_cast<std::uint32_t>(program_.literals.size()), static_cast<std::uint32_t>(text.size())};
  program_.literals += text;
  return literal;
}

Program compile(const Mapping& mapping, const Template& layout, const CompileOptions& options) {
  return Compiler(mapping, layout, options).run();
}

}  // namespace flowcef
