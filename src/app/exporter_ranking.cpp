#include "flowcef/app/exporter_ranking.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

namespace flowcef {

std::uint64_t trouble_of(const ExporterCounts& counts) {
  std::uint64_t sum = std::accumulate(counts.refused.begin(), counts.refused.end(), std::uint64_t{0});
  for (const auto& [element, count] : counts.incomplete) sum += count;
  return sum + counts.sequence.lost + counts.sequence.restarted;
}

std::pair<int, std::uint64_t> rank_of(const ExporterCounts& counts) {
  return {-static_cast<int>(standing_of(counts)), trouble_of(counts)};
}

ExporterRanking rank_exporters(const BridgeSurvey& survey, std::size_t max) {
  ExporterRanking ranking;
  ranking.rest = survey.unlisted;
  ranking.all = survey.unlisted;
  std::map<std::pair<std::string, IpAddress>, ExporterReport> merged;  // workers may hear the same one
  for (const ExporterReport& exporter : survey.exporters) {
    ranking.all.add(exporter.counts);
    const auto [place, is_new] = merged.try_emplace({exporter.input, exporter.address}, exporter);
    if (is_new) continue;
    ExporterReport& known = place->second;
    known.counts.add(exporter.counts);
    known.last_heard_ns = std::max(known.last_heard_ns, exporter.last_heard_ns);
    known.domains += exporter.domains;
    known.templates += exporter.templates;
    known.held_sets += exporter.held_sets;
  }
  std::vector<ExporterReport> ranked;
  for (auto& [key, exporter] : merged) ranked.push_back(std::move(exporter));
  std::ranges::stable_sort(ranked, std::greater<>(), [](const ExporterReport& exporter) {
    return std::pair(rank_of(exporter.counts), exporter.last_heard_ns);
  });
  for (std::size_t i = max; i < ranked.size(); ++i) ranking.rest.add(ranked[i].counts);
  ranking.not_listed = survey.unlisted_exporters;
  ranking.not_shown = survey.unlisted_exporters + ranked.size() - std::min(ranked.size(), max);
  ranked.resize(std::min(ranked.size(), max));
  ranking.shown = std::move(ranked);
  return ranking;
}

}  // namespace flowcef
