// How often an exporter is usually heard, and so when it is silent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace flowcef {

/// Learns from the gaps between the moments at which somebody looked and it had sent something.
/// Units: nanoseconds. Thread: one.
class ExporterRhythm {
 public:
  /// It was heard that often before its silence is any news.
  static constexpr std::size_t kGapsNeeded = 3;
  /// Silence is so many times the longest gap of late.
  static constexpr std::int64_t kPatience = 3;

  /// It has sent something since the last time.
  /// Input: what is long for a gap; whether this one was taken for a silence. One silence is an outage, and teaches
  ///        nothing; two between which it was heard for a shorter time are an interval, of the shorter one's length.
  void heard(std::int64_t now_ns, std::int64_t long_ns, bool was_silent);
  /// Nobody could have heard it for so long, or the clock went by so much.
  void pause(std::int64_t ns) noexcept {
    if (heard_ns_ == 0) return;
    heard_ns_ += ns;
    first_ns_ += ns;
    if (back_ns_ != 0) back_ns_ += ns;
  }

  [[nodiscard]] std::int64_t silent_for(std::int64_t now_ns) const noexcept { return now_ns - heard_ns_; }
  [[nodiscard]] std::int64_t longest_gap() const noexcept;
  /// Returns: whether it was heard often enough, over a time of at least `span_ns`.
  [[nodiscard]] bool is_known(std::int64_t span_ns) const noexcept {
    return gaps_ >= kGapsNeeded && heard_ns_ - first_ns_ >= span_ns;
  }
  /// Returns: whether gaps that are long are usual with it.
  [[nodiscard]] bool is_seldom() const noexcept { return epochs_[0].long_gaps + epochs_[1].long_gaps >= kGapsNeeded; }

 private:
  /// What is longer ago than two of them is forgotten.
  struct Epoch {
    std::int64_t began_ns = 0;
    std::size_t gaps = 0;
    std::size_t long_gaps = 0;
    std::int64_t longest_ns = 0;
  };

  std::array<Epoch, 2> epochs_{};  ///< the current one, and the one before
  std::int64_t first_ns_ = 0;
  std::int64_t heard_ns_ = 0;
  std::int64_t back_ns_ = 0;     ///< when its latest silence ended; 0: it never was silent
  std::int64_t silence_ns_ = 0;  ///< how long that was
  std::size_t gaps_ = 0;
};

}  // namespace flowcef
