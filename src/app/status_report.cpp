#include "flowcef/app/status_report.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <vector>

#include "flowcef/app/exporter_ranking.hpp"
#include "flowcef/app/status_text.hpp"
#include "flowcef/app/text_table.hpp"

namespace flowcef {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kMaxError = 60;  ///< characters of what a receiver said

/// Returns: `42s`, `3m12s`, `5h07m`, `12d3h`
std::string duration_text(std::int64_t ns) {
  const std::int64_t seconds = std::max<std::int64_t>(ns, 0) / kSecond;
  const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  if (seconds < 60) return std::to_string(seconds) + 's';
  if (seconds < 3'600) return std::to_string(seconds / 60) + 'm' + two(seconds % 60) + 's';
  if (seconds < 86'400) return std::to_string(seconds / 3'600) + 'h' + two(seconds / 60 % 60) + 'm';
  return std::to_string(seconds / 86'400) + 'd' + std::to_string(seconds / 3'600 % 24) + 'h';
}

std::string ago(std::int64_t then_ns, std::int64_t now_ns) {
  return then_ns == 0 ? "never" : duration_text(now_ns - then_ns) + " ago";
}

std::int64_t ns_of(LinkStatus::Time time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

std::string one_line(std::string_view text) {
  std::string safe = cut_for_display(text, kMaxError);
  std::ranges::replace_if(safe, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return safe;
}

/// Returns: the connection that tells most of the output: one that is in trouble, if any.
const LinkStatus* link_to_show(const OutputStatus& output) {
  const auto troubled =
      std::ranges::find_if(output.links, [](const auto& link) { return link.state != LinkState::open; });
  if (troubled != output.links.end()) return &*troubled;
  return output.links.empty() ? nullptr : &output.links.front();
}

/// Of a connection that takes nothing.
std::string trouble_of(const LinkStatus& link, std::int64_t now_ns) {
  return std::string(to_string(link.state)) + " for " + duration_text(now_ns - ns_of(link.since)) +
         (link.error.empty() ? "" : ": " + one_line(link.error));
}

void add_troubles_of(const OutputStatus& output, std::int64_t now_ns, std::vector<std::string>& found) {
  const std::string name = "output " + output.config.name + ": ";
  const std::size_t count = output.links.size();
  for (std::size_t i = 0; i < count; ++i) {
    const LinkStatus& link = output.links[i];
    if (link.state == LinkState::open) continue;
    const std::string& to = link.target.empty() ? link.peer : link.target;
    const std::string which =
        "connection " + std::to_string(i + 1) + " of " + std::to_string(count) + (to.empty() ? "" : " to " + to) + ' ';
    found.push_back(name + (count > 1 ? which : "") + trouble_of(link, now_ns));
  }
  for (const auto& [reason, lines] : output.counts.dropped) {
    if (lines != 0) found.push_back(name + grouped(lines) + " lines dropped, " + reason);
  }
  if (output.counts.spooled != 0) found.push_back(name + grouped(output.counts.spooled) + " lines wait on disk");
  if (!output.spool_trouble.empty()) found.push_back(name + "its spool is in trouble: " + output.spool_trouble);
}

void add_troubles_of(const InputReport& input, std::vector<std::string>& found) {
  if (input.held_sets != 0) {
    found.push_back("input " + input.name + ": " + grouped(input.held_sets) + " data sets wait for " +
                    grouped(input.missing_templates) + (input.missing_templates == 1 ? " template" : " templates"));
  }
  if (input.kernel_drops != 0) {
    found.push_back("input " + input.name + ": " + grouped(input.kernel_drops) +
                    " datagrams dropped by the kernel; raise receive_buffer and net.core.rmem_max");
  }
}

std::vector<std::string> troubles_of(const BridgeView& view, const ExporterCounts& exporters, std::int64_t now_ns) {
  std::vector<std::string> found;
  for (const std::string& imbalance : imbalances_of(view)) found.push_back("the books do not balance: " + imbalance);
  if (std::string illness = illness_of(view, now_ns); !illness.empty()) found.push_back(std::move(illness));
  if (view.is_stopping) found.emplace_back("the bridge is stopping");
  for (const OutputStatus& output : view.survey.outputs) add_troubles_of(output, now_ns, found);
  for (const InputReport& input : view.survey.inputs) add_troubles_of(input, found);
  if (exporters.sequence.lost != 0) {
    found.push_back("exporters: " + grouped(exporters.sequence.lost) + " lost on the way, by their sequence numbers");
  }
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    if (exporters.refused[i] == 0) continue;
    found.push_back("refused: " + grouped(exporters.refused[i]) + ' ' +
                    std::string(to_string(static_cast<Refusal>(i))));
  }
  if (view.clock.is_known && !view.clock.is_synchronised) {
    found.emplace_back("this machine's clock is not synchronised: times without a clock of their own may be wrong");
  }
  return found;
}

void print_outputs(const BridgeView& view, std::int64_t now_ns, std::ostream& out) {
  using enum Align;
  TextTable table({left, left, left, left, right, right, right, right, left});
  table.add({"output", "state", "for", "to", "delivered", "queued", "on disk", "dropped", "last error"});
  for (const OutputStatus& output : view.survey.outputs) {
    const LinkStatus* const link = link_to_show(output);
    const OutputCounts& counts = output.counts;
    table.add({output.config.name, link == nullptr ? "-" : std::string(to_string(link->state)),
               link == nullptr ? "-" : duration_text(now_ns - ns_of(link->since)),
               cut_for_display(target_of(output.config), kMaxError), grouped(counts.delivered), grouped(counts.queued),
               output.config.spool ? grouped(counts.spooled) : "-", grouped(counts.dropped_lines()),
               link == nullptr || link->error.empty()
                   ? "-"
                   : one_line(link->error) + ", " + ago(ns_of(link->error_at), now_ns)});
  }
  table.print(out);
}

void print_exporters(const ExporterRanking& ranking, std::int64_t now_ns, std::ostream& out) {
  if (ranking.shown.empty()) {
    out << "no exporter was heard yet\n";
  } else {
    using enum Align;
    TextTable table({left, left, left, right, right, right, right});
    table.add({"exporter", "input", "last heard", "records", "lost", "refused", "templates"});
    for (const ExporterReport& exporter : ranking.shown) {
      std::uint64_t refused = 0;
      for (const std::uint64_t count : exporter.counts.refused) refused += count;
      table.add({exporter.address.to_string(), exporter.input, ago(exporter.last_heard_ns, now_ns),
                 grouped(exporter.counts.records), grouped(exporter.counts.sequence.lost), grouped(refused),
                 grouped(exporter.templates)});
    }
    table.print(out);
  }
  if (ranking.not_shown == 0) return;
  out << grouped(ranking.not_shown) << " more: " << grouped(ranking.rest.records) << " records, "
      << grouped(ranking.rest.sequence.lost) << " lost";
  const std::size_t to_show = ranking.not_shown - ranking.not_listed;
  if (to_show != 0) out << "; --all shows " << (ranking.not_listed == 0 ? "them" : grouped(to_show) + " of them");
  out << '\n';
}

}  // namespace

std::string status_report(const BridgeView& view, std::size_t max_exporters, std::int64_t now_ns) {
  const BridgeSurvey& survey = view.survey;
  const ExporterRanking ranking = rank_exporters(survey, max_exporters);
  std::ostringstream out;
  const auto troubles = troubles_of(view, ranking.all, now_ns);
  if (troubles.empty()) out << "nothing is wrong\n";
  for (const std::string& trouble : troubles) out << "! " << trouble << '\n';
  out << '\n';
  print_outputs(view, now_ns, out);
  out << '\n';
  print_exporters(ranking, now_ns, out);
  out << "\ntotal: " << grouped(survey.books.records()) << " records, " << grouped(survey.books.sent_on())
      << " of them sent on, " << grouped(survey.books.refused()) << " refusals\n";
  out << "clock: " << to_string(view.clock) << '\n';
  out << "bridge: version " << FLOWCEF_VERSION << ", up " << duration_text(view.uptime.count()) << ", config "
      << view.config_file << '\n';
  for (const MappingName& mapping : view.mappings) out << "mapping: " << mapping.file << ' ' << mapping.hash << '\n';
  return out.str();
}

}  // namespace flowcef
