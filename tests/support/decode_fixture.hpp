// A decoder whose findings are kept: what each record holds, field by field, as text.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "flowcef/decode/decoder.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {

struct DecodedRecord {
  std::uint16_t template_id;
  bool options;
  std::map<std::string, std::string> hex;  ///< element name (or pen:id) -> bytes in hex
};

class DecodeFixture : public testing::Test, protected DataSetHandler {
 protected:
  DecodeFixture() : DecodeFixture(DecodeConfig{}) {}
  explicit DecodeFixture(const DecodeConfig& config) : input_(config) {}

  static DecodeConfig limited(std::size_t templates) {
    DecodeConfig config;
    config.max_templates = templates;
    return config;
  }

  void decode(const MessageBuilder& message) { decode(message.bytes()); }
  void decode(const std::vector<std::uint8_t>& payload) { decoder_.decode(datagram_of(payload)); }
  void decode_from(std::string_view exporter, std::uint16_t port, const MessageBuilder& message) {
    const auto bytes = message.bytes();
    decoder_.decode(datagram_of(bytes, exporter, port));
  }

  /// Data sets that still wait for their template count as well.
  [[nodiscard]] std::uint64_t refused(Refusal reason) {
    decoder_.finish();
    return counters_.refused[static_cast<std::size_t>(reason)].value();
  }

  void on_data_set(const DataSet& set) override {
    for (std::uint32_t i = 0; i < set.record_count; ++i) records_.push_back(read(set, i));
    contexts_.push_back(set.context);
    serials_.push_back(set.layout.serial);
  }

  void on_refused(const Datagram&, Refusal reason) override { refusals_.push_back(reason); }

  static DecodedRecord read(const DataSet& set, std::uint32_t index) {
    DecodedRecord record{set.template_id, set.layout.options, {}};
    for (std::size_t f = 0; f < set.layout.fields.size(); ++f) {
      const Field& field = set.layout.fields[f];
      const Bytes value = value_of(set, index, field);
      std::string name = field.element != nullptr ? field.element->name
                                                  : std::to_string(field.id.pen) + ':' + std::to_string(field.id.id);
      while (record.hex.contains(name)) name += '+';
      record.hex[name] = to_hex(value);
    }
    return record;
  }

  static std::string to_hex(Bytes bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    return text;
  }

  ElementRegistry registry_;
  DecodeCounters counters_;
  InputState input_;
  Decoder decoder_{registry_, input_, counters_, *this};
  std::vector<DecodedRecord> records_;
  std::vector<ExportContext> contexts_;  ///< their header bytes are gone
  std::vector<std::uint64_t> serials_;
  std::vector<Refusal> refusals_;  ///< one for each message with a fault
};

}  // namespace flowcef::test
