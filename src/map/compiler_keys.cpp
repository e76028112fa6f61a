#include <algorithm>
#include <string>
#include <utility>

#include "compiler.hpp"
#include "time_sources.hpp"

namespace flowcef {
namespace {

constexpr std::uint64_t kMaxUnsigned = ~std::uint64_t{0};
/// In bytes: at most 24 characters of text, which every key of the dictionary holds.
constexpr std::size_t kShortApplicationId = 9;
/// In characters.
constexpr std::size_t kLongestIpv6 = 39;
constexpr std::uint16_t kOctetDeltaCount = 1;
constexpr std::uint16_t kPacketDeltaCount = 2;

struct AddressTwin {
  struct {
    std::uint16_t id;
    std::string_view name;
  } ipv4;
  std::uint16_t ipv6;
};

constexpr AddressTwin kAddressTwins[] = {
    {{8, "sourceIPv4Address"}, 27},
    {{12, "destinationIPv4Address"}, 28},
    {{225, "postNATSourceIPv4Address"}, 281},
    {{226, "postNATDestinationIPv4Address"}, 282},
};

bool is_port(const MappedKey& key) {
  return key.key == "spt" || key.key == "dpt";
}

/// Returns: whether the instruction may leave the field out, or cut it.
bool can_miss(const MappedKey& key, const Field& field, const Instruction& instruction) {
  if (instruction.condition == condition::kNotIcmp && field.condition == FieldCondition::always) return true;
  switch (instruction.op) {
    case Op::within_limit:
    case Op::pure_ipv6:
    case Op::time:
    case Op::time_text:
    case Op::duration:
    case Op::finite32:
    case Op::finite64:
      return true;
    case Op::bytes:
      return key.form == ValueForm::text || (key.cut_at == 0 && key.max_length != 0);
    case Op::text:
      return instruction.extra != 0 && field.length > instruction.extra;
    case Op::unsigned_n:
    case Op::signed_n:
      return field.length > 8;
    case Op::table:
      return field.length > 8 || (key.omit == Omit::zero && instruction.bits != field.bits);
    default:
      return false;
  }
}

}  // namespace

bool holds_numbers(const MappedKey& key) {
  return key.type == CefType::integer || key.type == CefType::long_integer;
}

std::uint16_t length_limit(const MappedKey& key) {
  return key.cut_at != 0 ? key.cut_at : key.max_length;
}

std::uint64_t limit_of(const MappedKey& key, bool wide_in) {
  if (!holds_numbers(key)) return kMaxUnsigned;
  const bool wide = wide_in && (key.key == "in" || key.key == "out");
  return static_cast<std::uint64_t>(range_of(key.key, wide ? CefType::long_integer : *key.type).largest);
}

bool holds_negative(const MappedKey& key) {
  return !holds_numbers(key) || range_of(key.key, *key.type).smallest < 0;
}

void Compiler::add_context(const MappedKey& key, ContextValue value) {
  Instruction instruction;
  switch (value) {
    case ContextValue::event_id:
      instruction.op = Op::event_id;
      break;
    case ContextValue::start:
    case ContextValue::end:
      return add_flow_time(key, value == ContextValue::start);
    case ContextValue::icmp_type:
    case ContextValue::icmp_code:
    case ContextValue::icmp_type_name:
      return add_icmp(key, value);
    case ContextValue::sampling_interval:
    case ContextValue::corrected_octets:
    case ContextValue::corrected_packets:
      return add_sampling(key, value);
    default:
      if (!is_of_data_set(value)) return add_name(key, value);
      instruction.op = Op::context_text;
      instruction.extra = push(program_.context_texts, {value,
                                                        key.form,
                                                        {key.time, key.local_time},
                                                        length_limit(key),
                                                        key.cut_at != 0,
                                                        limit_of(key, options_.wide_in),
                                                        holds_negative(key)});
      break;
  }
  show(key, instruction);
}

void Compiler::add_flow_time(const MappedKey& key, bool start) {
  const auto found = find_flow_time(layout_, start);
  if (!found) return;
  Instruction instruction = value_of(layout_.fields[found->field]);
  instruction.op = Op::time;
  instruction.extra = push(program_.times, found->source);
  instruction.bits = start ? time_role::kFlowStart : time_role::kFlowEnd;
  set_time_style(key, instruction);
  take(key, found->field, instruction, found->exact);
}

void Compiler::add_icmp(const MappedKey& key, ContextValue value) {
  if (program_.icmp.empty()) program_.icmp = find_icmp(layout_);
  if (program_.icmp.empty() || program_.protocol.length == 0) return;
  program_.tests_protocol = true;
  Instruction instruction;
  if (value == ContextValue::icmp_type_name) {
    instruction.op = Op::icmp_type_name;
    instruction.extra = push(
        program_.icmp_type_names,
        {mapping_.find_table("icmp_type"), mapping_.find_table("icmpv6_type"), length_limit(key), key.cut_at != 0});
  } else {
    instruction.op = value == ContextValue::icmp_type ? Op::icmp_type : Op::icmp_code;
    instruction.extra = push(program_.limits, limit_of(key, options_.wide_in));
  }
  instruction.condition = condition::kIcmp;
  show(key, instruction);
}

void Compiler::add_sampling(const MappedKey& key, ContextValue value) {
  if (layout_.options) return;
  Op op = Op::sampling_interval;
  const Field* counter = nullptr;
  if (value != ContextValue::sampling_interval) {
    counter = layout_.find({0, value == ContextValue::corrected_octets ? kOctetDeltaCount : kPacketDeltaCount});
    if (counter == nullptr) return;
    op = Op::corrected;
  }
  Instruction instruction = sampling_instruction(op, limit_of(key, options_.wide_in));
  if (counter != nullptr) {
    instruction.operand = operand_of(layout_, *counter);
  } else {
    take_derived(interval_, instruction, false);
  }
  show(key, instruction);
}

void Compiler::add_name(const MappedKey& key, ContextValue value) {
  for (const NameRule& rule : name_rules()) {
    if (rule.value != value) continue;
    NameLookup name{rule.table, find_numbers(layout_, rule)};
    if (name.keys.empty() || layout_.options) return;
    if (key.cut_at != 0) {
      name.max_length = key.cut_at;
      name.marked = true;
    }
    const bool may_cut = !name.marked && key.max_length != 0 && key.max_length < kMaxOptionsText;
    if (may_cut) name.max_length = key.max_length;
    Instruction instruction = lookup(Op::name, {rule.table});
    instruction.extra = push(program_.names, name);
    take_derived(names_[value], instruction, may_cut);
    return show(key, instruction);
  }
}

void Compiler::take_derived(Shown& shown, Instruction& instruction, bool may_cut) {
  wait_for_sources();
  shown.taken = true;
  shown.turns.push_back(sources_.after);
  shown.may_miss = shown.may_miss || may_cut;
  if (!may_cut && !may_be_skipped()) {
    shown.whole = true;
  } else {
    shown.after |= instruction.misses = take_partial_miss();
  }
}

void Compiler::add_element(const MappedKey& key, const ElementMatch& element) {
  if (const auto chosen = choose_field(key, element)) {
    const auto& [index, instruction] = *chosen;
    const bool is_time = instruction.op == Op::time || instruction.op == Op::time_text;
    const bool whole = is_time ? is_exact(program_.times[instruction.extra])
                               : instruction.bits_shift == layout_.fields[index].bits_shift;
    take(key, index, instruction, whole);
    const bool of_family = instruction.condition == condition::kIpv4Used;
    if (!of_family || next_miss_ == 0) return;
  }
  add_mapped_ipv4(key, element);
}

std::optional<std::pair<std::size_t, Instruction>> Compiler::choose_field(const MappedKey& key,
                                                                          const ElementMatch& element) {
  for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
    const Field& field = layout_.fields[i];
    if (!element.matches(field) || (is_port(key) && field.condition == FieldCondition::icmp)) continue;
    Instruction instruction;
    if (choose_op(key, field, instruction)) return std::pair(i, instruction);
  }
  return std::nullopt;
}

