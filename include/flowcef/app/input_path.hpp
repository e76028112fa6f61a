// One input's part of a record path: who is heard, decode, what is let through.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "flowcef/app/delay_line.hpp"
#include "flowcef/core/counter.hpp"
#include "flowcef/decode/completeness.hpp"
#include "flowcef/decode/data_set_slice.hpp"
#include "flowcef/decode/decoder.hpp"
#include "flowcef/decode/double_exports.hpp"
#include "flowcef/decode/flow_merger.hpp"
#include "flowcef/decode/log_decoder.hpp"
#include "flowcef/decode/own_exports.hpp"
#include "flowcef/decode/running_totals.hpp"
#include "flowcef/lookup/lookup_feeder.hpp"
#include "flowcef/replicate/replicator.hpp"
#include "flowcef/source/admission.hpp"
#include "flowcef/source/dead_letter_file.hpp"

namespace flowcef {

/// What was decoded and not sent on.
struct FilterCounters {
  Counter options_records;   ///< filtered: the input says options_records = false
  Counter lookup_only;       ///< filtered: the input says send = false
  Counter incomplete;        ///< refused: flows that lack what the input requires
  Counter double_exports;    ///< left out: the exporter sends the same flows in another format
  Counter own_exports;       ///< left out: the exporter's own export traffic
  Counter totals_forgotten;  ///< flows whose running totals made room for others
};

/// What is known of exporters that may be heard on several inputs.
struct ExporterMemory {
  DoubleExports double_exports;
  RunningTotals running_totals;
};

/// Thread:   one; the counters may be read by any.
/// Lifetime: keeps references to all it was made of, or to what reconfigure() gave it in their place.
class InputPath final : private DataSetHandler {
 public:
  using Render = std::function<void(const DataSet&)>;

  /// Input: `dead_letters` may be null.
  InputPath(const ElementRegistry& registry, InputState& input, ExporterMemory& memory, DeadLetterFile* dead_letters,
            Render render);

  /// Calls back for every datagram that is refused.
  using ReportRefused = std::function<void(const Datagram&, Refusal)>;
  void report_refused(ReportRefused report) { report_refused_ = std::move(report); }

  /// Decodes it at once, or once it has waited for as long as the input says. What is not refused for its sender goes on
  /// to other collectors first, whether or not it can be decoded.
  void decode(const Datagram& datagram);
  void end_session(const IpAddress& exporter, std::uint64_t session);
  /// Decodes what has waited for long enough.
  void decode_due() { delay_.advance(DelayLine::Clock::now()); }
  void tick(std::int64_t now_ns);
  void finish();
  /// Hands on records that are kept for others to join them.
  void end_merging() { merger_.flush(); }
  /// Hands on what goes to other collectors.
  void flush() noexcept {
    if (replicator_) replicator_->flush();
  }
  [[nodiscard]] bool is_waiting() const noexcept { return delay_.is_waiting(); }
  /// Goes on by other element tables, and by the settings that the input has now; as Decoder::reconfigure(). Counters go
  /// on; rates of exporters begin anew.
  /// Input: `dead_letters` may be null.
  void reconfigure(const ElementRegistry& registry, DeadLetterFile* dead_letters);

  /// From now on its records fill those of these lookups that name the input; null: none.
  void fill(Lookups* lookups);

  /// From now on its datagrams go on through this; null: nowhere.
  void replicate_by(std::unique_ptr<Replicator> replicator);

  [[nodiscard]] const std::string& input_name() const noexcept { return input_.name; }

  [[nodiscard]] const DecodeCounters& decode_counters() const noexcept { return decode_counters_; }
  [[nodiscard]] const FilterCounters& filter_counters() const noexcept { return filter_counters_; }
  [[nodiscard]] const FlowMerger& merger() const noexcept { return merger_; }
  [[nodiscard]] const Counter& decoded_early() const noexcept { return delay_.early(); }
  [[nodiscard]] const ExporterTable& exporters() const noexcept { return decoder_.exporters(); }
  [[nodiscard]] const HoldingPen& held() const noexcept { return decoder_.held(); }

 private:
  void on_data_set(const DataSet& set) override;
  void on_refused(const Datagram& datagram, Refusal reason) override;
  void decode_admitted(const Datagram& datagram);
  void forget_session(const IpAddress& exporter, std::uint64_t session);
  void merge(const DataSet& set);
  void take_records(const DataSet& set);
  void render_chosen(const DataSet& set, const OwnExports* own_exports);
  [[nodiscard]] bool is_chosen(const DataSet& set, std::uint32_t index, const OwnExports* own_exports);
  void count_missing(const IpAddress& exporter, std::uint32_t missing);

  void open_admission();
  void open_log(const ElementRegistry& registry);

  InputState& input_;
  const DecodeConfig& config_;
  ExporterMemory& memory_;
  DeadLetterFile* dead_letters_;
  Render render_;
  ReportRefused report_refused_;  ///< may be empty
  DecodeCounters decode_counters_;
  FilterCounters filter_counters_;
  std::optional<Admission> admission_;  ///< always there
  Completeness completeness_;
  DataSetSlicer slicer_;
  std::optional<LookupFeeder> feeder_;
  Decoder decoder_;                ///< of an input of log lines: for its books alone
  std::optional<LogDecoder> log_;  ///< reads lines in place of `decoder_`
  FlowMerger merger_;
  DelayLine delay_;
  std::unique_ptr<Replicator> replicator_;
};

}  // namespace flowcef
