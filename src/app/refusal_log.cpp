#include "flowcef/app/refusal_log.hpp"

#include <chrono>

#include "flowcef/app/refusal_text.hpp"

namespace flowcef {
namespace {

constexpr std::chrono::minutes kInterval(10);

}  // namespace

void RefusalLog::report(const Datagram& datagram, Refusal reason) {
  if (reason != Refusal::packeteer1) return;
  const IpAddress& address = datagram.exporter.address;
  std::optional<std::uint64_t> held_back;
  {
    const std::lock_guard lock(mutex_);
    if (limiters_.size() == kMaxExporters && !limiters_.contains(address)) return;
    held_back = limiters_.try_emplace(address, kInterval).first->second.allow(std::chrono::steady_clock::now());
  }
  if (!held_back) return;
  const RefusalText text = text_of(reason);
  log_->warn("refused exporter={} reason={} more={}: {}; {}", address.to_string(), to_string(reason), *held_back,
             text.meaning, text.advice);
}

}  // namespace flowcef
