// Decoders under test: all that they hand on is looked at, and their books are added up.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "flowcef/decode/decoder.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {

/// Ends the process unless every position, list item and header field lies within the bytes that it is of.
void check_data_set(const DataSet& set);

/// A decoder, and what the handler saw of it.
class CheckedDecoder final : private DataSetHandler {
 public:
  explicit CheckedDecoder(InputState& input);
  CheckedDecoder(InputState& input, const ElementRegistry& registry);

  /// Decodes a copy, so that the address sanitizer sees a read past its end.
  void decode(Datagram datagram);
  void end_session(const IpAddress& exporter, std::uint64_t session) { decoder_.end_session(exporter, session); }
  void tick(std::int64_t now_ns) { decoder_.tick(now_ns); }
  /// Ends the process unless all records, refusals and bytes are accounted for.
  void finish();

  [[nodiscard]] const DecodeCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

 private:
  void on_data_set(const DataSet& set) override;
  void on_refused(const Datagram& datagram, Refusal reason) override;

  [[nodiscard]] std::uint64_t decoded() const;
  void check_exporters() const;

  DecodeCounters counters_;
  Decoder decoder_;
  std::uint64_t data_sets_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t options_records_ = 0;
  std::uint64_t record_bytes_ = 0;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t refused_ = 0;  ///< calls of on_refused
};

/// Ends the process unless the limits hold, and the templates in the store are what is left of those learnt.
void check_input_state(InputState& input, std::initializer_list<const CheckedDecoder*> decoders);

/// One datagram over UDP, decoded twice: the second time its templates are there already.
void decode_one(const std::vector<std::uint8_t>& payload);

}  // namespace flowcef::test
