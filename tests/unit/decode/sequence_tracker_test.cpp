#include "flowcef/decode/sequence_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace flowcef {

void PrintTo(const SequenceCounts& counts, std::ostream* out) {
  *out << "lost " << counts.lost << ", reordered " << counts.reordered << ", repeated " << counts.repeated
       << ", restarted " << counts.restarted << ", undecoded " << counts.undecoded_estimate;
}

}  // namespace flowcef

namespace flowcef::test {
namespace {

constexpr std::uint32_t kNearWrap = 0xffff'fff6;  // 2^32 - 10

struct SequenceCase {
  const char* name;
  ExportFormat format;
  SequenceRule rule;
  std::vector<SequencedMessage> messages;
  SequenceCounts expected;
};

void PrintTo(const SequenceCase& sequence, std::ostream* out) {
  *out << sequence.name;
}

SequenceCounts count(const SequenceCase& sequence) {
  SequenceTracker tracker(sequence.format, sequence.rule);
  SequenceCounts counts;
  for (const SequencedMessage& message : sequence.messages) tracker.take(message, counts);
  tracker.finish(counts);
  return counts;
}

class Sequences : public testing::TestWithParam<SequenceCase> {};

// PX-09: what is lost, reordered, repeated and restarted by each format's own rule.
TEST_P(Sequences, AreCounted) {
  EXPECT_EQ(count(GetParam()), GetParam().expected);
}

// PX-09: what may still come, for those who cannot wait until it is lost.
TEST(SequenceTracker, TellsWhatIsMissing) {
  SequenceTracker tracker(ExportFormat::netflow5, SequenceRule::standard);
  SequenceCounts counts;
  tracker.take({100, 30}, counts);
  EXPECT_EQ(tracker.missing(), 0U);
  tracker.take({140, 30}, counts);
  EXPECT_EQ(tracker.missing(), 10U);
  tracker.take({130, 4}, counts);
  EXPECT_EQ(tracker.missing(), 6U);
  tracker.finish(counts);
  EXPECT_EQ(tracker.missing(), 0U);
  EXPECT_EQ(counts.lost, 6U);
}

std::string name_of(const testing::TestParamInfo<SequenceCase>& info) {
  return info.param.name;
}

using enum SequenceRule;
constexpr auto kV5 = ExportFormat::netflow5;
constexpr auto kV9 = ExportFormat::netflow9;
constexpr auto kIpfix = ExportFormat::ipfix;

INSTANTIATE_TEST_SUITE_P(
    Rules, Sequences,
    testing::Values(
        SequenceCase{"Netflow5CountsFlows", kV5, standard, {{100, 30}, {130, 7}, {140, 30}}, {.lost = 3}},
        SequenceCase{"Netflow7CountsFlows", ExportFormat::netflow7, standard, {{0, 27}, {54, 27}}, {.lost = 27}},
        SequenceCase{"Netflow1HasNoNumbers", ExportFormat::netflow1, standard, {{0, 24}, {7, 24}, {3, 1}}, {}},
        SequenceCase{"Netflow9CountsDatagrams", kV9, standard, {{1, 20}, {2, 20}, {3, 20}, {6, 20}}, {.lost = 2}},
        SequenceCase{"IpfixCountsRecords", kIpfix, standard, {{0, 0}, {0, 10}, {10, 10}, {25, 5}}, {.lost = 5}},
        SequenceCase{"IpfixByDatagrams", kIpfix, datagrams, {{0, 10}, {1, 10}, {3, 10}}, {.lost = 1}},
        SequenceCase{"Netflow9ByRecords", kV9, records, {{0, 10}, {10, 10}, {25, 10}}, {.lost = 5}},
        SequenceCase{"Off", kIpfix, off, {{0, 10}, {1000, 10}, {0, 10}}, {}},
        SequenceCase{"TheFirstSetsTheBase", kIpfix, standard, {{4'000'000, 3}, {4'000'003, 1}}, {}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Wrap, Sequences,
    testing::Values(
        SequenceCase{"NothingLost", kV5, standard, {{kNearWrap, 30}, {20, 30}}, {}},
        SequenceCase{"LostOverTheWrap", kV5, standard, {{kNearWrap, 5}, {2, 30}}, {.lost = 7}},
        SequenceCase{"LateOverTheWrap",
                     kV5,
                     standard,
                     {{kNearWrap - 30, 30}, {20, 30}, {kNearWrap, 30}, {50, 1}},
                     {.reordered = 1}},
        SequenceCase{
            "RepeatedOverTheWrap", kIpfix, standard, {{kNearWrap, 30}, {kNearWrap, 30}, {20, 1}}, {.repeated = 1}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Order, Sequences,
    testing::Values(
        SequenceCase{"LateFillsItsGap", kIpfix, standard, {{0, 10}, {20, 10}, {10, 10}, {30, 1}}, {.reordered = 1}},
        SequenceCase{"LateFillsPartOfAGap",
                     kIpfix,
                     standard,
                     {{0, 10}, {40, 10}, {20, 10}, {50, 1}},
                     {.lost = 20, .reordered = 1}},
        SequenceCase{"SeveralLateInOneGap",
                     kIpfix,
                     standard,
                     {{0, 10}, {40, 10}, {30, 10}, {10, 10}, {20, 10}},
                     {.reordered = 3}},
        SequenceCase{
            "LateTwice", kIpfix, standard, {{0, 10}, {20, 10}, {10, 10}, {10, 10}}, {.reordered = 1, .repeated = 1}},
        SequenceCase{"RepeatedIsNoLoss", kV5, standard, {{0, 10}, {10, 10}, {10, 10}, {20, 10}}, {.repeated = 1}},
        SequenceCase{"RepeatedDatagram", kV9, standard, {{7, 2}, {8, 2}, {7, 2}, {9, 2}}, {.repeated = 1}},
        SequenceCase{"BeforeTheFirst", kIpfix, standard, {{10, 10}, {0, 10}, {20, 10}}, {.reordered = 1}},
        SequenceCase{"LateWithoutRecords", kIpfix, standard, {{5, 10}, {5, 0}, {15, 10}}, {.reordered = 1}},
        // A device that leaves its options records out of the count: nothing was lost.
        SequenceCase{"CountsLessThanItSends", kIpfix, standard, {{0, 10}, {9, 10}, {18, 10}, {27, 10}}, {}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Restart, Sequences,
    testing::Values(
        SequenceCase{"UptimeWentBack",
                     kV5,
                     standard,
                     {{1'000, 30, 0, 900'000}, {1'500, 30, 0, 5'000}, {1'530, 1, 0, 6'000}},
                     {.restarted = 1}},
        SequenceCase{
            "UptimeWentBackALittle", kV5, standard, {{1'000, 30, 0, 900'000}, {1'060, 30, 0, 895'000}}, {.lost = 30}},
        SequenceCase{
            "UptimeWrapped", kV5, standard, {{1'000, 30, 0, 0xffff'ff00}, {1'060, 30, 0, 5'000}}, {.lost = 30}},
        SequenceCase{"UptimeWentBackFarFromTheWrap",
                     kV5,
                     standard,
                     {{1'000, 30, 0, 3'456'000'000}, {1'060, 30, 0, 5'000}},
                     {.restarted = 1}},
        SequenceCase{"UptimeIsJunkButTheCountGoesOn",
                     kV5,
                     standard,
                     {{1'000, 30, 0, 900'000}, {1'030, 30, 0, 0}, {1'060, 30, 0, 1}},
                     {}},
        SequenceCase{"SequenceWentBackBeyondTheWindow",
                     kV9,
                     standard,
                     {{500, 2}, {501, 2}, {437, 2}, {1, 2}, {2, 2}},
                     {.restarted = 2}},
        SequenceCase{"SequenceWentBackWithinTheWindow",
                     kV9,
                     standard,
                     {{500, 2}, {501, 2}, {502, 2}, {501, 2}, {503, 2}},
                     {.repeated = 1}},
        SequenceCase{"SequenceJumped", kIpfix, standard, {{0, 10}, {10 + (1U << 24) + 1, 10}}, {.restarted = 1}},
        SequenceCase{
            "SequenceJumpedLessThanThat", kIpfix, standard, {{0, 10}, {10 + (1U << 24), 10}}, {.lost = 1U << 24}},
        SequenceCase{"OpenGapsAreLost",
                     kIpfix,
                     standard,
                     {{100'000, 10}, {100'020, 10}, {0, 10}, {10, 10}},
                     {.lost = 10, .restarted = 1}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Learning, Sequences,
    testing::Values(
        SequenceCase{
            "StepsByRecords", kV9, standard, {{100, 12}, {112, 20}, {132, 7}, {139, 9}, {148, 5}, {153, 5}}, {}},
        SequenceCase{
            "LossBehindTheLearning", kV9, standard, {{100, 12}, {112, 20}, {132, 7}, {139, 9}, {158, 5}}, {.lost = 10}},
        SequenceCase{"LossBeforeTheStepIsPlain", kV9, standard, {{1, 12}, {5, 20}, {6, 7}, {7, 9}}, {.lost = 3}},
        SequenceCase{"StepsByOneAreNotUnlearnt",
                     kV9,
                     standard,
                     {{1, 2}, {2, 2}, {3, 2}, {5, 2}, {7, 2}, {9, 2}, {11, 2}},
                     {.lost = 4}},
        SequenceCase{"UndecodedMessagesTellNothing",
                     kV9,
                     standard,
                     {{100, 0, 500}, {112, 0, 500}, {132, 7}, {139, 9}, {148, 5}, {153, 5}},
                     {}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Undecoded, Sequences,
    testing::Values(
        SequenceCase{
            "TheNextNumberTells", kIpfix, standard, {{0, 10}, {10, 0, 400}, {18, 10}}, {.undecoded_estimate = 8}},
        SequenceCase{"PartOfTheMessage", kIpfix, standard, {{0, 10, 100}, {14, 10}}, {.undecoded_estimate = 4}},
        SequenceCase{"NoMoreRecordsThanBytes",
                     kIpfix,
                     standard,
                     {{0, 0, 40}, {100, 10}},
                     {.lost = 60, .undecoded_estimate = 40}},
        SequenceCase{"ALateMessageTakesItsPart",
                     kIpfix,
                     standard,
                     {{0, 10, 100}, {30, 10}, {14, 16}},
                     {.reordered = 1, .undecoded_estimate = 4}},
        SequenceCase{"ALateMessageThatIsNotDecoded",
                     kIpfix,
                     standard,
                     {{0, 10}, {30, 10}, {10, 0, 400}},
                     {.reordered = 1, .undecoded_estimate = 20}},
        SequenceCase{"SameNumberTwiceWithoutRecords",
                     kIpfix,
                     standard,
                     {{0, 0, 40}, {0, 0, 40}, {6, 1}},
                     {.undecoded_estimate = 6}},
        SequenceCase{"TheLastOneIsUnknown", kIpfix, standard, {{0, 10}, {10, 0, 400}}, {}},
        SequenceCase{"DatagramsCountUndecoded", kV9, datagrams, {{1, 0, 100}, {2, 0, 100}, {4, 3}}, {.lost = 1}}),
    name_of);

TEST(SequenceTracker, AGapIsLostWhenItIsTooOld) {
  SequenceTracker tracker(kIpfix, standard);
  SequenceCounts counts;
  tracker.take({0, 10}, counts);
  tracker.take({20, 10}, counts);
  for (std::uint32_t i = 0; i < SequenceTracker::kMaxAge; ++i) tracker.take({30 + i, 1}, counts);
  EXPECT_EQ(counts, SequenceCounts{});
  tracker.take({30 + SequenceTracker::kMaxAge, 1}, counts);
  EXPECT_EQ(counts, SequenceCounts{.lost = 10});
  tracker.take({10, 10}, counts);
  EXPECT_EQ(counts, (SequenceCounts{.lost = 10, .repeated = 1}));
}

TEST(SequenceTracker, TheOldestGapIsLostWhenThereAreTooMany) {
  SequenceTracker tracker(kIpfix, standard);
  SequenceCounts counts;
  tracker.take({0, 1}, counts);
  for (std::uint32_t i = 1; i <= SequenceTracker::kMaxGaps; ++i) tracker.take({100 * i, 1}, counts);
  EXPECT_EQ(counts.lost, 0U);
  tracker.take({100 * (SequenceTracker::kMaxGaps + 1), 1}, counts);
  EXPECT_EQ(counts.lost, 99U);
  // The table is full: of a gap that is split, the older part goes.
  tracker.take({150, 1}, counts);
  EXPECT_EQ(counts.lost, 99U + 49U);
  tracker.finish(counts);
  EXPECT_EQ(counts, (SequenceCounts{.lost = 99 * (SequenceTracker::kMaxGaps + 1) - 1, .reordered = 1}));
}

// A young count may see its first message again; later a 0 is a new count, however small the old one.
TEST(SequenceTracker, IpfixThatStartsAtZeroAgainHasRestarted) {
  SequenceTracker tracker(kIpfix, standard);
  SequenceCounts counts;
  tracker.take({0, 10}, counts);
  tracker.take({10, 10}, counts);
  tracker.take({0, 10}, counts);
  EXPECT_EQ(counts, SequenceCounts{.repeated = 1});
  for (std::uint32_t i = 0; i < SequenceTracker::kMaxAge; ++i) tracker.take({20 + i, 1}, counts);
  tracker.take({0, 10}, counts);
  tracker.take({10, 10}, counts);
  EXPECT_EQ(counts, (SequenceCounts{.repeated = 1, .restarted = 1}));
}

// Messages of one record say nothing of the step; after a while the format's own rule is believed.
TEST(SequenceTracker, Netflow9OfSingleRecordsIsBelievedAfterAWhile) {
  SequenceTracker tracker(kV9, standard);
  SequenceCounts counts;
  tracker.take({1, 1}, counts);
  tracker.take({5, 1}, counts);
  for (std::uint32_t i = 0; i < SequenceTracker::kMaxAge; ++i) tracker.take({6 + i, 1}, counts);
  tracker.take({6 + SequenceTracker::kMaxAge, 1}, counts);
  EXPECT_EQ(counts, SequenceCounts{.lost = 3});
}

// Every tenth message is lost and the others change places with their neighbours: the books are exact.
TEST(SequenceTracker, LossAndReorderingTogetherAreCountedExactly) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<SequencedMessage> sent;
    auto next = static_cast<std::uint32_t>(random());
    std::uint64_t lost = 0;
    for (int i = 0; i < 500; ++i) {
      const auto records = static_cast<std::uint32_t>(1 + random() % 30);
      const bool is_lost = i % 10 == 5;
      if (is_lost) lost += records;
      if (!is_lost) sent.push_back({next, records});
      next += records;
    }
    for (std::size_t i = 1; i + 5 < sent.size() - 1; i += 4) {
      std::shuffle(sent.begin() + static_cast<std::ptrdiff_t>(i), sent.begin() + static_cast<std::ptrdiff_t>(i + 4),
                   random);
    }
    SequenceTracker tracker(kIpfix, standard);
    SequenceCounts counts;
    for (const SequencedMessage& message : sent) tracker.take(message, counts);
    tracker.finish(counts);
    EXPECT_EQ(counts.lost, lost) << round;
    EXPECT_EQ(counts.repeated + counts.restarted, 0U) << round;
  }
}

}  // namespace
}  // namespace flowcef::test
