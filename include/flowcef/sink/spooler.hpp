// Moves the lines of one output from the queue to those who send them, by way of the disk where the settings say so.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "flowcef/log/log.hpp"
#include "flowcef/sink/loss_log.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/output_queue.hpp"
#include "flowcef/sink/parcel.hpp"
#include "flowcef/sink/sink_config.hpp"
#include "flowcef/spool/spool.hpp"

namespace flowcef {

/// A thread of its own, so that no producer ever waits for a disk:
///
///     queue ──▶ group ──▶ ready ──▶ take()
///                 └──▶ spool ────────┘
///
/// Lines pass by memory until what is ready or taken fills three quarters of the queue's bound, or no receiver can be
/// reached. From then on they go to disk, and their memory is free; until all that is on disk is taken (fifo), or until
/// there is room again (interleave). With SpoolMode::journal all lines go to disk first, and stay in memory too if they
/// pass.
/// Thread: any, unless said otherwise.
class Spooler {
 public:
  /// Input:    `wake` tells those who take that there is something again.
  /// Lifetime: keeps a reference to the queue.
  Spooler(const SinkConfig& config, Framing framing, OutputQueue& queue, std::function<void()> wake, Logger log);
  /// Precondition: close() was called if start() was.
  ~Spooler();
  Spooler(const Spooler&) = delete;
  Spooler& operator=(const Spooler&) = delete;

  /// Errors: std::runtime_error that says what is wrong with the spool
  void open();
  void start();
  void configure(const SinkConfig& config);
  /// The queue has something again.
  void wake();
  void set_reachable(bool reachable);

  /// Returns: of all that is on disk
  [[nodiscard]] std::uint64_t disk_bytes() const { return spool_.status().bytes; }

  /// Returns: why the disk takes nothing more, or only in place of older lines; empty if it does.
  [[nodiscard]] std::string trouble() const;

  [[nodiscard]] Parcel take();
  void release(const LineBatch& batch);

  /// The queue is closed. What is on disk stays there.
  void close();
  /// Returns: true once it is closed and nothing is ready, nor will be.
  [[nodiscard]] bool finished() const;
  /// Writes all that is in memory to disk, what was taken before all else.
  /// Input:  what was taken and not released, in order
  /// Thread: once nobody takes, after close().
  /// Returns: how many lines could not be written, which are dropped.
  std::size_t put_away(std::vector<Parcel> in_hand);

 private:
  using Clock = std::chrono::steady_clock;

  struct Settings {
    SpoolConfig spool;
    std::size_t most_held;  ///< bytes
    bool drops_oldest;
    bool required;
  };
  /// A batch that is ready or taken.
  struct Held {
    std::optional<SpoolPlace> place;  ///< nothing: it is in memory only
    bool is_queued = false;           ///< it counts in the queue
  };

  static Settings settings_of(const SinkConfig& config);

  void run();
  [[nodiscard]] bool move_on();
  [[nodiscard]] bool pass();
  [[nodiscard]] bool may_pass(std::size_t cost);
  void hand_over(BatchRef batch, std::optional<SpoolPlace> place);
  [[nodiscard]] bool write();
  [[nodiscard]] bool make_room(int error);
  void set_trouble(const std::string& reason);
  void note_room();
  void sync();
  [[nodiscard]] bool is_done() const;
  void wait();
  [[nodiscard]] bool paces_replay() const;
  [[nodiscard]] bool is_replay_due() const;
  [[nodiscard]] Parcel read();

  bool put_in_front(const std::vector<Parcel>& parcels);
  bool append(const std::vector<Parcel>& parcels);
  std::size_t give_up(const std::vector<Parcel>& parcels);
  template <class Operation>
  bool attempt(Operation operation);

  const std::string name_;
  OutputQueue& queue_;
  OutputBooks& books_;
  const std::function<void()> wake_takers_;
  Logger log_;
  LossLog loss_;
  const std::unique_ptr<SpoolFiles> files_;
  Spool spool_;
  std::optional<SpoolFound> found_;  ///< nothing: it is not open
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
  Settings settings_;
  bool reachable_ = true;
  bool drained_ = false;  ///< nothing more will be ready
  std::deque<Parcel> ready_;
  std::unordered_map<const LineBatch*, Held> held_;
  std::size_t held_bytes_ = 0;
  Clock::time_point read_at_{};  ///< not before, for replay_rate
  std::string trouble_;
  std::atomic<bool> closing_{false};
  std::atomic<bool> blocked_{false};  ///< the latest write was not possible, and what it was of waits

  // of the thread
  Settings current_;             ///< a copy
  std::vector<BatchRef> group_;  ///< from the queue, not yet moved on
  bool spills_ = true;           ///< lines do not pass
  bool is_dirty_ = false;        ///< written since the latest sync
  Clock::time_point sync_at_{};
  std::optional<Clock::time_point>
      full_at_;  ///< the latest time that a write was not possible, while the log says full
};

}  // namespace flowcef
