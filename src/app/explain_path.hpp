// Decodes a capture and notes what becomes of it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "explain_keys.hpp"
#include "flowcef/app/explain_findings.hpp"
#include "flowcef/app/file_settings.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/decode/completeness.hpp"
#include "flowcef/decode/data_set_slice.hpp"
#include "flowcef/decode/decoder.hpp"
#include "flowcef/map/renderer.hpp"
#include "flowcef/source/admission.hpp"

namespace flowcef {

/// What a message's header says of where it belongs.
struct MessageOrigin {
  ExportFormat format = ExportFormat::ipfix;
  std::uint32_t domain = 0;
};

/// Memory is bounded by the limits below and those of decode, however long the capture.
/// Thread:   one.
/// Lifetime: keeps references to its arguments.
class ExplainPath final : private DataSetHandler {
 public:
  static constexpr std::size_t kMaxExporters = 1000;
  static constexpr std::size_t kMaxLayouts = 500;
  static constexpr std::size_t kMaxDomains = 1000;  ///< of an exporter
  static constexpr std::size_t kMaxIds = 1000;      ///< of a layout that an exporter uses
  static constexpr std::size_t kMaxWaiting = 10'000;
  static constexpr std::size_t kMaxGaps = 5;     ///< of a domain
  static constexpr std::size_t kMaxSamples = 3;  ///< of a reason

  ExplainPath(const Translation& translation, const FileSettings& settings);

  /// Input: `event_prefix` as convert gives it to the records of this datagram
  void decode(const Datagram& datagram, const FramePlace& place, const std::string& event_prefix);
  /// The last thing to do.
  void finish();

  [[nodiscard]] const Findings& findings() const noexcept { return findings_; }

 private:
  void on_data_set(const DataSet& set) override;
  void on_refused(const Datagram& datagram, Refusal reason) override;

  ExporterFinding* exporter_finding(const IpAddress& address);
  /// Returns: null if there are too many.
  LayoutUse* use_of(const DataSet& set);
  void take_record(const DataSet& set, const TracedLine& line, LayoutUse* use);
  void explain_first(const DataSet& set, const TracedLine& line, LayoutFinding& layout);
  void count_missing(std::uint32_t missing, LayoutUse* use);

  [[nodiscard]] std::array<std::uint64_t, kRefusalCount> refused_now() const;
  void add_sample(const Datagram& datagram, Refusal reason, const Domain* domain);
  [[nodiscard]] const Domain* find_domain(const Datagram& datagram, const MessageOrigin& origin);
  void note_sequence(const Domain& domain);
  /// Input: what was missing before this message, in all.
  void note_gap(DomainFinding& finding, std::uint64_t missing_before);
  /// Notes the data sets of a message that have no template.
  void note_waiting(Bytes message, const Domain& domain, bool held);
  void note_given_up(const Datagram& datagram);
  void note_unused(const Exporter& exporter);

  const Mapping& mapping_;
  const DecodeConfig& config_;
  Mapping plain_;
  BatchPool pool_;
  RenderCounters render_counters_;
  RenderingConfig rendering_;
  Renderer renderer_;
  Renderer plain_renderer_;
  InputState input_;
  DecodeCounters counters_;
  Admission admission_;
  Completeness completeness_;
  DataSetSlicer slicer_;
  Decoder decoder_;
  KeyUsage keys_;
  Findings findings_;
  std::map<std::string, std::size_t> layouts_;           ///< by definition: index into Findings::layouts
  std::map<IpAddress, SequenceCounts> sequence_counts_;  ///< as they were after the last datagram
  FramePlace place_;
  std::string event_prefix_;
  std::uint64_t next_event_ = 0;
};

}  // namespace flowcef
