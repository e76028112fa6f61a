#include "flowcef/app/final_counts.hpp"

#include <algorithm>
#include <numeric>

namespace flowcef {
namespace {

/// Exporters that are shown one by one: those with the most trouble.
constexpr std::size_t kMaxShownExporters = 50;

std::uint64_t trouble_of(const ExporterCounts& counts) {
  std::uint64_t sum = std::accumulate(counts.refused.begin(), counts.refused.end(), std::uint64_t{0});
  for (const auto& [element, count] : counts.incomplete) sum += count;
  return sum + counts.sequence.lost + counts.sequence.restarted;
}

void append_unless_zero(std::string& text, const std::string& name, std::uint64_t value) {
  if (value != 0) text += name + ' ' + std::to_string(value) + '\n';
}

}  // namespace

void FinalCounts::Lines::add(const std::string& name, std::uint64_t value) {
  const auto known = std::ranges::find(lines_, name, &std::pair<std::string, std::uint64_t>::first);
  if (known == lines_.end()) {
    lines_.emplace_back(name, value);
  } else {
    known->second += value;
  }
}

void FinalCounts::Lines::append_to(std::string& text) const {
  for (const auto& [name, value] : lines_) {
    const bool always = name.find('.') == std::string::npos;
    if (always || value != 0) text += name + ' ' + std::to_string(value) + '\n';
  }
}

RenderedCounts::RenderedCounts(const RenderCounters& counters)
    : lines(counters.lines.value()),
      dropped(counters.dropped_records.value()),
      oversize(counters.oversize.value()),
      shed_lines(counters.shed_lines.value()),
      shed_keys(counters.shed_keys.value()),
      dropped_fields(counters.dropped_fields.value()),
      unknown_fields(counters.unknown_fields.value()) {}

RenderedCounts& RenderedCounts::operator+=(const RenderedCounts& other) {
  lines += other.lines;
  dropped += other.dropped;
  oversize += other.oversize;
  shed_lines += other.shed_lines;
  shed_keys += other.shed_keys;
  dropped_fields += other.dropped_fields;
  unknown_fields += other.unknown_fields;
  return *this;
}

void OutputBooksEntry::add(const OutputBooksEntry& other) {
  const std::uint64_t handed_on = std::min(counts.spooled, other.counts.restored);
  offered += other.offered;
  rendered += other.rendered;
  has_spool |= other.has_spool;
  counts.submitted += other.counts.submitted;
  counts.restored += other.counts.restored - handed_on;
  counts.delivered += other.counts.delivered;
  counts.queued += other.counts.queued;
  counts.spooled += other.counts.spooled - handed_on;
  for (const auto& [reason, lines] : other.counts.dropped) counts.dropped[reason] += lines;
  for (const auto& [reason, times] : other.counts.errors) counts.errors[reason] += times;
  counts.failovers += other.counts.failovers;
  counts.repeated += other.counts.repeated;
  counts.bytes += other.counts.bytes;
  counts.datagrams += other.counts.datagrams;
  counts.fragmented += other.counts.fragmented;
  counts.fragments += other.counts.fragments;
  counts.connects += other.counts.connects;
}

void FinalCounts::add(const RecordPath& path) {
  for (const auto& input : path.inputs()) add(*input);
  for (const auto& counters : path.render_counters()) add(RenderedCounts(*counters));
}

void FinalCounts::add(const RenderedCounts& rendered) {
  rendered_ += rendered;
}

void FinalCounts::add(const OutputBooksEntry& output) {
  const auto known = std::ranges::find(outputs_, output.name, &OutputBooksEntry::name);
  if (known == outputs_.end()) {
    outputs_.push_back(output);
  } else {
    known->add(output);
  }
}

void FinalCounts::add(const std::string& lookup, const LookupCounts& counts) {
  const std::string name = "lookup." + lookup + '.';
  add(name + "hits", counts.hits);
  add(name + "misses", counts.misses);
  add(name + "expired", counts.expired, false);
  add(name + "updates", counts.updates);
  add(name + "evicted", counts.evicted, false);
  add(name + "refused", counts.refused, false);
  add(name + "entries", counts.entries);
  add(name + "bytes", counts.bytes);
}

void FinalCounts::add(const InputPath& input) {
  add_running(input);
  add_exporters(input.exporters());
}

void FinalCounts::add_running(const InputPath& input) {
  add_decoded(input.decode_counters());
  lines_.add("datagrams.decoded_early", input.decoded_early().value());
  const FilterCounters& filter = input.filter_counters();
  lines_.add("records.filtered", filter.options_records.value());
  lines_.add("records.lookup_only", filter.lookup_only.value());
  lines_.add("records.incomplete", filter.incomplete.value());
  lines_.add("records.double", filter.double_exports.value());
  lines_.add("records.own_exports", filter.own_exports.value());
  lines_.add("totals.forgotten", filter.totals_forgotten.value());
  kept_back_ += filter.options_records.value() + filter.lookup_only.value() + filter.incomplete.value() +
                filter.double_exports.value() + filter.own_exports.value();
}

void FinalCounts::add_decoded(const DecodeCounters& decode) {
  for (const Counter& format : decode.datagrams) lines_.add("datagrams", format.value());
  for (std::size_t i = 0; i < kExportFormatCount; ++i) {
    lines_.add("datagrams." + std::string(flowcef::to_string(static_cast<ExportFormat>(i))),
               decode.datagrams[i].value());
  }
  records_ += decode.records.value();
  recovered_ += decode.recovered_records.value();
  lines_.add("records", decode.records.value());
  lines_.add("records.options", decode.options_records.value());
  lines_.add("records.recovered", decode.recovered_records.value());
  lines_.add("templates", decode.templates.value());
  lines_.add("templates.redefined", decode.templates_redefined.value());
  lines_.add("templates.ejected", decode.templates_ejected.value());
  lines_.add("templates.expired", decode.templates_expired.value());
  lines_.add("templates.withdrawn", decode.templates_withdrawn.value());
  lines_.add("options.rows_refused", decode.options_rows_refused.value());
  lines_.add("undecoded.sets", decode.undecoded_sets.value());
  lines_.add("undecoded.bytes", decode.undecoded_bytes.value());
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    const std::uint64_t count = decode.refused[i].value();
    if (count != 0) refused_[std::string(flowcef::to_string(static_cast<Refusal>(i)))] += count;
  }
}

