// The books: what came in, what became of it, whether the sums agree; one `name value` line each.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "flowcef/sink/output_books.hpp"

namespace flowcef {

class FinalCounts {
 public:
  /// Adds the counters of one thread's record path.
  void add(const RecordPath& path);
  /// Adds an output, which takes the rendering at that place in the plans.
  void add(const std::string& name, std::size_t plan, const OutputCounts& counts);
  /// Adds any other number; a zero is shown only with `always`.
  void add(const std::string& name, std::uint64_t value, bool always = true);

  [[nodiscard]] std::uint64_t dropped_lines() const noexcept { return dropped_lines_; }
  /// Returns: what does not add up; empty if decoded = rendered for every rendering, and rendered = delivered + queued
  ///          + dropped for every output.
  [[nodiscard]] std::vector<std::string> imbalances() const;
  /// Returns: `records 345` and so on, each line ended by LF; reasons as `refused.template_missing 3`.
  [[nodiscard]] std::string to_string() const;

 private:
  std::vector<std::pair<std::string, std::uint64_t>> other_;
  std::map<std::string, std::uint64_t> refused_;
  std::array<std::uint64_t, kExportFormatCount> datagrams_{};  ///< by ExportFormat
  std::uint64_t records_ = 0;
  std::uint64_t options_records_ = 0;
  std::uint64_t templates_ = 0;
  std::uint64_t templates_evicted_ = 0;
  std::vector<std::uint64_t> lines_;  ///< by plan
  struct OutputEntry {
    std::string name;
    std::size_t plan;
    OutputCounts counts;
  };
  std::vector<OutputEntry> outputs_;
  std::uint64_t dropped_lines_ = 0;
};

}  // namespace flowcef
