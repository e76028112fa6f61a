#include "explain_path.hpp"

#include <algorithm>
#include <utility>

#include "flowcef/app/message_dump.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kSetHeaderLength = 4;
constexpr std::uint16_t kFirstDataSetId = 256;

std::optional<MessageOrigin> origin_of(Bytes message) {
  if (message.size() < 2) return std::nullopt;
  const auto number = [&](std::size_t at) { return load_be<std::uint32_t>(message.data() + at); };
  switch (load_be<std::uint16_t>(message.data())) {
    case 1:
      return MessageOrigin{ExportFormat::netflow1, 0};
    case 5:
      if (message.size() < 24) return std::nullopt;
      return MessageOrigin{ExportFormat::netflow5, load_be<std::uint16_t>(message.data() + 20)};
    case 7:
      return MessageOrigin{ExportFormat::netflow7, 0};
    case 9:
      if (message.size() < 20) return std::nullopt;
      return MessageOrigin{ExportFormat::netflow9, number(16)};
    case 10:
      if (message.size() < 16) return std::nullopt;
      return MessageOrigin{ExportFormat::ipfix, number(12)};
    default:
      return MessageOrigin{ExportFormat::layout, 0};  // if it is one: only then there is such a domain
  }
}

/// Calls back with id and body length of each data set, as far as the lengths can be believed.
template <class Visit>
void for_each_data_set(Bytes message, ExportFormat format, const Visit& visit) {
  ByteReader sets(message.subspan(format == ExportFormat::ipfix ? 16 : 20));
  std::uint16_t id = 0;
  std::uint16_t length = 0;
  Bytes body;
  while (sets.read(id) && sets.read(length) && length >= kSetHeaderLength &&
         sets.take(length - kSetHeaderLength, body)) {
    if (id >= kFirstDataSetId) visit(id, body.size());
  }
}

/// What tells one layout from another, whoever sent it.
std::string key_of_layout(const Template& layout) {
  std::string key = std::to_string(static_cast<int>(layout.format)) + (layout.options ? 'o' : 'd') +
                    std::to_string(layout.scope_fields) + '-' + std::to_string(layout.record_length) + '-';
  key += layout.name + '-';
  key.append(layout.definition.begin(), layout.definition.end());
  return key;
}

std::string title_of(const Template& layout) {
  std::string title = (layout.name.empty() ? std::string(to_string(layout.format)) : layout.name) +
                      (layout.options ? ", options" : "") + ", " + std::to_string(layout.fields.size()) + " fields, " +
                      (layout.variable ? "at least " : "") + std::to_string(layout.record_length) + " bytes";
  if (layout.view == RecordView::raw) title += ", records = \"raw\"";
  if (layout.view == RecordView::both) title += ", records = \"both\"";
  return title;
}

SequenceCounts difference(const SequenceCounts& now, const SequenceCounts& before) {
  if (now.lost < before.lost || now.reordered < before.reordered || now.repeated < before.repeated ||
      now.restarted < before.restarted) {
    return now;  // the exporter was forgotten in between
  }
  return {now.lost - before.lost, now.reordered - before.reordered, now.repeated - before.repeated,
          now.restarted - before.restarted, 0};
}

void add(const SequenceCounts& from, SequenceCounts& to) {
  to.lost += from.lost;
  to.reordered += from.reordered;
  to.repeated += from.repeated;
  to.restarted += from.restarted;
}

}  // namespace

ExplainPath::ExplainPath(const Translation& translation, const FileSettings& settings)
    : mapping_(translation.mapping),
      config_(settings.decode),
      plain_(plain_mapping()),
      renderer_(translation.mapping, rendering_, pool_, render_counters_, [](const BatchRef&) {}),
      plain_renderer_(plain_, rendering_, pool_, render_counters_, [](const BatchRef&) {}),
      input_(settings.decode, settings.exporters, settings.identities),
      admission_(config_.exporters, 0),
      completeness_(config_.require, translation.registry),
      decoder_(translation.registry, input_, counters_, *this),
      keys_(translation.mapping) {}

