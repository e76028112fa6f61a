// PX-09, PX-10: the books as metrics: each number is one, whatever is in its labels.
#include "flowcef/app/metrics.hpp"

#include <gmock/gmock.h>

#include "flowcef/app/admin_pages.hpp"
#include "flowcef/app/exporter_ranking.hpp"
#include "flowcef/app/metric_table.hpp"

namespace flowcef::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kNow = 1'750'000'000'000'000'000;

ExporterReport exporter(std::uint8_t last, std::uint64_t lost, std::int64_t heard = kNow) {
  ExporterReport report;
  report.input = "flows";
  report.address = *IpAddress::parse("192.0.2." + std::to_string(last));
  report.counts.records = 10;
  report.counts.sequence.lost = lost;
  report.last_heard_ns = heard;
  return report;
}

OutputBooksEntry output_books() {
  OutputBooksEntry entry;
  entry.name = "siem \"a\\b\"";
  entry.offered = entry.rendered.lines = entry.counts.submitted = 7;
  entry.counts.delivered = 4;
  entry.counts.queued = 1;
  entry.counts.dropped = {{"queue_full", 2}, {"stopped", 0}};
  entry.counts.errors = {{"EPERM", 3}};
  return entry;
}

BridgeView view_of(std::vector<ExporterReport> exporters) {
  BridgeView view;
  view.mappings = {{"mappings/default.toml", "0123456789ab"}};
  view.started_ns = kNow - 1'000'000'000;
  view.survey.taken_ns = kNow;
  view.survey.exporters = std::move(exporters);
  view.survey.workers = {{kNow, false}, {kNow, true}};
  view.survey.books.add(output_books());
  return view;
}

std::string text_of(const BridgeView& view, std::size_t max = 10) {
  return metrics_text(view, max, MetricsFormat::prometheus);
}