void FinalCounts::add_exporters(const ExporterTable& exporters) {
  exporters.for_each([this](const Exporter& exporter) { exporters_[exporter.address].add(exporter.counts); });
  forgotten_.add(exporters.forgotten());
}

void FinalCounts::add(const std::string& name, std::uint64_t value, bool always) {
  if (!always && value == 0) return;
  const auto known = std::ranges::find(other_, name, &std::pair<std::string, std::uint64_t>::first);
  if (known == other_.end()) {
    other_.emplace_back(name, value);
  } else {
    known->second += value;
  }
}

std::uint64_t FinalCounts::dropped_lines() const noexcept {
  return std::accumulate(
      outputs_.begin(), outputs_.end(), std::uint64_t{0},
      [](std::uint64_t sum, const OutputBooksEntry& output) { return sum + output.counts.dropped_lines(); });
}

std::vector<std::string> FinalCounts::imbalances() const {
  std::vector<std::string> found;
  for (const OutputBooksEntry& output : outputs_) {
    const std::string name = "output " + output.name + ": ";
    const RenderedCounts& rendered = output.rendered;
    if (rendered.records() != output.offered) {
      found.push_back(name + "records sent on " + std::to_string(output.offered) + ", rendered " +
                      std::to_string(rendered.lines) + ", dropped by rules " + std::to_string(rendered.dropped) +
                      ", oversize " + std::to_string(rendered.oversize));
    }
    if (output.counts.balanced() && output.counts.submitted == rendered.lines) continue;
    found.push_back(name + "rendered " + std::to_string(rendered.lines) + ", submitted " +
                    std::to_string(output.counts.submitted) + ", restored " + std::to_string(output.counts.restored) +
                    ", delivered " + std::to_string(output.counts.delivered) + ", queued " +
                    std::to_string(output.counts.queued) + ", spooled " + std::to_string(output.counts.spooled) +
                    ", dropped " + std::to_string(output.counts.dropped_lines()));
  }
  return found;
}

