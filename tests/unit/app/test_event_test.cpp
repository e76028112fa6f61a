// GG-31: the event of `flowcef test-send`.
#include "flowcef/app/test_event.hpp"

#include <gtest/gtest.h>

#include "flowcef/app/options.hpp"
#include "flowcef/app/sent_line.hpp"
#include "support/cef_reader.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::int64_t kAskedAt = 1'750'000'000'123;

OutputConfig output_with(SyslogHeader header) {
  OutputConfig output;
  output.sink.name = "siem";
  output.rendering.header = header;
  output.rendering.host = "bridge1";
  output.rendering.utc = true;
  return output;
}

class TestEventTest : public testing::Test {
 protected:
  std::expected<std::string, std::string> message(const OutputConfig& output,
                                                  std::optional<std::size_t> size = std::nullopt) const {
    return test_message(output, translation_->mapping, event_, size);
  }

  const std::unique_ptr<const Translation> translation_ = *translation_of(kPlainHead);
  const TestEvent event_{"flowcef-test-1750000000-0000002a", kAskedAt};
};

TEST_F(TestEventTest, IsAnEventOfTheMappingBehindTheHeaderOfTheOutput) {
  struct Row {
    SyslogHeader header;
    std::optional<std::uint8_t> severity;
    std::string text;
  };
  for (const Row& row : {Row{SyslogHeader::none, 6, ""}, Row{SyslogHeader::rfc3164, 5, "<133>Jun 15 15:06:40 bridge1 "},
                         Row{SyslogHeader::rfc5424, 6, "<134>1 2025-06-15T15:06:40.123Z bridge1 CEF - - - "},
                         Row{SyslogHeader::rfc5424, std::nullopt, "<134>1 2025-06-15T15:06:40.123Z bridge1 CEF - - - "},
                         Row{SyslogHeader::gigamon, 6, "Sun Jun 15 15:06:40 2025 bridge1 "}}) {
    OutputConfig output = output_with(row.header);
    output.rendering.severity = row.severity;
    EXPECT_EQ(message(output).value_or(""),
              row.text +
                  "CEF:0|V|P|1|flowcef-test|flowcef test event|3|rt=1750000000123 "
                  "externalId=flowcef-test-1750000000-0000002a msg=Sent by flowcef test-send over output siem END");
  }
}

TEST_F(TestEventTest, IsAsLongAsItIsWanted) {
  OutputConfig output = output_with(SyslogHeader::rfc5424);
  output.sink.name = "a=b\\c";
  const std::size_t shortest = message(output).value_or("").size();
  std::vector<std::size_t> sizes = {1472, 8000, 65'507, kMaxTestSize};
  for (std::size_t size = shortest; size < shortest + 1000; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    const auto made = message(output, size);
    ASSERT_TRUE(made) << made.error();
    ASSERT_EQ(made->size(), size);
    ASSERT_TRUE(made->ends_with("END")) << *made;
    const auto read = read_cef(take_apart(*made).cef);
    ASSERT_TRUE(read) << size << ": " << read.error();
    EXPECT_EQ(read->value("externalId"), event_.id);
    EXPECT_LE(read->value("msg").size(), 1023U) << "what CEF gives the key";
  }
}

TEST_F(TestEventTest, WhatArrivesOfItTellsHowMuchThatIs) {
  const std::string made = message(output_with(SyslogHeader::rfc5424), 8000).value_or("");
  for (const std::size_t cut : {1000U, 1470U, 7990U}) {
    const std::string part = made.substr(0, cut);
    EXPECT_TRUE(part.ends_with("." + std::to_string(cut))) << part.substr(part.size() - 30);
  }
}

TEST_F(TestEventTest, IsNotMadeWhereItWouldNotGoWhole) {
  OutputConfig limited = output_with(SyslogHeader::rfc5424);
  limited.rendering.max_bytes = 1024;
  OutputConfig udp = output_with(SyslogHeader::rfc5424);
  udp.sink.transport = Transport::udp;
  OutputConfig falls_back = udp;
  falls_back.sink.udp.tcp_fallback = true;
  const std::size_t shortest = message(limited).value_or("").size();
  ASSERT_GT(shortest, 0U);
  struct Row {
    OutputConfig output;
    std::size_t size;
    std::string refusal;  // part of it; empty: there is none
  };
  for (const Row& row :
       {Row{limited, shortest - 1, "at least " + std::to_string(shortest)}, Row{limited, 1, "at least"},
        Row{limited, 1024, ""}, Row{limited, 1025, "longest message is 1024"}, Row{udp, 65'507, ""},
        Row{udp, 65'508, "longest message is 65507"}, Row{falls_back, 65'508, ""}}) {
    const auto made = message(row.output, row.size);
    EXPECT_EQ(made.has_value(), row.refusal.empty()) << row.size;
    if (made) continue;
    EXPECT_TRUE(made.error().starts_with("output siem: ")) << made.error();
    EXPECT_TRUE(made.error().contains(row.refusal)) << made.error();
  }
}

TEST_F(TestEventTest, AMappingThatSendsNothingHasAHeaderAllTheSame) {
  Mapping silent;
  silent.events.emplace_back();
  const auto made = test_message(output_with(SyslogHeader::none), silent, event_, std::nullopt);
  ASSERT_TRUE(made) << made.error();
  EXPECT_TRUE(read_cef(*made)) << *made;
}

TEST_F(TestEventTest, BarsInTheMappingsHeaderDoNotEndIt) {
  Mapping mapping;
  mapping.events.emplace_back().header = R"(CEF:1|A\|B|C\\|2|s|n|3|)";
  const auto made = test_message(output_with(SyslogHeader::none), mapping, event_, std::nullopt);
  ASSERT_TRUE(made) << made.error();
  EXPECT_TRUE(made->starts_with(R"(CEF:1|A\|B|C\\|2|flowcef-test|flowcef test event|3|rt=)")) << *made;
}

TEST_F(TestEventTest, IdsAreUnlikeEachOther) {
  const TestEvent first = make_test_event(kAskedAt);
  EXPECT_TRUE(first.id.starts_with("flowcef-test-1750000000-")) << first.id;
  EXPECT_LE(first.id.size(), 40U) << "what CEF gives externalId";
  EXPECT_NE(first.id, make_test_event(kAskedAt).id);
}

TEST(BatchOfTheTest, HoldsTheMessageInItsFrame) {
  BatchPool pool;
  for (const auto& [framing, bytes] :
       {std::pair{Framing::newline, "CEF:0|x\n"}, {Framing::octet_counting, "7 CEF:0|x"}}) {
    const BatchRef batch = batch_of("CEF:0|x", framing, pool);
    EXPECT_EQ(batch->bytes(), bytes);
    ASSERT_EQ(batch->lines().size(), 1U);
    EXPECT_EQ(batch->message(batch->lines()[0]), "CEF:0|x");
    EXPECT_EQ(batch->lines()[0].frame_end, batch->bytes().size());
  }
}

}  // namespace
}  // namespace flowcef::test
