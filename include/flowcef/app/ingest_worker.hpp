// One ingest thread: its sockets and its record path. Shares nothing but immutable data and the inputs' templates.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/app/parking.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/source/stream_source.hpp"
#include "flowcef/source/udp_source.hpp"

namespace flowcef {

/// One input as one worker serves it.
struct WorkerInput {
  InputState* state = nullptr;
  InputPath* path = nullptr;       ///< null: not adopted yet
  std::unique_ptr<UdpSource> udp;  ///< one of the two
  std::unique_ptr<StreamSource> stream;
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

  void adopt(std::unique_ptr<WorkerInput> input);
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

  [[nodiscard]] RecordPath& path() noexcept { return *path_; }
  [[nodiscard]] const RecordPath& path() const noexcept { return *path_; }
  [[nodiscard]] const std::vector<std::unique_ptr<WorkerInput>>& inputs() const noexcept { return inputs_; }

 private:
  struct Loop;  // keeps Boost.Asio out of this header

  void schedule_tick();
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
  Parking parking_;
  std::thread thread_;
};

/// Adds what the input's sockets counted: datagrams that the kernel dropped, sessions and the like.
void add_source_counts(const WorkerInput& input, FinalCounts& counts);

}  // namespace flowcef
