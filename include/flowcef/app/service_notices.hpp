// What the running bridge tells its service manager, and when.
#pragma once

#include <chrono>
#include <string>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/pipeline.hpp"
#include "flowcef/app/progress_watch.hpp"
#include "flowcef/app/service_manager.hpp"
#include "flowcef/log/log.hpp"

namespace flowcef {

/// Thread: one, that of the pipeline.
class ServiceNotices {
 public:
  using Clock = ProgressWatch::Clock;

  ServiceNotices(const ServiceManager& manager, const Pipeline& pipeline, Logger log);

  /// Everything is open and started.
  void ready() const;
  /// Around a reload, whether it succeeds or not.
  void reload_begins() const;
  void reload_ends() const;
  /// Input: how long the stop may take.
  void stopping(std::chrono::milliseconds deadline) const;

  /// A line on how the bridge is doing and, while its workers go on, a sign of life.
  void tell_status(Clock::time_point now);
  /// Returns: how often tell_status() is to be called; zero: never, as nobody listens.
  [[nodiscard]] Clock::duration interval() const noexcept { return interval_; }

 private:
  [[nodiscard]] std::string status_line() const;
  [[nodiscard]] bool makes_progress(Clock::time_point now);

  const ServiceManager& manager_;
  const Pipeline& pipeline_;
  Logger log_;
  Clock::duration interval_{0};
  ProgressWatch watch_;
  bool was_stuck_ = false;
};

}  // namespace flowcef
