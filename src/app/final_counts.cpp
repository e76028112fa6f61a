#include "flowcef/app/final_counts.hpp"

#include <numeric>

namespace flowcef {

void FinalCounts::add(const RecordPath& path) {
  const DecodeCounters& decode = path.decode_counters();
  for (std::size_t i = 0; i < decode.datagrams.size(); ++i) datagrams_[i] += decode.datagrams[i].value();
  records_ += decode.records.value();
  options_records_ += decode.options_records.value();
  templates_ += decode.templates.value();
  templates_evicted_ += decode.templates_evicted.value();
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    const std::uint64_t count = decode.refused[i].value();
    if (count != 0) refused_[std::string(flowcef::to_string(static_cast<Refusal>(i)))] += count;
  }
  lines_.resize(path.render_counters().size());
  for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i] += path.render_counters()[i]->lines.value();
}

void FinalCounts::add(const std::string& name, std::size_t plan, const OutputCounts& counts) {
  dropped_lines_ += counts.dropped_lines();
  outputs_.push_back({name, plan, counts});
}

void FinalCounts::add(const std::string& name, std::uint64_t value, bool always) {
  if (always || value != 0) other_.emplace_back(name, value);
}

std::vector<std::string> FinalCounts::imbalances() const {
  std::vector<std::string> found;
  for (const std::uint64_t lines : lines_) {
    if (lines == records_) continue;
    found.push_back("decoded " + std::to_string(records_) + " records but rendered " + std::to_string(lines));
  }
  for (const OutputEntry& output : outputs_) {
    const std::uint64_t rendered = output.plan < lines_.size() ? lines_[output.plan] : 0;
    if (output.counts.balanced() && output.counts.submitted == rendered) continue;
    found.push_back("output " + output.name + ": rendered " + std::to_string(rendered) + ", submitted " +
                    std::to_string(output.counts.submitted) + ", delivered " + std::to_string(output.counts.delivered) +
                    ", queued " + std::to_string(output.counts.queued) + ", dropped " +
                    std::to_string(output.counts.dropped_lines()));
  }
  return found;
}

std::string FinalCounts::to_string() const {
  std::string text;
  const auto line = [&text](const std::string& name, std::uint64_t value) {
    text += name + ' ' + std::to_string(value) + '\n';
  };
  line("datagrams", std::accumulate(datagrams_.begin(), datagrams_.end(), std::uint64_t{0}));
  for (std::size_t i = 0; i < kExportFormatCount; ++i) {
    if (datagrams_[i] != 0)
      line("datagrams." + std::string(flowcef::to_string(static_cast<ExportFormat>(i))), datagrams_[i]);
  }
  line("records", records_);
  if (options_records_ != 0) line("records.options", options_records_);
  if (templates_ != 0) line("templates", templates_);
  if (templates_evicted_ != 0) line("templates.evicted", templates_evicted_);
  line("lines", std::accumulate(lines_.begin(), lines_.end(), std::uint64_t{0}));
  line("refused", std::accumulate(refused_.begin(), refused_.end(), std::uint64_t{0},
                                  [](std::uint64_t sum, const auto& entry) { return sum + entry.second; }));
  for (const auto& [reason, count] : refused_) line("refused." + reason, count);
  for (const auto& [name, value] : other_) line(name, value);
  for (const OutputEntry& output : outputs_) {
    const std::string name = "output." + output.name;
    line(name + ".delivered", output.counts.delivered);
    line(name + ".queued", output.counts.queued);
    line(name + ".dropped", output.counts.dropped_lines());
    for (const auto& [reason, count] : output.counts.dropped) {
      if (count != 0) line(name + ".dropped." + reason, count);
    }
    for (const auto& [reason, count] : output.counts.errors) line(name + ".errors." + reason, count);
  }
  return text;
}

}  // namespace flowcef
