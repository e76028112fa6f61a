#include "explain_record.hpp"

#include <algorithm>
#include <filesystem>
#include <span>

#include "flowcef/map/cef_escape.hpp"
#include "flowcef/map/provenance.hpp"

namespace flowcef {
namespace {

/// In bytes.
constexpr std::size_t kLongestValue = 26;
/// Of the values of one list.
constexpr std::size_t kMaxListKeys = 6;
constexpr std::uint16_t kProtocolIdentifier = 4;

std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return std::string(text.substr(0, cut_at_code_point(bytes, text.size(), limit - 2))) + "..";
}

/// All instructions of a program, those that look into options tables last.
template <class Visit>
void for_each_instruction(const Program& program, const Visit& visit) {
  for (const auto* code : {&program.code, &program.lookups}) {
    for (const Instruction& instruction : *code) visit(instruction);
  }
}

const Instruction& inner_of(const Program& program, const Instruction& instruction) {
  return instruction.op == Op::unless_zero ? program.inner[instruction.extra] : instruction;
}

/// Returns: what makes the key show another text than the element itself, as the mapping writes it; mostly nothing.
std::string form_text(const MappedKey& key, bool beside) {
  if (beside) return "table " + key.text_table->name();
  if (key.table != nullptr) return "table " + key.table->name();
  if (key.unit) return "unit";
  switch (key.form) {
    case ValueForm::plain:
      return {};
    case ValueForm::number:
    case ValueForm::signed_number:
      return "as a number";
    case ValueForm::text:
      return "as text";
    case ValueForm::hex:
      return "in hex";
    case ValueForm::base64:
      return "in base64";
    case ValueForm::asn1_time:
      return "as a time";
  }
  return {};
}

bool matches_any(const std::vector<ElementMatch>& elements, const Field& field) {
  return std::ranges::any_of(elements, [&](const ElementMatch& element) { return element.matches(field); });
}

UnknownElement unknown_of(const Field& field) {
  const ElementId& id = field.id;
  UnknownElement unknown;
  unknown.id = id_text(id);
  const bool netflow9 = id.pen == kNetflow9Pen;
  const std::string type = field.length == 1   ? "unsigned8"
                           : field.length == 2 ? "unsigned16"
                           : field.length == 4 ? "unsigned32"
                           : field.length == 8 ? "unsigned64"
                                               : "string";
  unknown.table_row = (netflow9 ? "v9" : std::to_string(id.pen)) + "  " + std::to_string(id.id) + "  NAME  " + type;
  if (!netflow9 && id.pen != 0) unknown.source = std::to_string(id.pen) + ':' + std::to_string(id.id);
  return unknown;
}

}  // namespace

const MappedKey* find_key(const Mapping& mapping, std::string_view key) {
  const auto found = std::ranges::find_if(mapping.keys, [&](const MappedKey& candidate) {
    return candidate.key == key || (candidate.text_table != nullptr && candidate.key + "Text" == key);
  });
  return found == mapping.keys.end() ? nullptr : &*found;
}

std::string signature_of(const EventRule& rule) {
  if (rule.header.empty()) return "dropped";
  std::size_t begin = 0;
  int fields = 0;
  for (std::size_t i = 0; i < rule.header.size(); ++i) {
    if (rule.header[i] == '\\') {
      ++i;
    } else if (rule.header[i] == '|') {
      if (++fields == 5) return rule.header.substr(begin, i - begin);
      begin = i + 1;
    }
  }
  return {};
}

std::string place_text(const SourcePosition& where) {
  return std::filesystem::path(where.file).filename().string() + ':' + std::to_string(where.line);
}

std::string event_text(const EventRule& rule) {
  return signature_of(rule) + " (" + place_text(rule.where) + ')';
}

std::string id_text(ElementId id) {
  const std::string number = std::to_string(id.id);
  if (id.pen == 0) return number;
  if (id.pen == kNetflow9Pen) return "v9 " + number;
  if (id.pen == kNetflow9ScopePen) return "scope " + number;
  if (id.pen == kNetflow7Pen) return "v7 " + number;
  return std::to_string(id.pen) + ':' + number;
}

Mapping plain_mapping() {
  Mapping mapping;
  EventRule rule;
  rule.header = "|";
  mapping.events.push_back(std::move(rule));
  return mapping;
}

FirstRecord RecordExplainer::explain() const {
  FirstRecord first;
  first.event = event_text(rule());
  first.dropped = line_.text.empty();
  first.line = line_.text;
  for (std::size_t i = 0; i < set_.layout.fields.size(); ++i) {
    first.rows.push_back(row_of(i));
    const Field& field = set_.layout.fields[i];
    if (field.element != nullptr) continue;
    UnknownElement unknown = unknown_of(field);
    if (std::ranges::find(first.unknown, unknown.id, &UnknownElement::id) == first.unknown.end()) {
      first.unknown.push_back(std::move(unknown));
    }
  }
  if (!first.dropped) add_other_keys(first);
  return first;
}

