#include "flowcef/app/final_counts.hpp"

#include <algorithm>
#include <numeric>

namespace flowcef {

void FinalCounts::Lines::add(const std::string& name, std::uint64_t value) {
  const auto known = std::ranges::find(lines_, name, &std::pair<std::string, std::uint64_t>::first);
  if (known == lines_.end()) {
    lines_.emplace_back(name, value);
  } else {
    known->second += value;
  }
}

void FinalCounts::Lines::add(const Lines& others) {
  for (const auto& [name, value] : others.lines_) add(name, value);
}

RenderedCounts::RenderedCounts(const RenderCounters& counters)
    : lines(counters.lines.value()),
      events(counters.events.value()),
      oversize_events(counters.oversize_events.value()),
      dropped(counters.dropped_records.value()),
      oversize(counters.oversize.value()),
      shed_lines(counters.shed_lines.value()),
      shed_keys(counters.shed_keys.value()),
      dropped_fields(counters.dropped_fields.value()),
      unknown_fields(counters.unknown_fields.value()) {}

RenderedCounts& RenderedCounts::operator+=(const RenderedCounts& other) {
  lines += other.lines;
  events += other.events;
  oversize_events += other.oversize_events;
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

void FinalCounts::add(const FinalCounts& others) {
  lines_.add(others.lines_);
  records_ += others.records_;
  kept_back_ += others.kept_back_;
  recovered_ += others.recovered_;
  for (const auto& [reason, count] : others.refused_) refused_[reason] += count;
  rendered_ += others.rendered_;
  for (const BookLine& line : others.other_) add(line);
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
  const auto line = [&](const char* item, std::uint64_t value, bool is_shown_as_zero = true) {
    add({"lookup", lookup, item, value, is_shown_as_zero});
  };
  line("hits", counts.hits);
  line("misses", counts.misses);
  line("expired", counts.expired, false);
  line("updates", counts.updates);
  line("evicted", counts.evicted, false);
  line("refused", counts.refused, false);
  line("entries", counts.entries);
  line("bytes", counts.bytes);
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
  lines_.add("records.merged", input.merger().merged().value());
  lines_.add("records.merging", input.merger().kept());
  lines_.add("records.merged_early", input.merger().early().value());
  lines_.add("totals.forgotten", filter.totals_forgotten.value());
  kept_back_ += filter.options_records.value() + filter.lookup_only.value() + filter.incomplete.value() +
                filter.double_exports.value() + filter.own_exports.value() + input.merger().merged().value() +
                input.merger().kept();
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
    refused_[std::string(flowcef::to_string(static_cast<Refusal>(i)))] += decode.refused[i].value();
  }
}

void FinalCounts::add_exporters(const ExporterTable& exporters) {
  exporters.for_each([this](const Exporter& exporter) { exporters_[exporter.address].add(exporter.counts); });
  forgotten_.add(exporters.forgotten());
}

ExporterCounts FinalCounts::sum_of_exporters() const {
  ExporterCounts sum = forgotten_;
  for (const auto& [address, counts] : exporters_) sum.add(counts);
  return sum;
}

void FinalCounts::add(const std::string& name, std::uint64_t value, bool always) {
  add({"", "", name, value, always});
}

void FinalCounts::add(const BookLine& line) {
  const auto known = std::ranges::find_if(other_, [&](const BookLine& other) {
    return other.of == line.of && other.subject == line.subject && other.item == line.item;
  });
  if (known == other_.end()) {
    other_.push_back(line);
  } else {
    known->value += line.value;
  }
}

std::uint64_t FinalCounts::refused() const noexcept {
  return std::accumulate(refused_.begin(), refused_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

std::uint64_t FinalCounts::value(const std::string& name) const {
  const auto known = std::ranges::find(other_, name, &BookLine::name);
  return known == other_.end() ? 0 : known->value;
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
                      std::to_string(rendered.lines - rendered.events) + ", dropped by rules " +
                      std::to_string(rendered.dropped) + ", oversize " + std::to_string(rendered.oversize));
    }
    if (output.counts.balanced() && output.counts.submitted == rendered.lines) continue;
    found.push_back(name + "rendered " + std::to_string(rendered.lines) + ", submitted " +
                    std::to_string(output.counts.submitted) + ", restored " + std::to_string(output.counts.restored) +
                    ", delivered " + std::to_string(output.counts.delivered) + ", queued " +
                    std::to_string(output.counts.queued) + ", spooled " + std::to_string(output.counts.spooled) +
                    ", dropped " + std::to_string(output.counts.dropped_lines()));
  }
  for (const ReplicateCounts& replicate : replicates_) {
    if (replicate.balanced()) continue;
    found.push_back("replicate " + replicate.name + ": taken " + std::to_string(replicate.taken) + ", sent " +
                    std::to_string(replicate.sent) + ", queued " + std::to_string(replicate.queued) + ", dropped " +
                    std::to_string(replicate.dropped_datagrams()));
  }
  return found;
}

}  // namespace flowcef
