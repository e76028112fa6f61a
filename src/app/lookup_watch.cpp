#include "flowcef/app/lookup_watch.hpp"

#include <chrono>
#include <utility>

namespace flowcef {

LookupWatch::LookupWatch(Lookups& lookups, Logger log) : lookups_(lookups), log_(std::move(log)) {
  if (const auto interval = lookups_.check_interval()) {
    thread_ = std::thread([this, interval] { run(*interval); });
  }
}

LookupWatch::~LookupWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LookupWatch::run(std::chrono::milliseconds interval) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    check();
    lock.lock();
    changed_.wait_for(lock, interval, [this] { return stopping_; });
  }
}

void LookupWatch::check() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  for (const Lookups::FileNews& news : lookups_.check_files(std::chrono::nanoseconds(now).count())) {
    if (news.failed) {
      log_->error("{}", news.text);
    } else {
      log_->info("{}", news.text);
    }
  }
}

}  // namespace flowcef
