// SK-08, PX-09: the state of the bridge for a person and as JSON.
#include "flowcef/app/status_report.hpp"

#include <gmock/gmock.h>

#include "flowcef/app/json_writer.hpp"
#include "flowcef/app/status_json.hpp"
#include "support/time_units.hpp"

namespace flowcef::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t kNow = 1'750'000'000 * kSecond;

BridgeView healthy() {
  BridgeView view;
  view.config_file = "flowcef.toml";
  view.mappings = {{"mappings/default.toml", "0123456789ab"}};
  view.started_ns = kNow + kSecond;  // the clock was set back since
  view.uptime = std::chrono::seconds(3'725);
  view.clock = {true, true, 0.000012, 0.034};
  view.survey.taken_ns = kNow;
  view.survey.workers = {{kNow, false}};
  OutputStatus siem;
  siem.config.name = "siem";
  siem.config.transport = Transport::tcp;
  siem.config.host = "192.0.2.9";
  siem.config.port = 514;
  siem.counts.delivered = 1'234;
  siem.links = {{LinkState::open, LinkStatus::Time(std::chrono::seconds(1'749'999'940)), "", "", "tcp", "", {}, {}}};
  view.survey.outputs = {siem};
  ExporterReport exporter;
  exporter.input = "flows";
  exporter.address = *IpAddress::parse("192.0.2.1");
  exporter.last_heard_ns = kNow - 3 * kSecond;
  exporter.counts.records = 1'234;
  exporter.templates = 2;
  view.survey.exporters = {exporter};
  return view;
}

TEST(StatusReport, HasALineForEachOutputAndExporter) {
  EXPECT_THAT(status_report(healthy(), 20, kNow),
              StartsWith("nothing is wrong\n\n"
                         "output  state  for    to                   delivered  queued  on disk  dropped  last error\n"
                         "siem    open   1m00s  tcp://192.0.2.9:514      1,234       0        -        0  -\n\n"
                         "exporter   input  last heard  records  lost  refused  templates\n"
                         "192.0.2.1  flows  3s ago        1,234     0        0          2\n\n"));
  EXPECT_THAT(status_report(healthy(), 20, kNow),
              HasSubstr("clock: synchronised, offset 0.000012 s, error at most 0.034 s\nbridge: version "));
  EXPECT_THAT(status_report(healthy(), 20, kNow), HasSubstr(", up 1h02m, config flowcef.toml\n"));
}

TEST(StatusReport, TroubleComesFirst) {
  BridgeView view = healthy();
  view.clock.is_synchronised = false;
  view.survey.exporters[0].counts.sequence.lost = 5;
  OutputStatus& siem = view.survey.outputs[0];
  siem.links[0].state = LinkState::waiting;
  siem.links[0].error = "refused\n\x1b[31m";
  siem.counts.dropped = {{"queue_full", 2'000}};
  OutputBooksEntry books;
  books.name = "siem";
  books.offered = 3;
  books.rendered.lines = 2;
  view.survey.books.add(books);
  EXPECT_THAT(status_report(view, 0, kNow),
              StartsWith("! the books do not balance: output siem: of 3 records sent on, 2 were rendered or dropped\n"
                         "! output siem: waiting for 1m00s: refused  [31m\n"
                         "! output siem: 2,000 lines dropped, queue_full\n"
                         "! exporters: 5 lost on the way, by their sequence numbers\n"
                         "! this machine's clock is not synchronised"));
  EXPECT_THAT(status_report(view, 0, kNow), HasSubstr("1 more: 1,234 records, 5 lost; --all shows them\n"));
  EXPECT_THAT(status_report(view, 20, kNow), Not(HasSubstr("--all")));
  view.survey.unlisted_exporters = 2'000;
  EXPECT_THAT(status_report(view, 0, kNow), HasSubstr("2,001 more: 1,234 records, 5 lost; --all shows 1 of them\n"));
  EXPECT_THAT(status_report(view, 20, kNow), HasSubstr("2,000 more: 0 records, 0 lost\n"));
}

// PX-12
TEST(StatusReport, EachConnectionThatIsNotOpenIsTold) {
  BridgeView view = healthy();
  OutputStatus& siem = view.survey.outputs[0];
  const auto minute_ago = LinkStatus::Time(std::chrono::seconds(1'749'999'940));
  siem.links.push_back({LinkState::waiting, minute_ago, "", "192.0.2.10", "", "Connection refused", {}, {}});
  siem.links.push_back({LinkState::stalled, minute_ago, "siem-c:514", "192.0.2.11", "tcp", "", {}, {}});
  EXPECT_THAT(status_report(view, 20, kNow),
              StartsWith("! output siem: connection 2 of 3 to 192.0.2.10 waiting for 1m00s: Connection refused\n"
                         "! output siem: connection 3 of 3 to siem-c:514 stalled for 1m00s\n\n"));
}

TEST(StatusReport, TellsWhatTheDiskRefusesAndWhatWaitsForTemplates) {
  BridgeView view = healthy();
  view.survey.outputs[0].spool_trouble = "No space left on device";
  view.survey.inputs.emplace_back();
  view.survey.inputs[0].name = "flows";
  view.survey.inputs[0].held_sets = 1'200;
  view.survey.inputs[0].missing_templates = 1;
  EXPECT_THAT(status_report(view, 20, kNow),
              StartsWith("! output siem: its spool is in trouble: No space left on device\n"
                         "! input flows: 1,200 data sets wait for 1 template\n\n"));
}

TEST(StatusJson, TellsWhatWaits) {
  BridgeView view = healthy();
  OutputStatus& siem = view.survey.outputs[0];
  siem.queue_bytes = 11;
  siem.spool_bytes = 12;
  siem.spool_trouble = "max_bytes is reached";
  siem.config.queue_bytes = 100;
  siem.config.spool = SpoolConfig{.dir = "spool", .max_bytes = 200};
  siem.counts.spooled = 3;
  siem.links[0].certificate_expires = LinkStatus::Time(std::chrono::seconds(1'781'536'000));
  view.survey.exporters[0].held_sets = 4;
  view.survey.inputs.emplace_back();
  view.survey.inputs[0].held_sets = 4;
  view.survey.inputs[0].held_bytes = 5;
  view.survey.inputs[0].missing_templates = 1;
  const std::string json = status_json(view, 10, kNow);
  EXPECT_THAT(json, HasSubstr(R"("queue_bytes":11,"queue_limit_bytes":100,"spool":{"dir":"spool","lines":3,"bytes":12,)"
                              R"("limit_bytes":200,"trouble":"max_bytes is reached"})"));
  EXPECT_THAT(json, HasSubstr(R"("held_sets":4,"held_bytes":5,"missing_templates":1)"));
  EXPECT_THAT(json, HasSubstr(R"("templates":2,"held_sets":4)"));
  EXPECT_THAT(json, HasSubstr(R"("certificate_expires":"2026-06-15T15:06:40Z")"));
}

TEST(StatusJson, HasWhatAPersonSees) {
  const std::string json = status_json(healthy(), 10, kNow);
  EXPECT_THAT(json, HasSubstr(R"("clock":{"synchronised":true,"offset_seconds":1.2e-05,"max_error_seconds":0.034})"));
  EXPECT_THAT(json, HasSubstr(R"("name":"siem","to":"tcp://192.0.2.9:514","up":true,"queued":0,)"));
  EXPECT_THAT(json, HasSubstr(R"("address":"192.0.2.1","input":"flows","last_heard":"2025-06-15T15:06:37Z")"));
  EXPECT_THAT(json, HasSubstr(R"("uptime_seconds":3725,)"));
  EXPECT_THAT(json, HasSubstr(R"("imbalances":[])"));
}

// RFC 8259 section 7
TEST(JsonWriter, EscapesAndReplacesWhatIsNoText) {
  JsonWriter json;
  json.begin_object().key("a\"\\").begin_array();
  json.value("\n\x01\x7f").value("\xc3\xa4").value("\xff\xc0\x80\xed\xa0\x80").value("\xe2\x82");
  json.value(std::uint64_t{18'446'744'073'709'551'615U}).value(0.5).value(true).null().begin_object().end_object();
  json.end_array().member("b", std::uint64_t{0}).end_object();
  EXPECT_EQ(json.text(),
            "{\"a\\\"\\\\\":[\"\\u000a\\u0001\x7f\",\"\xc3\xa4\",\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\","
            "\"\\ufffd\\ufffd\",18446744073709551615,0.5,true,null,{}],\"b\":0}");
}

}  // namespace
}  // namespace flowcef::test
