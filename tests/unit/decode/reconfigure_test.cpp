// PX-15: what stays and what changes for a decoder when element tables and settings are replaced while it runs.
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint32_t kPen = 64'999;

ElementRow row(std::string name, std::string type, std::uint32_t pen = kPen, std::uint32_t id = 7) {
  return {pen, id, std::move(name), std::move(type), "", {}};
}

/// Two workers of one input. The element tables they began with are gone once they have been given others.
class Reconfigured : public DecodeFixture {
 protected:
  struct Worker {
    Worker(const ElementRegistry& tables, InputState& input, DataSetHandler& handler)
        : decoder(tables, input, counters, handler) {}

    void decode(const MessageBuilder& message, std::uint64_t session = 0) {
      const auto bytes = message.bytes();
      Datagram datagram = datagram_of(bytes);
      datagram.session = session;
      decoder.decode(datagram);
    }

    DecodeCounters counters;
    Decoder decoder;
  };

  void reconfigure(const DecodeConfig& config, const std::vector<ElementRow>& rows = {},
                   const std::vector<ExporterConfig>& exporters = {}) {
    auto next = std::make_unique<ElementRegistry>();
    ASSERT_TRUE(next->add(rows).empty());
    input_.reconfigure(config, exporters);
    input_.remake_layouts(*next);
    one_.decoder.reconfigure(*next);
    other_.decoder.reconfigure(*next);
    tables_ = std::move(next);
  }

  void on_data_set(const DataSet& set) override {
    DecodeFixture::on_data_set(set);
    layouts_.push_back(set.layout.shared_from_this());
    for (const ListItem& item : set.items_of(0)) list_elements_.push_back(item.element->name);
  }
  /// What was decoded since the last call.
  std::vector<DecodedRecord> records() { return std::exchange(records_, {}); }
  static SequenceCounts sequence(Worker& worker) {
    worker.decoder.finish();
    SequenceCounts counts;
    worker.decoder.exporters().for_each([&](const Exporter& exporter) { counts = exporter.counts.sequence; });
    return counts;
  }

  std::unique_ptr<const ElementRegistry> tables_ = std::make_unique<ElementRegistry>();
  Worker one_{*tables_, input_, *this};
  Worker other_{*tables_, input_, *this};
  std::vector<std::shared_ptr<const Template>> layouts_;
  std::vector<std::string> list_elements_;  ///< of the first record of each data set
};

ByteWriter vendor_template(std::uint16_t id = 256) {
  return template_record(id, {{7, 4, kPen}});
}

