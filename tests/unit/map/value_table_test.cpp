// Value tables: what they say, how users change them, and what of them comes to lines.
#include "flowcef/map/value_table.hpp"

#include <gmock/gmock.h>

#include <array>
#include <set>

#include "built_in_tables.hpp"
#include "data_set_lines.hpp"
#include "flowcef/core/cef_escape.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The number's text; nothing if the table has none.
std::string text_of(const ValueTable& table, std::uint64_t number) {
  std::string out(table.longest_text() + kCopyBlock, '?');
  const char* const end = table.write(out.data(), number);
  out.resize(static_cast<std::size_t>(end - out.data()));
  EXPECT_LE(out.size(), table.longest_text());
  return out;
}

struct TextCase {
  const char* table;
  std::uint64_t number;
  const char* text;
};

void PrintTo(const TextCase& row, std::ostream* out) {
  *out << row.table << ' ' << row.number;
}

class BuiltInTexts : public testing::TestWithParam<TextCase> {};

TEST_P(BuiltInTexts, AreThoseOfTheRegistries) {
  const ValueTable* table = find_value_table(GetParam().table);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(text_of(*table, GetParam().number), GetParam().text);
}

// GG-22: 41 is OPT, 771 is TLSv1.2. FD-15: flags in the order of the documented text.
INSTANTIATE_TEST_SUITE_P(
    All, BuiltInTexts,
    testing::Values(
        TextCase{"protocol", 6, "TCP"}, TextCase{"protocol", 200, ""}, TextCase{"dns_type", 41, "OPT"},
        TextCase{"dns_type", 257, "CAA"}, TextCase{"dns_type", 32769, "DLV"}, TextCase{"dns_type", 0, "TYPE0"},
        TextCase{"dns_type", 65280, "TYPE65280"}, TextCase{"dns_type", ~0ULL, "TYPE18446744073709551615"},
        TextCase{"dns_class", 1, "IN"}, TextCase{"dns_class", 7, "CLASS7"}, TextCase{"dns_opcode", 5, "UPDATE"},
        TextCase{"dns_opcode", 3, ""}, TextCase{"dns_rcode", 3, "NXDOMAIN"}, TextCase{"dns_rcode", 23, "BADCOOKIE"},
        TextCase{"tls_version", 771, "TLSv1.2"}, TextCase{"tls_version", 65277, "DTLSv1.2"},
        TextCase{"tls_version", 770, "TLSv1.1"}, TextCase{"tls_cipher", 49199, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
        TextCase{"tls_cipher", 4865, "TLS_AES_128_GCM_SHA256"},
        TextCase{"tls_cipher", 255, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"}, TextCase{"tls_cipher", 2570, ""},
        TextCase{"tcp_flags", 27, "SYN,ACK,PSH,FIN"}, TextCase{"tcp_flags", 0, ""},
        TextCase{"tcp_flags", 0x5012, "SYN,ACK"}, TextCase{"tcp_flags", 0xfe00, ""},
        TextCase{"tcp_flags", 0x1ff, "SYN,ACK,PSH,FIN,RST,URG,ECE,CWR,AE"}, TextCase{"fragment_flags", 0x40, "DF"},
        TextCase{"fragment_flags", 0xe0, "RS,DF,MF"}, TextCase{"firewall_event", 3, "flow denied"},
        TextCase{"nat_event", 18, "Threshold reached"}, TextCase{"nat_type", 1, "NAT44"},
        TextCase{"nat_realm", 1, "private"}, TextCase{"nat_quota_event", 3, "maximum entries per user"},
        TextCase{"nat_threshold_event", 2, "address pool low"}, TextCase{"forwarding_status", 64, "forwarded"},
        TextCase{"flow_end_reason", 1, "idle timeout"}, TextCase{"flow_direction", 0, "ingress"},
        TextCase{"dscp", 46, "EF"}, TextCase{"dscp", 3, ""}, TextCase{"icmp_type", 3, "destination unreachable"},
        TextCase{"icmpv6_type", 128, "echo request"}, TextCase{"sampling_algorithm", 2, "random"},
        TextCase{"selector_algorithm", 1, "count-based sampling"}, TextCase{"observation_point_type", 3, "VLAN"},
        TextCase{"mpls_label_type", 5, "LDP"}, TextCase{"engine_type", 0, "RP"},
        TextCase{"anonymization_technique", 1, "none"}, TextCase{"ethernet_type", 0x86dd, "IPv6"},
        TextCase{"ip_version", 6, "IPv6"}, TextCase{"data_link_frame_type", 2, "802.11"},
        TextCase{"asa_extended_event", 1001, "denied by ingress ACL"}));

TEST(BuiltInTables, StandAsTheyAreWritten) {
  std::set<std::string_view> names;
  for (const auto tables : {flow_tables(), packet_tables(), dns_tables(), tls_tables()}) {
    for (const BuiltInTable& table : tables) {
      EXPECT_TRUE(names.insert(table.name).second) << table.name;
      std::set<std::uint64_t> numbers;
      for (const ValueRow& row : table.rows) {
        EXPECT_TRUE(numbers.insert(row.number).second) << table.name << ' ' << row.number;
        EXPECT_EQ(escape_extension_value(row.text), row.text) << table.name;
        EXPECT_EQ(text_of(*find_value_table(table.name), row.number), row.text) << table.name;
      }
    }
  }
  EXPECT_EQ(names.size(), value_tables().size());
}

// Short enough for every text key of CEF.
TEST(BuiltInTables, IcmpNamesFitTheShortestKeys) {
  EXPECT_LE(find_value_table("icmp_type")->longest_text(), 31U);
  EXPECT_LE(find_value_table("icmpv6_type")->longest_text(), 31U);
}

TEST(ValueTables, TakeNumbersOf64BitsInAnyOrder) {
  ValueTable table("t");
  constexpr ValueRow kRows[] = {{~0ULL, "last"}, {256, "a"}, {1ULL << 40, "b"}, {0, "zero"}, {255, "byte"}};
  table.add(kRows);
  EXPECT_EQ(text_of(table, ~0ULL), "last");
  EXPECT_EQ(text_of(table, 1ULL << 40), "b");
  EXPECT_EQ(text_of(table, 256), "a");
  EXPECT_EQ(text_of(table, 255), "byte");
  EXPECT_EQ(text_of(table, 0), "zero");
  EXPECT_EQ(text_of(table, 257), "");
  EXPECT_EQ(text_of(table, 1), "");
}

TEST(ValueTables, ALaterRowReplacesAnEarlierOne) {
  ValueTable table("t");
  table.add(std::array<ValueRow, 4>{{{7, "a"}, {700, "b"}, {7, "c"}, {700, "d"}}});
  EXPECT_EQ(text_of(table, 7), "c");
  EXPECT_EQ(text_of(table, 700), "d");
  table.add(std::array<ValueRow, 2>{{{700, "longer than all before"}, {600, "e"}}});
  EXPECT_EQ(text_of(table, 700), "longer than all before");
  EXPECT_EQ(text_of(table, 600), "e");
  EXPECT_EQ(text_of(table, 7), "c");
}

/// A mapping with tables of the user's, which no file is needed for.
class UserTables : public DataSetLines {
 protected:
  void add_row(const std::string& table, std::uint64_t number, const std::string& text) {
    if (spec_.tables.empty() || spec_.tables.back().name.text != table) spec_.tables.push_back({{table, {}}, {}});
    spec_.tables.back().rows.push_back({number, {text, {}}});
  }
  void add_key(const std::string& key, const std::string& source, const std::string& table) {
    KeySpec spec;
    spec.key.text = key;
    spec.from.push_back({source, {}});
    if (!table.empty()) spec.table = {table, {}};
    spec_.keys.push_back(spec);
  }
  /// Returns: what is wrong with the mapping; nothing if it is in use now.
  std::vector<std::string> resolve() {
    spec_.version = 0;
    spec_.prefix.text = "X";
    for (auto [text, word] :
         {std::pair(&spec_.vendor, "V"), std::pair(&spec_.product, "P"), std::pair(&spec_.device_version, "1")}) {
      text->text = word;
    }
    EventSpec event;
    event.signature.text = "s";
    event.name.text = "n";
    event.severity = 3;
    spec_.events = {event};
    auto translation = std::make_unique<Translation>();
    auto mapping = resolve_mapping(spec_, translation->registry);
    std::vector<std::string> errors;
    if (!mapping) {
      for (const ConfigError& error : mapping.error()) errors.push_back(error.to_string());
      return errors;
    }
    translation->mapping = *std::move(mapping);
    translation_ = std::move(translation);
    return errors;
  }

  MappingSpec spec_;
};

TEST_F(UserTables, NameWhatNoBuiltInTableDoes) {
  add_row("zone", 6, "inside");
  add_row("zone", 1ULL << 33, "far = away");
  add_key("XZone", "octetDeltaCount", "zone");
  ASSERT_THAT(resolve(), ElementsAre());
  const auto counter = layout({{1, 8}});
  EXPECT_EQ(extension_of_record(counter, ByteWriter().u64(6)), "XZone=inside");
  EXPECT_EQ(extension_of_record(counter, ByteWriter().u64(1ULL << 33)), R"(XZone=far \= away)");
  EXPECT_EQ(extension_of_record(counter, ByteWriter().u64(7)), "XZone=7");
}

TEST_F(UserTables, AddToAndReplaceRowsOfABuiltInTable) {
  add_row("protocol", 6, "tcp");
  add_row("protocol", 200, "ours");
  add_row("tcp_flags", 2, "syn");
  add_row("tcp_flags", 0x200, "R3");
  add_key("proto", "protocolIdentifier", "protocol");
  add_key("XFlags", "tcpControlBits", "tcp_flags");
  ASSERT_THAT(resolve(), ElementsAre());
  const auto flow = layout({{4, 1}, {6, 2}});
  EXPECT_EQ(extension_of_record(flow, ByteWriter().u8(6).u16(0x0212)), "proto=tcp XFlags=syn,ACK,R3");
  EXPECT_EQ(extension_of_record(flow, ByteWriter().u8(200).u16(0)), "proto=ours XFlags=0");
  EXPECT_EQ(extension_of_record(flow, ByteWriter().u8(17).u16(16)), "proto=UDP XFlags=ACK");
  EXPECT_EQ(text_of(*find_value_table("protocol"), 6), "TCP") << "the built-in table stays as it is";
}

TEST_F(UserTables, MayHaveLongTexts) {
  add_row("long", 1, std::string(kMaxTableText, '='));
  add_row("long", 300, std::string(kMaxTableText - 1, 'x') + "\xf0\x9f\x92\xa1");
  add_key("XA", "protocolIdentifier", "long");
  add_key("XB", "protocolIdentifier", "long");
  add_key("XC", "sourceTransportPort", "long");
  ASSERT_THAT(resolve(), ElementsAre());
  std::string equals;
  for (std::size_t i = 0; i < kMaxTableText; ++i) equals += "\\=";
  const auto flow = layout({{4, 1}, {7, 2}});
  EXPECT_EQ(extension_of_record(flow, ByteWriter().u8(1).u16(300)),
            "XA=" + equals + " XB=" + equals + " XC=" + std::string(kMaxTableText - 1, 'x') + "\xf0\x9f\x92\xa1");
  EXPECT_GE(compile(translation_->mapping, *flow, {}).fixed_size, 3 * equals.size() + kCopyBlock);
}

TEST_F(UserTables, AreCheckedRowByRow) {
  add_row("zone", 1, " ");
  add_row("zone", 2, std::string(kMaxTableText + 1, 'x'));
  add_row("tcp_flags", 3, "SYN and FIN");
  add_row("tcp_flags", 0, "none");
  EXPECT_THAT(resolve(), ElementsAre(HasSubstr("tables.zone.1: expected a text of 1 to 255 characters"),
                                     HasSubstr("tables.zone.2: expected a text of 1 to 255 characters"),
                                     HasSubstr("tables.tcp_flags.3: expected the number of a single bit"),
                                     HasSubstr("tables.tcp_flags.0: expected the number of a single bit")));
}

TEST_F(UserTables, AreKnownToHints) {
  add_row("zone", 1, "inside");
  add_key("XZone", "protocolIdentifier", "zones");
  EXPECT_THAT(resolve(),
              ElementsAre(HasSubstr("XZone.table: expected a value table, got \"zones\" (did you mean zone?)")));
}

TEST_F(UserTables, MustSuitTheirKey) {
  add_row("long", 1, std::string(100, 'x'));
  add_key("spt", "sourceTransportPort", "protocol");
  add_key("proto", "protocolIdentifier", "long");
  add_key("XIcmp", "@icmp_type", "icmp_type");
  EXPECT_THAT(resolve(), ElementsAre(HasSubstr("spt.table: expected no table, as the key holds a 32-bit number"),
                                     HasSubstr("proto.table: expected texts of at most 31 bytes"),
                                     HasSubstr("XIcmp.table: expected an element to look up in a table, got @icmp_type "
                                               "(@icmp_type_name is its name)")));
}

TEST_F(UserTables, NameIcmpTypes) {
  add_row("icmp_type", 8, "ping");
  add_row("icmp_type", 3, std::string(200, 'u'));
  add_key("XName", "@icmp_type_name", "");
  ASSERT_THAT(resolve(), ElementsAre());
  const auto flow = layout({{4, 1}, {32, 2}, {139, 2}});
  const auto name = [&](unsigned protocol, unsigned v4, unsigned v6) {
    const std::string all = extension_of_record(flow, ByteWriter().u8(protocol).u16(v4).u16(v6));
    return all.substr(0, all.find(" XProtocolIdentifier"));
  };
  EXPECT_EQ(name(1, 0x0800, 0), "XName=ping");
  EXPECT_EQ(name(1, 0x0301, 0), "XName=" + std::string(200, 'u'));
  EXPECT_EQ(name(58, 0, 0x8000), "XName=echo request");
  EXPECT_EQ(name(58, 0, 0x0300), "XName=time exceeded");
}

class TablesOnLines : public RenderFixture {};

TEST_F(TablesOnLines, IcmpTypesByTheirIpVersion) {
  use_keys("XName = \"@icmp_type_name\"");
  const auto name = [&](FieldSpec type, FieldSpec code, unsigned protocol, unsigned value) {
    const std::string all = extension(MessageBuilder::ipfix()
                                          .templates(template_record(300, {{4, 1}, type, code}))
                                          .set(300, ByteWriter().u8(protocol).u8(value).u8(1)));
    return all.substr(0, all.find(" XIcmp"));
  };
  EXPECT_EQ(name({176, 1}, {177, 1}, 1, 3), "XName=destination unreachable XProtocolIdentifier=1");
  EXPECT_EQ(name({178, 1}, {179, 1}, 58, 3), "XName=time exceeded XProtocolIdentifier=58");
  EXPECT_EQ(name({176, 1}, {177, 1}, 1, 200), "XName=200 XProtocolIdentifier=1");
  EXPECT_EQ(name({176, 1}, {177, 1}, 6, 3), "XProtocolIdentifier=6");
}

// What the text does not show goes out under the generated key: ECN, the ICMP code.
TEST_F(TablesOnLines, DscpAndIcmpTypeAreTakenOutOfTheirByte) {
  use_keys("XDscp = { from = [\"ipClassOfService\", \"ipDiffServCodePoint\"], table = \"dscp\" }");
  EXPECT_EQ(extension_of({5, 1}, ByteWriter().u8(0xb9)), "XDscp=EF XIpClassOfService=185");
  EXPECT_EQ(extension_of({5, 1}, ByteWriter().u8(13)), "XDscp=3 XIpClassOfService=13");
  EXPECT_EQ(extension_of({195, 1}, ByteWriter().u8(46)), "XDscp=EF");
  use_keys("XDscp = { from = \"postIpClassOfService\", table = \"dscp\" }");
  EXPECT_EQ(extension_of({55, 1}, ByteWriter().u8(0x28)), "XDscp=AF11 XPostIpClassOfService=40");
  use_keys("XDscp = { from = \"reverseIpClassOfService\", table = \"dscp\" }");
  EXPECT_EQ(extension_of({5, 1, 29305}, ByteWriter().u8(0x28)), "XDscp=AF11 XReverseIpClassOfService=40");
  use_keys("XType = { from = [\"icmpTypeCodeIPv4\", \"icmpTypeIPv4\"], table = \"icmp_type\" }");
  EXPECT_EQ(extension_of({32, 2}, ByteWriter().u16(0x0b01)), "XType=time exceeded XIcmpTypeCodeIPv4=2817");
  EXPECT_EQ(extension_of({176, 1}, ByteWriter().u8(11)), "XType=time exceeded");
  use_keys("XType = { from = \"icmpTypeCodeIPv6\", table = \"icmpv6_type\" }");
  EXPECT_EQ(extension_of({139, 2}, ByteWriter().u16(0x8700)), "XType=neighbor solicitation XIcmpTypeCodeIPv6=34560");
}

TEST_F(TablesOnLines, OfAForwardingStatusTheLowestByteCounts) {
  use_keys("XStatus = { from = \"forwardingStatus\", table = \"forwarding_status\" }");
  EXPECT_EQ(extension_of({89, 1}, ByteWriter().u8(0x40)), "XStatus=forwarded");
  EXPECT_EQ(extension_of({89, 4}, ByteWriter().u32(0x00000081)), "XStatus=dropped: ACL deny");
  EXPECT_EQ(extension_of({89, 4}, ByteWriter().u32(0x01000081)), "XStatus=dropped: ACL deny");
  EXPECT_EQ(extension_of({89, 1}, ByteWriter().u8(5)), "XStatus=5");
}

// FD-15: flags of one byte or of the TCP header's word.
TEST_F(TablesOnLines, TcpFlagsAreNamed) {
  use_keys("XFlags = { from = \"tcpControlBits\", table = \"tcp_flags\" }");
  EXPECT_EQ(extension_of({6, 1}, ByteWriter().u8(27)), "XFlags=SYN,ACK,PSH,FIN");
  EXPECT_EQ(extension_of({6, 2}, ByteWriter().u16(0x5112)), "XFlags=SYN,ACK,AE");
  EXPECT_EQ(extension_of({6, 2}, ByteWriter().u16(0)), "XFlags=0");
  EXPECT_EQ(extension_of({6, 2}, ByteWriter().u16(0x0e00)), "XFlags=3584");
}

// The sampling word of NetFlow v5 holds the mode in its upper two bits.
TEST_F(TablesOnLines, FieldsOfAFewBitsAreLookedUpByThose) {
  use_keys("XMode = { from = \"samplingAlgorithm\", table = \"sampling_algorithm\" }");
  ByteWriter bytes = netflow5_header({.sampling = 0x8064});
  bytes.append(netflow5_record({}).bytes());
  const std::string line = lines(bytes.bytes()).at(0);
  EXPECT_THAT(line, HasSubstr("|XMode=random "));
  EXPECT_EQ(line.find("SamplingAlgorithm"), std::string::npos);
}

}  // namespace
}  // namespace flowcef::test