FieldRow RecordExplainer::row_of(std::size_t index) const {
  const Field& field = set_.layout.fields[index];
  FieldRow row;
  row.element = field.element != nullptr ? field.element->name : "?";
  row.id = id_text(field.id);
  row.length = field.length == kVariableLength ? "var" : std::to_string(field.length);
  if (field.bits != 0) row.length = std::to_string(field.bits) + " bit";
  row.type = field.element != nullptr ? std::string(to_string(field.type())) : "?";
  row.value = plain_value(index);
  if (line_.text.empty()) return row;
  for_each_instruction(line_.program, [&](const Instruction& instruction) {
    const auto fields = fields_read(line_.program, set_.layout, instruction);
    if (std::ranges::find(fields, index) != fields.end()) add_fates(instruction, index, row);
  });
  const auto tested = fields_tested(line_.program, set_.layout);
  if (std::ranges::binary_search(tested, index)) row.fates.emplace_back("used for the event");
  if (const std::string why = why_left_out(index); !why.empty()) row.fates.push_back(why);
  return row;
}

std::string RecordExplainer::plain_value(std::size_t index) const {
  for (const LinePiece& piece : plain_.pieces) {
    const auto fields = fields_read(plain_.program, set_.layout, *piece.instruction);
    if (fields.empty() || fields.front() != index || !shows_field(plain_.program, *piece.instruction)) continue;
    return cut(written_by(plain_, *piece.instruction)->value, kLongestValue);
  }
  return value_of(set_, line_.record, set_.layout.fields[index]).empty() ? "(empty)" : "-";
}

std::optional<RecordExplainer::Written> RecordExplainer::written_by(const TracedLine& line,
                                                                    const Instruction& instruction) const {
  for (const LinePiece& piece : line.pieces) {
    if (piece.instruction != &instruction) continue;
    const std::string_view text(piece.begin, static_cast<std::size_t>(piece.end - piece.begin));
    const std::string_view key = key_of(line.program, instruction);
    if (key.empty()) return Written{{}, text};
    const std::size_t literal = inner_of(line.program, instruction).literal.length;
    const bool constant = instruction.op == Op::constant;  // its `=` is part of the text
    return Written{key, text.substr(std::min(text.size(), literal + (constant ? 1 : 0)))};
  }
  return std::nullopt;
}

bool RecordExplainer::is_on_line(std::string_view key) const {
  return std::ranges::any_of(line_.pieces,
                             [&](const LinePiece& piece) { return key_of(line_.program, *piece.instruction) == key; });
}

void RecordExplainer::add_fates(const Instruction& instruction, std::size_t index, FieldRow& row) const {
  if (const auto written = written_by(line_, instruction)) return add_written(instruction, *written, index, row);
  const std::string_view key = key_of(line_.program, instruction);
  const bool shows =
      shows_field(line_.program, instruction) && fields_read(line_.program, set_.layout, instruction).front() == index;
  const Op op = inner_of(line_.program, instruction).op;
  if (!shows || key.empty() || op == Op::mapped_ipv4 || op == Op::table_text) return;
  const bool mapped = find_key(mapping_, key) != nullptr;
  if (!mapped && instruction.after != 0) return;  // a key of the mapping shows it
  row.fates.push_back((mapped ? "not " + std::string(key) + ": " : "left out: ") + why_silent(instruction));
}

void RecordExplainer::add_written(const Instruction& instruction, const Written& written, std::size_t index,
                                  FieldRow& row) const {
  if (written.key.empty()) return add_list_keys(written, row);
  const bool shows =
      shows_field(line_.program, instruction) && fields_read(line_.program, set_.layout, instruction).front() == index;
  const std::string pair = std::string(written.key) + '=' + cut(written.value, kLongestValue);
  if (!shows) return row.fates.push_back("used for " + pair);
  const MappedKey* key = find_key(mapping_, written.key);
  if (key == nullptr) return row.fates.push_back(std::string(written.key) + " (generated)");
  const bool same = cut(written.value, kLongestValue) == row.value;
  std::string form = form_text(*key, key->key != written.key);
  if (same && form.starts_with("table ")) form += " has no text for it";
  row.fates.push_back((same ? std::string(written.key) : pair) + (form.empty() ? "" : " (" + form + ')'));
}

/// An `=` in a value is escaped.
void RecordExplainer::add_list_keys(const Written& written, FieldRow& row) const {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < written.value.size(); ++i) {
    if (written.value[i] == '\\') {
      ++i;
    } else if (written.value[i] == '=') {
      const std::size_t blank = written.value.rfind(' ', i);
      const std::size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
      keys.emplace_back(written.value.substr(begin, i - begin));
    }
  }
  for (std::size_t i = 0; i < std::min(keys.size(), kMaxListKeys); ++i) row.fates.push_back(keys[i] + " (generated)");
  if (keys.size() > kMaxListKeys) row.fates.push_back("... " + std::to_string(keys.size() - kMaxListKeys) + " more");
}