/// `src` of a record that has only the IPv6 element: dual-stack hosts show IPv4 peers as ::ffff:192.0.2.1.
void Compiler::add_mapped_ipv4(const MappedKey& key, const ElementMatch& element) {
  for (const auto& [ipv4, ipv6] : kAddressTwins) {
    const Field* field = layout_.find({0, ipv6});
    const bool twin = element.id == ElementId{0, ipv4.id} || element.name == ipv4.name;
    if (!twin || key.type != CefType::ipv4 || field == nullptr || field->length != 16) continue;
    Instruction instruction = value_of(*field);
    instruction.op = Op::mapped_ipv4;
    return show(key, instruction);
  }
}

/// The key shows the field. What it cannot show (or not whole) goes out under the generated key.
void Compiler::take(const MappedKey& key, std::size_t index, Instruction instruction, bool shows_all) {
  const Field& field = layout_.fields[index];
  if (is_port(key) && program_.protocol.length != 0 && field.condition == FieldCondition::always) {
    // ICMP has no ports; what stands in their place in some exports is its type and code.
    program_.tests_protocol = true;
    instruction.condition = condition::kNotIcmp;
  }
  wait_for_sources();
  Shown& shown = shown_[index];
  shown.taken = true;
  shown.turns.push_back(sources_.after);
  const bool may_miss = !shows_all || layout_.sparse || can_miss(key, field, instruction);
  shown.may_miss = shown.may_miss || may_miss;
  if (key.custom) {
    shown.as_well = true;
  } else {
    shown.omit_zero = shown.omit_zero || key.omit == Omit::zero;
  }
  if (!key.custom && shows_all) {
    if (!may_miss && !may_be_skipped()) {
      shown.whole = true;
    } else if (next_miss_ == 0) {
      shown.as_well = true;  // out of bits: shown twice
    } else {
      shown.after |= instruction.misses = take_partial_miss();
    }
  }
  const std::uint64_t after = sources_.after;
  show(key, instruction);
  if (key.text_table != nullptr) add_text(key, field, instruction.condition, after);
}

