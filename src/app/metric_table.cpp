#include "flowcef/app/metric_table.hpp"

#include <array>

namespace flowcef {
namespace {

/// One line of the books or, with `*` at the end of `item`, all those that begin so; the rest is the label's value.
struct Row {
  std::string_view of;
  std::string_view item;
  std::string_view metric;
  MetricType type;
  std::string_view label;
  std::string_view label_value;  ///< of a row without `*`
  std::string_view help;
};

constexpr MetricType kCounter = MetricType::counter;
constexpr MetricType kGauge = MetricType::gauge;

constexpr std::string_view kKeptBack = "flowcef_records_kept_back_total";
constexpr std::string_view kKeptBackHelp = "Records decoded and not sent on, by reason.";
constexpr std::string_view kRendered = "flowcef_records_without_line_total";
constexpr std::string_view kRenderedHelp = "Records that a rendering made no line of, by reason.";
constexpr std::string_view kTemplates = "flowcef_template_changes_total";
constexpr std::string_view kTemplatesHelp = "What became of templates.";
constexpr std::string_view kSessions = "flowcef_session_failures_total";
constexpr std::string_view kSessionsHelp = "Connections of exporters that failed, by reason.";
constexpr std::string_view kFields = "flowcef_fields_total";
constexpr std::string_view kFieldsHelp =
    "Values not shown by any key (dropped), or of elements that no table has (unknown).";

constexpr std::array kRows = std::to_array<Row>({
    {"", "datagrams", "", kCounter, "", "", ""},
    {"", "datagrams.decoded_early", "flowcef_datagrams_decoded_early_total", kCounter, "", "",
     "Datagrams decoded before their delay was over, as there was no room."},
    {"", "datagrams.*", "flowcef_datagrams_total", kCounter, "format", "",
     "Datagrams decoded at least in part, by format."},
    {"", "records", "flowcef_records_total", kCounter, "", "", "Records decoded."},
    {"", "records.options", "flowcef_options_records_total", kCounter, "", "",
     "Those of flowcef_records_total that came by an options template."},
    {"", "records.recovered", "flowcef_recovered_records_total", kCounter, "", "",
     "Those of flowcef_records_total that had waited for their template."},
    {"", "records.filtered", kKeptBack, kCounter, "reason", "filtered", kKeptBackHelp},
    {"", "records.lookup_only", kKeptBack, kCounter, "reason", "lookup_only", kKeptBackHelp},
    {"", "records.incomplete", kKeptBack, kCounter, "reason", "incomplete", kKeptBackHelp},
    {"", "records.double", kKeptBack, kCounter, "reason", "double", kKeptBackHelp},
    {"", "records.own_exports", kKeptBack, kCounter, "reason", "own_exports", kKeptBackHelp},
    {"", "records.merged", kKeptBack, kCounter, "reason", "merged", kKeptBackHelp},
    {"", "records.merging", "flowcef_records_merging", kGauge, "", "",
     "Records kept for others of their flow to join them."},
    {"", "records.merged_early", "flowcef_records_merged_early_total", kCounter, "", "",
     "Lines of merged records made before their time, as there was no room."},
    {"", "records.dropped", kRendered, kCounter, "reason", "mapping", kRenderedHelp},
    {"", "records.oversize", kRendered, kCounter, "reason", "oversize", kRenderedHelp},
    {"", "lines", "flowcef_lines_total", kCounter, "", "", "Lines made, by all renderings."},
    {"", "events", "flowcef_events_total", kCounter, "", "",
     "Those of flowcef_lines_total that tell of the bridge itself, not of a record."},
    {"", "events.oversize", "flowcef_oversize_events_total", kCounter, "", "",
     "Events of the bridge that did not fit their output's limit."},
    {"", "lines.shed", "flowcef_shed_lines_total", kCounter, "", "", "Lines that lost keys to their output's limit."},
    {"", "keys.shed", "flowcef_shed_keys_total", kCounter, "", "", "Keys left out of lines that were too long."},
    {"", "fields.*", "flowcef_fields_total", kCounter, "kind", "", kFieldsHelp},
    {"", "refused", "", kCounter, "", "", ""},
    {"", "refused.*", "flowcef_refused_total", kCounter, "reason", "",
     "Datagrams, sets, templates and records refused, by reason."},
    {"", "templates", "flowcef_templates_learnt_total", kCounter, "", "", "Templates learnt."},
    {"", "templates.*", kTemplates, kCounter, "change", "", kTemplatesHelp},
    {"", "totals.forgotten", "flowcef_forgotten_totals_total", kCounter, "", "",
     "Flows under counters = total that made room for others."},
    {"", "options.rows_refused", "flowcef_refused_options_rows_total", kCounter, "", "",
     "Names and the like in options data above the exporter's quota."},
    {"", "undecoded.sets", "flowcef_undecoded_sets_total", kCounter, "", "", "Data sets whose template never came."},
    {"", "undecoded.bytes", "flowcef_undecoded_bytes_total", kCounter, "", "", "Bytes of data without a template."},
    {"", "undecoded.records.estimated", "flowcef_undecoded_records_estimated", kGauge, "", "",
     "Records in data without a template, as far as sequence numbers tell."},
    {"", "sequence.lost", "flowcef_sequence_lost_total", kCounter, "", "",
     "Flows, datagrams or records that exporters counted and that never arrived."},
    {"", "sequence.*", "flowcef_sequence_events_total", kCounter, "kind", "",
     "Messages late or twice, exporters that began anew; none of it is loss."},
    {"", "exporters", "flowcef_exporters", kGauge, "", "", "Exporters heard."},
    {"", "kernel_drops", "flowcef_kernel_drops_total", kCounter, "", "",
     "Datagrams that the kernel dropped at full receive buffers."},
    {"", "truncated", "flowcef_truncated_datagrams_total", kCounter, "", "", "Datagrams that came cut off."},
    {"", "sessions", "flowcef_sessions_total", kCounter, "", "", "Connections of exporters that were opened."},
    {"", "sessions.skipped_bytes", "flowcef_session_skipped_bytes_total", kCounter, "", "",
     "Bytes skipped on connections to find the next message."},
    {"", "sessions.*", kSessions, kCounter, "reason", "", kSessionsHelp},
    {"", "frames", "flowcef_frames_total", kCounter, "", "", "Frames that taps and files gave."},
    {"", "frames.*", "flowcef_frames_left_out_total", kCounter, "reason", "",
     "Frames of taps and files that gave no datagram, by reason."},
    {"", "taps.interrupted", "flowcef_taps_interrupted_total", kCounter, "", "",
     "Times that a tap's interface went away."},
    {"", "files", "flowcef_files_total", kCounter, "", "", "Files that inputs followed."},
    {"", "files.unreadable", "flowcef_unreadable_files_total", kCounter, "", "", "Files that could not be read."},
    {"replicate", "taken", "flowcef_replicate_taken_total", kCounter, "", "", "Datagrams taken for another collector."},
    {"replicate", "sent", "flowcef_replicate_sent_total", kCounter, "", "", "Those of them that the kernel took."},
    {"replicate", "queued", "flowcef_replicate_queued", kGauge, "", "", "Those of them that wait."},
    {"replicate", "dropped", "flowcef_replicate_lost_total", kCounter, "", "",
     "Those of them that were not sent, for any reason."},
    {"replicate", "dropped.*", "flowcef_replicate_dropped_total", kCounter, "reason", "",
     "Those of them that were not sent, by reason."},
    {"replicate", "errors.*", "flowcef_replicate_errors_total", kCounter, "error", "", "Failed sends, by error."},
    {"replicate", "bytes", "flowcef_replicate_sent_bytes_total", kCounter, "", "", "Bytes of the datagrams sent."},
    {"lookup", "hits", "flowcef_lookup_requests_total", kCounter, "result", "hit",
     "Times that a lookup was asked, by what it said."},
    {"lookup", "misses", "flowcef_lookup_requests_total", kCounter, "result", "miss", ""},
    {"lookup", "expired", "flowcef_lookup_expired_total", kCounter, "", "",
     "Misses for which there was an entry, but not of the flow's time."},
    {"lookup", "updates", "flowcef_lookup_updates_total", kCounter, "", "", "Records or rows taken."},
    {"lookup", "evicted", "flowcef_lookup_evicted_total", kCounter, "", "", "Entries that made room for others."},
    {"lookup", "refused", "flowcef_lookup_refused_total", kCounter, "", "", "Records without a usable key or value."},
    {"lookup", "entries", "flowcef_lookup_entries", kGauge, "", "", "Entries that are there."},
    {"lookup", "bytes", "flowcef_lookup_bytes", kGauge, "", "", "Bytes of the entries."},
    {"output", "delivered", "flowcef_output_delivered_lines_total", kCounter, "", "",
     "Lines acknowledged by the receiver's TCP, taken by the kernel (UDP) or written."},
    {"output", "queued", "flowcef_output_queued_lines", kGauge, "", "", "Lines that wait in memory."},
    {"output", "spooled", "flowcef_output_spooled_lines", kGauge, "", "", "Lines that are on disk alone."},
    {"output", "dropped", "flowcef_output_lost_lines_total", kCounter, "", "", "Lines lost, for any reason."},
    {"output", "dropped.*", "flowcef_output_dropped_lines_total", kCounter, "reason", "", "Lines lost, by reason."},
    {"output", "errors.*", "flowcef_output_errors_total", kCounter, "error", "", "Failed calls, by errno."},
    {"output", "restored", "flowcef_output_restored_lines_total", kCounter, "", "",
     "Lines found in the spool at the start."},
    {"output", "failovers", "flowcef_output_failovers_total", kCounter, "", "",
     "Times that lines went to another receiver than before, or back."},
    {"output", "repeated", "flowcef_output_repeated_lines_total", kCounter, "", "",
     "Lines that went out whole once more after a broken connection."},
    {"output", "bytes", "flowcef_output_delivered_bytes_total", kCounter, "", "",
     "Bytes of delivered lines with their framing."},
    {"output", "connects", "flowcef_output_connects_total", kCounter, "", "", "Connections that became usable."},
    {"output", "datagrams", "flowcef_output_datagrams_total", kCounter, "", "", "Datagrams sent (UDP)."},
    {"output", "fragmented", "flowcef_output_fragmented_datagrams_total", kCounter, "", "",
     "Datagrams larger than a packet on the path."},
    {"output", "fragments", "flowcef_output_fragments_total", kCounter, "", "", "Packets that these became."},
});

bool fits(const Row& row, const BookLine& line) {
  if (row.of != line.of) return false;
  if (!row.item.ends_with('*')) return row.item == line.item;
  return line.item.starts_with(row.item.substr(0, row.item.size() - 1));
}

}  // namespace

BookMetric metric_of(const BookLine& line) {
  for (const Row& row : kRows) {
    if (!fits(row, line)) continue;
    BookMetric metric{row.metric, row.type, row.help, {}};
    if (!row.of.empty()) metric.labels.emplace_back(row.of, line.subject);
    if (row.item.ends_with('*')) {
      metric.labels.emplace_back(row.label, line.item.substr(row.item.size() - 1));
    } else if (!row.label.empty()) {
      metric.labels.emplace_back(row.label, row.label_value);
    }
    return metric;
  }
  return {"flowcef_other",
          MetricType::unknown,
          "Numbers of the books without a metric of their own, by name.",
          {{"name", line.name()}}};
}

}  // namespace flowcef
