// PX-09, PX-10: the numbers of exporters are bounded, and rubbish under made-up addresses does not hide real ones.
#include "flowcef/app/exporter_ranking.hpp"

#include <gmock/gmock.h>

#include "flowcef/app/exporter_watch.hpp"
#include "support/packet_builder.hpp"
#include "support/time_units.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kRubbish = 1'000;

class Ignore : public DataSetHandler {
 public:
  void on_data_set(const DataSet&) override {}
  void on_refused(const Datagram&, Refusal) override {}
};

ExporterCounts counts_of(std::uint64_t records, std::uint64_t datagrams, std::uint64_t refused = 0) {
  ExporterCounts counts;
  counts.records = records;
  counts.datagrams = datagrams;
  counts.refused[0] = refused;
  return counts;
}

ExporterReport report(const std::string& address, ExporterCounts counts, std::int64_t heard_ns = 0) {
  ExporterReport exporter;
  exporter.address = *IpAddress::parse(address);
  exporter.counts = std::move(counts);
  exporter.last_heard_ns = heard_ns;
  return exporter;
}

std::vector<std::string> shown(const ExporterRanking& ranking) {
  std::vector<std::string> addresses;
  for (const ExporterReport& exporter : ranking.shown) addresses.push_back(exporter.address.to_string());
  return addresses;
}

TEST(ExporterRanking, ThoseThatNothingWasDecodedOfComeLast) {
  BridgeSurvey survey;
  survey.exporters = {report("192.0.2.1", counts_of(0, 0, kRubbish)), report("192.0.2.2", counts_of(0, 3, 3)),
                      report("192.0.2.3", counts_of(9, 1), 1), report("192.0.2.4", counts_of(9, 1), 2),
                      report("192.0.2.5", counts_of(9, 2, 1))};
  EXPECT_THAT(shown(rank_exporters(survey, 5)),
              ElementsAre("192.0.2.5", "192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"));
  const ExporterRanking three = rank_exporters(survey, 3);
  EXPECT_THAT(shown(three), ElementsAre("192.0.2.5", "192.0.2.4", "192.0.2.3"));
  EXPECT_EQ(three.not_shown, 2U);
  EXPECT_EQ(three.rest.refused[0], kRubbish + 3);
}

TEST(ExporterRanking, AFloodOfRubbishDoesNotHideWhoIsDecoded) {
  const ElementRegistry registry;
  DecodeCounters counters;
  InputState input;
  Ignore ignore;
  Decoder decoder{registry, input, counters, ignore};
  const auto flow =
      MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})).set(256, ByteWriter().u8(6)).bytes();
  const std::vector<std::uint8_t> rubbish = {0xff, 0xff, 0xff};
  decoder.decode(datagram_of(flow, "192.0.2.1"));
  for (std::size_t i = 0; i <= kMaxReportedExporters; ++i) {
    decoder.decode(datagram_of(rubbish, "10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256)));
  }
  WorkerSurvey worker;
  survey_exporters("flows", true, decoder.exporters(), worker);
  ASSERT_EQ(worker.exporters.size(), kMaxReportedExporters);
  EXPECT_EQ(worker.exporters.front().address, *IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(worker.unlisted_exporters, 2U);
  BridgeSurvey survey;
  survey.add(worker);
  const ExporterRanking ranking = rank_exporters(survey, 10);
  EXPECT_EQ(shown(ranking).front(), "192.0.2.1");
  EXPECT_EQ(ranking.not_listed, 2U);
  EXPECT_EQ(ranking.not_shown, kMaxReportedExporters + 2 - 10);
  EXPECT_EQ(ranking.all.refused[static_cast<std::size_t>(Refusal::unknown_version)], kMaxReportedExporters + 1);
}

TEST(ExporterWatch, RubbishTakesNoPlaceOfAnExporterThatFallsSilent) {
  ExporterWatch watch;
  EventsConfig config;
  config.silent_after = std::chrono::seconds(5);
  std::vector<EventKind> told;
  BridgeSurvey survey;
  survey.inputs.emplace_back();
  for (std::size_t i = 0; i < ExporterWatch::kMaxWatched; ++i) {
    survey.exporters.push_back(
        report("10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256), counts_of(0, 0, 1)));
  }
  survey.exporters.push_back(report("192.0.2.1", {}));
  ExporterReport& exporter = survey.exporters.back();
  for (int second = 1; second < 30; ++second) {
    survey.taken_ns = 1'700'000'000 * kSecond + second * kSecond;
    for (ExporterReport& one : survey.exporters) one.taken_ns = survey.taken_ns;
    if (second < 15) {
      exporter.counts = counts_of(static_cast<std::uint64_t>(second), static_cast<std::uint64_t>(second));
      exporter.last_heard_ns = survey.taken_ns;
    }
    watch.compare(survey, config, [&](const Finding& found) {
      told.push_back(found.kind);
      return true;
    });
  }
  EXPECT_THAT(told, ElementsAre(EventKind::exporter_silent));
}

TEST(ExporterRanking, TheBooksAtTheEndDoNotHideThemEither) {
  const ElementRegistry registry;
  InputState input;
  BatchPool pool;
  RecordPath path{registry, pool, {}, {&input}};
  const auto flow_of = [](std::uint32_t sequence) {
    return MessageBuilder::ipfix(1'700'000'000, 1, sequence)
        .templates(template_record(256, {{4, 1}}))
        .set(256, ByteWriter().u8(6))
        .bytes();
  };
  InputPath& in = *path.inputs().front();
  for (const std::uint32_t sequence : {0U, 5U, 6U}) {
    const auto bytes = flow_of(sequence);
    in.decode(datagram_of(bytes, "192.0.2.1"));
  }
  const std::vector<std::uint8_t> rubbish = {0xff, 0xff, 0xff};
  for (int i = 0; i < 100; ++i) {
    for (int times = 0; times < 9; ++times) in.decode(datagram_of(rubbish, "10.0.0." + std::to_string(i)));
  }
  path.finish();
  FinalCounts books;
  books.add(path);
  EXPECT_THAT(books.to_string(), HasSubstr("exporter.192.0.2.1.lost 4\n"));
  EXPECT_THAT(books.to_string(), HasSubstr("exporters.not_shown 51\n"));
  EXPECT_THAT(books.to_string(false), Not(HasSubstr("exporter.")));
  EXPECT_EQ(books.sum_of_exporters().sequence.lost, 4U);
}

}  // namespace
}  // namespace flowcef::test