void ExplainPath::decode(const Datagram& datagram, const FramePlace& place, const std::string& event_prefix) {
  place_ = place;
  event_prefix_ = event_prefix;
  next_event_ = 1;
  if (admission_.admit(datagram.exporter.address, datagram.received_ns) != Admission::Verdict::admitted) {
    decoder_.refuse(datagram, Refusal::exporter_not_allowed);
    return add_sample(datagram, Refusal::exporter_not_allowed, nullptr);
  }
  const auto refused_before = refused_now();
  const std::uint64_t held_before = counters_.held_sets.value();
  const std::uint64_t undecoded_before = counters_.undecoded_sets.value();
  decoder_.decode(datagram);
  const auto origin = origin_of(datagram.payload);
  const Domain* domain = origin ? find_domain(datagram, *origin) : nullptr;
  const auto refused_after = refused_now();
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    if (refused_after[i] != refused_before[i]) add_sample(datagram, static_cast<Refusal>(i), domain);
  }
  if (domain == nullptr) return;
  note_sequence(*domain);
  if (domain->key.format == ExportFormat::layout) return;  // what waits has no template id
  const bool held = counters_.held_sets.value() != held_before;
  if (held || counters_.undecoded_sets.value() != undecoded_before) note_waiting(datagram.payload, *domain, held);
}

void ExplainPath::finish() {
  place_ = {};
  decoder_.finish();
  for (auto& [address, exporter] : findings_.exporters) {
    for (auto& [id, domain] : exporter.domains) domain.counts.lost += std::exchange(domain.open, 0);
  }
  decoder_.exporters().for_each([this](const Exporter& exporter) {
    note_unused(exporter);
    for (std::size_t i = 0; i < kRefusalCount; ++i) {
      if (exporter.counts.refused[i] == 0) continue;
      findings_.refused[static_cast<Refusal>(i)].by_exporter[exporter.address] += exporter.counts.refused[i];
    }
  });
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    const std::uint64_t count = counters_.refused[i].value();
    if (count != 0) findings_.refused[static_cast<Refusal>(i)].count = count;
  }
  for (std::size_t i = 0; i < kExportFormatCount; ++i) findings_.datagrams[i] = counters_.datagrams[i].value();
  findings_.records = counters_.records.value();
  findings_.options_records = counters_.options_records.value();
  findings_.rules = keys_.rules();
  findings_.absent_keys = keys_.absent();
  std::erase_if(findings_.waiting, [](const auto& entry) { return entry.second.sets == 0; });
}

ExporterFinding* ExplainPath::exporter_finding(const IpAddress& address) {
  const auto known = findings_.exporters.find(address);
  if (known != findings_.exporters.end()) return &known->second;
  if (findings_.exporters.size() == kMaxExporters) return nullptr;
  return &findings_.exporters[address];
}

// ---- records

LayoutUse* ExplainPath::use_of(const DataSet& set) {
  ExporterFinding* exporter = exporter_finding(set.context.exporter.address);
  if (exporter == nullptr) return nullptr;
  const std::string key = key_of_layout(set.layout);
  const auto known = layouts_.find(key);
  if (known == layouts_.end() && layouts_.size() == kMaxLayouts) return nullptr;
  const std::size_t layout = known != layouts_.end() ? known->second : layouts_.size();
  layouts_.emplace(key, layout);
  const auto use = std::ranges::find(exporter->layouts, layout, &LayoutUse::layout);
  if (use != exporter->layouts.end()) return &*use;
  LayoutUse& made = exporter->layouts.emplace_back();
  made.layout = layout;
  made.title = title_of(set.layout);
  return &made;
}