MessageBuilder message(std::uint32_t sequence = 1) {
  return MessageBuilder::ipfix(1'700'000'000, 1, sequence);
}

// Over datagrams and in a connection: templates stay and are read by the new tables; to nobody they are new.
TEST_F(Reconfigured, TemplatesStayAndMeanWhatTheNewTablesSay) {
  for (const std::uint64_t session : {0U, 5U}) {
    one_.decode(message().templates(vendor_template()).set(256, ByteWriter().u32(1)), session);
    other_.decode(message().set(256, ByteWriter().u32(2)), session);
  }
  EXPECT_TRUE(records().back().hex.contains("64999:7"));
  reconfigure({}, {row("lineSpeed", "unsigned32")});
  for (const std::uint64_t session : {0U, 5U}) {
    for (Worker* worker : {&one_, &other_}) {
      worker->decode(message().set(256, ByteWriter().u32(3)), session);
      const auto made = records();
      ASSERT_EQ(made.size(), 1U);
      EXPECT_EQ(made[0].hex.at("lineSpeed"), "00000003");
      EXPECT_EQ(layouts_.back()->fields[0].type(), DataType::unsigned32);
      worker->decode(message().templates(vendor_template()), session);
    }
  }
  reconfigure({}, {row("lineName", "string")});
  other_.decode(message().set(256, ByteWriter().text("fast")));
  EXPECT_EQ(records().at(0).hex.at("lineName"), "66617374");
  EXPECT_EQ(layouts_.back()->fields[0].type(), DataType::string);
  EXPECT_EQ(one_.counters.templates.value() + other_.counters.templates.value(), 2U);
  EXPECT_EQ(one_.counters.templates_redefined.value() + other_.counters.templates_redefined.value(), 0U);
  EXPECT_EQ(one_.counters.templates_ejected.value() + other_.counters.templates_ejected.value(), 0U);
  EXPECT_EQ(input_.templates.size(), 2U);
}

TEST_F(Reconfigured, LayoutsOfEveryKindAreRemade) {
  const auto netflow9 = MessageBuilder::netflow9()
                            .templates(template_record(256, {{40'001, 4}}))
                            .options_templates(netflow9_options_record(257, {{2, 4}}, {{82, 4}}));
  one_.decode(netflow9);
  std::vector<ElementRow> rows = {row("octets", "unsigned32", 0, 1), row("ifText", "octetArray", 0, 82)};
  rows.push_back({std::nullopt, 40'001, "oldNumber", "unsigned32", "", {}});
  reconfigure({}, rows);
  one_.decode(MessageBuilder::netflow9().set(256, ByteWriter().u32(1)).set(257, ByteWriter().u32(7).text("eth0")));
  const auto made = records();
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].hex.at("oldNumber"), "00000001");
  EXPECT_TRUE(made[1].options);
  EXPECT_EQ(made[1].hex.at("scopeInterface"), "00000007");
  EXPECT_EQ(made[1].hex.at("ifText"), "65746830");

  const auto netflow5 = netflow5_header({}).append(netflow5_record({}).bytes()).bytes();
  one_.decoder.decode(datagram_of(netflow5));
  EXPECT_EQ(records().at(0).hex.at("octets"), "000004b0");
}

// Structured data is read by the new tables as well, in lists and out of them.
TEST_F(Reconfigured, ListsAreReadByTheNewTables) {
  const auto list = ByteWriter().u8(255).u16(0x8007).u16(4).u32(kPen).u32(9);  // semantic, element, value
  const auto data = message().set(256, ByteWriter().u8(list.size()).append(list.bytes()));
  one_.decode(message().templates(template_record(256, {{8, 65535, kPen}})));
  one_.decode(data);
  ASSERT_EQ(layouts_.size(), 1U);
  EXPECT_FALSE(layouts_[0]->has_lists);
  reconfigure({}, {row("values", "basicList", kPen, 8), row("lineSpeed", "unsigned32")});
  one_.decode(data);
  ASSERT_EQ(layouts_.size(), 2U);
  EXPECT_TRUE(layouts_[1]->has_lists);
  EXPECT_EQ(list_elements_, std::vector<std::string>{"lineSpeed"});
}

// PX-01: held data waits on, and is decoded by what its template means when it comes.
TEST_F(Reconfigured, HeldDataWaitsOn) {
  one_.decode(message().set(256, ByteWriter().u32(1)));
  reconfigure({}, {row("lineSpeed", "unsigned32")});
  EXPECT_GT(input_.held_bytes, 0U);
  one_.decode(message(2).templates(vendor_template()));
  EXPECT_EQ(records().at(0).hex.at("lineSpeed"), "00000001");
  EXPECT_EQ(one_.counters.recovered_records.value(), 1U);
  EXPECT_EQ(one_.counters.refused_total(), 0U);
}

TEST_F(Reconfigured, HeldDataForWhichThereIsLessRoomIsGivenUp) {
  one_.decode(message().set(256, ByteWriter().u32(1)));
  one_.decode(message(2).set(257, ByteWriter().u32(2)));
  const std::size_t both = input_.held_bytes;
  DecodeConfig smaller;
  smaller.hold_bytes = both - 1;
  reconfigure(smaller);
  EXPECT_EQ(one_.counters.undecoded_sets.value(), 1U);
  EXPECT_EQ(refusals_, std::vector{Refusal::template_missing});
  one_.decode(message(3).templates(vendor_template(256)).templates(vendor_template(257)));
  EXPECT_EQ(records().at(0).hex.at("64999:7"), "00000002") << "the older one went";
  EXPECT_EQ(input_.held_bytes, 0U);
}

// What options data said stays, also where all a worker knows of a domain was redefined by another one.
TEST_F(Reconfigured, OptionsRowsStay) {
  const auto interface_names = ipfix_options_record(300, {{10, 4}}, {{82, 4}});
  one_.decode(message().options_templates(interface_names).set(300, ByteWriter().u32(7).text("eth0")));
  other_.decode(message().set(300, ByteWriter().u32(8).text("eth1")));
  one_.decode(message(2).options_templates(ipfix_options_record(300, {{10, 4}}, {{82, 4}, {83, 4}})));
  reconfigure({}, {row("lineSpeed", "unsigned32")});
  const std::uint8_t seven[] = {0, 0, 0, 7};
  for (Worker* worker : {&one_, &other_}) {
    worker->decode(message(3).templates(vendor_template()).set(256, ByteWriter().u32(1)));
    const OptionsTables* tables = contexts_.back().tables;
    ASSERT_NE(tables, nullptr);
    EXPECT_EQ(tables->name(OptionsTable::interface_name, seven), "eth0");
  }
}

// PX-09: the count goes on over it, so that what is lost meanwhile is seen.
TEST_F(Reconfigured, SequenceNumbersGoOn) {
  one_.decode(message(0).templates(vendor_template()).set(256, ByteWriter().u32(1)));
  reconfigure({});
  one_.decode(message(11).set(256, ByteWriter().u32(1)));
  EXPECT_EQ(sequence(one_), (SequenceCounts{.lost = 10}));
}

// PX-09: by another rule the count begins anew; what was missing by the old one is lost.
TEST_F(Reconfigured, AnotherSequenceRuleCounts) {
  const std::vector<ExporterConfig> by_datagrams = {{*IpPrefix::parse("192.0.2.0/24"), SequenceRule::datagrams}};
  one_.decode(message(0).templates(vendor_template()).set(256, ByteWriter().u32(1).u32(2)));
  one_.decode(message(5).set(256, ByteWriter().u32(1).u32(2)));
  reconfigure({}, {}, by_datagrams);
  one_.decode(message(100).set(256, ByteWriter().u32(1).u32(2)));
  one_.decode(message(101).set(256, ByteWriter().u32(1).u32(2)));
  EXPECT_EQ(sequence(one_), (SequenceCounts{.lost = 3}));
  one_.decode(message(103).set(256, ByteWriter().u32(1).u32(2)));
  EXPECT_EQ(sequence(one_), (SequenceCounts{.lost = 4}));
}

// SS-23: another view, another length of long flows; of templates, held data and built-in formats.
TEST_F(Reconfigured, RecordsAreShownAsTheInputSaysNow) {
  one_.decode(message().templates(vendor_template()).set(256, ByteWriter().u32(1)));
  other_.decode(message().set(257, ByteWriter().u32(1)));
  EXPECT_EQ(layouts_.back()->view, RecordView::interpreted);
  DecodeConfig raw;
  raw.records = RecordView::raw;
  raw.long_flow = std::chrono::seconds(60);
  reconfigure(raw);
  one_.decode(message().set(256, ByteWriter().u32(1)));
  other_.decode(message().set(256, ByteWriter().u32(1)));
  other_.decode(message().templates(vendor_template(257)));
  const auto netflow5 = netflow5_header({}).append(netflow5_record({}).bytes()).bytes();
  one_.decoder.decode(datagram_of(netflow5));
  ASSERT_EQ(layouts_.size(), 5U);
  for (std::size_t i = 1; i < layouts_.size(); ++i) {
    EXPECT_EQ(layouts_[i]->view, RecordView::raw) << i;
    EXPECT_EQ(layouts_[i]->long_flow_ms, 60'000U) << i;
    EXPECT_NE(layouts_[i]->serial, layouts_[0]->serial) << i;
  }
}

// PX-16: a smaller limit holds at once; what had to go is counted once.
TEST_F(Reconfigured, TemplatesAboveASmallerLimitGo) {
  for (std::uint16_t id = 256; id < 266; ++id) one_.decode(message().templates(vendor_template(id)));
  one_.decode(message().set(256, ByteWriter().u32(1)));
  reconfigure(limited(3));
  EXPECT_EQ(input_.templates.size(), 3U);
  EXPECT_EQ(one_.counters.templates_ejected.value() + other_.counters.templates_ejected.value(), 7U);
  records();
  one_.decode(message().set(256, ByteWriter().u32(1)).set(265, ByteWriter().u32(1)));
  EXPECT_EQ(records().size(), 2U) << "what was used last stays";
  one_.decode(message().set(257, ByteWriter().u32(1)));
  EXPECT_TRUE(records().empty());
  one_.decode(message().templates(vendor_template(300)));
  EXPECT_EQ(one_.counters.templates_ejected.value() + other_.counters.templates_ejected.value(), 8U);
}

TEST_F(Reconfigured, AnotherIdleTimeoutHolds) {
  one_.decode(message().templates(vendor_template()));
  DecodeConfig shorter;
  shorter.template_idle_timeout = std::chrono::minutes(2);
  const std::int64_t now_ns = datagram_of({}).received_ns;
  reconfigure(shorter);
  one_.decoder.tick(now_ns + 119'000'000'000);
  EXPECT_EQ(input_.templates.size(), 1U);
  one_.decoder.tick(now_ns + 121'000'000'000);
  EXPECT_EQ(input_.templates.size(), 0U);
}

}  // namespace
}  // namespace flowcef::test
