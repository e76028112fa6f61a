#include "flowcef/map/provenance.hpp"

#include <algorithm>
#include <optional>

#include "context_names.hpp"

namespace flowcef {
namespace {

/// Which of several fields in the same bytes it is, as in NetFlow v5 the destination port and ICMP's type and code.
struct Share {
  std::uint8_t bits = 0;
  std::uint8_t shift = 0;
  bool icmp = false;
};

bool stands_at(const Template& layout, std::size_t index, const Operand& operand) {
  const Field& field = layout.fields[index];
  if (field.in_header != operand.in_header) return false;
  if (layout.variable && !field.in_header) return operand.at == index;
  return field.offset == operand.at && field.length == operand.length;
}

std::optional<std::size_t> field_at(const Template& layout, const Operand& operand, const Share& share) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < layout.fields.size(); ++i) {
    const Field& field = layout.fields[i];
    if (!stands_at(layout, i, operand)) continue;
    const bool icmp = field.condition == FieldCondition::icmp;
    const bool exact =
        icmp == share.icmp && (field.bits == 0 || (field.bits == share.bits && field.bits_shift == share.shift));
    if (exact) return i;
    if (!found) found = i;
  }
  return found;
}

class Reads {
 public:
  explicit Reads(const Template& layout) : layout_(layout) {}

  void add(const Operand& operand, const Share& share = {}) {
    if (operand.length == 0) return;
    const auto index = field_at(layout_, operand, share);
    if (index && std::ranges::find(fields_, *index) == fields_.end()) fields_.push_back(*index);
  }

  void add(const TimeSource& time) {
    add(time.value);
    if (time.init_in_record) add(time.init);
    if (time.duration != TimeSource::Duration::none) add(time.duration_value);
  }

  void add(const SamplingSource& sampling) {
    add(sampling.first, {sampling.bits});
    add(sampling.second);
  }

  void add(const LookupProbe& probe) {
    for (const LookupProbe::Part& part : probe.key) {
      add(part.operand, {part.bits, part.bits_shift, part.condition == condition::kIcmp});
    }
  }

  void add(const IcmpSource& icmp, bool code) { add(code && !icmp.joined ? icmp.code : icmp.type, {.icmp = true}); }

  [[nodiscard]] std::vector<std::size_t> take() { return std::move(fields_); }

 private:
  const Template& layout_;
  std::vector<std::size_t> fields_;
};

const Instruction& inner_of(const Program& program, const Instruction& instruction) noexcept {
  return instruction.op == Op::unless_zero ? program.inner[instruction.extra] : instruction;
}

}  // namespace

std::string_view key_of(const Program& program, const Instruction& instruction) noexcept {
  const Literal& literal = inner_of(program, instruction).literal;
  std::string_view key(program.literals.data() + literal.offset, literal.length);
  if (key.ends_with('=')) key.remove_suffix(1);
  return key.substr(key.rfind(' ') + 1);  // behind its label
}

std::vector<std::size_t> fields_read(const Program& program, const Template& layout, const Instruction& instruction) {
  const Instruction& inner = inner_of(program, instruction);
  Reads reads(layout);
  switch (inner.op) {
    case Op::time:
    case Op::time_text:
      reads.add(program.times[inner.extra]);
      break;
    case Op::long_flow:
      reads.add(program.times[inner.extra]);
      reads.add(program.times[inner.extra + 1]);
      break;
    case Op::list:
      return {program.lists[inner.extra].field};
    case Op::name:
      for (const Operand& key : program.names[inner.extra].keys) reads.add(key);
      break;
    case Op::icmp_type:
    case Op::icmp_code:
    case Op::icmp_type_name:
      for (const IcmpSource& source : program.icmp) reads.add(source, inner.op == Op::icmp_code);
      break;
    case Op::corrected:
      reads.add(inner.operand);
      reads.add(program.sampling);
      break;
    case Op::sampling_interval:
      reads.add(program.sampling);
      break;
    case Op::column:
      reads.add(program.probes[program.columns[inner.extra].probe]);
      break;
    default:
      if (is_field(inner.op)) {
        reads.add(inner.operand, {inner.bits, inner.bits_shift, inner.condition == condition::kIcmp});
      }
      break;
  }
  return reads.take();
}

bool shows_field(const Program& program, const Instruction& instruction) noexcept {
  const Op op = inner_of(program, instruction).op;
  return is_field(op) || op == Op::time || op == Op::time_text || op == Op::list;
}

std::vector<std::size_t> fields_tested(const Program& program, const Template& layout) {
  Reads reads(layout);
  for (const EventTest& test : program.event_tests.tests) {
    if (test.kind == EventTest::Kind::exporter) continue;
    if (test.kind == EventTest::Kind::found || test.kind == EventTest::Kind::column) {
      reads.add(program.probes[test.probe]);
    } else {
      reads.add(test.operand, {test.bits, test.bits_shift, test.condition == condition::kIcmp});
    }
  }
  std::vector<std::size_t> fields = reads.take();
  std::ranges::sort(fields);
  return fields;
}

std::string source_text(const Mapping& mapping, const KeySource& source) {
  if (source.column) return mapping.probes[source.column->probe].text + '.' + source.column->name;
  if (!source.context) {
    const ElementMatch& element = source.element;
    if (!element.name.empty() || !element.id) return element.name;
    return std::to_string(element.id->pen) + ':' + std::to_string(element.id->id);
  }
  const auto names = context_names();
  return std::string(std::ranges::find(names, *source.context, &ContextName::value)->name);
}

}  // namespace flowcef
