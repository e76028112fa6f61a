// The books: what came in, what became of it, whether the sums agree; one `name value` line each.
#pragma once

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
  /// Returns: what does not add up; empty if decoded = rendered + filtered + incomplete for every rendering, and
  ///          rendered = delivered + queued + dropped for every output.
  [[nodiscard]] std::vector<std::string> imbalances() const;
  /// Returns: `records 345` and so on, each line ended by LF; reasons as `refused.template_missing 3`, exporters that
  ///          something went wrong with as `exporter.192.0.2.1.lost 12`.
  [[nodiscard]] std::string to_string() const;

 private:
  /// Numbers by their names, in the order in which they are shown; a zero is shown of names without a dot only.
  class Lines {
   public:
    void add(const std::string& name, std::uint64_t value);
    void append_to(std::string& text) const;

   private:
    std::vector<std::pair<std::string, std::uint64_t>> lines_;
  };

  struct Rendered {
    std::uint64_t lines = 0;
    std::uint64_t dropped = 0;  ///< records, by rules of the mapping
  };

  void add(const InputPath& input);
  void add_decoded(const DecodeCounters& decode);
  void add_exporters(const ExporterTable& exporters);
  void append_exporters(std::string& text) const;

  Lines lines_;
  std::uint64_t records_ = 0;
  std::uint64_t kept_back_ = 0;  ///< records filtered or refused as incomplete
  std::uint64_t recovered_ = 0;
  std::map<std::string, std::uint64_t> refused_;
  std::vector<Rendered> rendered_;  ///< by plan
  std::map<IpAddress, ExporterCounts> exporters_;
  ExporterCounts forgotten_;
  std::vector<std::pair<std::string, std::uint64_t>> other_;
  struct OutputEntry {
    std::string name;
    std::size_t plan;
    OutputCounts counts;
  };
  std::vector<OutputEntry> outputs_;
  std::uint64_t dropped_lines_ = 0;
};

}  // namespace flowcef
