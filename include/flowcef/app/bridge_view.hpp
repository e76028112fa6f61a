// The running bridge at one moment, with what is not counted: what all pages that show it are made of.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "flowcef/app/clock_state.hpp"
#include "flowcef/app/survey.hpp"
#include "flowcef/app/translation.hpp"

namespace flowcef {

struct MappingName {
  std::string file;
  std::string hash;  ///< as BridgeMapping::hash

  friend bool operator==(const MappingName&, const MappingName&) = default;
};

struct BridgeView {
  std::string config_file;
  std::vector<MappingName> mappings;
  std::int64_t started_ns = 0;  ///< since 1970 UTC
  std::chrono::nanoseconds uptime{};
  bool is_stopping = false;
  ClockState clock;
  BridgeSurvey survey;
};

/// Returns: each mapping of the bridge once.
[[nodiscard]] std::vector<MappingName> mapping_names(const BridgeTranslation& translation);

/// How old what a worker that never waits told of itself may be, and a view that nobody has replaced (a reload of large
/// files takes the time of the thread that does).
inline constexpr std::int64_t kMaxSurveyAge = 10'000'000'000;
inline constexpr std::int64_t kMaxViewAge = 120'000'000'000;

/// Input:   now in nanoseconds since 1970 UTC
/// Returns: why the process does not do its work; empty if it does.
[[nodiscard]] std::string illness_of(const BridgeView& view, std::int64_t now_ns);

/// Returns: what does not add up in it, in words; empty if for every output the records sent on are those rendered or
///          dropped for it, and its own books balance. Lines on their way to an output are not looked at.
[[nodiscard]] std::vector<std::string> imbalances_of(const BridgeView& view);

/// Returns: whether a connection of the output takes lines.
[[nodiscard]] bool is_up(const OutputStatus& output);

}  // namespace flowcef
