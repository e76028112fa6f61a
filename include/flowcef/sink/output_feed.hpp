// What one driver of an output works on: the lines it has taken from the queue, and where it tells what became of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/line_supply.hpp"
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
  explicit OutputFeed(LineSupply& supply, OutputQueue* detour = nullptr);
  ~OutputFeed();
  OutputFeed(const OutputFeed&) = delete;
  OutputFeed& operator=(const OutputFeed&) = delete;

  /// For drivers that settle line by line, in order.
  /// Returns: the oldest lines that are not settled, from the supply if there are none in hand; nothing if there are none.
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

  /// For drivers that learn later what was delivered, and settle it in the window.
  /// Returns: whether the supply had lines, which are now in the window.
  bool take();
  /// Input: what was settled in the window.
  void acknowledged(const SendWindow::Lines& lines);
  [[nodiscard]] SendWindow& window() noexcept { return window_; }
  /// Between two connections: all that is kept goes to whichever driver of the output takes next, this one or another.
  void give_back();

  /// As LineSupply::finished().
  [[nodiscard]] bool finished() const { return supply_.finished(); }
  /// As LineSupply::better_kept().
  [[nodiscard]] bool better_kept() const { return supply_.better_kept(); }
  /// Returns: what is in hand, which is no more.
  /// Thread:  while no driver runs.
  [[nodiscard]] std::vector<Parcel> take_all() { return window_.take_all(); }

  [[nodiscard]] OutputBooks& books() noexcept { return supply_.books(); }
  /// The connection became usable, or is no more; twice the same is once.
  void connected();
  void disconnected();
  /// An attempt to reach the receiver failed, or its connection is lost, until it is connected() again.
  void unreachable() { reach(LineSupply::Reach::unreachable); }
  /// Thread: any.
  [[nodiscard]] LinkNotes& notes() noexcept { return notes_; }

  /// The longest message that fits a packet on the path, as the driver has learnt it; 0: not known, or of no interest.
  /// Thread: any.
  [[nodiscard]] std::atomic<std::size_t>& message_limit() noexcept { return message_limit_; }

 private:
  void settle(std::size_t lines);
  void reach(LineSupply::Reach now);

  LineSupply& supply_;
  OutputQueue* detour_;
  SendWindow window_;
  LinkNotes notes_;
  BatchPool diverted_;
  std::atomic<std::size_t> message_limit_{0};
  bool cut_line_ = false;
  LineSupply::Reach reach_ = LineSupply::Reach::unknown;
};

}  // namespace flowcef
