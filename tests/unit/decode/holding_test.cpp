// Data ahead of its template, over datagrams.
#include <gtest/gtest.h>

#include "support/decode_fixture.hpp"
#include "support/time_units.hpp"

namespace flowcef::test {
namespace {

ByteWriter port_template(std::uint16_t id = 256) {
  return template_record(id, {{7, 2}});
}

class Holding : public DecodeFixture {
 protected:
  explicit Holding(const DecodeConfig& config = {}) : DecodeFixture(config) {}

  void decode_at(std::int64_t received_ns, const MessageBuilder& message, std::uint64_t session = 0) {
    const auto bytes = message.bytes();
    Datagram datagram = datagram_of(bytes);
    datagram.received_ns = received_ns;
    datagram.session = session;
    decoder_.decode(datagram);
  }
};

// PX-01, SK-18: data without a template is held, and decoded with the times of its own message when the template comes.
TEST_F(Holding, DecodesWhenTheTemplateComes) {
  decode_at(100 * kSecond, MessageBuilder::ipfix(1'700'000'000, 1, 0).set(256, ByteWriter().u16(80).u16(81)));
  decode_at(101 * kSecond, MessageBuilder::ipfix(1'700'000'001, 1, 2).set(256, ByteWriter().u16(82)));
  EXPECT_TRUE(records_.empty());
  EXPECT_GT(input_.held_bytes, 0U);
  decode_at(109 * kSecond,
            MessageBuilder::ipfix(1'700'000'009, 1, 3).templates(port_template()).set(256, ByteWriter().u16(83)));
  ASSERT_EQ(records_.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(records_[i].hex.at("sourceTransportPort"), "00" + std::to_string(50 + i)) << "in the order they came";
  }
  EXPECT_EQ(contexts_[0].received_ns, 100 * kSecond);
  EXPECT_EQ(contexts_[1].export_ms, 1'700'000'001'000);
  EXPECT_EQ(contexts_[2].received_ns, 109 * kSecond);
  EXPECT_EQ(input_.held_bytes, 0U);
  EXPECT_EQ(counters_.recovered_records.value(), 3U);
  EXPECT_EQ(counters_.refused_total(), 0U);
  EXPECT_EQ(refused(Refusal::template_missing), 0U);
}

TEST_F(Holding, IsForNetflow9AndOptionsToo) {
  decode(MessageBuilder::netflow9().set(300, ByteWriter().u32(7).text("ge-0/0/7")));
  decode(MessageBuilder::netflow9().options_templates(netflow9_options_record(300, {{2, 4}}, {{82, 8}})));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_TRUE(records_[0].options);
}

// SS-14: what waited in vain is an error with its cause, in sets and bytes, and by exporter.
TEST_F(Holding, GivesUpInTheEnd) {
  decode_at(100 * kSecond, MessageBuilder::ipfix().set(256, ByteWriter().u16(80)));
  decoder_.tick(100 * kSecond + 1'800 * kSecond);
  EXPECT_EQ(counters_.undecoded_sets.value(), 0U);
  decoder_.tick(100 * kSecond + 1'801 * kSecond);
  EXPECT_EQ(counters_.refused[static_cast<std::size_t>(Refusal::template_missing)].value(), 1U);
  EXPECT_EQ(counters_.undecoded_sets.value(), 1U);
  EXPECT_EQ(counters_.undecoded_bytes.value(), 2U);
  EXPECT_EQ(refusals_, std::vector{Refusal::template_missing});
  decoder_.exporters().for_each([](const Exporter& exporter) {
    EXPECT_EQ(exporter.counts.refused[static_cast<std::size_t>(Refusal::template_missing)], 1U);
  });
}

// Data of a layout that could not be used is not to be read by a later one.
TEST_F(Holding, DataOfAnUnusableTemplateDoesNotWait) {
  decode(MessageBuilder::ipfix().templates(template_record(256, {{7, 0}})).set(256, ByteWriter().u16(80)));
  EXPECT_EQ(counters_.refused[static_cast<std::size_t>(Refusal::template_missing)].value(), 1U);
  decode(MessageBuilder::ipfix().templates(port_template()).set(256, ByteWriter().u16(81)));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].hex.at("sourceTransportPort"), "0051");
}

class HoldingNothing : public Holding {
 protected:
  HoldingNothing() : Holding(config()) {}
  static DecodeConfig config() {
    DecodeConfig made;
    made.hold_bytes = 0;
    return made;
  }
};

TEST_F(HoldingNothing, CountsAtOnce) {
  decode(MessageBuilder::ipfix().set(256, ByteWriter().u16(80)));
  EXPECT_EQ(counters_.undecoded_sets.value(), 1U);
}

class IdleTemplates : public Holding {
 protected:
  IdleTemplates() : Holding(config()) {}
  static DecodeConfig config() {
    DecodeConfig made;
    made.template_idle_timeout = std::chrono::minutes(2);
    made.hold_bytes = 0;
    return made;
  }
};

// SS-11, SS-12: refresh 3 min, timeout 2 min, unused 2 min, then data: error.
TEST_F(IdleTemplates, GoWhenTheyWereNotUsed) {
  decode_at(0, MessageBuilder::ipfix().templates(port_template()));
  decode_at(110 * kSecond, MessageBuilder::ipfix().set(256, ByteWriter().u16(80)));
  decode_at(220 * kSecond, MessageBuilder::ipfix().set(256, ByteWriter().u16(81)));
  EXPECT_EQ(records_.size(), 2U) << "a use keeps it";
  decode_at(341 * kSecond, MessageBuilder::ipfix().set(256, ByteWriter().u16(82)));
  EXPECT_EQ(records_.size(), 2U);
  EXPECT_EQ(counters_.templates_expired.value(), 1U);
  EXPECT_EQ(refused(Refusal::template_missing), 1U);
}

// SS-13: with the timeout above the refresh a template stays, used or not.
TEST_F(IdleTemplates, StayAsLongAsTheyAreRefreshed) {
  for (std::int64_t minute = 0; minute < 60; ++minute) {
    decode_at(minute * 60 * kSecond, MessageBuilder::ipfix().templates(port_template()));
  }
  decode_at(3'600 * kSecond, MessageBuilder::ipfix().set(256, ByteWriter().u16(80)));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(counters_.templates_expired.value(), 0U);
}

}  // namespace
}  // namespace flowcef::test
