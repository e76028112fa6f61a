// One input's part of a record path: who is heard, decode, what is let through.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "flowcef/core/counter.hpp"
#include "flowcef/decode/completeness.hpp"
#include "flowcef/decode/data_set_slice.hpp"
#include "flowcef/decode/decoder.hpp"
#include "flowcef/source/admission.hpp"
#include "flowcef/source/dead_letter_file.hpp"

namespace flowcef {

/// What was decoded and not sent on.
struct FilterCounters {
  Counter options_records;  ///< filtered: the input says options_records = false
  Counter incomplete;       ///< refused: flows that lack what the input requires
};

/// Thread:   one; the counters may be read by any.
/// Lifetime: keeps references to all it was made of, or to what reconfigure() gave it in their place.
class InputPath final : private DataSetHandler {
 public:
  using Render = std::function<void(const DataSet&)>;

  /// Input: `dead_letters` may be null.
  InputPath(const ElementRegistry& registry, InputState& input, DeadLetterFile* dead_letters, Render render);

  void decode(const Datagram& datagram);
  void end_session(const IpAddress& exporter, std::uint64_t session) { decoder_.end_session(exporter, session); }
  void tick(std::int64_t now_ns) { decoder_.tick(now_ns); }
  void finish() { decoder_.finish(); }
  /// Goes on by other element tables, and by the settings that the input has now; as Decoder::reconfigure(). Counters go
  /// on; rates of exporters begin anew.
  /// Input: `dead_letters` may be null.
  void reconfigure(const ElementRegistry& registry, DeadLetterFile* dead_letters);

  [[nodiscard]] const DecodeCounters& decode_counters() const noexcept { return decode_counters_; }
  [[nodiscard]] const FilterCounters& filter_counters() const noexcept { return filter_counters_; }
  [[nodiscard]] const ExporterTable& exporters() const noexcept { return decoder_.exporters(); }

 private:
  void on_data_set(const DataSet& set) override;
  void on_refused(const Datagram& datagram, Refusal reason) override;
  void render_complete(const DataSet& set);
  void count_missing(const IpAddress& exporter, std::uint32_t missing);

  void open_admission();

  const DecodeConfig& config_;
  DeadLetterFile* dead_letters_;
  Render render_;
  DecodeCounters decode_counters_;
  FilterCounters filter_counters_;
  std::optional<Admission> admission_;  ///< always there
  Completeness completeness_;
  DataSetSlicer slicer_;
  Decoder decoder_;
};

}  // namespace flowcef
