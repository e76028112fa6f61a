// The books: what came in, what became of it, whether the sums agree; one `name value` line each.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/app/book_line.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/lookup/lookups.hpp"
#include "flowcef/replicate/replicate_counters.hpp"
#include "flowcef/sink/output_books.hpp"

namespace flowcef {

/// What renderings made of records.
struct RenderedCounts {
  std::uint64_t lines = 0;
  std::uint64_t events = 0;           ///< those of `lines` that are the bridge's own
  std::uint64_t oversize_events = 0;  ///< events whose line no limit has room for
  std::uint64_t dropped = 0;          ///< records, by rules of the mapping
  std::uint64_t oversize = 0;         ///< records whose line no limit has room for
  std::uint64_t shed_lines = 0;
  std::uint64_t shed_keys = 0;
  std::uint64_t dropped_fields = 0;
  std::uint64_t unknown_fields = 0;

  RenderedCounts() = default;
  explicit RenderedCounts(const RenderCounters& counters);

  RenderedCounts& operator+=(const RenderedCounts& other);
  [[nodiscard]] std::uint64_t records() const noexcept { return lines - events + dropped + oversize; }
};

/// One output's part of the books.
struct OutputBooksEntry {
  std::string name;
  std::uint64_t offered = 0;  ///< records that were sent on while it was there
  RenderedCounts rendered;    ///< what became of them, for it
  OutputCounts counts;
  bool has_spool = false;

  /// Input: the books of a later output of the name, which found on disk what this one left there.
  void add(const OutputBooksEntry& other);
};

class FinalCounts {
 public:
  /// Adds the counters of one thread's record path: of its inputs and renderings.
  void add(const RecordPath& path);
  void add(const InputPath& input);
  /// The same without what the thread of the input alone may look at: its exporters.
  /// Thread: any, while that of the input runs.
  void add_running(const InputPath& input);
  void add(const RenderedCounts& rendered);
  /// Adds all that the others have counted, but for their outputs and exporters.
  void add(const FinalCounts& others);
  /// Outputs of the same name are added up.
  void add(const OutputBooksEntry& output);
  /// Adds that of a name that is not there yet.
  void add(const ReplicateCounts& replicate) { replicates_.push_back(replicate); }
  void add(const std::string& lookup, const LookupCounts& counts);
  /// Adds any other number, to that of the same name; a zero is shown only with `always`.
  void add(const std::string& name, std::uint64_t value, bool always = true);

  /// Returns: a number that was added by its name; 0 if none was.
  [[nodiscard]] std::uint64_t value(const std::string& name) const;
  /// Returns: how many records were decoded and not filtered or refused as incomplete.
  [[nodiscard]] std::uint64_t sent_on() const noexcept { return records_ - kept_back_; }
  [[nodiscard]] std::uint64_t dropped_lines() const noexcept;
  /// Returns: what does not add up; empty if for every output the records sent on are those rendered for it or dropped
  ///          by its mapping, and rendered + restored = delivered + queued + spooled + dropped, and for every
  ///          replication taken = sent + queued + dropped.
  [[nodiscard]] std::vector<std::string> imbalances() const;
  /// Input:   whether to tell what is known of exporters
  /// Returns: every number, also those that are zero, in the order in which they are shown.
  [[nodiscard]] std::vector<BookLine> book_lines(bool with_exporters = true) const;
  [[nodiscard]] const std::vector<OutputBooksEntry>& outputs() const noexcept { return outputs_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  [[nodiscard]] std::uint64_t recovered() const noexcept { return recovered_; }
  [[nodiscard]] std::uint64_t refused() const noexcept;
  /// Returns: of all exporters that were added one by one or as forgotten.
  [[nodiscard]] ExporterCounts sum_of_exporters() const;
  /// Input:   as book_lines()
  /// Returns: `records 345` and so on, each line ended by LF; reasons as `refused.template_missing 3`, exporters that
  ///          something went wrong with as `exporter.192.0.2.1.lost 12`.
  [[nodiscard]] std::string to_string(bool with_exporters = true) const;

 private:
  /// Numbers by their names, in the order in which they are shown; a zero is shown of names without a dot only.
  class Lines {
   public:
    void add(const std::string& name, std::uint64_t value);
    void add(const Lines& others);
    void append_to(std::vector<BookLine>& all) const;

   private:
    std::vector<std::pair<std::string, std::uint64_t>> lines_;
  };

  void add_decoded(const DecodeCounters& decode);
  void add_exporters(const ExporterTable& exporters);
  void add(const BookLine& line);
  void append_exporters(std::vector<BookLine>& all) const;

  Lines lines_;
  std::uint64_t records_ = 0;
  std::uint64_t kept_back_ = 0;  ///< records filtered or refused as incomplete
  std::uint64_t recovered_ = 0;
  std::map<std::string, std::uint64_t> refused_;
  RenderedCounts rendered_;  ///< by all renderings
  std::map<IpAddress, ExporterCounts> exporters_;
  ExporterCounts forgotten_;
  std::vector<BookLine> other_;
  std::vector<OutputBooksEntry> outputs_;
  std::vector<ReplicateCounts> replicates_;
};

}  // namespace flowcef