void FinalCounts::append_exporters(std::string& text) const {
  ExporterCounts all = forgotten_;
  std::vector<std::pair<std::uint64_t, const std::pair<const IpAddress, ExporterCounts>*>> troubled;
  for (const auto& exporter : exporters_) {
    all.add(exporter.second);
    if (exporter.second.has_trouble()) troubled.emplace_back(trouble_of(exporter.second), &exporter);
  }
  const auto line = [&text](const std::string& name, std::uint64_t value) { append_unless_zero(text, name, value); };
  // What waited and was decoded in the end had been taken for undecoded when the numbers behind it came.
  line("undecoded.records.estimated",
       all.sequence.undecoded_estimate - std::min(all.sequence.undecoded_estimate, recovered_));
  line("sequence.lost", all.sequence.lost);
  line("sequence.reordered", all.sequence.reordered);
  line("sequence.repeated", all.sequence.repeated);
  line("sequence.restarted", all.sequence.restarted);
  text += "exporters " + std::to_string(exporters_.size()) + '\n';
  std::ranges::stable_sort(troubled, std::greater<>(), [](const auto& entry) { return entry.first; });
  if (troubled.size() > kMaxShownExporters) {
    line("exporters.not_shown", troubled.size() - kMaxShownExporters);
    troubled.resize(kMaxShownExporters);
  }
  for (const auto& [trouble, exporter] : troubled) {
    const std::string name = "exporter." + exporter->first.to_string() + '.';
    const ExporterCounts& counts = exporter->second;
    for (std::size_t i = 0; i < kRefusalCount; ++i) {
      line(name + "refused." + std::string(flowcef::to_string(static_cast<Refusal>(i))), counts.refused[i]);
    }
    for (const auto& [element, count] : counts.incomplete) line(name + "incomplete." + std::string(element), count);
    line(name + "lost", counts.sequence.lost);
    line(name + "reordered", counts.sequence.reordered);
    line(name + "repeated", counts.sequence.repeated);
    line(name + "restarted", counts.sequence.restarted);
  }
}

std::string FinalCounts::to_string(bool with_exporters) const {
  std::string text;
  Lines lines = lines_;
  lines.add("records.dropped", rendered_.dropped);
  lines.add("records.oversize", rendered_.oversize);
  lines.add("fields.dropped", rendered_.dropped_fields);
  lines.add("fields.unknown", rendered_.unknown_fields);
  lines.append_to(text);
  const auto line = [&text](const std::string& name, std::uint64_t value) {
    text += name + ' ' + std::to_string(value) + '\n';
  };
  line("lines", rendered_.lines);
  if (rendered_.shed_lines != 0) {
    line("lines.shed", rendered_.shed_lines);
    line("keys.shed", rendered_.shed_keys);
  }
  line("refused", std::accumulate(refused_.begin(), refused_.end(), std::uint64_t{0},
                                  [](std::uint64_t sum, const auto& entry) { return sum + entry.second; }));
  for (const auto& [reason, count] : refused_) line("refused." + reason, count);
  if (with_exporters) append_exporters(text);
  for (const auto& [name, value] : other_) line(name, value);
  for (const OutputBooksEntry& output : outputs_) {
    const std::string name = "output." + output.name;
    line(name + ".delivered", output.counts.delivered);
    line(name + ".queued", output.counts.queued);
    if (output.has_spool || output.counts.spooled != 0) line(name + ".spooled", output.counts.spooled);
    line(name + ".dropped", output.counts.dropped_lines());
    for (const auto& [reason, count] : output.counts.dropped) {
      if (count != 0) line(name + ".dropped." + reason, count);
    }
    for (const auto& [reason, count] : output.counts.errors) line(name + ".errors." + reason, count);
    append_unless_zero(text, name + ".restored", output.counts.restored);
    append_unless_zero(text, name + ".failovers", output.counts.failovers);
    append_unless_zero(text, name + ".repeated", output.counts.repeated);
    append_unless_zero(text, name + ".bytes", output.counts.bytes);
    append_unless_zero(text, name + ".connects", output.counts.connects);
    append_unless_zero(text, name + ".datagrams", output.counts.datagrams);
    append_unless_zero(text, name + ".fragmented", output.counts.fragmented);
    append_unless_zero(text, name + ".fragments", output.counts.fragments);
  }
  return text;
}

}  // namespace flowcef
