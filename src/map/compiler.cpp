#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "flowcef/map/executor.hpp"
#include "flowcef/map/program.hpp"
#include "time_sources.hpp"

namespace flowcef {
namespace {

constexpr std::uint64_t kMaxInteger = 0x7fff'ffff;
constexpr std::uint64_t kMaxLong = 0x7fff'ffff'ffff'ffff;
/// Room for the longest value of bounded size: a table text, an IPv6 address, a float.
constexpr std::size_t kMaxBoundedValue = 64;

bool is_number(const Field& field) {
  return is_unsigned(field.type());
}

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

bool is_list(DataType type) {
  return type == DataType::basic_list || type == DataType::sub_template_list ||
         type == DataType::sub_template_multi_list;
}

class Compiler {
 public:
  Compiler(const Mapping& mapping, const Template& layout, const CompileOptions& options)
      : mapping_(mapping),
        layout_(layout),
        options_(options),
        sent_(layout.fields.size()),
        steps_in_after_(layout.fields.size()) {}

  Program run() {
    program_.serial = layout_.serial;
    choose_events();
    prepare_conditions();
    for (const MappedKey& key : mapping_.keys) used_keys_.insert(key.key);
    for (const MappedKey& key : mapping_.keys) add_key(key);
    add_generated_keys();
    program_.literals.append(kCopyBlock, ' ');
    std::size_t longest_header = 0;
    for (const EventChoice& choice : program_.events)
      longest_header = std::max<std::size_t>(longest_header, choice.header.length);
    program_.fixed_size += longest_header + kMaxBoundedValue;
    for (const auto& [place, uses] : uses_) program_.uses_of_a_field = std::max(program_.uses_of_a_field, uses);
    return std::move(program_);
  }

 private:
  [[nodiscard]] Operand operand(const Field& field) const { return operand_of(layout_, field); }

  // ---- event rules: what a template can never satisfy is decided here, not per record

  void choose_events() {
    for (const EventRule& rule : mapping_.events) {
      EventChoice choice;
      if (!can_hold(rule, choice)) continue;
      choice.header = add_literal(rule.header);
      program_.events.push_back(std::move(choice));
      if (program_.events.back().equals.empty()) return;
    }
  }

  bool can_hold(const EventRule& rule, EventChoice& choice) const {
    if (rule.options_record && *rule.options_record != layout_.options) return false;
    for (const ElementMatch& element : rule.present) {
      if (find(element) == nullptr) return false;
    }
    for (const EventRule::Equals& equals : rule.equals) {
      const Field* field = find(equals.element);
      if (field == nullptr || !is_number(*field)) return false;
      choice.equals.push_back({operand(*field), equals.values});
    }
    return true;
  }

  const Field* find(const ElementMatch& element) const {
    const auto found = std::find_if(layout_.fields.begin(), layout_.fields.end(),
                                    [&](const Field& field) { return element.matches(field); });
    return found == layout_.fields.end() ? nullptr : &*found;
  }

  // ---- conditions

  void prepare_conditions() {
    if (const Field* protocol = layout_.find({0, 4})) program_.protocol = operand(*protocol);
    std::vector<Operand> v4;
    std::vector<Operand> v6;
    for (const Field& field : layout_.fields) {
      if (is_flow_address(field, 8, 12) && field.length == 4) v4.push_back(operand(field));
      if (is_flow_address(field, 27, 28) && field.length == 16) v6.push_back(operand(field));
    }
    if (v4.empty() || v6.empty()) return;
    program_.tests_family = true;
    program_.ipv4_addresses = std::move(v4);
    program_.ipv6_addresses = std::move(v6);
  }

  static bool is_flow_address(const Field& field, std::uint16_t source, std::uint16_t destination) {
    return field.id.pen == 0 && (field.id.id == source || field.id.id == destination);
  }

  std::uint8_t condition_of(const Field& field) {
    if (field.condition != FieldCondition::always) {
      program_.tests_protocol = true;
      return field.condition == FieldCondition::icmp ? condition::kIcmp : condition::kNotIcmp;
    }
    if (program_.tests_family && is_flow_address(field, 8, 12)) return condition::kIpv4Used;
    if (program_.tests_family && is_flow_address(field, 27, 28)) return condition::kIpv6Used;
    return condition::kAlways;
  }

  // ---- keys of the mapping

  void add_key(const MappedKey& key) {
    for (const KeySource& source : key.sources) {
      if (source.context ? add_context(key, *source.context) : add_element(key, source.element)) return;
    }
  }

  bool add_context(const MappedKey& key, ContextValue value) {
    if (value == ContextValue::start || value == ContextValue::end) return add_flow_time(key, value);
    Instruction instruction;
    if (value == ContextValue::event_id) {
      instruction.op = Op::event_id;
    } else {
      instruction.op = Op::context_text;
      instruction.extra = push(program_.context_values, value);
    }
    emit(instruction, key.key, key.label);
    return true;
  }

