#include "explain_keys.hpp"

#include <algorithm>

#include "flowcef/map/provenance.hpp"

namespace flowcef {
namespace {

/// Returns: what an export must have for such a value to be there; nothing for those that most have.
std::string_view absence_of(ContextValue value) {
  switch (value) {
    case ContextValue::exporter:
      return "no exporter has an IPv4 address";
    case ContextValue::exporter_ipv6:
      return "no exporter has an IPv6 address";
    case ContextValue::icmp_type:
    case ContextValue::icmp_code:
    case ContextValue::icmp_type_name:
      return "no record of ICMP, or none that states type and code";
    case ContextValue::sampling_interval:
    case ContextValue::corrected_octets:
    case ContextValue::corrected_packets:
      return "no sampling interval is known";
    case ContextValue::application_name:
    case ContextValue::sampler_name:
    case ContextValue::ingress_vrf_name:
    case ContextValue::egress_vrf_name:
    case ContextValue::user_name:
      return "no options data tells such a name";
    case ContextValue::ingress_interface_name:
    case ContextValue::egress_interface_name:
      return "neither options data nor an [[exporter]] tells such a name";
    case ContextValue::class_name:
      return "no [[exporter]] has classes with such a name";
    case ContextValue::start:
    case ContextValue::end:
      return "no record states such a time";
    default:
      return "the exports do not have it";
  }
}

}  // namespace

KeyUsage::KeyUsage(const Mapping& mapping)
    : mapping_(mapping), uses_(mapping.keys.size()), rule_records_(mapping.events.size()) {}

std::uint32_t KeyUsage::index_of(const Program& program, const Instruction& instruction) const {
  const MappedKey* key = find_key(mapping_, key_of(program, instruction));
  return key == nullptr ? kNone : static_cast<std::uint32_t>(key - mapping_.keys.data());
}

const KeyUsage::ProgramKeys& KeyUsage::keys_of(const DataSet& set, const Program& program) {
  const auto known = programs_.find(program.serial);
  if (known != programs_.end()) return known->second;
  if (programs_.size() == kMaxPrograms) programs_.clear();
  ProgramKeys& keys = programs_[program.serial];
  for (const Instruction& instruction : program.code) keys.code.push_back(index_of(program, instruction));
  for (const Instruction& instruction : program.lookups) keys.lookups.push_back(index_of(program, instruction));
  (set.layout.options ? options_seen_ : data_seen_) = true;
  raw_ = set.layout.view == RecordView::raw;
  for (std::size_t i = 0; i < mapping_.keys.size(); ++i) {
    for (const KeySource& source : mapping_.keys[i].sources) {
      const bool there = source.is_element() && std::ranges::any_of(set.layout.fields, [&](const Field& field) {
                           return source.element.matches(field);
                         });
      uses_[i].in_template = uses_[i].in_template || there;
    }
  }
  return keys;
}

void KeyUsage::count(const DataSet& set, const TracedLine& line, bool let_through) {
  const ProgramKeys& keys = keys_of(set, line.program);
  if (let_through) ++rule_records_[line.program.events[line.event].rule];
  if (line.text.empty()) {
    for (const std::uint32_t index : keys.code) {
      if (index != kNone) uses_[index].unsent = true;
    }
  }
  const auto* code = line.program.code.data();
  for (const LinePiece& piece : line.pieces) {
    const bool in_code = piece.instruction >= code && piece.instruction < code + line.program.code.size();
    const std::uint32_t index =
        in_code ? keys.code[static_cast<std::size_t>(piece.instruction - code)]
                : keys.lookups[static_cast<std::size_t>(piece.instruction - line.program.lookups.data())];
    if (index == kNone) continue;
    Use& use = uses_[index];
    (let_through ? use.on_line : use.unsent) = true;
  }
}

void KeyUsage::note_reasons(const DataSet& set, const TracedLine& line, const RecordExplainer& explainer) {
  const ProgramKeys& keys = keys_of(set, line.program);
  if (line.text.empty()) return;
  const auto note = [&](std::uint32_t index, const Instruction& instruction) {
    if (index == kNone || !uses_[index].reason.empty()) return;
    const bool written =
        std::ranges::any_of(line.pieces, [&](const LinePiece& piece) { return piece.instruction == &instruction; });
    const bool shows = shows_field(line.program, instruction) && instruction.op != Op::mapped_ipv4;
    if (!written && shows) uses_[index].reason = explainer.why_silent(instruction);
  };
  for (std::size_t i = 0; i < keys.code.size(); ++i) note(keys.code[i], line.program.code[i]);
  for (std::size_t i = 0; i < keys.lookups.size(); ++i) note(keys.lookups[i], line.program.lookups[i]);
}

std::string KeyUsage::reason_of(std::size_t index) const {
  const MappedKey& key = mapping_.keys[index];
  if (key.options_record == true && !options_seen_) return "kind = \"options\", and there are no options records";
  if (key.options_record == false && !data_seen_) return "kind = \"data\", and there are only options records";
  for (std::size_t i = 0; i < mapping_.events.size(); ++i) {
    const auto& set = mapping_.events[i].set_keys;
    if (rule_records_[i] != 0 && std::ranges::find(set, key.key) != set.end()) {
      return "only as the constant of the event " + event_text(mapping_.events[i]);
    }
  }
  if (uses_[index].unsent) return "only in records that are not sent";
  if (!uses_[index].reason.empty()) return "has no value: " + uses_[index].reason;
  if (raw_ && uses_[index].in_template) return "records = \"raw\" fills no key by a field";
  if (uses_[index].in_template) return "in a template, but not in a length or kind of record that the key takes";
  std::string_view context;
  bool elements = false;
  for (const KeySource& source : key.sources) {
    elements = elements || source.is_element();
    if (source.context) context = absence_of(*source.context);
    if (source.column) context = "no lookup has anything for any record, or none is read here";
  }
  std::string reason = elements ? key.sources.size() == 1 ? "no template has it" : "no template has any of them" : "";
  if (!context.empty()) reason += (reason.empty() ? "" : "; ") + std::string(context);
  return reason.empty() ? "no record was sent" : reason;
}

std::vector<AbsentKey> KeyUsage::absent() const {
  std::vector<AbsentKey> absent;
  for (std::size_t i = 0; i < uses_.size(); ++i) {
    if (uses_[i].on_line) continue;
    const MappedKey& key = mapping_.keys[i];
    std::string sources;
    for (const KeySource& source : key.sources)
      sources += (sources.empty() ? "" : ", ") + source_text(mapping_, source);
    absent.push_back({key.key, std::move(sources), reason_of(i)});
  }
  return absent;
}

std::vector<RuleFinding> KeyUsage::rules() const {
  std::vector<RuleFinding> rules;
  for (std::size_t i = 0; i < rule_records_.size(); ++i) {
    if (rule_records_[i] == 0) continue;
    const EventRule& rule = mapping_.events[i];
    rules.push_back({signature_of(rule), place_text(rule.where), rule_records_[i]});
  }
  return rules;
}

}  // namespace flowcef
