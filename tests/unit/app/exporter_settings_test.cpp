// What is said of exporters, from datagram to line: what is left out, what counters become, and after a reload.
#include <gmock/gmock.h>

#include <chrono>
#include <utility>

#include "flowcef/app/final_counts.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Lines = std::vector<std::string>;

/// Two inputs of one worker, on both of which exporters may be heard.
class ExporterPath : public testing::Test {
 protected:
  /// As a reload does.
  void use(ExporterConfig config) {
    config.match = *IpPrefix::parse("192.0.2.0/24");
    for (InputState* input : {&input_, &other_}) input->reconfigure(input->config, {config});
    path_.reconfigure(translation_->registry, {plan()}, nullptr);
  }
  RenderingPlan plan() {
    return {{},
            [this](const BatchRef& batch) {
              for (const LineRef& line : batch->lines()) lines_.emplace_back(batch->message(line));
            },
            &translation_->mapping};
  }
  Lines lines(const std::vector<Netflow5Record>& records, std::size_t input = 0) {
    Netflow5Header header;
    header.count = static_cast<std::uint16_t>(records.size());
    ByteWriter message = netflow5_header(header);
    for (const Netflow5Record& record : records) message.append(netflow5_record(record).bytes());
    return lines(message.bytes(), input);
  }
  Lines lines(const std::vector<std::uint8_t>& message, std::size_t input = 0) {
    path_.inputs()[input]->decode(datagram_of(message));
    path_.flush();
    Lines made = std::exchange(lines_, {});
    for (std::string& line : made) line.erase(0, line.rfind('|') + 1);
    return made;
  }
  std::string books() const {
    FinalCounts counts;
    counts.add(path_);
    EXPECT_EQ(RenderedCounts(*path_.render_counters().front()).records() + settled_, counts.sent_on());
    return counts.to_string();
  }
  static Netflow5Record of(std::uint32_t octets, std::uint32_t packets, std::uint32_t last) {
    Netflow5Record record;
    record.octets = octets;
    record.packets = packets;
    record.last = last;
    return record;
  }

  std::unique_ptr<const Translation> translation_ =
      *translation_of("unmapped = \"drop\"\n" + std::string(kPlainHead) +
                      "[keys]\nin = \"octetDeltaCount\"\ncnt = \"packetDeltaCount\"\n"
                      "deviceInboundInterface = [\"@ingress_interface_name\", \"ingressInterface\"]\n");
  BatchPool pool_;
  Lines lines_;
  InputState input_;
  InputState other_;
  RecordPath path_{translation_->registry, pool_, {plan()}, {&input_, &other_}};
  std::uint64_t settled_ = 0;  ///< records that earlier renderings made lines of
};

// FD-29, as PX-15 has it: the meaning of counters may change; what is known of flows stays. FD-27: no line waits.
TEST_F(ExporterPath, CountersAreWhatTheSettingSays) {
  const std::string rest = " deviceInboundInterface=1";
  EXPECT_EQ(lines({of(1000, 10, 1), of(1500, 12, 2)}), (Lines{"in=1000 cnt=10" + rest, "in=1500 cnt=12" + rest}));
  use({.match = {}, .counters = CounterMeaning::total});
  EXPECT_EQ(lines({of(2000, 20, 3), of(2500, 22, 4)}), (Lines{"in=2000 cnt=20" + rest, "in=500 cnt=2" + rest}));
  EXPECT_EQ(lines({of(2600, 23, 5)}, 1), Lines{"in=100 cnt=1" + rest}) << "heard on another port";
  use({.match = {}, .counters = CounterMeaning::total, .own_exports = false});
  EXPECT_EQ(lines({of(2600, 23, 5)}), Lines{"in=0 cnt=0" + rest});
  use({});
  EXPECT_EQ(lines({of(2600, 23, 5)}), Lines{"in=2600 cnt=23" + rest});
}