  bool add_flow_time(const MappedKey& key, ContextValue value) {
    const auto found = find_flow_time(layout_, value == ContextValue::start);
    if (!found) return false;
    Instruction instruction = value_of(layout_.fields[found->field]);
    instruction.op = Op::time;
    instruction.extra = push(program_.times, found->source);
    take(key, found->field, instruction, found->exact);
    return true;
  }

  bool add_element(const MappedKey& key, const ElementMatch& element) {
    for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
      const Field& field = layout_.fields[i];
      if (!element.matches(field)) continue;
      Instruction instruction;
      if (!choose_op(key, field, instruction)) continue;
      take(key, i, instruction, instruction.op != Op::time || is_exact(program_.times[instruction.extra]));
      return true;
    }
    return add_mapped_ipv4(key, element);
  }

  /// `src` of a template that has only the IPv6 element: dual-stack hosts show IPv4 peers as ::ffff:192.0.2.1.
  bool add_mapped_ipv4(const MappedKey& key, const ElementMatch& element) {
    for (const auto& [ipv4, ipv6] : kAddressTwins) {
      const Field* field = layout_.find({0, ipv6});
      const bool twin = element.id == ElementId{0, ipv4.id} || element.name == ipv4.name;
      if (!twin || key.type != CefType::ipv4 || field == nullptr || field->length != 16) continue;
      Instruction instruction = value_of(*field);
      instruction.op = Op::mapped_ipv4;
      emit(instruction, key.key, key.label);
      return true;
    }
    return false;
  }

  /// The key shows the field. What it cannot show (or not whole) goes out under the generated key.
  void take(const MappedKey& key, std::size_t index, Instruction instruction, bool shows_all) {
    const Field& field = layout_.fields[index];
    const bool as_port = key.key == "spt" || key.key == "dpt";
    if (as_port && program_.protocol.length != 0 && field.condition == FieldCondition::always) {
      // ICMP has no ports; what stands in their place in some exports is its type and code.
      program_.tests_protocol = true;
      instruction.condition = condition::kNotIcmp;
    }
    const bool alone = !key.custom && shows_all;
    if (alone && can_miss(field, instruction)) {
      if (next_miss_ == 0) return emit(instruction, key.key, key.label);  // out of bits: shown twice
      instruction.misses = std::exchange(next_miss_, next_miss_ << 1);
      steps_in_after_[index] = instruction.misses;
    }
    emit(instruction, key.key, key.label);
    if (alone) sent_[index] = true;
  }

  static bool can_miss(const Field& field, const Instruction& instruction) {
    switch (instruction.op) {
      case Op::within_limit:
      case Op::pure_ipv6:
      case Op::time:
      case Op::float32:
      case Op::float64:
        return true;
      case Op::text:
        return instruction.extra != 0 && field.length > instruction.extra;
      case Op::unsigned_n:
      case Op::signed_n:
      case Op::table:
        return field.length > 8;
      default:
        return instruction.condition == condition::kNotIcmp && field.condition == FieldCondition::always;
    }
  }

  /// Returns: false if the field's length does not suit the key's type, so that it must go out otherwise.
  bool choose_op(const MappedKey& key, const Field& field, Instruction& instruction) {
    instruction = value_of(field);
    if (key.table != nullptr) {
      if (!is_number(field)) return false;
      instruction.op = Op::table;
      instruction.extra = push(program_.tables, key.table);
      return true;
    }
    if (!key.type) return true;
    switch (*key.type) {
      case CefType::string:
        return set_text_limit(key, field, instruction);
      case CefType::integer:
        return set_limit(key, field, kMaxInteger, instruction);
      case CefType::long_integer:
        return set_limit(key, field, kMaxLong, instruction);
      case CefType::floating:
        instruction.extra = 1;
        return instruction.op != Op::hex && instruction.op != Op::text;
      case CefType::ipv4:
        return instruction.op == Op::ipv4;
      case CefType::ipv6:
        return std::exchange(instruction.op, Op::pure_ipv6) == Op::ipv6;
      case CefType::ip:
        return instruction.op == Op::ipv4 || instruction.op == Op::ipv6;
      case CefType::mac:
        return instruction.op == Op::mac;
      case CefType::timestamp:
        return set_time(field, instruction);
    }
    return false;
  }

  bool set_text_limit(const MappedKey& key, const Field& field, Instruction& instruction) {
    if (instruction.op == Op::text) instruction.extra = key.max_length;
    if (instruction.op == Op::signed_n) return field.length <= 8;
    if (instruction.op == Op::unsigned_n && field.length > 8) {
      instruction.op = Op::within_limit;
      instruction.extra = push(program_.limits, ~std::uint64_t{0});
    }
    // Half a hex text says less than none.
    return instruction.op != Op::hex || key.max_length == 0 || 2 * std::size_t{field.length} <= key.max_length;
  }

  bool set_limit(const MappedKey& key, const Field& field, std::uint64_t limit, Instruction& instruction) {
    if (instruction.op == Op::signed_n) return field.length <= (limit == kMaxInteger ? 4 : 8);
    if (!is_number(field)) return false;
    if (field.bits != 0) return true;
    if (options_.wide_in && (key.key == "in" || key.key == "out")) limit = kMaxLong;
    const bool can_exceed = field.length >= 8 || limit >> (8 * field.length) == 0;
    if (!can_exceed) return true;
    instruction.op = Op::within_limit;
    instruction.extra = push(program_.limits, limit);
    return true;
  }

