// The books as lines: every number with its name, and as text.
#include <algorithm>
#include <functional>

#include "flowcef/app/exporter_ranking.hpp"
#include "flowcef/app/final_counts.hpp"

namespace flowcef {
namespace {

/// Exporters that are shown one by one, if something went wrong with them.
constexpr std::size_t kMaxShownExporters = 50;

void append_output(const OutputBooksEntry& output, std::vector<BookLine>& all) {
  const OutputCounts& counts = output.counts;
  const auto line = [&](const std::string& item, std::uint64_t value, bool is_shown_as_zero = false) {
    all.push_back({"output", output.name, item, value, is_shown_as_zero});
  };
  line("delivered", counts.delivered, true);
  line("queued", counts.queued, true);
  line("spooled", counts.spooled, output.has_spool);
  line("dropped", counts.dropped_lines(), true);
  for (const auto& [reason, lines] : counts.dropped) line("dropped." + reason, lines);
  for (const auto& [reason, times] : counts.errors) line("errors." + reason, times, true);
  line("restored", counts.restored);
  line("failovers", counts.failovers);
  line("repeated", counts.repeated);
  line("bytes", counts.bytes);
  line("connects", counts.connects);
  line("datagrams", counts.datagrams);
  line("fragmented", counts.fragmented);
  line("fragments", counts.fragments);
}

void append_replicate(const ReplicateCounts& replicate, std::vector<BookLine>& all) {
  const auto line = [&](const std::string& item, std::uint64_t value, bool is_shown_as_zero = true) {
    all.push_back({"replicate", replicate.name, item, value, is_shown_as_zero});
  };
  line("taken", replicate.taken);
  line("sent", replicate.sent);
  line("queued", replicate.queued);
  line("dropped", replicate.dropped_datagrams());
  for (const auto& [reason, count] : replicate.dropped) line("dropped." + reason, count);
  for (const auto& [error, count] : replicate.errors) line("errors." + error, count);
  line("bytes", replicate.sent_bytes, false);
}

}  // namespace

void FinalCounts::Lines::append_to(std::vector<BookLine>& all) const {
  for (const auto& [name, value] : lines_) all.push_back({"", "", name, value, name.find('.') == std::string::npos});
}

void FinalCounts::append_exporters(std::vector<BookLine>& all) const {
  const ExporterCounts sum = sum_of_exporters();
  std::vector<std::pair<std::pair<int, std::uint64_t>, const std::pair<const IpAddress, ExporterCounts>*>> troubled;
  for (const auto& exporter : exporters_) {
    if (exporter.second.has_trouble()) troubled.emplace_back(rank_of(exporter.second), &exporter);
  }
  const auto line = [&](const char* item, std::uint64_t value, bool is_shown_as_zero = false) {
    all.push_back({"", "", item, value, is_shown_as_zero});
  };
  // What waited and was decoded in the end had been taken for undecoded when the numbers behind it came.
  line("undecoded.records.estimated",
       sum.sequence.undecoded_estimate - std::min(sum.sequence.undecoded_estimate, recovered_));
  line("sequence.lost", sum.sequence.lost);
  line("sequence.reordered", sum.sequence.reordered);
  line("sequence.repeated", sum.sequence.repeated);
  line("sequence.restarted", sum.sequence.restarted);
  line("exporters", exporters_.size(), true);
  std::ranges::stable_sort(troubled, std::greater<>(), [](const auto& entry) { return entry.first; });
  if (troubled.size() > kMaxShownExporters) {
    line("exporters.not_shown", troubled.size() - kMaxShownExporters);
    troubled.resize(kMaxShownExporters);
  }
  for (const auto& [rank, exporter] : troubled) {
    const ExporterCounts& counts = exporter->second;
    const auto of_it = [&, address = exporter->first.to_string()](const std::string& item, std::uint64_t value) {
      all.push_back({"exporter", address, item, value, false});
    };
    for (std::size_t i = 0; i < kRefusalCount; ++i) {
      of_it("refused." + std::string(flowcef::to_string(static_cast<Refusal>(i))), counts.refused[i]);
    }
    for (const auto& [element, count] : counts.incomplete) of_it("incomplete." + element, count);
    of_it("lost", counts.sequence.lost);
    of_it("reordered", counts.sequence.reordered);
    of_it("repeated", counts.sequence.repeated);
    of_it("restarted", counts.sequence.restarted);
  }
}

std::vector<BookLine> FinalCounts::book_lines(bool with_exporters) const {
  std::vector<BookLine> all;
  Lines lines = lines_;
  lines.add("records.dropped", rendered_.dropped);
  lines.add("records.oversize", rendered_.oversize);
  lines.add("fields.dropped", rendered_.dropped_fields);
  lines.add("fields.unknown", rendered_.unknown_fields);
  lines.append_to(all);
  all.push_back({"", "", "lines", rendered_.lines, true});
  all.push_back({"", "", "events", rendered_.events, false});
  all.push_back({"", "", "events.oversize", rendered_.oversize_events, false});
  all.push_back({"", "", "lines.shed", rendered_.shed_lines, false});
  all.push_back({"", "", "keys.shed", rendered_.shed_keys, false});
  all.push_back({"", "", "refused", refused(), true});
  for (const auto& [reason, count] : refused_) all.push_back({"", "", "refused." + reason, count, false});
  if (with_exporters) append_exporters(all);
  all.insert(all.end(), other_.begin(), other_.end());
  for (const OutputBooksEntry& output : outputs_) append_output(output, all);
  for (const ReplicateCounts& replicate : replicates_) append_replicate(replicate, all);
  return all;
}

std::string FinalCounts::to_string(bool with_exporters) const {
  std::string text;
  for (const BookLine& line : book_lines(with_exporters)) {
    if (line.value == 0 && !line.is_shown_as_zero) continue;
    text += line.name() + ' ' + std::to_string(line.value) + '\n';
  }
  return text;
}

}  // namespace flowcef
