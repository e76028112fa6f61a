#include "flowcef/app/status_json.hpp"

#include <chrono>
#include <string_view>

#include "flowcef/app/exporter_ranking.hpp"
#include "flowcef/app/json_writer.hpp"
#include "flowcef/app/status_text.hpp"

namespace flowcef {
namespace {

LinkStatus::Time time_of(std::int64_t ns) {
  return LinkStatus::Time(std::chrono::duration_cast<LinkStatus::Time::duration>(std::chrono::nanoseconds(ns)));
}

void time_member(JsonWriter& json, std::string_view name, LinkStatus::Time time) {
  json.key(name);
  if (time == LinkStatus::Time{}) {
    json.null();
  } else {
    json.value(utc_text(time));
  }
}

void add_clock(JsonWriter& json, const ClockState& clock) {
  json.key("clock");
  if (!clock.is_known) {
    json.null();
    return;
  }
  json.begin_object();
  json.member("synchronised", clock.is_synchronised);
  json.member("offset_seconds", clock.offset_seconds);
  json.member("max_error_seconds", clock.max_error_seconds);
  json.end_object();
}

void add_inputs(JsonWriter& json, const BridgeSurvey& survey) {
  json.key("inputs").begin_array();
  for (const InputReport& input : survey.inputs) {
    json.begin_object().member("name", input.name).member("datagrams", input.datagrams);
    json.member("records", input.records).member("refused", input.refused);
    json.member("kernel_drops", input.kernel_drops);
    json.member("held_sets", input.held_sets).member("held_bytes", input.held_bytes);
    json.member("missing_templates", input.missing_templates).end_object();
  }
  json.end_array();
}

void add_counts(JsonWriter& json, const ExporterCounts& counts) {
  json.member("datagrams", counts.datagrams).member("records", counts.records);
  json.member("lost", counts.sequence.lost).member("restarted", counts.sequence.restarted);
  json.key("refused").begin_object();
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    if (counts.refused[i] != 0) json.member(to_string(static_cast<Refusal>(i)), counts.refused[i]);
  }
  json.end_object().key("incomplete").begin_object();
  for (const auto& [element, count] : counts.incomplete) json.member(element, count);
  json.end_object();
}

void add_exporters(JsonWriter& json, const ExporterRanking& ranking) {
  json.key("exporters").begin_array();
  for (const ExporterReport& exporter : ranking.shown) {
    json.begin_object().member("address", exporter.address.to_string()).member("input", exporter.input);
    time_member(json, "last_heard", time_of(exporter.last_heard_ns));
    json.member("domains", std::uint64_t{exporter.domains}).member("templates", std::uint64_t{exporter.templates});
    json.member("held_sets", exporter.held_sets);
    add_counts(json, exporter.counts);
    json.end_object();
  }
  json.end_array().key("exporters_not_shown").begin_object();
  json.member("count", std::uint64_t{ranking.not_shown});
  add_counts(json, ranking.rest);
  json.end_object();
}

void add_link(JsonWriter& json, const LinkStatus& link) {
  json.begin_object().member("state", to_string(link.state));
  time_member(json, "since", link.since);
  json.member("target", link.target).member("peer", link.peer).member("protocol", link.protocol);
  json.member("error", link.error);
  time_member(json, "error_at", link.error_at);
  time_member(json, "certificate_expires", link.certificate_expires.value_or(LinkStatus::Time{}));
  json.end_object();
}

void add_output(JsonWriter& json, const OutputStatus& output) {
  const OutputCounts& counts = output.counts;
  json.begin_object().member("name", output.config.name).member("to", target_of(output.config));
  json.member("up", is_up(output));
  json.member("queued", counts.queued).member("queue_bytes", std::uint64_t{output.queue_bytes});
  json.member("queue_limit_bytes", std::uint64_t{output.config.queue_bytes});
  json.key("spool");
  if (output.config.spool) {
    json.begin_object().member("dir", output.config.spool->dir).member("lines", counts.spooled);
    json.member("bytes", output.spool_bytes).member("limit_bytes", output.config.spool->max_bytes);
    json.member("trouble", output.spool_trouble).end_object();
  } else {
    json.null();
  }
  json.member("submitted", counts.submitted).member("restored", counts.restored);
  json.member("delivered", counts.delivered).member("delivered_bytes", counts.bytes);
  json.key("dropped").begin_object();
  for (const auto& [reason, lines] : counts.dropped) {
    if (lines != 0) json.member(reason, lines);
  }
  json.end_object().key("connections").begin_array();
  for (const LinkStatus& link : output.links) add_link(json, link);
  json.end_array().end_object();
}

}  // namespace

std::string status_json(const BridgeView& view, std::size_t max_exporters, std::int64_t now_ns) {
  const BridgeSurvey& survey = view.survey;
  JsonWriter json;
  json.begin_object().member("version", FLOWCEF_VERSION).member("config", view.config_file);
  time_member(json, "started", time_of(view.started_ns));
  json.member("uptime_seconds", static_cast<std::uint64_t>(view.uptime.count()) / 1'000'000'000);
  time_member(json, "taken", time_of(survey.taken_ns));
  json.member("stopping", view.is_stopping).member("trouble", illness_of(view, now_ns));
  json.key("mappings").begin_array();
  for (const MappingName& mapping : view.mappings) {
    json.begin_object().member("file", mapping.file).member("hash", mapping.hash).end_object();
  }
  json.end_array().key("imbalances").begin_array();
  for (const std::string& imbalance : imbalances_of(view)) json.value(imbalance);
  json.end_array();
  add_clock(json, view.clock);
  add_inputs(json, survey);
  json.key("outputs").begin_array();
  for (const OutputStatus& output : survey.outputs) add_output(json, output);
  json.end_array();
  add_exporters(json, rank_exporters(survey, max_exporters));
  json.key("books").begin_object();
  for (const BookLine& line : survey.books.book_lines(false)) {
    if (line.value != 0 || line.is_shown_as_zero) json.member(line.name(), line.value);
  }
  json.end_object().end_object();
  return json.text() + '\n';
}

}  // namespace flowcef
