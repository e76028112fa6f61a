// FD-20, FD-29: records of one flow whose counters count it from its start, and records that count for themselves.
#include "flowcef/decode/running_totals.hpp"

#include <gmock/gmock.h>

#include <random>
#include <utility>

#include "exporter_flows.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using Counts = std::pair<std::uint64_t, std::uint64_t>;  // octets, packets

class Totals : public ExporterFlows {
 protected:
  Counts counts_of(const DataSet& set, std::uint32_t index = 0) {
    const auto number = [&](std::uint16_t id) {
      const Bytes value = value_of(set, index, *set.layout.find({0, id}));
      return load_be(value.data(), value.size());
    };
    return {number(1), number(2)};
  }
  Counts added(const Flow& flow) {
    const ByteWriter bytes = record(flow, counters_);
    return counts_of(totals_.added(set_of(*layout_, bytes), forgotten_));
  }
  Counts added_netflow5(const Flow& flow) {
    const ByteWriter bytes = netflow5(flow);
    return counts_of(totals_.added(set_of(*netflow5_, bytes), forgotten_));
  }
  void use_counters(std::uint16_t length) {
    counters_ = length;
    layout_ = layout(length);
  }
  /// A record of the flow so far.
  static Flow so_far(std::uint64_t octets, std::uint64_t packets, std::uint32_t end) {
    Flow flow;
    flow.octets = octets;
    flow.packets = packets;
    flow.end = end;
    return flow;
  }

  int counters_ = 4;
  std::shared_ptr<Template> layout_ = layout();
  RunningTotals totals_;
  Counter forgotten_;
};

TEST_F(Totals, ARecordAddsWhatIsNewOfItsFlow) {
  EXPECT_EQ(added(so_far(1000, 10, 1'000'000)), Counts(1000, 10));
  EXPECT_EQ(added(so_far(1500, 12, 1'060'000)), Counts(500, 2));
  EXPECT_EQ(added(so_far(1500, 12, 1'060'000)), Counts(0, 0)) << "the same record again";
  EXPECT_EQ(added(so_far(1600, 13, 1'120'000)), Counts(100, 1));
}

// FD-19: intermediate records come in both formats; one does not count for the other.
TEST_F(Totals, AreOfOneFormat) {
  EXPECT_EQ(added(so_far(1000, 10, 1'000'000)), Counts(1000, 10));
  EXPECT_EQ(added_netflow5(so_far(1000, 10, 1'000'000)), Counts(1000, 10));
  EXPECT_EQ(added_netflow5(so_far(1700, 14, 1'060'000)), Counts(700, 4));
  EXPECT_EQ(added(so_far(1700, 14, 1'060'000)), Counts(700, 4));
}

TEST_F(Totals, OneDataSetMayHaveSeveralRecordsOfAFlow) {
  ByteWriter bytes;
  for (const std::uint64_t octets : {100U, 300U, 300U, 450U}) bytes.append(record(so_far(octets, 1, 1)).bytes());
  const std::vector<std::uint8_t> before = bytes.bytes();
  const DataSet set = totals_.added(set_of(*layout_, bytes), forgotten_);
  ASSERT_EQ(set.record_count, 4U);
  EXPECT_THAT(
      (std::vector{counts_of(set, 0).first, counts_of(set, 1).first, counts_of(set, 2).first, counts_of(set, 3).first}),
      ElementsAre(100, 200, 0, 150));
  EXPECT_EQ(bytes.bytes(), before) << "the datagram stays as it came";
  EXPECT_EQ(value_of(set, 3, *layout_->find({0, 8})).back(), 1) << "other fields stay";
}

