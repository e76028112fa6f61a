// Composes export messages, good and bad, field by field.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "flowcef/source/datagram.hpp"

namespace flowcef::test {

/// Bytes in network order.
class ByteWriter {
 public:
  ByteWriter& u8(std::uint64_t value) { return number(value, 1); }
  ByteWriter& u16(std::uint64_t value) { return number(value, 2); }
  ByteWriter& u32(std::uint64_t value) { return number(value, 4); }
  ByteWriter& u64(std::uint64_t value) { return number(value, 8); }
  ByteWriter& number(std::uint64_t value, int length) {
    for (int i = length - 1; i >= 0; --i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  ByteWriter& text(std::string_view value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  ByteWriter& zeros(std::size_t count) {
    bytes_.insert(bytes_.end(), count, 0);
    return *this;
  }
  ByteWriter& append(const std::vector<std::uint8_t>& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// IPFIX variable-length value: its length, then its bytes.
  ByteWriter& variable(std::string_view value) {
    if (value.size() < 255) {
      u8(value.size());
    } else {
      u8(255).u16(value.size());
    }
    return text(value);
  }

  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  void overwrite_u16(std::size_t at, std::uint16_t value) {
    bytes_[at] = static_cast<std::uint8_t>(value >> 8);
    bytes_[at + 1] = static_cast<std::uint8_t>(value);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// One field of a template; with `pen` the enterprise bit and number are written as well (IPFIX).
struct FieldSpec {
  std::uint16_t id;
  std::uint16_t length;
  std::uint32_t pen = 0;
};

inline void write_field(ByteWriter& out, const FieldSpec& field) {
  out.u16(field.pen != 0 ? field.id | 0x8000 : field.id).u16(field.length);
  if (field.pen != 0) out.u32(field.pen);
}

/// A template record: id, field count, fields.
[[nodiscard]] inline ByteWriter template_record(std::uint16_t id, std::initializer_list<FieldSpec> fields) {
  ByteWriter out;
  out.u16(id).u16(fields.size());
  for (const FieldSpec& field : fields) write_field(out, field);
  return out;
}

[[nodiscard]] inline ByteWriter ipfix_options_record(std::uint16_t id, std::initializer_list<FieldSpec> scope,
                                                     std::initializer_list<FieldSpec> fields) {
  ByteWriter out;
  out.u16(id).u16(scope.size() + fields.size()).u16(scope.size());
  for (const FieldSpec& field : scope) write_field(out, field);
  for (const FieldSpec& field : fields) write_field(out, field);
  return out;
}

[[nodiscard]] inline ByteWriter netflow9_options_record(std::uint16_t id, std::initializer_list<FieldSpec> scope,
                                                        std::initializer_list<FieldSpec> fields) {
  ByteWriter out;
  out.u16(id).u16(4 * scope.size()).u16(4 * fields.size());
  for (const FieldSpec& field : scope) write_field(out, field);
  for (const FieldSpec& field : fields) write_field(out, field);
  return out;
}

/// A message of NetFlow v9 or IPFIX: header, then sets.
class MessageBuilder {
 public:
  static MessageBuilder netflow9(std::uint32_t unix_secs = 1'700'000'000, std::uint32_t uptime = 1'000'000,
                                 std::uint32_t source_id = 1, std::uint32_t sequence = 1) {
    MessageBuilder message;
    message.out_.u16(9).u16(1).u32(uptime).u32(unix_secs).u32(sequence).u32(source_id);
    return message;
  }
  static MessageBuilder ipfix(std::uint32_t export_time = 1'700'000'000, std::uint32_t domain = 1,
                              std::uint32_t sequence = 1) {
    MessageBuilder message;
    message.out_.u16(10).u16(0).u32(export_time).u32(sequence).u32(domain);
    message.ipfix_ = true;
    return message;
  }

  MessageBuilder& set(std::uint16_t id, const ByteWriter& body) {
    out_.u16(id).u16(4 + body.size()).append(body.bytes());
    return *this;
  }
  MessageBuilder& templates(const ByteWriter& records) { return set(ipfix_ ? 2 : 0, records); }
  MessageBuilder& options_templates(const ByteWriter& records) { return set(ipfix_ ? 3 : 1, records); }
  MessageBuilder& raw(const ByteWriter& bytes) {
    out_.append(bytes.bytes());
    return *this;
  }

  /// Returns: the message with the IPFIX length filled in.
  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    ByteWriter done = out_;
    if (ipfix_) done.overwrite_u16(2, static_cast<std::uint16_t>(done.size()));
    return done.bytes();
  }

 private:
  ByteWriter out_;
  bool ipfix_ = false;
};

struct Netflow5Header {
  std::uint16_t count = 1;
  std::uint32_t uptime = 1'000'000;
  std::uint32_t seconds = 1'700'000'000;
  std::uint32_t nanoseconds = 0;
  std::uint32_t sequence = 1;
  std::uint16_t engine = 0x0203;
  std::uint16_t sampling = 0;
};

struct Netflow5Record {
  std::uint32_t source = 0x0a000001;
  std::uint32_t destination = 0xc0000201;
  std::uint32_t packets = 3;
  std::uint32_t octets = 1200;
  std::uint32_t first = 990'000;
  std::uint32_t last = 999'000;
  std::uint16_t source_port = 40000;
  std::uint16_t destination_port = 443;
  std::uint8_t protocol = 6;
};

[[nodiscard]] inline ByteWriter netflow5_header(const Netflow5Header& header) {
  ByteWriter out;
  out.u16(5).u16(header.count).u32(header.uptime).u32(header.seconds).u32(header.nanoseconds);
  return out.u32(header.sequence).u16(header.engine).u16(header.sampling);
}

[[nodiscard]] inline ByteWriter netflow5_record(const Netflow5Record& record) {
  ByteWriter out;
  out.u32(record.source).u32(record.destination).u32(0x0a0000fe).u16(1).u16(2);
  out.u32(record.packets).u32(record.octets).u32(record.first).u32(record.last);
  out.u16(record.source_port).u16(record.destination_port).u8(0).u8(27).u8(record.protocol).u8(8);
  return out.u16(64512).u16(64513).u8(24).u8(16).u16(0);
}

/// Packeteer-2, by the layout as published; what is not is up to the test. Source: mappings/layouts/packeteer2.toml.
struct Packeteer2Header {
  std::uint16_t version = 2;
  std::uint8_t count = 1;
  std::uint64_t serial_number = 0x0a'9896'8001;  ///< 40 bits
  std::uint32_t seconds = 1'700'000'000;
  std::uint32_t nanoseconds = 0;
  std::uint32_t total_flows = 1;
  std::uint32_t record_id = 77;
  std::uint32_t uptime = 1'000'000;
};

struct Packeteer2Record {
  std::uint32_t source = 0x0a000001;
  std::uint32_t destination = 0xc0000201;
  std::uint32_t class_id = 4711;
  std::uint16_t inbound = 1;
  std::uint16_t outbound = 2;
  std::uint32_t packets = 3;
  std::uint32_t octets = 1200;
  std::uint32_t first = 990'000;
  std::uint32_t last = 999'000;
  std::uint16_t source_port = 40000;
  std::uint16_t destination_port = 443;
  std::uint8_t policy = 1;
  std::uint8_t tcp_flags = 27;
  std::uint8_t protocol = 6;
};

[[nodiscard]] inline ByteWriter packeteer2_header(const Packeteer2Header& header) {
  ByteWriter out;
  out.u16(header.version).u8(header.count).number(header.serial_number, 5).u32(header.seconds).u32(header.nanoseconds);
  return out.u32(header.total_flows).u32(header.record_id).u32(header.uptime);
}

/// Input: the record's length in bytes, at least 39; what is behind the published part counts up from 1.
[[nodiscard]] inline ByteWriter packeteer2_record(const Packeteer2Record& record, std::size_t length) {
  ByteWriter out;
  out.u32(record.source).u32(record.destination).u32(record.class_id).u16(record.inbound).u16(record.outbound);
  out.u32(record.packets).u32(record.octets).u32(record.first).u32(record.last).u16(record.source_port);
  out.u16(record.destination_port).u8(record.policy).u8(record.tcp_flags).u8(record.protocol);
  for (std::uint8_t byte = 1; out.size() < length; ++byte) out.u8(byte);
  return out;
}

/// A datagram of alike records; the header's count is what it says, whatever the number of records.
[[nodiscard]] inline std::vector<std::uint8_t> packeteer2(const Packeteer2Header& header, int records,
                                                          std::size_t length = 64,
                                                          const Packeteer2Record& record = {}) {
  ByteWriter out = packeteer2_header(header);
  for (int i = 0; i < records; ++i) out.append(packeteer2_record(record, length).bytes());
  return out.bytes();
}

[[nodiscard]] inline Datagram datagram_of(const std::vector<std::uint8_t>& payload,
                                          std::string_view exporter = "192.0.2.1", std::uint16_t port = 50000) {
  Datagram datagram;
  datagram.payload = payload;
  datagram.exporter = {*IpAddress::parse(exporter), port};
  datagram.listener = {*IpAddress::parse("192.0.2.200"), 2055};
  datagram.received_ns = 1'700'000'000'250'000'000;
  datagram.frame = 1;
  return datagram;
}

}  // namespace flowcef::test
