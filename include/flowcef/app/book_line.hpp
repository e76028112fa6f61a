// One number of the books, with its name in parts, so that all who show the books have them from one place.
#pragma once

#include <cstdint>
#include <string>

namespace flowcef {

struct BookLine {
  std::string of;       ///< `output`, `lookup`, `exporter`; empty: the whole bridge
  std::string subject;  ///< which one of them
  std::string item;     ///< `records`, `records.filtered`, `dropped.queue_full`
  std::uint64_t value = 0;
  bool is_shown_as_zero = true;  ///< where people read it

  /// Returns: `output.siem.dropped.queue_full`
  [[nodiscard]] std::string name() const { return of.empty() ? item : of + '.' + subject + '.' + item; }
};

}  // namespace flowcef
