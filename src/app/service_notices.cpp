#include "flowcef/app/service_notices.hpp"

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace flowcef {
namespace {

constexpr std::chrono::seconds kStatusInterval(10);
/// Workers tick every second; one that a reload or a busy machine holds up is not stuck.
constexpr std::chrono::seconds kMinPatience(5);
constexpr std::chrono::microseconds kStopSlack(10'000'000);  // for what a stop does besides waiting for the queues

/// systemd tells by it which of several reloads it is.
std::string monotonic_usec() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

ProgressWatch::Clock::duration interval_of(const ServiceManager& manager) {
  if (!manager.is_there()) return {};
  ProgressWatch::Clock::duration interval = kStatusInterval;
  if (const auto watchdog = manager.watchdog())
    interval = std::min<ProgressWatch::Clock::duration>(interval, *watchdog / 2);
  return interval;
}

ProgressWatch::Clock::duration patience_of(const ServiceManager& manager) {
  const ProgressWatch::Clock::duration least = kMinPatience;
  return manager.watchdog() ? std::max<ProgressWatch::Clock::duration>(least, *manager.watchdog() / 2) : least;
}

/// Returns: the state that an operator would want to know of; nothing if all connections are well.
std::optional<LinkState> trouble_of(const OutputStatus& output) {
  for (const LinkStatus& link : output.links) {
    if (link.state == LinkState::waiting || link.state == LinkState::stalled) return link.state;
  }
  return std::nullopt;
}

}  // namespace

ServiceNotices::ServiceNotices(const ServiceManager& manager, const Pipeline& pipeline, Logger log)
    : manager_(manager),
      pipeline_(pipeline),
      log_(std::move(log)),
      interval_(interval_of(manager)),
      watch_(patience_of(manager)) {}

void ServiceNotices::ready() const {
  manager_.tell("READY=1\n" + status_line());
}

void ServiceNotices::reload_begins() const {
  manager_.tell("RELOADING=1\nMONOTONIC_USEC=" + monotonic_usec() + "\nSTATUS=reloading");
}

void ServiceNotices::reload_ends() const {
  ready();
}

void ServiceNotices::stopping(std::chrono::milliseconds deadline) const {
  const std::chrono::microseconds time = deadline + kStopSlack;
  manager_.tell("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC=" + std::to_string(time.count()));
}

void ServiceNotices::tell_status(Clock::time_point now) {
  if (!manager_.is_there()) return;
  const bool alive = makes_progress(now);
  manager_.tell((manager_.watchdog() && alive ? "WATCHDOG=1\n" : "") + status_line());
}

bool ServiceNotices::makes_progress(Clock::time_point now) {
  const int stuck = watch_.find_stuck(pipeline_.worker_ticks(), now);
  const bool is_stuck = stuck >= 0;
  if (is_stuck && !was_stuck_) log_->error("a worker is stuck, the service manager is told no more: worker={}", stuck);
  was_stuck_ = is_stuck;
  return !is_stuck;
}

std::string ServiceNotices::status_line() const {
  std::string line = "STATUS=records=" + std::to_string(pipeline_.running_counts().sent_on());
  for (const OutputStatus& output : pipeline_.output_status()) {
    if (const auto trouble = trouble_of(output)) {
      line += " output." + output.config.name + '=' + std::string(to_string(*trouble));
    }
  }
  return line;
}

}  // namespace flowcef
