#include "explain_record.hpp"

#include <algorithm>
#include <filesystem>
#include <span>

#include "flowcef/core/cef_escape.hpp"
#include "flowcef/map/provenance.hpp"

namespace flowcef {
namespace {

/// In bytes.
constexpr std::size_t kLongestValue = 26;
constexpr std::size_t kLongestLine = 16'384;
/// Fields of a record that are explained.
constexpr std::size_t kMaxRows = 250;
/// Of the values of one list.
constexpr std::size_t kMaxListKeys = 6;
constexpr std::uint16_t kProtocolIdentifier = 4;

std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return std::string(text.substr(0, cut_at_code_point(bytes, text.size(), limit - 2))) + "..";
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

/// Returns: whether an output may widen the key.
bool is_byte_count(std::string_view key) {
  return key == "in" || key == "out";
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
  std::string number = std::to_string(id.id);
  if (id.pen == 0) return number;
  if (id.pen == kNetflow9Pen) return "v9:" + number;
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

RecordExplainer::RecordExplainer(const Mapping& mapping, const DataSet& set, const TracedLine& line,
                                 const TracedLine& plain)
    : mapping_(mapping),
      set_(set),
      line_(line),
      uses_(uses_of(line, set.layout)),
      plain_uses_(uses_of(plain, set.layout)) {}

std::vector<RecordExplainer::Use> RecordExplainer::uses_of(const TracedLine& line, const Template& layout) {
  const Program& program = line.program;
  std::vector<Use> uses;
  auto piece = line.pieces.begin();  // in the order of the instructions
  for (const auto* code : {&program.code, &program.lookups}) {
    for (const Instruction& instruction : *code) {
      Use& use = uses.emplace_back();
      use.instruction = &instruction;
      use.fields = fields_read(program, layout, instruction);
      use.shows = shows_field(program, instruction);
      use.key = key_of(program, instruction);
      if (piece == line.pieces.end() || piece->instruction != &instruction) continue;
      const std::string_view text(piece->begin, static_cast<std::size_t>(piece->end - piece->begin));
      const std::size_t equals = instruction.op == Op::constant ? 1 : 0;  // a constant has it in its text
      const std::size_t head = use.key.empty() ? 0 : inner_of(program, instruction).literal.length + equals;
      use.written = Written{use.key, text.substr(std::min(text.size(), head))};
      ++piece;
    }
  }
  return uses;
}

FirstRecord RecordExplainer::explain() const {
  FirstRecord first;
  first.event = event_text(rule());
  first.dropped = line_.text.empty();
  first.line = cut(line_.text, kLongestLine);
  const auto& fields = set_.layout.fields;
  first.more_fields = fields.size() - std::min(fields.size(), kMaxRows);
  for (std::size_t i = 0; i < std::min(fields.size(), kMaxRows); ++i) {
    first.rows.push_back(row_of(i));
    const Field& field = fields[i];
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
  for (const Use& use : uses_) {
    if (std::ranges::find(use.fields, index) != use.fields.end()) add_fates(use, index, row);
  }
  const auto tested = fields_tested(line_.program, set_.layout);
  if (std::ranges::binary_search(tested, index)) row.fates.emplace_back("used for the event");
  if (const std::string why = why_left_out(index); !why.empty()) row.fates.push_back(why);
  return row;
}

std::string RecordExplainer::plain_value(std::size_t index) const {
  for (const Use& use : plain_uses_) {
    if (use.written && use.shows_field_at(index)) return cut(use.written->value, kLongestValue);
  }
  return value_of(set_, line_.record, set_.layout.fields[index]).empty() ? "(empty)" : "-";
}

bool RecordExplainer::is_on_line(std::string_view key) const {
  return std::ranges::any_of(uses_, [&](const Use& use) { return use.written && use.key == key; });
}

void RecordExplainer::add_fates(const Use& use, std::size_t index, FieldRow& row) const {
  if (use.written) return add_written(use, index, row);
  const Op op = inner_of(line_.program, *use.instruction).op;
  if (!use.shows_field_at(index) || use.key.empty() || op == Op::mapped_ipv4 || op == Op::table_text) return;
  const bool mapped = find_key(mapping_, use.key) != nullptr;
  if (!mapped && use.instruction->after != 0) return;  // a key of the mapping shows it
  const std::string what = mapped ? "not " + std::string(use.key) : "left out";
  row.fates.push_back(what + ": " + why_silent(*use.instruction));
}

void RecordExplainer::add_written(const Use& use, std::size_t index, FieldRow& row) const {
  const Written& written = *use.written;
  if (written.key.empty()) return add_list_keys(written, row);
  const std::string value = cut(written.value, kLongestValue);
  const std::string name(written.key);
  if (!use.shows_field_at(index)) return row.fates.push_back("used for " + name + '=' + value);
  const MappedKey* key = find_key(mapping_, written.key);
  if (key == nullptr) return row.fates.push_back(name + " (generated)");
  const bool same = value == row.value;
  std::string form = form_text(*key, key->key != written.key);
  if (same && form.starts_with("table ")) form += " has no text for it";
  row.fates.push_back((same ? name : name + '=' + value) + (form.empty() ? "" : " (" + form + ')'));
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
  const bool is_told = std::ranges::any_of(uses_, [&](const Use& use) {
    return use.shows_field_at(index) && (use.written || find_key(mapping_, use.key) == nullptr);
  });
  if (is_told) return {};
  const Field& field = set_.layout.fields[index];
  if (matches_any(mapping_.drop, field)) return "left out: the mapping's `drop` names it";
  if (mapping_.unmapped == Unmapped::drop) return "left out: unmapped = \"drop\"";
  if (set_.layout.view == RecordView::raw) return "left out: records = \"raw\" sends the record's own bytes only";
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
  if (condition == condition::kTables) return "neither options data nor an [[exporter]] tells it";
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
      return "above " + std::to_string(program.limits[inner.extra]) + ", which is all the key takes" +
             (is_byte_count(key_of(program, instruction)) ? " unless the output says wide_in = true" : "");
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
      return "neither options data nor an [[exporter]] tells it";
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
  for (const Use& use : uses_) {
    if (!use.written || !use.fields.empty()) continue;
    const MappedKey* key = find_key(mapping_, use.key);
    std::string from = use.instruction->op == Op::constant ? "a constant" : "from the exporter's options data";
    if (key != nullptr && key->constant.empty()) {
      from.clear();
      for (const KeySource& source : key->sources) {
        if (source.context) from += (from.empty() ? "" : ", ") + source_text(mapping_, source);
      }
    }
    first.other_keys.push_back(std::string(use.key) + (from.empty() ? "" : " (" + from + ')'));
  }
  for (const std::string& key : rule().set_keys) first.other_keys.push_back(key + " (of the event)");
}

}  // namespace flowcef
