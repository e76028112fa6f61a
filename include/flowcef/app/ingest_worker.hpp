// One ingest thread: its sockets and its record path. Shares nothing but immutable data and the inputs' templates.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/app/parking.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/app/survey.hpp"
#include "flowcef/source/file_source.hpp"
#include "flowcef/source/stream_source.hpp"
#include "flowcef/source/tap_source.hpp"
#include "flowcef/source/udp_source.hpp"

namespace flowcef {

/// One input as one worker serves it.
struct WorkerInput {
  InputState* state = nullptr;
  InputPath* path = nullptr;       ///< null: not adopted yet
  std::unique_ptr<UdpSource> udp;  ///< one of these
  std::unique_ptr<StreamSource> stream;
  std::unique_ptr<TapSource> tap;
  std::unique_ptr<FileSource> files;
};

/// Thread: until start(), and while it is parked, that of the caller; add_udp(), add_stream() any time.
class IngestWorker {
 public:
  IngestWorker(std::unique_ptr<RecordPath> path, Logger log);
  ~IngestWorker();

  /// Makes what adopt() takes, and changes nothing.
  /// Input: `sockets` are this worker's share.
  [[nodiscard]] std::unique_ptr<WorkerInput> prepare_udp(InputState& input, std::vector<UdpSocket> sockets);
  /// Listens from now on; connections wait for adopt().
  /// Errors: as StreamSource
  [[nodiscard]] std::unique_ptr<WorkerInput> prepare_stream(InputState& input, const StreamSourceConfig& config);

  /// Captures from now on, or has opened nothing yet; either begins with adopt().
  /// Errors: as TapSource
  [[nodiscard]] std::unique_ptr<WorkerInput> prepare_tap(InputState& input, const TapConfig& config);
  /// Input: `progress`: the file that keeps how far it has come
  [[nodiscard]] std::unique_ptr<WorkerInput> prepare_files(InputState& input, const FileSourceConfig& config,
                                                           const std::filesystem::path& progress);

  void adopt(std::unique_ptr<WorkerInput> input);
  /// Puts the tap of `made`, prepared for the same input, in the place of the one that is there, without a gap.
  /// Input: `counts` takes over what the one that goes has counted
  void replace_tap(WorkerInput& live, std::unique_ptr<WorkerInput> made, FinalCounts& counts);
  /// Hands on what its sockets have queued, and what waited for its template is given up.
  /// Returns: the input, for its counters, which go with it.
  [[nodiscard]] std::unique_ptr<WorkerInput> stop_input(const InputState& input);
  /// Forgets an input that was stopped.
  void remove(std::unique_ptr<WorkerInput> input);
  /// Returns: null if the worker does not serve it.
  [[nodiscard]] WorkerInput* find(const InputState& input) const noexcept;

  void start();
  /// Takes what the kernel has queued, hands on every line, ends the thread.
  void stop();

  /// Stops it between two data sets: see Parking. Not before start().
  void park();
  /// Runs something on the worker's thread while it is parked; returns when that is done.
  void run_parked(const std::function<void()>& task) { parking_.run(task); }
  void resume() { parking_.leave(); }

  /// Tells of itself at once, as after a reload: what it told before is in other books by then.
  void refresh_survey();
  /// Has events of the bridge's own rendered between two data sets.
  /// Thread: any, from start() to stop().
  void post(std::vector<BridgeEvent> events);

  /// Returns: what the worker knew at its latest tick, a second ago at most unless it waits for an output or is parked;
  ///          null before start().
  /// Thread:  any.
  [[nodiscard]] std::shared_ptr<const WorkerSurvey> survey() const;

  /// Returns: how often it has ticked, which it does once a second.
  /// Thread:  any.
  [[nodiscard]] std::uint64_t ticks() const noexcept { return ticks_.load(std::memory_order_relaxed); }

  [[nodiscard]] RecordPath& path() noexcept { return *path_; }
  [[nodiscard]] const RecordPath& path() const noexcept { return *path_; }
  [[nodiscard]] const std::vector<std::unique_ptr<WorkerInput>>& inputs() const noexcept { return inputs_; }

 private:
  struct Loop;  // keeps Boost.Asio out of this header

  void schedule_tick();
  void take_survey(std::int64_t now_ns);
  void on_idle();
  void schedule_waiting_tick();

  std::unique_ptr<RecordPath> path_;
  Logger log_;
  std::unique_ptr<Loop> loop_;
  std::vector<std::unique_ptr<WorkerInput>> inputs_;
  bool started_ = false;
  bool stopping_ = false;                ///< of its thread
  bool is_waiting_ = false;              ///< its timer for datagrams that wait runs
  std::atomic<bool> is_wanted_ = false;  ///< to be parked
  std::atomic<std::uint64_t> ticks_ = 0;
  Parking parking_;
  mutable std::mutex survey_mutex_;
  std::shared_ptr<const WorkerSurvey> survey_;
  std::thread thread_;
};

/// Returns: how long what comes in may be kept before it is rendered: datagrams by `wait`, then records by `merge`.
[[nodiscard]] std::chrono::milliseconds longest_delay(const InputState& input);

/// Adds what the input's sockets counted: datagrams that the kernel dropped, sessions and the like.
void add_source_counts(const WorkerInput& input, FinalCounts& counts);

}  // namespace flowcef
