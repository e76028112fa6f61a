#include "flowcef/app/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "flowcef/app/exporter_ranking.hpp"
#include "flowcef/app/metric_table.hpp"
#include "flowcef/app/process_stats.hpp"

namespace flowcef {
namespace {

double seconds_of(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-9;
}

double seconds_of(LinkStatus::Time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// Adds samples of one metric after the other.
class Writer {
 public:
  explicit Writer(MetricsPage& page) : page_(page) {}

  template <class Number>
  void counter(std::string_view name, std::string_view help, const MetricLabels& labels, Number value) {
    page_.add(name, MetricType::counter, help, labels, static_cast<double>(value));
  }
  template <class Number>
  void gauge(std::string_view name, std::string_view help, const MetricLabels& labels, Number value) {
    page_.add(name, MetricType::gauge, help, labels, static_cast<double>(value));
  }

 private:
  MetricsPage& page_;
};

void add_bridge(const BridgeView& view, Writer& to) {
  for (const MappingName& mapping : view.mappings) {
    to.gauge("flowcef_build_info", "1 for each mapping in use: the program's version, the mapping and its hash.",
             {{"version", FLOWCEF_VERSION}, {"mapping", mapping.file}, {"mapping_hash", mapping.hash}}, 1);
  }
  to.gauge("flowcef_survey_timestamp_seconds", "When these numbers were put together.", {},
           seconds_of(view.survey.taken_ns));
  for (std::size_t i = 0; i < view.survey.workers.size(); ++i) {
    to.gauge("flowcef_worker_survey_timestamp_seconds", "When each worker last told of itself.",
             {{"worker", std::to_string(i)}}, seconds_of(view.survey.workers[i].taken_ns));
  }
  to.gauge("flowcef_imbalances", "Sums in the books that do not agree; 0 at all times.", {},
           imbalances_of(view).size());
  if (!view.clock.is_known) return;
  to.gauge("flowcef_clock_synchronised", "Whether NTP keeps this machine's clock in step.", {},
           view.clock.is_synchronised ? 1 : 0);
  to.gauge("flowcef_clock_offset_seconds", "What NTP has still to correct.", {}, view.clock.offset_seconds);
  to.gauge("flowcef_clock_max_error_seconds", "How wrong the clock can be at most, if synchronised.", {},
           view.clock.max_error_seconds);
}

void add_process(const BridgeView& view, Writer& to) {
  const ProcessStats stats = read_process_stats();
  to.counter("process_cpu_seconds_total", "User and system CPU time.", {}, stats.cpu_seconds);
  to.gauge("process_start_time_seconds", "When the bridge started.", {}, seconds_of(view.started_ns));
  to.gauge("process_virtual_memory_bytes", "Virtual memory.", {}, stats.virtual_bytes);
  to.gauge("process_resident_memory_bytes", "Resident memory.", {}, stats.resident_bytes);
  to.gauge("process_open_fds", "Open file descriptors.", {}, stats.open_files);
  to.gauge("process_max_fds", "Most file descriptors that may be open.", {}, stats.max_files);
}

void add_books(const BridgeView& view, MetricsPage& page) {
  for (const BookLine& line : view.survey.books.book_lines(false)) {
    const BookMetric metric = metric_of(line);
    if (metric.name.empty()) continue;
    page.add(metric.name, metric.type, metric.help, metric.labels, static_cast<double>(line.value));
  }
}

void add_inputs(const BridgeView& view, Writer& to) {
  for (const InputReport& input : view.survey.inputs) {
    const MetricLabels labels = {{"input", input.name}};
    to.counter("flowcef_input_datagrams_total", "Datagrams decoded at least in part.", labels, input.datagrams);
    to.counter("flowcef_input_records_total", "Records decoded.", labels, input.records);
    to.counter("flowcef_input_refused_total", "What was refused, for any reason.", labels, input.refused);
    to.counter("flowcef_input_kernel_drops_total", "Datagrams that the kernel dropped at the input's sockets.", labels,
               input.kernel_drops);
    to.gauge("flowcef_input_held_sets", "Data sets that wait for their template.", labels, input.held_sets);
    to.gauge("flowcef_input_held_bytes", "Bytes that they take.", labels, input.held_bytes);
    to.gauge("flowcef_input_missing_templates", "Templates that they wait for.", labels, input.missing_templates);
  }
}

void add_output_books(const BridgeView& view, Writer& to) {
  for (const OutputBooksEntry& output : view.survey.books.outputs()) {
    const MetricLabels labels = {{"output", output.name}};
    to.counter("flowcef_output_records_total", "Records sent on while the output was there.", labels, output.offered);
    to.counter("flowcef_output_lines_total", "Lines made for the output.", labels, output.rendered.lines);
    constexpr std::string_view kWithout = "flowcef_output_records_without_line_total";
    constexpr std::string_view kHelp = "Records of which no line was made for the output, by reason.";
    to.counter(kWithout, kHelp, {{"output", output.name}, {"reason", "mapping"}}, output.rendered.dropped);
    to.counter(kWithout, kHelp, {{"output", output.name}, {"reason", "oversize"}}, output.rendered.oversize);
    to.counter("flowcef_output_submitted_lines_total", "Lines handed to the output.", labels, output.counts.submitted);
  }
}

void add_links(const OutputStatus& output, Writer& to) {
  const MetricLabels labels = {{"output", output.config.name}};
  to.gauge("flowcef_output_up", "Whether a connection of the output takes lines.", labels, is_up(output) ? 1 : 0);
  for (int i = 0; i <= static_cast<int>(LinkState::closed); ++i) {
    const auto state = static_cast<LinkState>(i);
    to.gauge("flowcef_output_connections", "Connections of the output, by what they are doing.",
             {{"output", output.config.name}, {"state", std::string(to_string(state))}},
             std::ranges::count(output.links, state, &LinkStatus::state));
  }
  to.gauge("flowcef_output_queue_bytes", "Bytes of memory that lines take which are not delivered.", labels,
           output.queue_bytes);
  to.gauge("flowcef_output_queue_limit_bytes", "What the output's queue can hold.", labels, output.config.queue_bytes);
  if (output.config.spool) {
    to.gauge("flowcef_output_spool_bytes", "Bytes in the output's spool.", labels, output.spool_bytes);
    to.gauge("flowcef_output_spool_in_trouble",
             "Whether the spool takes nothing more, or only in place of older lines.", labels,
             output.spool_trouble.empty() ? 0 : 1);
    to.gauge("flowcef_output_spool_limit_bytes", "What the output's spool can hold.", labels,
             output.config.spool->max_bytes);
  }
  std::optional<LinkStatus::Time> expires;
  for (const LinkStatus& link : output.links) {
    if (link.certificate_expires)
      expires = std::min(expires.value_or(*link.certificate_expires), *link.certificate_expires);
  }
  if (!expires) return;
  to.gauge("flowcef_output_certificate_expiry_timestamp_seconds", "When the receiver's certificate expires.", labels,
           seconds_of(*expires));
}

/// Of those that are not shown one by one there are sums.
void add_exporters(const ExporterRanking& ranking, std::uint64_t recovered, MetricsPage& page, Writer& to) {
  const SequenceCounts& sequence = ranking.all.sequence;
  const auto book = [&page](const char* item, std::uint64_t value) {
    const BookMetric metric = metric_of({"", "", item, value, true});
    page.add(metric.name, metric.type, metric.help, metric.labels, static_cast<double>(value));
  };
  book("undecoded.records.estimated", sequence.undecoded_estimate - std::min(sequence.undecoded_estimate, recovered));
  book("sequence.lost", sequence.lost);
  book("sequence.reordered", sequence.reordered);
  book("sequence.repeated", sequence.repeated);
  book("sequence.restarted", sequence.restarted);
  book("exporters", ranking.shown.size() + ranking.not_shown);
  to.gauge("flowcef_exporters_not_shown", "Exporters without series of their own.", {}, ranking.not_shown);
  // No counters: whoever gets series of its own is in these sums no more.
  to.gauge("flowcef_exporters_not_shown_records", "Records of exporters without series of their own.", {},
           ranking.rest.records);
  to.gauge("flowcef_exporters_not_shown_lost", "What those lost on the way, by their sequence numbers.", {},
           ranking.rest.sequence.lost);
  for (const ExporterReport& exporter : ranking.shown) {
    const MetricLabels labels = {{"input", exporter.input}, {"exporter", exporter.address.to_string()}};
    const ExporterCounts& counts = exporter.counts;
    to.counter("flowcef_exporter_datagrams_total", "Datagrams of an exporter.", labels, counts.datagrams);
    to.counter("flowcef_exporter_records_total", "Records of an exporter.", labels, counts.records);
    to.counter("flowcef_exporter_lost_total", "What sequence numbers say was lost on the way from an exporter.", labels,
               counts.sequence.lost);
    to.counter("flowcef_exporter_restarts_total", "Times that an exporter began its sequence numbers anew.", labels,
               counts.sequence.restarted);
    for (std::size_t i = 0; i < kRefusalCount; ++i) {
      if (counts.refused[i] == 0) continue;
      MetricLabels with_reason = labels;
      with_reason.emplace_back("reason", to_string(static_cast<Refusal>(i)));
      to.counter("flowcef_exporter_refused_total", "What was refused of an exporter, by reason.", with_reason,
                 counts.refused[i]);
    }
    for (const auto& [element, count] : counts.incomplete) {
      MetricLabels with_element = labels;
      with_element.emplace_back("element", element);
      to.counter("flowcef_exporter_incomplete_total", "Flows that lacked what the input requires, by element.",
                 with_element, count);
    }
    to.gauge("flowcef_exporter_held_sets", "Data sets of an exporter that wait for their template.", labels,
             exporter.held_sets);
    to.gauge("flowcef_exporter_templates", "Templates of an exporter in use.", labels, exporter.templates);
    to.gauge("flowcef_exporter_domains", "Observation domains of an exporter.", labels, exporter.domains);
    if (exporter.last_heard_ns == 0) continue;
    to.gauge("flowcef_exporter_last_heard_timestamp_seconds", "When a datagram of an exporter last came.", labels,
             seconds_of(exporter.last_heard_ns));
  }
}

}  // namespace

std::string metrics_text(const BridgeView& view, std::size_t max_exporters, MetricsFormat format) {
  MetricsPage page;
  Writer writer(page);
  add_bridge(view, writer);
  add_process(view, writer);
  add_books(view, page);
  add_inputs(view, writer);
  add_output_books(view, writer);
  for (const OutputStatus& output : view.survey.outputs) add_links(output, writer);
  add_exporters(rank_exporters(view.survey, max_exporters), view.survey.books.recovered(), page, writer);
  return page.to_string(format);
}

}  // namespace flowcef
