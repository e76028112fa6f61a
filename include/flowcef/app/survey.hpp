// What the running bridge says of itself at one moment, for those who show it or watch it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/app/output_group.hpp"
#include "flowcef/replicate/replicate_counters.hpp"

namespace flowcef {

/// How much an exporter has shown to be one: anybody can send rubbish under any number of addresses.
enum class Standing : std::uint8_t {
  records,   ///< its records were decoded
  messages,  ///< its messages were, but of no record yet
  stranger,  ///< nothing of it ever was
};

[[nodiscard]] Standing standing_of(const ExporterCounts& counts) noexcept;

/// Exporters of one input and worker that are told of one by one: by their standing, then those heard last. The others
/// are summed up.
inline constexpr std::size_t kMaxReportedExporters = 2'048;

/// One exporter as one worker hears it on one input.
struct ExporterReport {
  std::string input;  ///< its name
  IpAddress address;
  ExporterCounts counts;
  ExporterSigns signs;
  std::optional<std::chrono::milliseconds> silent_after;  ///< as ExporterSettings has it
  std::uint64_t missing = 0;                              ///< as SequenceTracker::missing(), of all its domains
  std::int64_t taken_ns = 0;                              ///< when its worker told, nanoseconds since 1970 UTC
  bool is_live = true;                                    ///< false: out of files, at the times that they tell
  std::int64_t last_heard_ns = 0;  ///< arrival of its latest datagram, nanoseconds since 1970 UTC
  std::size_t domains = 0;
  std::size_t templates = 0;
  std::uint64_t held_sets = 0;  ///< data sets that wait for their template
};

/// One input as one worker serves it.
struct InputReport {
  std::string name;
  std::uint64_t datagrams = 0;
  std::uint64_t records = 0;
  std::uint64_t refused = 0;
  std::uint64_t kernel_drops = 0;  ///< of its sockets
  std::uint64_t held_sets = 0;     ///< data sets that wait for their template, and
  std::uint64_t missing_templates = 0;
  std::uint64_t held_bytes = 0;  ///< what they take, for all workers

  void add(const InputReport& other);
};

/// When a worker last told of itself, nanoseconds since 1970 UTC.
struct WorkerPulse {
  std::int64_t taken_ns = 0;
  bool can_wait = false;  ///< for an output: its silence is no sign of trouble
};

/// One worker between two data sets: its numbers agree with each other, also under load.
struct WorkerSurvey {
  std::int64_t taken_ns = 0;            ///< nanoseconds since 1970 UTC
  FinalCounts books;                    ///< of its inputs, sources and renderings, without exporters
  std::vector<RenderedCounts> by_plan;  ///< by each rendering; all of them are in `books` too
  std::vector<InputReport> inputs;
  std::vector<ExporterReport> exporters;
  std::size_t unlisted_exporters = 0;
  ExporterCounts unlisted;  ///< of those, and of the forgotten ones
};

/// The whole bridge. The workers were asked one after the other, at most a tick ago each, the outputs last: each part
/// agrees with itself.
struct BridgeSurvey {
  std::int64_t taken_ns = 0;
  FinalCounts books;  ///< without exporters
  std::vector<RenderedCounts> by_plan;
  std::vector<InputReport> inputs;  ///< one by name
  std::vector<WorkerPulse> workers;
  std::vector<ExporterReport> exporters;
  std::size_t unlisted_exporters = 0;
  ExporterCounts unlisted;  ///< of those, of the forgotten ones, and of inputs that are gone
  std::vector<OutputStatus> outputs;
  std::vector<ReplicateCounts> replicates;

  void add(const WorkerSurvey& worker);
};

/// Input:  `is_live`: as ExporterReport has it
/// Thread: the input's.
void survey_exporters(const std::string& input, bool is_live, const ExporterTable& exporters, WorkerSurvey& into);

}  // namespace flowcef
