// Names each element that no key of the mapping shows once in the log, for mappings with `unmapped = "warn-once"`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_set>

#include "flowcef/log/log.hpp"
#include "flowcef/map/renderer.hpp"

namespace flowcef {

/// Thread: any.
class UnmappedLog {
 public:
  /// Elements that are named; exporters can make up numbers without end.
  static constexpr std::size_t kMaxElements = 4096;

  explicit UnmappedLog(Logger log) : log_(std::move(log)) {}

  void report(const UnmappedElement& element);
  /// Elements are named anew: the mapping is another one.
  void forget();

 private:
  Logger log_;
  std::mutex mutex_;
  std::unordered_set<std::uint64_t> named_;
};

}  // namespace flowcef
