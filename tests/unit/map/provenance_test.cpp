#include "flowcef/map/provenance.hpp"

#include <gmock/gmock.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "data_set_lines.hpp"

namespace flowcef::test {
namespace {

/// Elements by IANA's number.
constexpr FieldSpec kSource{8, 4};
constexpr FieldSpec kSourceIpv6{27, 16};
constexpr FieldSpec kOctets{1, 8};
constexpr FieldSpec kProtocol{4, 1};
constexpr FieldSpec kInterface{10, 4};
constexpr FieldSpec kStartMilliseconds{152, 8};
constexpr FieldSpec kDuration{161, 4};
constexpr FieldSpec kIcmpType{176, 1};
constexpr FieldSpec kIcmpCode{177, 1};
constexpr FieldSpec kUserName{371, kVariableLength};

class Provenance : public DataSetLines {
 protected:
  /// Returns: for each key, which instructions write it: `8` shows that field, `(10)` only leads to it.
  std::multimap<std::string, std::string> reads(const std::vector<FieldSpec>& fields) {
    const auto made = layout(fields);
    const Program program = compile(translation_->mapping, *made, {});
    std::multimap<std::string, std::string> found;
    for (const auto* code : {&program.code, &program.lookups}) {
      for (const Instruction& instruction : *code) {
        std::string text;
        for (const std::size_t index : fields_read(program, *made, instruction)) {
          text += (text.empty() ? "" : " ") + std::to_string(made->fields[index].id.id);
        }
        if (!shows_field(program, instruction) && !text.empty()) text = '(' + text + ')';
        found.emplace(key_of(program, instruction), text);
      }
    }
    return found;
  }
};

using testing::IsSupersetOf;
using testing::UnorderedElementsAre;
using Pair = std::pair<const std::string, std::string>;

TEST_F(Provenance, FieldsAndKeysOfPlainInstructions) {
  use_keys(R"(
src = "sourceIPv4Address"
cs1 = { from = "userName", label = "The user" }
cn1 = { from = "octetDeltaCount", label = "Octets", omit = "zero" }
proto = { from = "protocolIdentifier", table = "protocol" }
deviceFacility = { value = "Berlin" }
rt = "@export_time")");
  EXPECT_THAT(reads({kSource, kUserName, kOctets, kProtocol}),
              UnorderedElementsAre(Pair("src", "8"), Pair("cs1", "371"), Pair("cn1", "1"), Pair("proto", "4"),
                                   Pair("deviceFacility", ""), Pair("rt", ""), Pair("XOctetDeltaCount", "1"),
                                   Pair("XUserName", "371"), Pair("XSamplingInterval", "")));
}

TEST_F(Provenance, FieldsThatOnlyLeadToAValue) {
  use_keys(R"(
start = "@start"
end = "@end"
cs1 = { from = "@ingress_interface_name", label = "Interface" }
cn1 = { from = "@icmp_type", label = "Type" }
cn2 = { from = "@icmp_code", label = "Code" }
cn3 = { from = "@corrected_octets", label = "Octets" })");
  EXPECT_THAT(reads({kStartMilliseconds, kDuration, kInterface, kProtocol, kIcmpType, kIcmpCode, kOctets, {34, 4}}),
              IsSupersetOf({Pair("start", "152"), Pair("end", "152 161"), Pair("cs1", "(10)"), Pair("cn1", "(176)"),
                            Pair("cn2", "(177)"), Pair("cn3", "(1 34)"), Pair("XSamplingInterval", "34")}));
}

TEST_F(Provenance, FieldsThatShareTheirBytesAreToldApart) {
  use_keys(R"(
dpt = "destinationTransportPort"
cn1 = { from = "@icmp_type", label = "Type" })");
  const auto netflow5 = make_fixed_template(kFixedFormats[2], translation_->registry);
  const Program program = compile(translation_->mapping, *netflow5, {});
  std::map<std::string, std::uint16_t> read;
  for (const Instruction& instruction : program.code) {
    const auto fields = fields_read(program, *netflow5, instruction);
    if (!fields.empty()) read[std::string(key_of(program, instruction))] = netflow5->fields[fields.front()].id.id;
  }
  EXPECT_EQ(read["dpt"], 11);
  EXPECT_EQ(read["cn1"], 32);
  EXPECT_EQ(read["XIcmpTypeCodeIPv4"], 32);
  EXPECT_EQ(read["XSamplingAlgorithm"], 35);
  EXPECT_EQ(read["XSamplingInterval"], 34);
}

TEST_F(Provenance, FieldsThatEventRulesLookAt) {
  use_mapping(R"(
[cef]
vendor = "V"
product = "P"
device_version = "1"
prefix = "X"
[[event]]
when = { protocolIdentifier = 6, octetDeltaCount = [1, 2], exporter = "10.0.0.0/8", present = ["ingressInterface"] }
signature = "a"
name = "n"
severity = 3
[[event]]
signature = "s"
name = "n"
severity = 3
[keys])");
  const auto made = layout({kSource, kOctets, kInterface, kProtocol});
  EXPECT_THAT(fields_tested(compile(translation_->mapping, *made, {}), *made), testing::ElementsAre(1, 3));
}

TEST_F(Provenance, SourcesAsAMappingWritesThem) {
  use_keys(R"(src = ["sourceIPv4Address", "9:12345", "@exporter"])");
  std::vector<std::string> texts;
  for (const KeySource& source : translation_->mapping.keys.front().sources)
    texts.push_back(source_text(translation_->mapping, source));
  EXPECT_THAT(texts, testing::ElementsAre("sourceIPv4Address", "9:12345", "@exporter"));
}

TEST_F(Provenance, TracedLinesAreTheRenderedOnes) {
  use_mapping(R"(
[cef]
vendor = "V"
product = "P"
device_version = "1"
prefix = "X"
[[event]]
when = { protocolIdentifier = 17 }
drop = true
[[event]]
when = { protocolIdentifier = 6 }
signature = "tcp"
name = "n"
severity = 3
set = { app = "tcp" }
[[event]]
signature = "s"
name = "n"
severity = 3
[keys]
src = "sourceIPv4Address"
c6a2 = { from = "sourceIPv6Address", label = "Source IPv6 Address" }
in = "octetDeltaCount")");
  const auto made = layout({kSource, kSourceIpv6, kOctets, kProtocol});
  ByteWriter records;
  for (const std::uint8_t protocol : std::vector<std::uint8_t>{6, 17, 1}) {
    records.u32(0x0a000001).zeros(16).u64(std::uint64_t{protocol} << 30).u8(protocol);
  }
  const DataSet set{*made, context_, 300, records.bytes(), 3, {}, 0, {}, {}};
  std::vector<std::string> traced;
  std::vector<std::uint32_t> rules;
  renderer().trace(set, {"7-", 1}, [&](const TracedLine& line) {
    if (!line.text.empty()) traced.emplace_back(line.text);
    rules.push_back(line.program.events[line.event].rule);
    for (const LinePiece& piece : line.pieces) {
      EXPECT_GE(piece.begin, line.text.data());
      EXPECT_LE(piece.end, line.text.data() + line.text.size());
    }
  });
  EXPECT_EQ(counters_.lines.value(), 0U);
  renderer().render(set, {"7-", 1});
  renderer().flush();
  EXPECT_EQ(traced, lines_);
  EXPECT_EQ(traced.size(), 2U);
  EXPECT_THAT(rules, testing::ElementsAre(1, 0, 2));
}

}  // namespace
}  // namespace flowcef::test
