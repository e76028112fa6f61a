// The exporters of a bridge, those first that somebody should look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "flowcef/app/survey.hpp"

namespace flowcef {

/// Returns: how much went wrong with it: what was refused, incomplete or lost, and how often it began anew.
[[nodiscard]] std::uint64_t trouble_of(const ExporterCounts& counts);

/// Returns: more for one that somebody should look at sooner. Rubbish under made-up addresses, which is nothing but
///          trouble, does not come before exporters.
[[nodiscard]] std::pair<int, std::uint64_t> rank_of(const ExporterCounts& counts);

struct ExporterRanking {
  std::vector<ExporterReport> shown;  ///< one by input and address: by rank_of(), then heard last
  std::size_t not_listed = 0;         ///< those whose worker did not tell of them one by one
  std::size_t not_shown = 0;          ///< those, and what is above the number asked for
  ExporterCounts rest;                ///< of those, of the forgotten ones, and of inputs that are gone
  ExporterCounts all;
};

/// Input: how many are shown at most
[[nodiscard]] ExporterRanking rank_exporters(const BridgeSurvey& survey, std::size_t max);

}  // namespace flowcef
