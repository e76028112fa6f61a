// Flows as a PacketShaper sends them, as data sets: NetFlow v5, and records of a layout.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/domain_key.hpp"
#include "flowcef/decode/fixed_formats.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {

class ExporterFlows : public testing::Test {
 protected:
  struct Flow {
    std::uint32_t source = 0x0a000001;
    std::uint32_t destination = 0xc0000201;
    std::uint32_t class_id = 7;
    std::uint16_t ingress = 1;
    std::uint16_t egress = 2;
    std::uint64_t packets = 3;
    std::uint64_t octets = 1200;
    std::uint32_t start = 990'000;
    std::uint32_t end = 999'000;
    std::uint16_t source_port = 40000;
    std::uint16_t destination_port = 443;
    std::uint8_t protocol = 6;
  };

  ExporterFlows() {
    context_.exporter = {*IpAddress::parse("192.0.2.1"), 50000};
    context_.listener = {*IpAddress::parse("192.0.2.200"), 2055};
    context_.received_ns = 1'700'000'000'000'000'000;
    context_.settings = &settings_;
    context_.key = &key_;
    registry_.define(std::string(kClassIdElement), DataType::unsigned32);
  }

  /// Records of the fields that are published of Packeteer-2.
  /// Input: of both counters, in bytes
  std::shared_ptr<Template> layout(std::uint16_t counters = 4) {
    auto made = std::make_shared<Template>();
    made->format = ExportFormat::layout;
    made->name = "packeteer2";
    const auto add = [&](const InformationElement* element, std::uint16_t length) {
      Field field;
      field.id = element->id;
      field.element = element;
      field.length = length;
      field.offset = made->record_length;
      made->record_length += length;
      made->fields.push_back(field);
    };
    const auto iana = [&](std::uint16_t id, std::uint16_t length) { add(registry_.find({0, id}), length); };
    iana(8, 4);
    iana(12, 4);
    add(registry_.find_by_name(kClassIdElement), 4);
    iana(10, 2);
    iana(14, 2);
    iana(2, counters);
    iana(1, counters);
    iana(22, 4);
    iana(21, 4);
    iana(7, 2);
    iana(11, 2);
    iana(4, 1);
    return made;
  }

  static ByteWriter record(const Flow& flow, int counters = 4) {
    ByteWriter out;
    out.u32(flow.source).u32(flow.destination).u32(flow.class_id).u16(flow.ingress).u16(flow.egress);
    out.number(flow.packets, counters).number(flow.octets, counters).u32(flow.start).u32(flow.end);
    return out.u16(flow.source_port).u16(flow.destination_port).u8(flow.protocol);
  }

  static ByteWriter netflow5(const Flow& flow) {
    Netflow5Record record;
    record.source = flow.source;
    record.destination = flow.destination;
    record.packets = static_cast<std::uint32_t>(flow.packets);
    record.octets = static_cast<std::uint32_t>(flow.octets);
    record.first = flow.start;
    record.last = flow.end;
    record.source_port = flow.source_port;
    record.destination_port = flow.destination_port;
    record.protocol = flow.protocol;
    return netflow5_record(record);
  }

  /// Lifetime: views the layout and the bytes.
  DataSet set_of(const Template& made, const ByteWriter& records) {
    context_.format = made.format;
    const auto count = static_cast<std::uint32_t>(records.size() / made.record_length);
    return {made, context_, 0, records.bytes(), count, {}, 0, {}, {}};
  }

  ElementRegistry registry_;
  std::shared_ptr<Template> netflow5_ = make_fixed_template(kFixedFormats[2], registry_);
  ExporterSettings settings_;
  DomainKey key_;
  ExportContext context_;
};

}  // namespace flowcef::test
