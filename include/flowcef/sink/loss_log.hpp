// Says that lines were lost, once in an interval, with how many it was since the last time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/log/log.hpp"
#include "flowcef/log/rate_limiter.hpp"

namespace flowcef {

/// Thread: one.
class LossLog {
 public:
  LossLog(Logger log, std::string output) : log_(std::move(log)), output_(std::move(output)) {}

  void report(std::string_view reason, std::size_t lines) {
    lines_ += lines;
    if (!limiter_.allow(std::chrono::steady_clock::now())) return;
    log_->error("lines lost output={} reason={} lines={}", output_, reason, std::exchange(lines_, 0));
  }

 private:
  Logger log_;
  std::string output_;
  RateLimiter limiter_{std::chrono::seconds{30}};
  std::uint64_t lines_ = 0;
};

}  // namespace flowcef
