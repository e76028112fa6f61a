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

void OutputBooks::submitted(std::size_t lines) {
  const std::lock_guard lock(mutex_);
  submitted_ += lines;
  in_queue_ += lines;
}

void OutputBooks::dropped_from_queue(DropReason reason, std::size_t lines) {
  const std::lock_guard lock(mutex_);
  in_queue_ -= lines;
  dropped_.at(static_cast<std::size_t>(reason)) += lines;
}

void OutputBooks::taken(std::size_t lines) {
  const std::lock_guard lock(mutex_);
  in_queue_ -= lines;
  in_hand_ += lines;
}

void OutputBooks::returned(std::size_t lines) {
  const std::lock_guard lock(mutex_);
  in_hand_ -= lines;
  in_queue_ += lines;
}

void OutputBooks::delivered(std::size_t lines, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  in_hand_ -= lines;
  delivered_ += lines;
  bytes_ += bytes;
}

void OutputBooks::dropped(DropReason reason, std::size_t lines) {
  const std::lock_guard lock(mutex_);
  in_hand_ -= lines;
  dropped_.at(static_cast<std::size_t>(reason)) += lines;
}

void OutputBooks::dropped_by_errno(int error, std::size_t lines) {
  const std::lock_guard lock(mutex_);
  in_hand_ -= lines;
  dropped_errno_[slot(error)] += lines;
}

void OutputBooks::restored(std::size_t lines) {
  const std::lock_guard lock(mutex_);
  restored_ += lines;
  spooled_ += lines;
}

void OutputBooks::spooled(std::size_t lines) {
  const std::lock_guard lock(mutex_);
  in_hand_ -= lines;
  spooled_ += lines;
}

void OutputBooks::unspooled(std::size_t lines) {
  const std::lock_guard lock(mutex_);
  spooled_ -= lines;
  in_hand_ += lines;
}

void OutputBooks::dropped_from_spool(DropReason reason, std::size_t lines) {
  const std::lock_guard lock(mutex_);
  spooled_ -= lines;
  dropped_.at(static_cast<std::size_t>(reason)) += lines;
}

void OutputBooks::error(int error_number) {
  const std::lock_guard lock(mutex_);
  ++errors_[slot(error_number)];
}

void OutputBooks::repeated(std::size_t lines) {
  const std::lock_guard lock(mutex_);
  repeated_ += lines;
}

void OutputBooks::sent(const SentDatagrams& sent) {
  const std::lock_guard lock(mutex_);
  sent_.datagrams += sent.datagrams;
  sent_.fragmented += sent.fragmented;
  sent_.fragments += sent.fragments;
}

void OutputBooks::failover() {
  const std::lock_guard lock(mutex_);
  ++failovers_;
}

void OutputBooks::connected() {
  const std::lock_guard lock(mutex_);
  ++connects_;
  ++open_;
}

void OutputBooks::disconnected() {
  const std::lock_guard lock(mutex_);
  --open_;
}

OutputCounts OutputBooks::counts() const {
  static constexpr std::array kReasons = {"queue_full", "spool_full", "spool_damaged", "stopped", "oversize"};
  static_assert(kReasons.size() == std::tuple_size_v<decltype(dropped_)>);

  const std::lock_guard lock(mutex_);
  OutputCounts counts;
  counts.submitted = submitted_;
  counts.restored = restored_;
  counts.delivered = delivered_;
  counts.queued = in_queue_ + in_hand_;
  counts.failovers = failovers_;
  counts.spooled = spooled_;
  counts.repeated = repeated_;
  counts.bytes = bytes_;
  counts.datagrams = sent_.datagrams;
  counts.fragmented = sent_.fragmented;
  counts.fragments = sent_.fragments;
  counts.connects = connects_;
  counts.connected = open_ > 0;
  for (std::size_t i = 0; i < kReasons.size(); ++i) counts.dropped[kReasons[i]] = dropped_[i];
  for (std::size_t i = 0; i < kErrnos; ++i) {
    const std::string name = errno_name(static_cast<int>(i));
    if (dropped_errno_[i] != 0) counts.dropped[name] = dropped_errno_[i];
    if (errors_[i] != 0) counts.errors[name] = errors_[i];
  }
  return counts;
}

std::string errno_name(int error) {
  const char* name = error > 0 ? strerrorname_np(error) : nullptr;
  return name != nullptr ? name : "unknown";
}

}  // namespace flowcef