/// Returns: nothing if the field is on the line, or said not to be.
std::string RecordExplainer::why_left_out(std::size_t index) const {
  bool has_instruction = false;
  for_each_instruction(line_.program, [&](const Instruction& instruction) {
    const auto fields = fields_read(line_.program, set_.layout, instruction);
    const bool shows = !fields.empty() && fields.front() == index && shows_field(line_.program, instruction);
    const bool generated = find_key(mapping_, key_of(line_.program, instruction)) == nullptr;
    has_instruction = has_instruction || (shows && (generated || written_by(line_, instruction)));
  });
  if (has_instruction) return {};
  const Field& field = set_.layout.fields[index];
  if (matches_any(mapping_.drop, field)) return "left out: the mapping's `drop` names it";
  if (mapping_.unmapped == Unmapped::drop) return "left out: unmapped = \"drop\"";
  if (value_of(set_, line_.record, field).empty()) return "left out: empty";
  return {};
}

std::string RecordExplainer::why_silent(const Instruction& instruction) const {
  const std::string_view key = key_of(line_.program, instruction);
  if (std::ranges::find(rule().set_keys, key) != rule().set_keys.end()) return "the event sets it";
  const auto fields = fields_read(line_.program, set_.layout, instruction);
  if (!fields.empty() && value_of(set_, line_.record, set_.layout.fields[fields.front()]).empty()) return "empty";
  if (std::string why = why_not_run(instruction); !why.empty()) return why;
  if (is_on_line(key)) return "another source fills it";
  return why_no_value(instruction);
}

std::string RecordExplainer::why_not_run(const Instruction& instruction) const {
  const std::uint8_t condition = instruction.condition;
  if ((condition & condition::kAlways) != 0) return {};
  const Field* field = set_.layout.find({0, kProtocolIdentifier});
  const Bytes protocol = field != nullptr ? value_of(set_, line_.record, *field) : Bytes();
  const bool icmp = !protocol.empty() && (protocol.back() == 1 || protocol.back() == 58);
  if (condition == condition::kNotIcmp && icmp) return "ICMP has no ports";
  if (condition == condition::kIcmp && !icmp) return "the record is not of ICMP";
  if (condition == condition::kTables) return "no options data tells it";
  if (condition == condition::kIpv4Used) return "the record is of IPv6";
  if (condition == condition::kIpv6Used) return "the record is of IPv4";
  return {};
}

std::string RecordExplainer::why_no_value(const Instruction& instruction) const {
  const Program& program = line_.program;
  const Instruction& inner = inner_of(program, instruction);
  const auto fields = fields_read(program, set_.layout, instruction);
  const Bytes value = fields.empty() ? Bytes() : value_of(set_, line_.record, set_.layout.fields[fields.front()]);
  if (instruction.op == Op::unless_zero && all_zero(value)) return "zero";
  switch (inner.op) {
    case Op::within_limit:
      return "above " + std::to_string(program.limits[inner.extra]) + ", which is all the key takes";
    case Op::pure_ipv6:
      return "an IPv4 address in IPv6 form";
    case Op::time:
    case Op::time_text:
      return why_no_time(inner);
    case Op::duration:
      return "the key cannot hold it";
    case Op::finite32:
    case Op::finite64:
      return "no number";
    case Op::name:
      return "no options data tells it";
    case Op::sampling_interval:
    case Op::corrected:
      return "no sampling interval is known";
    case Op::long_flow:
      return "not that long";
    case Op::context_text:
      return "the export has none";
    case Op::text:
      return "blank";
    default:
      return "it has no value that the key takes";
  }
}

std::string RecordExplainer::why_no_time(const Instruction& instruction) const {
  const TimeSource& source = line_.program.times[instruction.extra];
  if (source.kind == TimeSource::Kind::uptime && !source.init_in_record && !set_.context.uptime_known) {
    return "the exporter's boot time (element 160) is not known";
  }
  if (instruction.bits == time_role::kFlowEnd) return "no time, or before the start";
  return "no time";
}

void RecordExplainer::add_other_keys(FirstRecord& first) const {
  for (const LinePiece& piece : line_.pieces) {
    if (!fields_read(line_.program, set_.layout, *piece.instruction).empty()) continue;
    const auto written = written_by(line_, *piece.instruction);
    const MappedKey* key = find_key(mapping_, written->key);
    std::string from = "a constant";
    if (key != nullptr && key->constant.empty()) {
      from.clear();
      for (const KeySource& source : key->sources) {
        if (source.context) from += (from.empty() ? "" : ", ") + source_text(source);
      }
    }
    first.other_keys.push_back(std::string(written->key) + (from.empty() ? "" : " (" + from + ')'));
  }
  for (const std::string& key : rule().set_keys) first.other_keys.push_back(key + " (of the event)");
}

}  // namespace flowcef