void ExplainPath::on_data_set(const DataSet& set) {
  LayoutUse* use = use_of(set);
  if (use != nullptr) {
    use->records += set.record_count;
    const std::pair id{set.context.domain, set.template_id};
    if (use->ids.contains(id) || use->ids.size() < kMaxIds) use->ids[id] += set.record_count;
  } else {
    findings_.records_not_shown += set.record_count;
  }
  renderer_.trace(set, {event_prefix_, next_event_}, [&](const TracedLine& line) { take_record(set, line, use); });
  next_event_ += set.record_count;
}

void ExplainPath::take_record(const DataSet& set, const TracedLine& line, LayoutUse* use) {
  if (use != nullptr && use->layout == findings_.layouts.size()) {
    LayoutFinding& layout = findings_.layouts.emplace_back();
    layout.exporter = set.context.exporter.address;
    layout.id = set.template_id;
    explain_first(set, line, layout);
  }
  if (set.layout.options && !config_.options_records) {
    ++findings_.filtered;
    if (use != nullptr) ++use->filtered;
    return keys_.count(set, line, false);
  }
  if (const std::uint32_t missing = completeness_.check(set, line.record); missing != 0) {
    count_missing(missing, use);
    return keys_.count(set, line, false);
  }
  ++(line.text.empty() ? findings_.dropped : findings_.lines);
  keys_.count(set, line, true);
}

void ExplainPath::explain_first(const DataSet& set, const TracedLine& line, LayoutFinding& layout) {
  const DataSet first = slicer_.slice(set, line.record, 1);
  plain_renderer_.trace(first, {}, [&](const TracedLine& plain) {
    const RecordExplainer explainer(mapping_, first, line, plain);
    layout.first = explainer.explain();
    layout.first.where = place_;
    keys_.note_reasons(first, line, explainer);
  });
}

void ExplainPath::count_missing(std::uint32_t missing, LayoutUse* use) {
  ++findings_.incomplete;
  if (use == nullptr) return;
  ++use->incomplete;
  for (std::size_t bit = 0; bit < completeness_.items().size(); ++bit) {
    if ((missing >> bit & 1) != 0) ++use->missing[completeness_.items()[bit]];
  }
}

// ---- messages

/// Of what was held until the end, which is handed on as a message with the one set.
void ExplainPath::on_refused(const Datagram& datagram, Refusal reason) {
  if (reason == Refusal::template_missing && datagram.frame == 0) note_given_up(datagram);
}

std::array<std::uint64_t, kRefusalCount> ExplainPath::refused_now() const {
  std::array<std::uint64_t, kRefusalCount> counts{};
  for (std::size_t i = 0; i < kRefusalCount; ++i) counts[i] = counters_.refused[i].value();
  return counts;
}

void ExplainPath::add_sample(const Datagram& datagram, Refusal reason, const Domain* domain) {
  auto& samples = findings_.refused[reason].samples;
  const IpAddress& address = datagram.exporter.address;
  if (samples.size() == kMaxSamples || std::ranges::find(samples, address, &RefusedSample::exporter) != samples.end()) {
    return;
  }
  const FindLayout find_layout = [domain](std::uint16_t id) -> const Template* {
    if (domain == nullptr) return nullptr;
    const auto known = domain->templates.find(id);
    return known == domain->templates.end() ? nullptr : known->second->layout.get();
  };
  samples.push_back({place_, address, datagram.payload.size(), dump_message(datagram.payload, reason, find_layout)});
}

/// NetFlow v9's templates belong to an address, unless the input says otherwise; IPFIX's to a port too.
const Domain* ExplainPath::find_domain(const Datagram& datagram, const MessageOrigin& origin) {
  auto& domains = decoder_.exporters().exporter(decoder_.exporter_of(datagram, origin.domain)).domains;
  DomainKey key{datagram.exporter, datagram.listener, origin.domain, origin.format, datagram.session};
  auto known = domains.find(key);
  if (known == domains.end()) {
    key.exporter.port = 0;
    known = domains.find(key);
  }
  return known == domains.end() ? nullptr : &known->second;
}

