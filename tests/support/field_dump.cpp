// Prints every element of every record that the decoder finds in a capture, one JSON line per record, by the numbers
// that were on the wire: what a comparison with other decoders reads.
#include <cstdio>
#include <iostream>
#include <string>

#include "flowcef/decode/decoder.hpp"
#include "flowcef/source/export_file.hpp"
#include "support/capture_lines.hpp"

namespace flowcef::test {
namespace {

/// The arrival time carries the frame's number, so that a data set that waited for its template still tells it.
constexpr std::int64_t kFirstArrivalNs = 1'700'000'000'000'000'000;

/// The number of an element as its template stated it.
struct SentId {
  std::uint32_t pen = 0;
  std::uint16_t id = 0;
};

/// Reads on to the specifier of `field`: padding and fields without bytes have one, but are no fields.
/// Source: RFC 3954 sections 5.2 and 6.1, RFC 7011 section 3.2.
SentId read_sent_id(ByteReader& definition, ExportFormat format, const Field& field) {
  SentId sent;
  std::uint16_t length = 0;
  while (definition.read(sent.id) && definition.read(length)) {
    sent.pen = 0;
    const bool netflow9 = format == ExportFormat::netflow9;
    if (!netflow9 && (sent.id & 0x8000) != 0) {
      sent.id &= 0x7fff;
      (void)definition.read(sent.pen);
    }
    const bool padding = netflow9 ? !field.scope && (sent.id == 0 || sent.id == 210) : sent.pen == 0 && sent.id == 210;
    if (length != 0 && !padding) break;
  }
  return sent;
}

std::string hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  return text;
}

class FieldDump final : public DataSetHandler {
 public:
  void on_data_set(const DataSet& set) override {
    for (std::uint32_t i = 0; i < set.record_count; ++i) print(set, i);
  }
  void on_refused(const Datagram&, Refusal) override {}

 private:
  static void print(const DataSet& set, std::uint32_t index) {
    std::string line = "{\"frame\":" + std::to_string(set.context.received_ns - kFirstArrivalNs);
    line += ",\"template\":" + std::to_string(set.template_id);
    line += ",\"kind\":\"" + std::string(set.layout.options ? "options" : "flow") + "\",\"fields\":[";
    ByteReader definition(set.layout.definition);
    std::string_view separator;
    for (const Field& field : set.layout.fields) {
      // Of NetFlow v5: what the header says, and the second name of the destination port.
      if (field.in_header || field.condition == FieldCondition::icmp) continue;
      const bool built_in = set.layout.definition.empty();
      const SentId sent =
          built_in ? SentId{field.id.pen, field.id.id} : read_sent_id(definition, set.layout.format, field);
      line.append(separator).append("{\"id\":" + std::to_string(sent.id));
      if (sent.pen != 0) line += ",\"pen\":" + std::to_string(sent.pen);
      if (field.scope) line += ",\"scope\":true";
      line += ",\"hex\":\"" + hex(value_of(set, index, field)) + "\"}";
      separator = ",";
    }
    std::puts((line + "]}").c_str());
  }
};

void dump(const std::string& path) {
  FieldDump fields;
  DecodeCounters counters;
  InputState input(decode_config_for_files({}));
  Decoder decoder(shipped_translation().registry, input, counters, fields);
  const auto exports = open_export_file(path);
  Datagram datagram;
  while (exports->next(datagram)) {
    datagram.received_ns = kFirstArrivalNs + static_cast<std::int64_t>(datagram.frame);
    decoder.decode(datagram);
  }
}

}  // namespace
}  // namespace flowcef::test

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: field_dump CAPTURE\n";
    return 2;
  }
  flowcef::test::dump(arguments[1]);
}
