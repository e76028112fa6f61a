#include <algorithm>

#include "compiler.hpp"
#include "time_sources.hpp"

// Lookups are asked by the fields that the template has; without one of them there is nothing to ask.

namespace flowcef {

bool Compiler::can_ask(std::size_t probe) const {
  const MappedProbe& mapped = mapping_.probes[probe];
  return mapped.lookup &&
         std::ranges::all_of(mapped.elements, [this](const ElementMatch& element) { return find(element) != nullptr; });
}

std::size_t Compiler::use_probe(std::size_t probe) {
  const auto [known, is_new] = probes_.try_emplace(probe, program_.probes.size());
  if (!is_new) return known->second;
  if (program_.probes.empty()) {
    if (const auto start = find_flow_time(layout_, true)) program_.flow_start = start->source;
    if (const auto end = find_flow_time(layout_, false)) program_.flow_end = end->source;
  }
  const MappedProbe& mapped = mapping_.probes[probe];
  LookupProbe& made = program_.probes.emplace_back();
  made.lookup = *mapped.lookup;
  for (const ElementMatch& element : mapped.elements) {
    const Field& field = *find(element);
    made.key.push_back({operand_of(layout_, field), field.type(), condition_of(field), field.bits_shift, field.bits});
  }
  return known->second;
}

void Compiler::add_column(const MappedKey& key, const ProbeColumn& column) {
  if (!can_ask(column.probe)) return;
  ColumnText text;
  text.probe = use_probe(column.probe);
  text.column = column.column;
  text.limit = length_limit(key);
  text.text = column.type == DataType::string;
  text.marked = key.cut_at != 0;
  text.number = holds_numbers(key);
  text.negative = holds_negative(key);
  text.largest = limit_of(key, options_.wide_in);
  Instruction instruction;
  instruction.op = Op::column;
  instruction.extra = push(program_.columns, text);
  show(key, instruction);
}

}  // namespace flowcef