/// The text beside the number, behind it.
void Compiler::add_text(const MappedKey& key, const Field& field, std::uint8_t condition, std::uint64_t after) {
  Instruction instruction = value_of(field);
  if (!set_table(*key.text_table, field, instruction)) return;
  instruction.op = Op::table_text;
  instruction.condition = condition;
  instruction.after = after;
  instruction.priority = key.priority;
  emit(instruction, key.key + "Text", {}, key.omit == Omit::zero);
  if (key.omit != Omit::zero) return;
  // It stands there if the number does, whatever its own part of that is.
  program_.code.back().bits = field.bits;
  program_.code.back().bits_shift = field.bits_shift;
}

/// Returns: false if the field's length does not suit the key's type, so that it must go out otherwise.
bool Compiler::choose_op(const MappedKey& key, const Field& field, Instruction& instruction) {
  instruction = value_of(field);
  if (key.table != nullptr) return set_table(*key.table, field, instruction);
  if (has_form(key)) return set_form(key, field, instruction);
  if (!key.type) return true;
  switch (*key.type) {
    case CefType::string:
      return set_text_limit(key, field, instruction);
    case CefType::integer:
    case CefType::long_integer:
      return set_limit(key, field, instruction);
    case CefType::floating:
      if (instruction.op == Op::float32) instruction.op = Op::finite32;
      if (instruction.op == Op::float64) instruction.op = Op::finite64;
      if (instruction.op == Op::signed_n) return field.length <= 8;
      if (instruction.op == Op::unsigned_n && field.length > 8) limit_to(kMaxUnsigned, instruction);
      return instruction.op != Op::hex && instruction.op != Op::text && instruction.op != Op::application_id;
    case CefType::ipv4:
      return instruction.op == Op::ipv4;
    case CefType::ipv6:
      return std::exchange(instruction.op, Op::pure_ipv6) == Op::ipv6;
    case CefType::ip:
      return instruction.op == Op::ipv4 || instruction.op == Op::ipv6;
    case CefType::mac:
      return instruction.op == Op::mac;
    case CefType::timestamp:
      return set_time(key, field, instruction);
  }
  return false;
}

bool Compiler::set_table(const ValueTable& table, const Field& field, Instruction& instruction) {
  if (!is_unsigned(field.type())) return false;
  instruction.op = Op::table;
  instruction.extra = push(program_.tables, &table);
  if (field.bits != 0) return true;
  const NumberPart part = table.part_of(field.id);
  instruction.bits_shift = part.shift;
  instruction.bits = part.bits;
  return true;
}

bool Compiler::set_text_limit(const MappedKey& key, const Field& field, Instruction& instruction) {
  if (instruction.op == Op::text) instruction.extra = key.max_length;
  if (instruction.op == Op::signed_n) return field.length <= 8;
  if (instruction.op == Op::ipv6) return key.max_length == 0 || key.max_length >= kLongestIpv6;
  if (instruction.op == Op::unsigned_n && field.length > 8) limit_to(kMaxUnsigned, instruction);
  if (instruction.op == Op::application_id && field.length <= kShortApplicationId) return true;
  // Half a hex text says less than none.
  const bool in_hex = instruction.op == Op::hex || instruction.op == Op::application_id;
  return !in_hex || key.max_length == 0 || 2 * std::size_t{field.length} <= key.max_length;
}

bool Compiler::set_limit(const MappedKey& key, const Field& field, Instruction& instruction) {
  const std::uint64_t limit = limit_of(key, options_.wide_in);
  if (instruction.op == Op::signed_n) {
    if (field.length == 0 || field.length > 8) return false;
    // The bytes of a negative number are those of one above the largest.
    if (!holds_negative(key)) limit_to(std::min(limit, kMaxUnsigned >> (65 - 8 * field.length)), instruction);
    return true;
  }
  if (!is_unsigned(field.type())) return false;
  const unsigned bits = field.bits != 0 ? field.bits : 8U * field.length;
  const bool can_exceed = bits >= 64 || (limit + 1) >> bits == 0;
  if (can_exceed) limit_to(limit, instruction);
  return true;
}

void Compiler::limit_to(std::uint64_t limit, Instruction& instruction) {
  instruction.op = Op::within_limit;
  instruction.extra = push(program_.limits, limit);
}

}  // namespace flowcef
