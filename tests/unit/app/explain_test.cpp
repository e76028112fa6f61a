#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "explain_path.hpp"
#include "explain_report.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHead = R"(
[cef]
vendor = "V"
product = "P"
device_version = "1"
prefix = "X"
)";
constexpr std::string_view kRules = R"(
[[event]]
when = { protocolIdentifier = 17 }
drop = true
[[event]]
when = { protocolIdentifier = 6 }
signature = "tcp"
name = "n"
severity = 3
set = { app = "web" }
[[event]]
signature = "s"
name = "n"
severity = 3
)";

class Explain : public testing::Test {
 protected:
  void use_mapping(const std::string& toml) {
    auto translation = translation_of(toml);
    ASSERT_TRUE(translation) << translation.error().front().to_string();
    translation_ = *std::move(translation);
  }

  /// `[keys]` behind kHead and kRules, with `top` before them.
  void use_keys(const std::string& keys, const std::string& top = "") {
    use_mapping(top + std::string(kHead) + std::string(kRules) + "[keys]\n" + keys + '\n');
  }

  void take(const MessageBuilder& message, std::string_view exporter = "192.0.2.1") { take(message.bytes(), exporter); }

  void take(const std::vector<std::uint8_t>& payload, std::string_view exporter = "192.0.2.1") {
    if (!path_) path_ = std::make_unique<ExplainPath>(*translation_, settings_);
    Datagram datagram = datagram_of(payload, exporter);
    datagram.frame = ++frame_;
    path_->decode(datagram, {0, frame_}, std::to_string(frame_) + '-');
  }

  /// Blanks in runs are one blank, so that widths do not matter.
  std::string report(const std::string& require = "") {
    path_->finish();
    std::ostringstream out;
    print_report(out, {{"a.pcap"}, "mapping.toml", frame_, 0, 0, 0, require}, path_->findings());
    std::string text;
    for (const char c : out.str()) {
      if (c != ' ' || text.empty() || text.back() != ' ') text += c;
    }
    return text;
  }

  std::unique_ptr<const Translation> translation_;
  FileSettings settings_ = [] {
    FileSettings settings;
    settings.decode = decode_config_for_files({});
    return settings;
  }();
  std::unique_ptr<ExplainPath> path_;
  std::uint64_t frame_ = 0;
};

constexpr std::string_view kEmpty;

/// One IPFIX record: protocol, source address, octets, TCP flags, an unknown element, a text.
MessageBuilder flow(std::uint8_t protocol, std::uint64_t octets = 5, std::string_view user = "jo",
                    std::uint32_t sequence = 1) {
  const auto fields = template_record(300, {{4, 1}, {8, 4}, {1, 8}, {6, 1}, {12345, 4, 9}, {371, 65535}});
  ByteWriter record;
  record.u8(protocol).u32(0x0a000001).u64(octets).u8(18).u32(77).variable(user);
  return MessageBuilder::ipfix(1'700'000'000, 1, sequence).templates(fields).set(300, record);
}

// SK-26
TEST_F(Explain, AnElementThatNoTableHasIsNamedWithWhatToWrite) {
  use_keys(R"(src = "sourceIPv4Address")");
  take(flow(1));
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("? 9:12345 4 ? 0000004d XPen9Id12345 (generated)\n"));
  EXPECT_THAT(text, HasSubstr("9:12345 9 12345 NAME unsigned32 KEY = \"9:12345\"\n"));
}

struct FateCase {
  std::string name;
  std::string keys;
  std::string top;  ///< of the mapping
  std::uint8_t protocol;
  std::uint64_t octets;
  std::string_view user;
  std::string expected;
};

class ExplainFates : public Explain, public testing::WithParamInterface<FateCase> {};

TEST_P(ExplainFates, AreTold) {
  const FateCase& fate = GetParam();
  use_keys(fate.keys, fate.top);
  take(flow(fate.protocol, fate.octets, fate.user));
  EXPECT_THAT(report(), HasSubstr(fate.expected + '\n'));
}