  bool set_time(const Field& field, Instruction& instruction) {
    const auto source = time_of(layout_, field);
    if (!source) return false;
    instruction.op = Op::time;
    instruction.extra = push(program_.times, *source);
    return true;
  }

  // ---- everything that no key took

  void add_generated_keys() {
    for (std::size_t i = 0; i < layout_.fields.size(); ++i) {
      const Field& field = layout_.fields[i];
      const std::string key = unique_key(generated_key(mapping_.prefix, field));
      if (sent_[i] && steps_in_after_[i] == 0) continue;
      Instruction instruction = value_of(field);
      instruction.after = steps_in_after_[i];
      emit(instruction, key, {});
    }
  }

  /// A template may hold an element several times: the second one's key ends in 2, and so on.
  std::string unique_key(const std::string& key) {
    if (used_keys_.insert(key).second) return key;
    unsigned& last = repeats_.try_emplace(key, 1).first->second;
    for (;;) {
      std::string numbered = key + std::to_string(++last);
      if (used_keys_.insert(numbered).second) return numbered;
    }
  }

  /// The instruction that writes a field as it stands, by its type and length.
  Instruction value_of(const Field& field) {
    Instruction instruction;
    instruction.operand = operand(field);
    instruction.condition = condition_of(field);
    instruction.bits_shift = field.bits_shift;
    instruction.bits = field.bits;
    instruction.op = op_of(field);
    return instruction;
  }

  static Op op_of(const Field& field) {
    const DataType type = field.type();
    const bool variable = field.length == kVariableLength;
    if (field.element == nullptr || is_list(type)) return Op::hex;
    if (field.bits != 0) return Op::bits;
    if (is_unsigned(type)) return number_op(field.length);
    if (is_signed(type)) return field.length <= 8 || variable ? Op::signed_n : Op::hex;
    switch (type) {
      case DataType::string:
        return Op::text;
      case DataType::ipv4_address:
        return field.length == 4 ? Op::ipv4 : Op::hex;
      case DataType::ipv6_address:
        return field.length == 16 ? Op::ipv6 : Op::hex;
      case DataType::mac_address:
        return field.length == 6 ? Op::mac : Op::hex;
      case DataType::boolean:
        return field.length == 1 ? Op::boolean : Op::hex;
      case DataType::float32:
      case DataType::float64:
        return field.length == 4 ? Op::float32 : field.length == 8 ? Op::float64 : Op::hex;
      case DataType::date_time_seconds:
      case DataType::date_time_milliseconds:
        return number_op(field.length);
      case DataType::date_time_microseconds:
        return field.length == 8 ? Op::ntp_micros : number_op(field.length);
      case DataType::date_time_nanoseconds:
        return field.length == 8 ? Op::ntp_nanos : number_op(field.length);
      default:
        return Op::hex;
    }
  }

  static Op number_op(std::uint16_t length) {
    switch (length) {
      case 1:
        return Op::unsigned1;
      case 2:
        return Op::unsigned2;
      case 4:
        return Op::unsigned4;
      case 8:
        return Op::unsigned8;
      default:
        return Op::unsigned_n;
    }
  }

  // ---- output

  void emit(Instruction instruction, const std::string& key, const std::string& label) {
    std::string literal;
    if (!label.empty()) literal = key + "Label=" + label + ' ';
    literal += key + '=';
    instruction.literal = add_literal(literal);
    // A block copy of the literal may run over its end.
    program_.fixed_size += literal.size() + kCopyBlock + kMaxBoundedValue;
    program_.code.push_back(instruction);
    if (instruction.op != Op::time && instruction.op != Op::context_text && instruction.op != Op::event_id) {
      ++uses_[{instruction.operand.in_header, instruction.operand.at}];
    }
  }

  Literal add_literal(const std::string& text) {
    const Literal literal{static_cast<std::uint32_t>(program_.literals.size()),
                          static_cast<std::uint32_t>(text.size())};
    program_.literals += text;
    return literal;
  }

  template <class T>
  static std::uint32_t push(std::vector<T>& items, const T& item) {
    items.push_back(item);
    return static_cast<std::uint32_t>(items.size() - 1);
  }

  const Mapping& mapping_;
  const Template& layout_;
  CompileOptions options_;
  Program program_;
  std::vector<bool> sent_;                     ///< by field: a key of the mapping took it
  std::vector<std::uint64_t> steps_in_after_;  ///< by field: the bit after which its generated key is sent; 0: none
  std::uint64_t next_miss_ = 1;
  std::set<std::string> used_keys_;
  std::map<std::string, unsigned> repeats_;                     ///< of a generated key: the last number given
  std::map<std::pair<bool, std::uint32_t>, std::size_t> uses_;  ///< by place: how many instructions show it
};

}  // namespace

Program compile(const Mapping& mapping, const Template& layout, const CompileOptions& options) {
  return Compiler(mapping, layout, options).run();
}

}  // namespace flowcef