void ExplainPath::note_sequence(const Domain& domain) {
  const IpAddress& address = domain.exporter.address;
  ExporterFinding* exporter = exporter_finding(address);
  if (exporter == nullptr) {
    ++findings_.datagrams_not_shown;
    return;
  }
  ++exporter->datagrams[static_cast<std::size_t>(domain.key.format)];
  const DomainId id{domain.key.format, domain.key.domain};
  if (!exporter->domains.contains(id) && exporter->domains.size() == kMaxDomains) return;
  DomainFinding& finding = exporter->domains[id];
  const std::uint64_t missing_before = finding.counts.lost + finding.open;
  SequenceCounts& before = sequence_counts_[address];
  const SequenceCounts& now = domain.exporter.counts.sequence;
  add(difference(now, before), finding.counts);
  before = now;
  // What would be lost if nothing more came: a gap is seen at once, not when it is given up.
  SequenceTracker tracker = domain.sequence;
  SequenceCounts open;
  tracker.finish(open);
  finding.open = open.lost;
  note_gap(finding, missing_before);
}

void ExplainPath::note_gap(DomainFinding& finding, std::uint64_t missing_before) {
  const std::uint64_t missing = finding.counts.lost + finding.open;
  if (missing > missing_before) {
    if (finding.gaps.size() < kMaxGaps) {
      finding.gaps.push_back({place_, missing - missing_before});
    } else {
      ++finding.more_gaps;
    }
    return;
  }
  // Late messages mostly fill the newest gap.
  std::uint64_t filled = missing_before - missing;
  while (filled != 0 && finding.more_gaps == 0 && !finding.gaps.empty()) {
    SequenceGap& last = finding.gaps.back();
    const std::uint64_t part = std::min(filled, last.missing);
    filled -= part;
    last.missing -= part;
    if (last.missing == 0) finding.gaps.pop_back();
  }
}

void ExplainPath::note_waiting(Bytes message, const Domain& domain, bool held) {
  for_each_data_set(message, domain.key.format, [&](std::uint16_t id, std::size_t bytes) {
    if (domain.templates.contains(id)) return;
    const WaitingId key{domain.exporter.address, {domain.key.format, domain.key.domain}, id};
    if (!findings_.waiting.contains(key) && findings_.waiting.size() == kMaxWaiting) return;
    WaitingFinding& waiting = findings_.waiting.try_emplace(key, WaitingFinding{place_}).first->second;
    if (held && !domain.unusable.contains(id)) return;  // it may yet be decoded
    ++waiting.sets;
    waiting.bytes += bytes;
  });
}

void ExplainPath::note_given_up(const Datagram& datagram) {
  const auto origin = origin_of(datagram.payload);
  if (!origin || origin->format == ExportFormat::layout) return;
  for_each_data_set(datagram.payload, origin->format, [&](std::uint16_t id, std::size_t bytes) {
    const auto known = findings_.waiting.find({datagram.exporter.address, {origin->format, origin->domain}, id});
    if (known == findings_.waiting.end()) return;
    ++known->second.sets;
    known->second.bytes += bytes;
  });
}

void ExplainPath::note_unused(const Exporter& exporter) {
  const auto known = findings_.exporters.find(exporter.address);
  if (known == findings_.exporters.end()) return;
  ExporterFinding& finding = known->second;
  for (const auto& [key, domain] : exporter.domains) {
    for (const auto& [id, entry] : domain.templates) {
      const bool used = std::ranges::any_of(
          finding.layouts,
          [&, number = key.domain, layout = id](const LayoutUse& use) { return use.ids.contains({number, layout}); });
      if (used || finding.unused.size() == kMaxIds) continue;
      finding.unused.push_back({key.domain, id, entry->layout->options, entry->layout->fields.size()});
    }
  }
  std::ranges::sort(finding.unused);
}

}  // namespace flowcef