std::string fate_name(const testing::TestParamInfo<FateCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ExplainFates,
    testing::Values(
        FateCase{"AKey", R"(src = "sourceIPv4Address")", "", 1, 5, "jo",
                 "sourceIPv4Address 8 4 ipv4Address 10.0.0.1 src"},
        FateCase{"NoKey", "", "", 1, 5, "jo", "octetDeltaCount 1 8 unsigned64 5 XOctetDeltaCount (generated)"},
        FateCase{"ATable", R"(proto = { from = "protocolIdentifier", table = "protocol" })", "", 1, 5, "jo",
                 "protocolIdentifier 4 1 unsigned8 1 proto=ICMP (table protocol)\n used for the event"},
        FateCase{"ATableWithoutText", R"(proto = { from = "protocolIdentifier", table = "protocol" })", "", 253, 5,
                 "jo", "proto (table protocol has no text for it)\n used for the event"},
        FateCase{"AboveTheLimit", R"(in = "octetDeltaCount")", "", 1, 3'000'000'000, "jo",
                 "octetDeltaCount 1 8 unsigned64 3000000000 not in: above 2147483647, which is all the key takes "
                 "unless the output says wide_in = true\n "
                 "XOctetDeltaCount (generated)"},
        FateCase{"ZeroOmitted", R"(in = { from = "octetDeltaCount", omit = "zero" })", "", 1, 0, "jo",
                 "octetDeltaCount 1 8 unsigned64 0 not in: zero"},
        FateCase{"ZeroOmittedFromGenerated", "", "omit_zero = [\"octetDeltaCount\"]\n", 1, 0, "jo",
                 "octetDeltaCount 1 8 unsigned64 0 left out: zero"},
        FateCase{"Drop", "", "drop = [\"octetDeltaCount\"]\n", 1, 5, "jo",
                 "octetDeltaCount 1 8 unsigned64 5 left out: the mapping's `drop` names it"},
        FateCase{"UnmappedDrop", "", "unmapped = \"drop\"\n", 1, 5, "jo",
                 "octetDeltaCount 1 8 unsigned64 5 left out: unmapped = \"drop\""},
        FateCase{"Empty", R"(suser = "userName")", "", 1, 5, kEmpty,
                 "userName 371 var string (empty) not suser: empty"},
        FateCase{"EmptyWithoutKey", "", "", 1, 5, kEmpty, "userName 371 var string (empty) left out: empty"},
        FateCase{"SetByTheEvent", R"(app = "userName")", "", 6, 5, "jo",
                 "userName 371 var string jo not app: the event sets it\n XUserName (generated)"},
        FateCase{"AnotherSource", R"(suser = ["userName", "octetDeltaCount"])", "", 1, 5, "jo",
                 "octetDeltaCount 1 8 unsigned64 5 not suser: another source fills it\n XOctetDeltaCount (generated)"},
        FateCase{"DroppedByARule", "", "", 17, 5, "jo", " that rule drops its records: they are not sent"},
        FateCase{"TheRuleThatDrops", "", "", 17, 5, "jo", " first record in frame 1, event dropped (mapping.toml:8)"},
        FateCase{"NoField", R"(deviceFacility = { value = "Berlin" })", "", 6, 5, "jo",
                 " keys without a field: deviceFacility (a constant), app (of the event)"}),
    fate_name);

// SK-26
TEST_F(Explain, KeysOnNoLineAreNamedWithTheReason) {
  use_keys(R"(src = "sourceIPv4Address"
dst = "destinationIPv4Address"
spt = ["sourceTransportPort", "udpSourcePort"]
suser = "userName"
smac = { from = "sourceMacAddress", kind = "options" }
cs1 = { from = "@application_name", label = "Application" }
app = "applicationName")");
  take(flow(1, 5, kEmpty));
  take(flow(6, 5, kEmpty));
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("dst no template has it destinationIPv4Address\n"));
  EXPECT_THAT(text, HasSubstr("spt no template has any of them sourceTransportPort, udpSourcePort\n"));
  EXPECT_THAT(text, HasSubstr("suser has no value: empty userName\n"));
  EXPECT_THAT(text, HasSubstr("smac kind = \"options\", and there are no options records sourceMacAddress\n"));
  EXPECT_THAT(text, HasSubstr("cs1 no options data tells such a name @application_name\n"));
  EXPECT_THAT(text, HasSubstr("app only as the constant of the event tcp (mapping.toml:11) applicationName\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nsrc ")));
}

TEST_F(Explain, AKeyOfALaterRecordIsOnALine) {
  use_keys(R"(suser = "userName")");
  take(flow(1, 5, kEmpty));
  take(flow(1, 5, "jo"));
  EXPECT_THAT(report(), Not(HasSubstr("Keys of the mapping that are on no line")));
}

TEST_F(Explain, RawRecordsFillNoKeyByAField) {
  settings_.decode.records = RecordView::raw;
  use_keys(R"(src = "sourceIPv4Address")");
  take(flow(1));
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("sourceIPv4Address 8 4 ipv4Address 0a000001 XRawSourceIPv4Address (generated)\n"));
  EXPECT_THAT(text, HasSubstr("src records = \"raw\" fills no key by a field sourceIPv4Address\n"));
}

TEST_F(Explain, KeysOfRecordsThatAreNotSentAreOnNoLine) {
  settings_.decode.require.elements = {"ingressInterface"};
  use_keys(R"(src = "sourceIPv4Address")");
  take(flow(1));
  path_->finish();
  ASSERT_EQ(path_->findings().absent_keys.size(), 1U);
  EXPECT_EQ(path_->findings().absent_keys.front().reason, "only in records that are not sent");
}