// What tells flows apart.
TEST_F(Totals, AreOfOneFlow) {
  added(so_far(1000, 10, 1));
  const auto is_new = [&](const char* what, auto change) {
    Flow flow = so_far(1200, 11, 2);
    change(flow);
    EXPECT_EQ(added(flow), Counts(1200, 11)) << what;
  };
  is_new("source", [](Flow& flow) { ++flow.source; });
  is_new("destination", [](Flow& flow) { ++flow.destination; });
  is_new("source port", [](Flow& flow) { ++flow.source_port; });
  is_new("destination port", [](Flow& flow) { ++flow.destination_port; });
  is_new("protocol", [](Flow& flow) { ++flow.protocol; });
  is_new("ingress", [](Flow& flow) { ++flow.ingress; });
  is_new("egress", [](Flow& flow) { ++flow.egress; });
  is_new("class", [](Flow& flow) { ++flow.class_id; });
  is_new("start", [](Flow& flow) { ++flow.start; });
  is_new("the other direction", [](Flow& flow) {
    std::swap(flow.source, flow.destination);
    std::swap(flow.source_port, flow.destination_port);
  });
  const auto exporter = std::exchange(context_.exporter.address, *IpAddress::parse("192.0.2.9"));
  is_new("exporter", [](Flow&) {});
  context_.exporter.address = exporter;
  context_.domain = 5;
  is_new("domain", [](Flow&) {});
  context_.domain = 0;
  EXPECT_EQ(added(so_far(1200, 11, 2)), Counts(200, 1));
}

struct Step {
  std::uint64_t octets;
  std::uint64_t packets;
  std::uint32_t end;
  Counts added;
};

struct Story {
  const char* name;
  std::uint16_t counter_length;
  std::vector<Step> steps;
};

void PrintTo(const Story& story, std::ostream* out) {
  *out << story.name;
}

class FallingTotals : public Totals, public testing::WithParamInterface<Story> {};

