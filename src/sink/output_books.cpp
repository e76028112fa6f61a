#include "flowcef/sink/output_books.hpp"

#include <array>
#include <cstring>
#include <tuple>

namespace flowcef {

std::uint64_t OutputCounts::dropped_lines() const {
  std::uint64_t total = 0;
  for (const auto& [reason, lines] : dropped) total += lines;
  return total;
}

OutputCounts OutputBooks::counts() const {
  static constexpr std::array kReasons = {"queue_full", "stopped", "oversize"};
  static_assert(kReasons.size() == std::tuple_size_v<decltype(dropped_)>);
  const auto read = [](const Number& number) { return number.load(std::memory_order_relaxed); };

  OutputCounts counts;
  counts.submitted = read(submitted_);
  counts.delivered = read(delivered_);
  counts.queued = read(in_queue_) + read(in_hand_);
  counts.bytes = read(bytes_);
  counts.datagrams = read(datagrams_);
  counts.connects = read(connects_);
  counts.connected = connected_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < kReasons.size(); ++i) counts.dropped[kReasons[i]] = read(dropped_[i]);
  for (std::size_t i = 0; i < kErrnos; ++i) {
    const std::string name = errno_name(static_cast<int>(i));
    if (const auto lines = read(dropped_errno_[i])) counts.dropped[name] = lines;
    if (const auto times = read(errors_[i])) counts.errors[name] = times;
  }
  return counts;
}

std::string errno_name(int error) {
  const char* name = error > 0 ? strerrorname_np(error) : nullptr;
  return name != nullptr ? name : "unknown";
}

}  // namespace flowcef