// SK-05, PX-15: what waits for others of its flow goes on with a reload, and is in the books until then.
TEST_F(ExporterPath, RecordsOfAFlowAreMergedOnRequest) {
  use({.match = {}, .merge = std::chrono::minutes(1)});
  EXPECT_EQ(lines({of(1000, 10, 999'000), of(500, 5, 1'000'000)}), Lines());
  EXPECT_THAT(books(), HasSubstr("\nrecords.merged 1\nrecords.merging 1\n"));
  use({});
  EXPECT_EQ(lines_.size(), 1U);
  EXPECT_THAT(lines_.front(), HasSubstr("|in=1500 cnt=15 "));
  settled_ = 1;
  EXPECT_THAT(books(), HasSubstr("\nrecords.merged 1\nlines 0\n"));
  lines_.clear();
  EXPECT_EQ(lines({of(1, 1, 999'000)}).size(), 1U) << "as before";
}

// FD-29: a flow's totals are no pieces of it.
TEST_F(ExporterPath, TotalsAreNotMerged) {
  use({.match = {}, .counters = CounterMeaning::total, .merge = std::chrono::minutes(1)});
  EXPECT_EQ(lines({of(1000, 10, 999'000), of(1500, 15, 1'000'000)}).size(), 2U);
  EXPECT_EQ(lines({of(1600, 16, 1'000'001)}).front().substr(0, 12), "in=100 cnt=1");
}

// SK-05: what options data said of it on the same connection is shown, though the connection is over.
TEST_F(ExporterPath, AConnectionThatEndsTakesNoLineWithIt) {
  use({.match = {}, .merge = std::chrono::minutes(1)});
  ByteWriter row;
  row.u32(1).append({'e', 't', 'h', '1'});
  ByteWriter flow;
  flow.u32(1).u32(1000).u32(10).number(1'700'000'000'000, 8).number(1'700'000'030'000, 8);
  const auto message = MessageBuilder::ipfix()
                           .options_templates(ipfix_options_record(257, {{10, 4}}, {{82, 4}}))
                           .set(257, row)
                           .templates(template_record(256, {{10, 4}, {1, 4}, {2, 4}, {152, 8}, {153, 8}}))
                           .set(256, flow)
                           .bytes();
  Datagram datagram = datagram_of(message);
  datagram.session = 7;
  path_.inputs()[0]->decode(datagram);
  path_.flush();
  lines_.clear();  // of the options record
  path_.inputs()[0]->end_session(datagram.exporter.address, 7);
  path_.flush();
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("in=1000 cnt=10 deviceInboundInterface=eth1")));
}

// FD-34
TEST_F(ExporterPath, OwnExportsAreLeftOutOnRequest) {
  Netflow5Record own = of(1, 1, 1);
  own.source = 0xc0000201;
  own.destination = 0xc00002c8;
  own.destination_port = 2055;
  own.protocol = 17;
  const Netflow5Record flow = of(2, 2, 2);
  EXPECT_EQ(lines({own, flow}).size(), 2U) << "they are sent by default";
  settled_ = 2;
  use({.match = {}, .own_exports = false});
  EXPECT_THAT(lines({own, flow, own, own, flow}), ElementsAre(HasSubstr("in=2"), HasSubstr("in=2")));
  EXPECT_EQ(lines({own}).size(), 0U);
  EXPECT_THAT(books(), HasSubstr("\nrecords.own_exports 4\n"));
}

// With what the input requires.
TEST_F(ExporterPath, ARecordIsLeftOutForOneReason) {
  input_.config.require.elements = {"octetDeltaCount", "applicationId"};
  use({.match = {}, .own_exports = false});
  Netflow5Record own = of(1, 1, 1);
  own.source = 0xc0000201;
  own.destination = 0xc00002c8;
  own.destination_port = 2055;
  own.protocol = 17;
  EXPECT_EQ(lines({own, of(2, 2, 2)}).size(), 0U);
  EXPECT_THAT(books(), HasSubstr("\nrecords.own_exports 1\n"));
  EXPECT_THAT(books(), HasSubstr("\nrecords.incomplete 1\n"));
}

// FD-17: the switch; that it is off by itself for an exporter of one format.
TEST_F(ExporterPath, NetflowV5IsLeftOutWhereTheSettingSaysSo) {
  EXPECT_EQ(lines({of(1, 1, 1)}).size(), 1U);
  settled_ = 1;
  use({.match = {}, .keep = KeptRecords::layouts});
  EXPECT_EQ(lines({of(1, 1, 1), of(2, 2, 2)}).size(), 0U);
  EXPECT_EQ(lines({of(1, 1, 1)}, 1).size(), 0U);
  EXPECT_THAT(books(), HasSubstr("\nrecords.double 3\n"));
}

// FD-14, PX-15
TEST_F(ExporterPath, InterfacesHaveNames) {
  EXPECT_THAT(lines({of(1, 1, 1)}), ElementsAre(HasSubstr("deviceInboundInterface=1")));
  use({.match = {}, .interfaces = std::make_shared<const NumberNames>(NumberNames{{1, "inside"}})});
  EXPECT_THAT(lines({of(1, 1, 1)}), ElementsAre(HasSubstr("deviceInboundInterface=inside")));
  use({.match = {}, .interfaces = std::make_shared<const NumberNames>(NumberNames{{1, "left"}})});
  EXPECT_THAT(lines({of(1, 1, 1)}), ElementsAre(HasSubstr("deviceInboundInterface=left")));
}

// Data that waited for its template is treated as what comes later.
TEST_F(ExporterPath, HeldDataHasTheSettingsToo) {
  use({.match = {}, .interfaces = std::make_shared<const NumberNames>(NumberNames{{1, "inside"}})});
  EXPECT_EQ(lines(MessageBuilder::ipfix().set(256, ByteWriter().u32(1)).bytes()).size(), 0U);
  EXPECT_EQ(lines(MessageBuilder::ipfix().templates(template_record(256, {{10, 4}})).bytes()),
            Lines{"deviceInboundInterface=inside"});
}

}  // namespace
}  // namespace flowcef::test
