#include "flowcef/app/message_dump.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "flowcef/app/refusal_text.hpp"
#include "support/decode_fixture.hpp"

// What decode refuses, laid open by a walk that knows nothing of decode.

namespace flowcef::test {
namespace {

using testing::HasSubstr;

class MessageDump : public DecodeFixture {
 protected:
  /// What waited would be refused with the message that its template comes in.
  static DecodeConfig without_hold() {
    DecodeConfig config;
    config.hold_bytes = 0;
    return config;
  }

  MessageDump() : DecodeFixture(without_hold()) {}

  /// Of NetFlow v9 and IPFIX, which have it at the end of their headers.
  static std::uint32_t domain_of(const std::vector<std::uint8_t>& payload) {
    const std::size_t at = payload.size() > 1 && payload[1] == 9 ? 16 : 12;
    return payload.size() < at + 4 ? 0 : load_be<std::uint32_t>(payload.data() + at);
  }

  /// Decodes the message, then lays it open for every reason why something in it was refused.
  std::vector<std::string> dumps(const std::vector<std::uint8_t>& payload) {
    std::array<std::uint64_t, kRefusalCount> before{};
    for (std::size_t i = 0; i < kRefusalCount; ++i) before[i] = counters_.refused[i].value();
    decode(payload);
    const auto& domains = decoder_.exporters().exporter(*IpAddress::parse("192.0.2.1")).domains;
    const FindLayout find_layout = [&](std::uint16_t id) -> const Template* {
      for (const auto& [key, domain] : domains) {
        const bool ipfix = payload.size() > 1 && payload[1] == 10;
        if (key.domain != domain_of(payload) || (key.format == ExportFormat::ipfix) != ipfix) continue;
        const auto known = domain.templates.find(id);
        if (known != domain.templates.end()) return known->second->layout.get();
      }
      return nullptr;
    };
    std::vector<std::string> dumps;
    for (std::size_t i = 0; i < kRefusalCount; ++i) {
      const auto reason = static_cast<Refusal>(i);
      if (counters_.refused[i].value() == before[i]) continue;
      dumps.push_back(std::string(to_string(reason)) + '\n' + dump_message(payload, reason, find_layout));
    }
    return dumps;
  }
};

struct DumpCase {
  std::string name;
  std::vector<std::uint8_t> message;
  std::string reason;
  std::string place;  ///< the line before the mark ends so
  std::string why;
};

class MessageDumpCases : public MessageDump, public testing::WithParamInterface<DumpCase> {};

TEST_P(MessageDumpCases, ShowThePlaceAndWhy) {
  decode(MessageBuilder::ipfix().templates(template_record(300, {{8, 4}, {1, 8}})));
  decode(MessageBuilder::ipfix().templates(template_record(301, {{8, 4}, {371, 65535}})));
  const auto made = dumps(GetParam().message);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_THAT(made.front(), testing::StartsWith(GetParam().reason + '\n'));
  EXPECT_THAT(made.front(), HasSubstr(GetParam().place + "\n          ^-- here: " + GetParam().why));
}

std::vector<std::uint8_t> cut(std::vector<std::uint8_t> bytes, std::size_t length) {
  bytes.resize(length);
  return bytes;
}

std::string dump_name(const testing::TestParamInfo<DumpCase>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, MessageDumpCases,
    testing::Values(
        DumpCase{"OneByte", {9}, "short_header", "  09", "the datagram ends"},
        DumpCase{"ShortHeader", cut(MessageBuilder::ipfix().bytes(), 10), "short_header", "sequence",
                 "the datagram ends; a header of this version has 16 bytes"},
        DumpCase{"UnknownVersion", ByteWriter().u16(3).zeros(30).bytes(), "unknown_version", "version 3",
                 "neither 1, 5, 7, 9 nor 10"},
        DumpCase{"Sflow", ByteWriter().u32(5).u32(1).zeros(24).bytes(), "sflow", "sFlow version 5",
                 "this is not decoded"},
        DumpCase{"CountOfVersion5", netflow5_header({.count = 3}).append(netflow5_record({}).bytes()).bytes(),
                 "bad_message_length", "count of records 3",
                 "so many take 168 bytes with the header, but the datagram has 72"},
        DumpCase{"IpfixLength", ByteWriter().u16(10).u16(99).zeros(12).bytes(), "bad_message_length", "length 99",
                 "but the datagram has 16 bytes"},
        DumpCase{"BytesBehindTheLength", ByteWriter().append(MessageBuilder::ipfix().bytes()).u32(0x01020304).bytes(),
                 "bad_message_length", "4 bytes", "the length in the header says"},
        DumpCase{"SetBelowFour", MessageBuilder::netflow9().raw(ByteWriter().u16(256).u16(3)).bytes(), "bad_set_length",
                 "set 256, length 3", "a set has at least"},
        DumpCase{"SetPastTheEnd", MessageBuilder::ipfix().raw(ByteWriter().u16(300).u16(9).u8(1)).bytes(),
                 "bad_set_length", "set 300, length 9", "but the message ends after 5 bytes"},
        DumpCase{"HalfASetHeader", MessageBuilder::ipfix().raw(ByteWriter().u16(300)).bytes(), "bad_set_length",
                 "  01 2c", "the message ends within the header of a set"},
        DumpCase{"ReservedId", MessageBuilder::netflow9().set(2, ByteWriter().u32(1)).bytes(), "reserved_set_id",
                 "set 2, length 8", "ids below 256 are reserved; NetFlow v9"},
        DumpCase{"TemplateIdBelow256", MessageBuilder::ipfix().templates(template_record(9, {{8, 4}})).bytes(),
                 "bad_template", "template 9, 1 field", "ids of templates begin at 256"},
        DumpCase{"TemplateCutOff",
                 MessageBuilder::ipfix().templates(ByteWriter().u16(256).u16(2).u16(8).u16(4)).bytes(), "bad_template",
                 "template 256, 2 fields", "the set ends within field 2 of it"},
        DumpCase{"EnterpriseCutOff",
                 MessageBuilder::ipfix().templates(ByteWriter().u16(256).u16(1).u16(0x8008).u16(4)).bytes(),
                 "bad_template", "template 256, 1 field", "the set ends within field 1 of it"},
        DumpCase{"MoreScopeThanFields",
                 MessageBuilder::ipfix().options_templates(ByteWriter().u16(256).u16(1).u16(2).u16(8).u16(4)).bytes(),
                 "bad_template", "template 256, 2 scope fields of 1 field", "more scope fields than fields"},
        DumpCase{"ScopeOfOddBytes",
                 MessageBuilder::netflow9().options_templates(ByteWriter().u16(256).u16(5).u16(4).zeros(8)).bytes(),
                 "bad_template", "4 bytes of others, 2 fields", "a field takes 4 bytes"},
        DumpCase{"TooManyFields", MessageBuilder::ipfix().templates(ByteWriter().u16(256).u16(3000).u32(1)).bytes(),
                 "too_many_fields", "template 256, 3000 fields", "at most 2048 are read"},
        DumpCase{"EmptyRecords", MessageBuilder::ipfix().templates(template_record(256, {{8, 0}})).bytes(),
                 "zero_length_record", "template 256, 1 field", "all fields have length 0"},
        DumpCase{"Withdrawal", MessageBuilder::ipfix().templates(template_record(256, {})).bytes(),
                 "ignored_withdrawal", "template 256, 0 fields", "no fields: a withdrawal"},
        DumpCase{"RecordCutOff", MessageBuilder::ipfix().set(300, ByteWriter().u64(1).u32(2).u32(7)).bytes(),
                 "bad_record", "record 2", "a record has 12 bytes, but 4 bytes are left in the set"},
        DumpCase{"ValuePastTheSet", MessageBuilder::ipfix().set(301, ByteWriter().u32(1).u8(9).u8(7)).bytes(),
                 "bad_record", "record 1", "its field 2, 9 bytes from offset 25 on, runs past the end of the set"},
        DumpCase{"LengthOfValueCutOff", MessageBuilder::ipfix().set(301, ByteWriter().u32(1).u8(255).u8(7)).bytes(),
                 "bad_record", "record 1", "the set ends before the length of its field 2"}),
    dump_name);

TEST_F(MessageDump, LongMessagesAreCutShortAroundThePlace) {
  MessageBuilder message = MessageBuilder::ipfix();
  for (int i = 0; i < 1000; ++i) message.set(300, ByteWriter().u32(1));
  message.raw(ByteWriter().u16(300).u16(2).zeros(2000).u8(1));
  const std::string dump =
      dump_message(message.bytes(), Refusal::bad_set_length, [](std::uint16_t) -> const Template* { return nullptr; });
  EXPECT_LE(std::ranges::count(dump, '\n'), 45);
  EXPECT_THAT(dump, HasSubstr("more\n"));
  EXPECT_THAT(dump, HasSubstr("set 300, length 2\n          ^-- here"));
}

/// Whatever decode refuses, the walk finds as well: both know the formats, neither knows the other.
TEST_F(MessageDump, FindsWhatDecodeRefuses) {
  const auto templates = template_record(300, {{8, 4}, {1, 8}, {12345, 2, 9}});
  const auto variable = template_record(301, {{8, 4}, {371, 65535}, {82, 65535}});
  const std::vector<std::vector<std::uint8_t>> seeds = {
      MessageBuilder::ipfix().templates(templates).templates(variable).bytes(),
      MessageBuilder::ipfix().options_templates(ipfix_options_record(302, {{149, 4}}, {{41, 8}, {42, 8}})).bytes(),
      MessageBuilder::netflow9().templates(template_record(303, {{8, 4}, {1, 4}})).bytes(),
      MessageBuilder::netflow9().options_templates(netflow9_options_record(304, {{1, 4}}, {{34, 4}})).bytes(),
      MessageBuilder::ipfix().set(301, ByteWriter().u32(1).variable("a").variable("bcd")).bytes(),
      MessageBuilder::ipfix().set(300, ByteWriter().u64(1).u32(2).u16(3)).set(302, ByteWriter().zeros(20)).bytes(),
      netflow5_header({}).append(netflow5_record({}).bytes()).bytes(),
  };
  std::uint32_t random = 1;
  const auto next = [&random] { return random = random * 1664525 + 1013904223, random >> 8; };
  std::size_t found = 0;
  for (int round = 0; round < 20'000; ++round) {
    // Data is changed, templates stay what they are: a message that changes one halfway has no place to show.
    std::vector<std::uint8_t> message = seeds[next() % seeds.size()];
    for (std::uint32_t changes = 1 + next() % 3; changes != 0; --changes) {
      message[next() % message.size()] = static_cast<std::uint8_t>(next() % 4 == 0 ? next() % 256 : next() % 12);
    }
    if (next() % 4 == 0) message.resize(next() % message.size());
    for (const std::string& dump : dumps(message)) {
      if (dump.starts_with("template_missing")) continue;
      ++found;
      ASSERT_THAT(dump, HasSubstr("^-- here: "));
    }
  }
  EXPECT_GT(found, 1000U);
}

TEST(RefusalTexts, EachReasonHasMeaningAndAdvice) {
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    const RefusalText text = text_of(static_cast<Refusal>(i));
    EXPECT_FALSE(text.meaning.empty()) << i;
    EXPECT_FALSE(text.advice.empty()) << i;
  }
}

}  // namespace
}  // namespace flowcef::test
