// The running bridge: outputs, renderings and ingest workers, wired, started, changed and stopped in order.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/app/ingest_worker.hpp"
#include "flowcef/app/lookup_watch.hpp"
#include "flowcef/app/output_group.hpp"
#include "flowcef/app/refusal_log.hpp"
#include "flowcef/app/replicate_group.hpp"
#include "flowcef/app/state_keeper.hpp"
#include "flowcef/app/survey.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/app/unmapped_log.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/log/log.hpp"

namespace flowcef {

/// Thread: one for all calls.
class Pipeline {
 public:
  /// Opens every socket and file, starts nothing.
  /// Errors: std::runtime_error or std::system_error with a text for the user.
  Pipeline(const Config& config, std::shared_ptr<const BridgeTranslation> translation, const LogFactory& logs);

  /// To be called before the process becomes that user: its sockets then share ports with those that it opens later,
  /// which send on what an exporter sent from the port that an input listens on.
  /// Errors: std::system_error
  void hand_over(unsigned uid);

  void start();

  /// Goes over to another configuration. Everything that can fail is done beside the running bridge; then all workers
  /// stop between two data sets, the new takes the place of the old, and they go on: no socket is closed that stays
  /// in use, no template, queue, line or sequence number is lost. Each line is wholly by the old or wholly by the new
  /// configuration.
  /// Input:   what only a start can change (workers, state_dir, user, group) is left as it is.
  /// Returns: what changed, in words.
  /// Errors:  as the constructor; nothing has changed then.
  std::string reload(const Config& config, std::shared_ptr<const BridgeTranslation> translation);

  /// Sources first, then queues until the deadline, then outputs.
  void stop(std::chrono::milliseconds deadline);
  [[nodiscard]] FinalCounts counts() const;
  /// Asks no worker to wait: each told of itself at its latest tick.
  [[nodiscard]] BridgeSurvey survey() const;
  /// Sends events of the bridge's own over every output, in between records.
  void post(std::vector<BridgeEvent> events) { workers_.front()->post(std::move(events)); }
  /// The books of the running bridge, which at no moment are all at rest: without the exporters, and not to be checked.
  [[nodiscard]] FinalCounts running_counts() const;
  [[nodiscard]] const BridgeTranslation& translation() const noexcept { return *translation_; }
  /// Returns: how often each worker has ticked, but for the one that may wait for an output.
  [[nodiscard]] std::vector<std::uint64_t> worker_ticks() const;
  [[nodiscard]] std::vector<OutputStatus> output_status() const { return outputs_.status(); }

 private:
  struct LiveInput {
    InputConfig config;
    std::unique_ptr<InputState> state;
  };
  struct ChangedInput;
  struct Change;

  void add_workers(unsigned count);
  void open_input(LiveInput& input, const Config& config);
  [[nodiscard]] std::size_t worker_of(const InputConfig& input, const InputState* state) const;
  [[nodiscard]] std::unique_ptr<WorkerInput> make_alone(std::size_t worker, const InputConfig& input, InputState& state,
                                                        const std::filesystem::path& state_dir);
  [[nodiscard]] std::vector<RenderingPlan> plans_of(std::size_t worker) const;
  [[nodiscard]] std::vector<NamedInput> named_inputs() const;
  void log_listening(const InputConfig& input) const;

  // ---- reload, in two steps: prepare() may fail and changes nothing, apply() does not fail
  [[nodiscard]] Change prepare(const Config& config, std::shared_ptr<const BridgeTranslation> translation);
  void prepare_inputs(const Config& config, Change& change);
  void prepare_udp(ChangedInput& entry);
  void prepare_stream(ChangedInput& entry);
  void prepare_alone(ChangedInput& entry, const Config& config);
  void refuse_moved_addresses(const ChangedInput& entry) const;
  std::string apply(Change& change, const Config& config, std::size_t removed);
  std::vector<LiveInput> remove_inputs(const Change& change);
  std::string change_inputs(Change& change, const Config& config);
  void change_sources(Change& change, std::size_t worker);
  void adopt(std::unique_ptr<WorkerInput> made, std::size_t worker);

  void settle();
  [[nodiscard]] FinalCounts input_counts() const;
  void add_lookups(FinalCounts& counts) const;
  void watch_lookups();

  const std::string epoch_;
  LogFactory logs_;
  Logger log_;
  BatchPool pool_;  ///< outlives the outputs, whose queues hold its batches
  std::shared_ptr<const BridgeTranslation> translation_;
  OutputGroup outputs_;
  ReplicateGroup replicates_;
  std::optional<DeadLetterConfig> dead_letter_config_;
  std::unique_ptr<DeadLetterFile> dead_letters_;  ///< null: none are kept
  std::vector<LiveInput> inputs_;
  UnmappedLog unmapped_;
  RefusalLog refusals_;
  std::unique_ptr<StateKeeper> state_;
  std::vector<std::unique_ptr<IngestWorker>> workers_;  ///< the last one is for connections, which may wait
  std::unique_ptr<LookupWatch> lookup_watch_;           ///< of translation_'s
  FinalCounts retired_;                                 ///< of inputs that were removed, and of earlier renderings
};

}  // namespace flowcef