TEST_F(Explain, OptionsRecordsThatAreKeptBackAreToldByTemplate) {
  settings_.decode.options_records = false;
  use_keys("");
  take(MessageBuilder::ipfix()
           .options_templates(ipfix_options_record(302, {{149, 4}}, {{41, 8}}))
           .set(302, ByteWriter().zeros(11).u8(1)));
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("not sent 1: options records"));
  EXPECT_THAT(text, HasSubstr(" not sent, as the input says options_records = false: 1\n"));
}

TEST_F(Explain, EventsAreCountedByRule) {
  use_keys("");
  for (const int protocol : {6, 6, 17, 1}) take(flow(static_cast<std::uint8_t>(protocol)));
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("1 dropped mapping.toml:8\n2 tcp mapping.toml:11\n1 s mapping.toml:17\n"));
  EXPECT_THAT(text, HasSubstr("records 4\nlines 3\nnot sent 1: dropped by rules of the mapping\n"));
}

TEST_F(Explain, SameFieldsAreExplainedOnce) {
  use_keys("");
  take(flow(1));
  take(flow(1), "192.0.2.2");
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("Exporter 192.0.2.2 "));
  EXPECT_THAT(text, HasSubstr(" the same fields as template 300 of 192.0.2.1\n"));
}

// SK-30
TEST_F(Explain, FlowsThatLackWhatIsRequiredAreListedByItem) {
  settings_.decode.require.elements = {"sourceIPv4Address", "ingressInterface", "userName"};
  use_keys(R"(src = "sourceIPv4Address")");
  take(flow(1, 5, kEmpty));
  take(flow(1));
  const std::string text = report("sourceIPv4Address, ingressInterface, userName");
  EXPECT_THAT(text, HasSubstr("lines 0\nnot sent 2: lack what the input requires"));
  EXPECT_THAT(text, HasSubstr("192.0.2.1 Template 300 of domain 1 2 2 ingressInterface\n"));
  EXPECT_THAT(text, HasSubstr("192.0.2.1 Template 300 of domain 1 2 1 userName\n"));
}

TEST_F(Explain, GapsAreToldWithTheFrameBehindThem) {
  use_keys("");
  for (const std::uint32_t sequence : {1U, 2U, 10U, 11U, 14U}) take(flow(1, 5, "jo", sequence));
  EXPECT_THAT(report(), HasSubstr("192.0.2.1 ipfix 1 9 0 0 0 7 before frame 3, 2 before frame 5\n"));
}

TEST_F(Explain, LateMessagesLeaveNoGap) {
  use_keys("");
  for (const std::uint32_t sequence : {1U, 2U, 4U, 3U, 5U}) take(flow(1, 5, "jo", sequence));
  EXPECT_THAT(report(), HasSubstr("192.0.2.1 ipfix 1 0 1 0 0\n"));
}

TEST_F(Explain, DataWithoutATemplateIsToldByDomainAndId) {
  use_keys("");
  take(MessageBuilder::ipfix(1'700'000'000, 4).set(400, ByteWriter().zeros(3).u8(1)));
  take(MessageBuilder::ipfix(1'700'000'000, 4).set(400, ByteWriter().u32(1)).set(401, ByteWriter().u16(1)));
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("192.0.2.1 ipfix 4 400 2 8 frame 1\n192.0.2.1 ipfix 4 401 1 2 frame 2\n"));
}

TEST_F(Explain, DataThatIsNotHeldIsToldAsWell) {
  settings_.decode.hold_bytes = 0;
  use_keys("");
  take(MessageBuilder::ipfix().set(400, ByteWriter().u32(1)));
  EXPECT_THAT(report(), HasSubstr("192.0.2.1 ipfix 1 400 1 4 frame 1\n"));
}

TEST_F(Explain, DataWhoseTemplateComesLaterIsNoLoss) {
  use_keys("");
  take(MessageBuilder::ipfix().set(300, ByteWriter().u32(1)));
  take(MessageBuilder::ipfix().templates(template_record(300, {{8, 4}})));
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("records 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("Data without a template")));
}

TEST_F(Explain, EveryReasonOfAMessageHasItsDump) {
  use_keys("");
  auto bytes = MessageBuilder::ipfix().set(7, ByteWriter().u32(1)).raw(ByteWriter().u16(300).u16(3)).bytes();
  take(bytes);
  take(bytes);
  const std::string text = report();
  EXPECT_THAT(text, HasSubstr("bad_set_length: 2\n"));
  EXPECT_THAT(text, HasSubstr(" 24 01 2c 00 03 set 300, length 3\n ^-- here: a set has at least the 4 bytes"));
  EXPECT_THAT(text, HasSubstr("reserved_set_id: 2\n"));
  EXPECT_THAT(text, HasSubstr(" 16 00 07 00 08 00 00 00 01 set 7, length 8\n ^-- here: ids below 256 are reserved"));
  EXPECT_THAT(text, Not(HasSubstr("frame 2, from")));  // one of each exporter is enough
}

}  // namespace
}  // namespace flowcef::test
