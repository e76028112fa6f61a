// All outputs of a bridge, and which of them share a rendering.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/sink/output.hpp"

namespace flowcef {

/// What an output is doing.
struct OutputStatus {
  SinkConfig config;
  OutputCounts counts;
  std::vector<LinkStatus> links;
  std::size_t queue_bytes = 0;
  std::uint64_t spool_bytes = 0;
  std::string spool_trouble = {};  ///< as Output::spool_trouble()
};

/// Outputs that want the same text share a rendering: a plan. Outputs can be added, changed and removed while lines
/// flow; the plans are then made anew.
/// Lifetime: plans refer to outputs and mappings.
class OutputGroup {
 public:
  /// Input:  `mappings`: of each output
  /// Errors: std::runtime_error, as Output's constructor.
  OutputGroup(const std::vector<OutputConfig>& configs, const std::vector<const Mapping*>& mappings,
              const LogFactory& logs);
  ~OutputGroup();
  OutputGroup(const OutputGroup&) = delete;
  OutputGroup& operator=(const OutputGroup&) = delete;

  /// Returns: for workers that cannot wait (UDP), or that can: a required output whose queue is full holds them back.
  [[nodiscard]] std::vector<RenderingPlan> plans(Producer producer) const;

  [[nodiscard]] std::size_t plan_count() const noexcept { return plans_.size(); }

  void start();
  /// Lets workers that wait go on, so that they can be stopped before the outputs.
  void release_producers();
  /// While true, nobody waits for room: what is rendered already is let in above the bound, see Output.
  void allow_overflow(bool allowed);
  /// All at once, so that a receiver that is down does not use up the time of the others.
  void stop(std::chrono::steady_clock::time_point deadline);

  /// What the settings of one output turn into, with all that could go wrong done already.
  struct Step {
    OutputConfig config;
    const Mapping* mapping = nullptr;
    std::unique_ptr<Output> made;                ///< of an output that is new
    std::unique_ptr<Output::Prepared> prepared;  ///< of one that is kept, if it needs other drivers
  };
  using Change = std::vector<Step>;
  /// Errors: std::runtime_error, as Output's constructor; nothing has changed then.
  [[nodiscard]] Change prepare(const std::vector<OutputConfig>& configs, const std::vector<const Mapping*>& mappings,
                               const LogFactory& logs);
  /// Starts the outputs that are new: the last that may fail.
  /// Errors: std::system_error if there is no thread to be had
  static void start(const Change& change);
  /// To be called while no worker submits, and settle() before it. An output of the same name keeps its queue and its
  /// books; one that is removed sends what it has until the deadline, and nobody waits for it.
  /// Input:   records sent on so far
  /// Returns: what changed, in words: `added=1 changed=0 removed=2`
  std::string apply(Change change, std::uint64_t sent_on, std::chrono::steady_clock::time_point deadline);
  /// The rest of it, which takes its time, as receivers do: to be called when workers go on.
  void finish_change();

  /// Takes note of the lines that the plans made since the last time, plan by plan.
  void settle(const std::vector<RenderedCounts>& by_plan);
  /// Input: records sent on so far; `by_plan`: what the plans made of those that are not settled, none if all are
  void add_counts(FinalCounts& counts, std::uint64_t sent_on, std::span<const RenderedCounts> by_plan = {}) const;
  [[nodiscard]] std::vector<OutputStatus> status() const;

 private:
  struct Member {
    OutputConfig config;
    std::unique_ptr<Output> output;
    const Mapping* mapping = nullptr;
    std::size_t plan = 0;
    RenderedCounts rendered;        ///< for it
    std::uint64_t sent_before = 0;  ///< records sent on when it joined
  };
  struct Changing {
    Output* output = nullptr;
    SinkConfig config;
    std::unique_ptr<Output::Prepared> prepared;  ///< null: it keeps its drivers
  };
  struct Leaving {
    OutputBooksEntry entry;
    std::unique_ptr<Output> output;
    std::atomic<bool> stopped = false;
    std::thread stopper;
  };

  void make_plans();
  void remove(Member member, std::uint64_t sent_on, std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] static OutputBooksEntry entry_of(const Member& member, std::uint64_t sent_on);
  /// Keeps the counts of those that have stopped, and forgets them.
  /// Input: whether to wait for those that have not
  void reap(bool wait);

  std::vector<Member> members_;
  std::vector<RenderingPlan> plans_;  ///< without deliver
  std::vector<Changing> changing_;
  std::list<Leaving> leaving_;
  std::vector<OutputBooksEntry> left_;  ///< one by name
};

}  // namespace flowcef
