// The exporters of a bridge, those first that somebody should look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "flowcef/app/survey.hpp"

namespace flowcef {

/// Returns: how much went wrong with it: what was refused, incomplete or lost, and how often it began anew.
[[nodiscard]] std::uint64_t trouble_of(const ExporterCounts& counts);

struct ExporterRanking {
  std::vector<ExporterReport> shown;  ///< one by input and address: most trouble first, then heard last
  std::size_t not_shown = 0;
  ExporterCounts rest;  ///< of those, and of the forgotten ones
  ExporterCounts all;
};

/// Input: how many are shown at most
[[nodiscard]] ExporterRanking rank_exporters(const BridgeSurvey& survey, std::size_t max);

}  // namespace flowcef
