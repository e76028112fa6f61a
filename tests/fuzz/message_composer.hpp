// Makes export messages out of a fuzzer's choices, such that templates, data and lists mostly fit together.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "fuzz/fuzz_input.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {

class MessageComposer {
 public:
  /// Returns: a message as it stands in the input (two bytes of length before it), or one of NetFlow v9 or IPFIX whose
  ///          sets follow templates that were made before, by any exporter.
  [[nodiscard]] std::vector<std::uint8_t> next(FuzzInput& in);

 private:
  using Shape = std::vector<FieldSpec>;

  [[nodiscard]] std::vector<std::uint8_t> compose(FuzzInput& in, unsigned how);
  void add_set(FuzzInput& in, MessageBuilder& message);
  void add_template(FuzzInput& in, MessageBuilder& message, bool options);
  void add_data(FuzzInput& in, MessageBuilder& message);
  void add_noise(FuzzInput& in, MessageBuilder& message) const;
  [[nodiscard]] FieldSpec choose_field(FuzzInput& in) const;
  [[nodiscard]] std::uint16_t choose_id(FuzzInput& in) const;

  void write_record(FuzzInput& in, const Shape& shape, ByteWriter& out, unsigned depth) const;
  void write_value(FuzzInput& in, const FieldSpec& field, ByteWriter& out, unsigned depth) const;
  [[nodiscard]] ByteWriter list_value(FuzzInput& in, std::uint16_t kind, unsigned depth) const;

  bool ipfix_ = false;  ///< the message at work
  std::uint32_t sequence_ = 0;
  std::unordered_map<std::uint32_t, Shape> shapes_;  ///< by format and template id
};

}  // namespace flowcef::test
