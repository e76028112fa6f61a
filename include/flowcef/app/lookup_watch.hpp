// Looks at the files of lookups from time to time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "flowcef/log/log.hpp"
#include "flowcef/lookup/lookups.hpp"

namespace flowcef {

/// A thread of its own, as a file may be large or its disk slow; none if no lookup has a file.
/// Lifetime: keeps a reference to the lookups.
class LookupWatch {
 public:
  LookupWatch(Lookups& lookups, Logger log);
  LookupWatch(const LookupWatch&) = delete;
  LookupWatch& operator=(const LookupWatch&) = delete;
  /// Returns once a file that is being read is read.
  ~LookupWatch();

 private:
  void run(std::chrono::milliseconds interval);
  void check();

  Lookups& lookups_;
  Logger log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace flowcef
