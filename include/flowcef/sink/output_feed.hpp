// What one driver of an output works on: the lines it has taken from the queue, and where it tells what became of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/link_status.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/output_queue.hpp"
#include "flowcef/sink/send_window.hpp"

namespace flowcef {

/// What a driver gets to send.
struct BatchPart {
  BatchRef batch;
  std::size_t first_line = 0;   ///< those before it are settled
  bool after_cut_line = false;  ///< the last that went to a pipe is a part of this first line, without its end

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(batch); }
};

/// Stays when its driver is replaced by another: lines in hand go on with that one.
/// Thread: the driver's, unless said otherwise.
class OutputFeed {
 public:
  /// Input: `detour`: the queue for lines that the driver cannot send; null: there is none.
  /// Lifetime: keeps references to both.
  explicit OutputFeed(OutputQueue& queue, OutputQueue* detour = nullptr);

  /// For drivers that settle line by line, in order.
  /// Returns: the oldest lines that are not settled, from the queue if there are none in hand; nothing if there are none.
  [[nodiscard]] BatchPart next();
  /// Settles the oldest lines in hand. Input: `bytes` of them as they are counted.
  void delivered(std::size_t lines, std::size_t bytes);
  void dropped(DropReason reason, std::size_t lines);
  void dropped_by_errno(int error, std::size_t lines);
  [[nodiscard]] bool has_detour() const noexcept { return detour_ != nullptr; }
  /// Settles the oldest line in hand by putting its message into the queue of the detour, as a line that ends with LF.
  void divert(std::string_view message, std::uint64_t event);
  /// The driver leaves a part of its next line on a pipe, which the next driver may write to.
  void left_cut_line() { cut_line_ = true; }

  /// For drivers that learn later what was delivered, which tell the books themselves.
  /// Returns: whether there was a batch in the queue, which is now in the window.
  bool take();
  [[nodiscard]] SendWindow& window() noexcept { return window_; }

  /// Returns: true once the queue is closed and empty and nothing in hand.
  [[nodiscard]] bool finished() const { return exhausted() && window_.unsettled() == 0; }
  /// Returns: true once the queue is closed and empty.
  [[nodiscard]] bool exhausted() const { return queue_.finished(); }
  /// Counts what is in hand as dropped because of the stop.
  /// Thread:  while no driver runs.
  /// Returns: how many lines that were.
  std::size_t abandon();

  [[nodiscard]] OutputBooks& books() noexcept { return queue_.books(); }
  /// The connection became usable, or is no more; twice the same is once.
  void connected();
  void disconnected();
  /// Thread: any.
  [[nodiscard]] LinkNotes& notes() noexcept { return notes_; }

  /// The longest message that fits a packet on the path, as the driver has learnt it; 0: not known, or of no interest.
  /// Thread: any.
  [[nodiscard]] std::atomic<std::size_t>& message_limit() noexcept { return message_limit_; }

 private:
  OutputQueue& queue_;
  OutputQueue* detour_;
  SendWindow window_;
  LinkNotes notes_;
  BatchPool diverted_;
  std::atomic<std::size_t> message_limit_{0};
  bool cut_line_ = false;
  bool connected_ = false;
};

}  // namespace flowcef