TEST(MetricsPage, EscapesLabelsAndKeepsFamiliesTogether) {
  MetricsPage page;
  page.add("a_total", MetricType::counter, "Help \"of\" a\nb\\c.", {{"x", "1\"\\\n"}}, 1);
  page.add("b", MetricType::unknown, "B.", {}, 0.5);
  page.add("a_total", MetricType::counter, "", {{"x", "2"}}, 9'007'199'254'740'991.0);
  page.add("a_total", MetricType::counter, "", {{"x", "2"}}, 1);
  EXPECT_EQ(page.to_string(MetricsFormat::prometheus),
            "# HELP a_total Help \"of\" a\\nb\\\\c.\n# TYPE a_total counter\n"
            "a_total{x=\"1\\\"\\\\\\n\"} 1\na_total{x=\"2\"} 9007199254740992\n"
            "# HELP b B.\n# TYPE b untyped\nb 0.5\n");
  EXPECT_EQ(page.to_string(MetricsFormat::openmetrics),
            "# HELP a Help \\\"of\\\" a\\nb\\\\c.\n# TYPE a counter\n"
            "a_total{x=\"1\\\"\\\\\\n\"} 1\na_total{x=\"2\"} 9007199254740992\n"
            "# HELP b B.\n# TYPE b unknown\nb 0.5\n# EOF\n");
}

// A path may have any bytes but NUL.
TEST(MetricsPage, ReplacesWhatIsNoText) {
  MetricsPage page;
  page.add("a", MetricType::gauge, "A.", {{"file", "m\xc3\xa4p-\xe4\xff\xe2\x82"}}, 1);
  EXPECT_THAT(page.to_string(MetricsFormat::prometheus),
              EndsWith("a{file=\"m\xc3\xa4p-\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"} 1\n"));
}

TEST(Metrics, TellsWhatWaits) {
  BridgeView view = view_of({exporter(1, 0)});
  view.survey.exporters[0].held_sets = 4;
  view.survey.inputs.emplace_back();
  view.survey.inputs[0].name = "flows";
  view.survey.inputs[0].held_sets = 5;
  view.survey.inputs[0].held_bytes = 6;
  view.survey.inputs[0].missing_templates = 2;
  OutputStatus& siem = view.survey.outputs.emplace_back();
  siem.config.name = "siem";
  siem.config.spool.emplace();
  siem.queue_bytes = 7;
  siem.spool_bytes = 8;
  siem.spool_trouble = "max_bytes is reached";
  const std::string text = text_of(view);
  for (const char* sample :
       {"flowcef_exporter_held_sets{input=\"flows\",exporter=\"192.0.2.1\"} 4\n",
        "flowcef_input_held_sets{input=\"flows\"} 5\n", "flowcef_input_held_bytes{input=\"flows\"} 6\n",
        "flowcef_input_missing_templates{input=\"flows\"} 2\n", "flowcef_output_queue_bytes{output=\"siem\"} 7\n",
        "flowcef_output_spool_bytes{output=\"siem\"} 8\n", "flowcef_output_spool_in_trouble{output=\"siem\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(sample));
  }
}

TEST(Metrics, NoNumberOfTheBooksIsWithoutAMetric) {
  FinalCounts counts;
  counts.add(output_books());
  counts.add("web", LookupCounts());
  for (const char* name : {"kernel_drops", "truncated", "sessions", "sessions.refused", "sessions.skipped_bytes"}) {
    counts.add(name, 1);
  }
  for (const BookLine& line : counts.book_lines()) {
    if (line.of == "exporter") continue;
    EXPECT_NE(metric_of(line).name, "flowcef_other") << line.name();
  }
  EXPECT_EQ(metric_of({"", "", "later.invented", 1, true}).name, "flowcef_other") << "shown all the same";
}

TEST(Metrics, AnOutputsNameMayBeAnyText) {
  const std::string text = text_of(view_of({}));
  const std::string label = R"({output="siem \"a\\b\"")";
  EXPECT_THAT(text, HasSubstr("flowcef_output_delivered_lines_total" + label + "} 4\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_output_dropped_lines_total" + label + ",reason=\"queue_full\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_output_dropped_lines_total" + label + ",reason=\"stopped\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_output_lost_lines_total" + label + "} 2\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_output_errors_total" + label + ",error=\"EPERM\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_imbalances 0\n"));
  EXPECT_THAT(text, HasSubstr("mapping_hash=\"0123456789ab\"} 1\n"));
}

TEST(Metrics, ExportersAreBoundedAndNoneIsForgotten) {
  const BridgeView view = view_of({exporter(1, 0), exporter(2, 5), exporter(3, 0, kNow + 1), exporter(2, 1)});
  const std::string text = text_of(view, 2);
  EXPECT_THAT(text, HasSubstr("flowcef_exporter_lost_total{input=\"flows\",exporter=\"192.0.2.2\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_exporter_records_total{input=\"flows\",exporter=\"192.0.2.3\"} 10\n"));
  EXPECT_THAT(text, Not(HasSubstr("192.0.2.1\"")));
  EXPECT_THAT(text, HasSubstr("flowcef_exporters 3\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_exporters_not_shown 1\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_exporters_not_shown_records 10\n"));
  EXPECT_THAT(text, HasSubstr("flowcef_sequence_lost_total 6\n"));
  EXPECT_THAT(text_of(view, 0), Not(HasSubstr("flowcef_exporter_records_total")));
}

TEST(AdminPages, HealthIsThatOfTheWorkers) {
  BridgeView view = view_of({});
  const auto ask = [&](const char* path, std::int64_t now = kNow) {
    return admin_page({path, "", ""}, view, 10, now).status;
  };
  EXPECT_EQ(ask("/healthz"), 200U);
  EXPECT_EQ(ask("/readyz"), 200U);
  EXPECT_EQ(ask("/"), 404U);
  EXPECT_EQ(ask("/healthz", kNow + kMaxViewAge + 1), 503U);
  view.survey.workers[1].taken_ns = 0;
  EXPECT_EQ(ask("/healthz"), 200U) << "it may wait for an output";
  view.survey.workers[0].taken_ns -= kMaxSurveyAge + 1;
  EXPECT_EQ(admin_page({"/healthz", "", ""}, view, 10, kNow).body, "worker 0 has not told of itself for 10 s\n");
  view.is_stopping = true;
  EXPECT_EQ(ask("/healthz"), 200U);
  EXPECT_EQ(ask("/readyz"), 503U);
  EXPECT_THAT(admin_page({"/metrics", "application/openmetrics-text;version=1.0.0", ""}, view, 10, kNow).body,
              EndsWith("# EOF\n"));
}

// RFC 9110 section 12.5.1
TEST(AdminPages, OpenMetricsIsForThoseWhoRatherHaveIt) {
  for (const char* accept :
       {"application/openmetrics-text", "Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8",
        // Prometheus 2.45 and 3.0
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        "text/plain;q=0.5 , application/openmetrics-text ; q=0.9"}) {
    EXPECT_TRUE(prefers_openmetrics(accept)) << accept;
  }
  for (const char* accept :
       {"", "*/*", "text/plain", "application/openmetrics-text;q=0", "application/openmetrics-text;q=0.0,*/*;q=0",
        "application/openmetrics-text;q=0.2,text/plain", "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;version=2.0.0", "x-application/openmetrics-text",
        "text/html;note=application/openmetrics-text", "application/openmetrics-text;q=much", ";,=;q=,,"}) {
    EXPECT_FALSE(prefers_openmetrics(accept)) << accept;
  }
}

TEST(AdminPages, OnlyAddressesAndLocalhostAreThisMachine) {
  for (const char* host :
       {"", "localhost", "LocalHost:9464", "127.0.0.1", "127.0.0.1:9464", "10.1.2.3:80", "[::1]", "[::1]:9464"}) {
    EXPECT_TRUE(names_this_machine(host)) << host;
  }
  for (const char* host : {"example.com", "example.com:9464", "localhost.example.com", "127.0.0.1.example.com",
                           "127.0.0.1.nip.io:9464", "[example.com]", "[", ":9464", "::1"}) {
    EXPECT_FALSE(names_this_machine(host)) << host;
  }
}

}  // namespace
}  // namespace flowcef::test
