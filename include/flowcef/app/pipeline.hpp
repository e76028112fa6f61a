// The running bridge: outputs, renderings and ingest workers, wired, started and stopped in order.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/app/ingest_worker.hpp"
#include "flowcef/app/state_keeper.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/app/unmapped_log.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/sink/output.hpp"

namespace flowcef {

/// Outputs that want the same text share a rendering.
/// Lifetime: the plans refer to the outputs.
struct OutputGroup {
  std::vector<std::unique_ptr<Output>> outputs;
  std::vector<std::size_t> plan_of_output;  ///< in the order of `outputs`
  std::vector<RenderingPlan> plans;         ///< for workers that cannot wait (UDP)

  /// Input:  `mappings`: of each output
  /// Errors: std::runtime_error, as Output's constructor.
  OutputGroup(const std::vector<OutputConfig>& configs, const std::vector<const Mapping*>& mappings,
              const LogFactory& logs);

  /// Returns: `plans` for workers that can: a required output whose queue is full holds them back.
  [[nodiscard]] std::vector<RenderingPlan> waiting_plans() const;

  void start();
  /// Lets workers that wait go on, so that they can be stopped before the outputs.
  void release_producers();
  void stop(std::chrono::steady_clock::time_point deadline);
  void add_counts(FinalCounts& counts) const;
};

class Pipeline {
 public:
  /// Opens every socket and file, starts nothing.
  /// Errors: std::runtime_error or std::system_error with a text for the user.
  Pipeline(const Config& config, std::shared_ptr<const BridgeTranslation> translation, const LogFactory& logs);

  void start();
  /// Sources first, then queues until the deadline, then outputs.
  void stop(std::chrono::milliseconds deadline);
  [[nodiscard]] FinalCounts counts() const;

 private:
  void open_udp(const Config& config, const Logger& log);
  void open_streams(const Config& config, const Logger& log);
  IngestWorker& add_worker(const std::vector<RenderingPlan>& plans, const Logger& log);

  const std::string epoch_;
  BatchPool pool_;  ///< outlives the outputs, whose queues hold its batches
  std::shared_ptr<const BridgeTranslation> translation_;
  OutputGroup outputs_;
  std::unique_ptr<DeadLetterFile> dead_letters_;  ///< null: none are kept
  std::vector<std::unique_ptr<InputState>> inputs_;
  UnmappedLog unmapped_;
  std::unique_ptr<StateKeeper> state_;
  std::vector<std::unique_ptr<IngestWorker>> workers_;
};

}  // namespace flowcef