TEST_P(FallingTotals, MeanOneOfThreeThings) {
  use_counters(GetParam().counter_length);
  int at = 0;
  for (const Step& step : GetParam().steps) {
    EXPECT_EQ(added(so_far(step.octets, step.packets, step.end)), step.added) << "step " << at++;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, FallingTotals,
    testing::Values(
        Story{"NewFlow", 4, {{1000, 10, 5'000, {1000, 10}}, {400, 4, 9'000, {400, 4}}, {500, 5, 9'500, {100, 1}}}},
        Story{"NewFlowThatEndsAtOnce", 4, {{1000, 10, 5'000, {1000, 10}}, {400, 4, 5'000, {400, 4}}}},
        Story{"Overtaken",
              4,
              {{1000, 10, 5'000, {1000, 10}},
               {3000, 30, 9'000, {2000, 20}},
               {2000, 20, 7'000, {0, 0}},
               {3500, 35, 9'500, {500, 5}}}},
        Story{"OvertakenWhileUptimeWraps", 4, {{1000, 10, 50, {1000, 10}}, {900, 9, 0xffff'fff0, {0, 0}}}},
        Story{"OctetsWrap", 4, {{0xffff'ff00, 10, 5'000, {0xffff'ff00, 10}}, {0x100, 12, 9'000, {0x200, 2}}}},
        Story{"NothingWrapsInEightBytes",
              8,
              {{5'000'000'000, 10, 5'000, {5'000'000'000, 10}}, {100, 12, 9'000, {100, 12}}}},
        Story{"PacketsFellAlone", 4, {{1000, 10, 5'000, {1000, 10}}, {1100, 4, 9'000, {1100, 4}}}}),
    [](const auto& row) { return std::string(row.param.name); });

// FD-20: the vendor speaks of two records of a TCP connection, for its start and its end. Whether they are its two
// directions or twice the same flow, what is summed is what there was.
TEST_F(Totals, TheTwoRecordsOfAConnection) {
  const Flow request = so_far(900, 9, 5'000);
  Flow response = so_far(70'000, 60, 5'000);
  std::swap(response.source, response.destination);
  std::swap(response.source_port, response.destination_port);
  EXPECT_EQ(added(request), Counts(900, 9));
  EXPECT_EQ(added(response), Counts(70'000, 60));
  EXPECT_EQ(added(request), Counts(0, 0));
}

// FD-29: the sum over all records is what the flows counted in truth; some come twice, and one overtakes another.
TEST_F(Totals, SumsAreExact) {
  std::mt19937 random(29);
  std::vector<Flow> flows(40);
  std::vector<Counts> sums(flows.size());
  std::vector<Counts> truth(flows.size());
  for (std::size_t i = 0; i < flows.size(); ++i) {
    flows[i].source += static_cast<std::uint32_t>(i);
    flows[i].octets = flows[i].packets = 0;
  }
  const auto report = [&](std::size_t at, const Flow& flow) {
    const Counts more = added(flow);
    sums[at].first += more.first;
    sums[at].second += more.second;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::size_t at = random() % flows.size();
    Flow& flow = flows[at];
    const Flow before = flow;
    const std::uint64_t packets = 1 + random() % 1000;
    const std::uint64_t octets = packets * (40 + random() % 60'000);
    truth[at].first += octets;
    truth[at].second += packets;
    flow.octets = (flow.octets + octets) & 0xffff'ffff;
    flow.packets += packets;
    flow.end += 1000;
    report(at, flow);
    if (round % 7 == 0) report(at, flow);
    if (round % 11 == 0 && before.octets < flow.octets && before.packets != 0) report(at, before);
  }
  EXPECT_EQ(sums, truth);
}

TEST_F(Totals, RecordsWithoutStartOrCounterStayAsTheyAre) {
  const auto without = [&](std::initializer_list<std::uint16_t> elements) {
    const auto made = layout();
    for (const std::uint16_t element : elements) {
      std::erase_if(made->fields, [&](const Field& field) { return field.id == ElementId{0, element}; });
    }
    return made;
  };
  const ByteWriter bytes = record({});
  for (const auto& made : {without({22}), without({1, 2})}) {
    const DataSet set = set_of(*made, bytes);
    EXPECT_EQ(totals_.added(set, forgotten_).records.data(), set.records.data());
  }
  const auto options = layout();
  options->options = true;
  EXPECT_EQ(totals_.added(set_of(*options, bytes), forgotten_).records.data(), bytes.bytes().data());
  const auto octets = without({2, 21});
  EXPECT_NE(totals_.added(set_of(*octets, bytes), forgotten_).records.data(), bytes.bytes().data());
  const DataSet again = totals_.added(set_of(*octets, bytes), forgotten_);
  EXPECT_EQ(value_of(again, 0, *octets->find({0, 1})).back(), 0) << "one counter is enough";
}

// The table is bounded; a flow that has to make room for others is counted, unless it is long over.
TEST_F(Totals, TheOldestFlowIsForgotten) {
  constexpr std::uint32_t kFlows = 100;
  RunningTotals totals(kFlows);
  ByteWriter bytes;
  const auto hear = [&](std::uint32_t first, std::uint32_t count) {
    bytes = {};
    for (std::uint32_t i = first; i < first + count; ++i) {
      Flow flow;
      flow.source = i;
      bytes.append(record(flow).bytes());
    }
    return counts_of(totals.added(set_of(*layout_, bytes), forgotten_));
  };
  hear(0, kFlows);
  EXPECT_EQ(forgotten_.value(), 0U);
  hear(kFlows, 1);
  EXPECT_EQ(forgotten_.value(), 1U);
  EXPECT_EQ(hear(1, 1), Counts(0, 0)) << "still known";
  EXPECT_EQ(hear(0, 1), Counts(1200, 3)) << "forgotten, and known anew";
  EXPECT_EQ(forgotten_.value(), 2U);
  context_.received_ns += 26 * std::int64_t{3'600'000'000'000};
  hear(kFlows + 1, 1);
  EXPECT_EQ(forgotten_.value(), 2U);
}

}  // namespace
}  // namespace flowcef::test
