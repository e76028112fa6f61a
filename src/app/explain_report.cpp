#include "explain_report.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "flowcef/app/refusal_text.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kWidth = 120;

std::string count_of(std::uint64_t count, std::string_view one) {
  return std::to_string(count) + ' ' + std::string(one) + (count == 1 ? "" : "s");
}

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

/// Rows of texts, each column as wide as its widest text.
class Columns {
 public:
  /// Input: a row's texts; the last column is not padded
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  void print(std::ostream& out, std::string_view indent) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    for (const auto& row : rows_) {
      std::string line(indent);
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += row[i];
        if (i + 1 < row.size()) line.append(widths[i] + 2 - std::min(widths[i], width_of(row[i])), ' ');
      }
      out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
    }
  }

 private:
  /// In code points.
  static std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  }

  std::vector<std::vector<std::string>> rows_;
};

class Report {
 public:
  Report(std::ostream& out, const ExplainedInput& input, const Findings& findings)
      : out_(out), input_(input), findings_(findings) {}

  void print() {
    print_summary();
    for (const auto& [address, exporter] : findings_.exporters) print_exporter(address, exporter);
    print_limits();
    print_absent_keys();
    print_incomplete();
    print_sequence();
    print_waiting();
    print_refused();
  }

 private:
  void title(const std::string& text) {
    out_ << '\n' << text << ' ' << std::string(kWidth - std::min(kWidth, text.size() + 1), '=') << "\n\n";
  }

  [[nodiscard]] std::string place(const FramePlace& where) const {
    std::string text = where.frame == 0 ? "an unknown frame" : "frame " + std::to_string(where.frame);
    if (input_.files.size() > 1) text += " of " + input_.files[where.file];
    return text;
  }

  // ---- summary

  void print_summary() {
    const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); };
    std::string formats;
    for (std::size_t i = 0; i < kExportFormatCount; ++i) {
      if (findings_.datagrams[i] == 0) continue;
      formats += (formats.empty() ? "" : ", ") + std::string(to_string(static_cast<ExportFormat>(i))) + ' ' +
                 std::to_string(findings_.datagrams[i]);
    }
    std::uint64_t refused = 0;
    for (const auto& [reason, finding] : findings_.refused) refused += finding.count;
    std::string frames = std::to_string(input_.frames);
    if (input_.other_frames != 0) frames += ", not UDP: " + std::to_string(input_.other_frames);
    if (input_.bad_frames != 0) frames += ", damaged or cut off: " + std::to_string(input_.bad_frames);
    if (input_.other_ports != 0) frames += ", to other ports: " + std::to_string(input_.other_ports);
    Columns columns;
    columns.add({"files", join(input_.files)});
    columns.add({"mapping", input_.mapping});
    columns.add({"frames", frames});
    columns.add({"datagrams", std::to_string(sum(findings_.datagrams)) + (formats.empty() ? "" : ": " + formats)});
    columns.add(
        {"refused", refused == 0 ? "0" : std::to_string(refused) + " (datagrams, or parts of them), see \"Refused\""});
    columns.add({"exporters", std::to_string(findings_.exporters.size())});
    columns.add({"records", std::to_string(findings_.records) +
                                (findings_.options_records == 0
                                     ? ""
                                     : ", of them options records: " + std::to_string(findings_.options_records))});
    columns.add({"lines", std::to_string(findings_.lines)});
    const auto kept_back = [&](std::uint64_t count, const std::string& why) {
      if (count != 0) columns.add({"not sent", std::to_string(count) + ": " + why});
    };
    kept_back(findings_.dropped, "dropped by rules of the mapping");
    kept_back(findings_.filtered, "options records, as the input says options_records = false");
    kept_back(findings_.incomplete, "lack what the input requires, see \"Incomplete\"");
    columns.print(out_, "");
    if (findings_.rules.empty()) return;
    title("Events");
    Columns events;
    events.add({"records", "event", "rule"});
    for (const RuleFinding& rule : findings_.rules) events.add({std::to_string(rule.records), rule.event, rule.where});
    events.print(out_, "");
    out_ << "\nBelow, (generated) marks the key that an element has by itself. It is on the line unless a key of the "
            "mapping\n"
            "shows the element in full. To give an element a key, write KEY = \"element\" under [keys] of the "
            "mapping.\n"
            "An id is a number of IANA's, ENTERPRISE:NUMBER, or v9:NUMBER and scope NUMBER of NetFlow v9.\n";
  }

  // ---- exporters and their templates

  void print_exporter(const IpAddress& address, const ExporterFinding& exporter) {
    title("Exporter " + address.to_string());
    Columns columns;
    for (std::size_t i = 0; i < kExportFormatCount; ++i) {
      if (exporter.datagrams[i] == 0) continue;
      const auto format = static_cast<ExportFormat>(i);
      std::vector<std::string> domains;
      for (const auto& [id, domain] : exporter.domains) {
        if (id.first == format) domains.push_back(std::to_string(id.second));
      }
      columns.add({std::string(to_string(format)), count_of(exporter.datagrams[i], "datagram"),
                   (domains.size() == 1 ? "domain " : "domains ") + join(domains)});
    }
    columns.print(out_, "");
    for (const LayoutUse& use : exporter.layouts) print_layout(address, use);
    if (exporter.unused.empty()) return;
    out_ << "\nTemplates without a record:\n";
    Columns unused;
    for (const UnusedTemplate& entry : exporter.unused) {
      unused.add({"template " + std::to_string(entry.id), "domain " + std::to_string(entry.domain),
                  count_of(entry.fields, "field") + (entry.options ? ", options" : "")});
    }
    unused.print(out_, "  ");
  }

  void print_layout(const IpAddress& address, const LayoutUse& use) {
    const LayoutFinding& layout = findings_.layouts[use.layout];
    const FirstRecord& first = layout.first;
    out_ << '\n' << ids_text(use) << ": " << use.title << ", " << count_of(use.records, "record") << '\n';
    if (layout.exporter != address) {
      out_ << "  the same fields as " << layout_name(layout) << " of " << layout.exporter.to_string() << '\n';
      return;
    }
    out_ << "  first record in " << place(first.where) << ", event " << first.event << '\n';
    if (first.dropped) out_ << "  that rule drops its records: they are not sent\n";
    if (use.filtered != 0) out_ << "  not sent, as the input says options_records = false: " << use.filtered << '\n';
    if (use.incomplete != 0) out_ << "  not sent, as the input requires more: " << use.incomplete << '\n';
    print_fields(first);
    print_unknown(first);
    if (!first.other_keys.empty()) print_wrapped("  keys without a field: ", first.other_keys);
    if (!first.line.empty()) out_ << "  line: " << first.line << '\n';
  }

  [[nodiscard]] static std::string layout_name(const LayoutFinding& layout) {
    return layout.id == 0 ? "the records" : "template " + std::to_string(layout.id);
  }

  /// `Template 256 of domain 1, 257 of domain 1`.
  [[nodiscard]] static std::string ids_text(const LayoutUse& use) {
    constexpr std::size_t kMaxIdsShown = 8;
    if (use.ids.begin()->first.second == 0) return "Records";
    std::string text;
    std::size_t shown = 0;
    for (const auto& [id, records] : use.ids) {
      if (++shown > kMaxIdsShown) return text + " and " + std::to_string(use.ids.size() - kMaxIdsShown) + " more";
      text +=
          (text.empty() ? "Template " : ", ") + std::to_string(id.second) + " of domain " + std::to_string(id.first);
    }
    return text;
  }

  void print_fields(const FirstRecord& first) {
    Columns columns;
    columns.add({"element", "id", "len", "type", "value", "goes to"});
    for (const FieldRow& row : first.rows) {
      const std::string fate = row.fates.empty() ? (first.dropped ? "-" : "nowhere") : row.fates.front();
      columns.add({row.element, row.id, row.length, row.type, row.value, fate});
      for (std::size_t i = 1; i < row.fates.size(); ++i) columns.add({"", "", "", "", "", row.fates[i]});
    }
    if (first.more_fields != 0) columns.add({"... " + count_of(first.more_fields, "more field")});
    out_ << '\n';
    columns.print(out_, "  ");
    out_ << '\n';
  }

  void print_unknown(const FirstRecord& first) {
    if (first.unknown.empty()) return;
    out_ << "  Elements that no table has. To name one, add its row (TABs between) to a table in mappings/elements;\n"
            "  to send it as it is, put its number under [keys]. KEY, NAME and the type are yours to fill in.\n";
    Columns columns;
    columns.add({"element", "row of a table", "or under [keys]"});
    for (const UnknownElement& element : first.unknown) {
      columns.add({element.id, element.table_row,
                   element.source.empty() ? "(needs a name first)" : "KEY = \"" + element.source + '"'});
    }
    columns.print(out_, "    ");
    out_ << '\n';
  }

  void print_wrapped(const std::string& head, const std::vector<std::string>& items) {
    std::string line = head;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string item = items[i] + (i + 1 == items.size() ? "" : ", ");
      if (line.size() > head.size() && line.size() + item.size() > kWidth) {
        out_ << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
        line = std::string(head.size(), ' ');
      }
      line += item;
    }
    out_ << line << '\n';
  }

  void print_limits() {
    if (findings_.datagrams_not_shown != 0) {
      out_ << "\nToo many exporters: " << count_of(findings_.datagrams_not_shown, "datagram") << " of others\n";
    }
    if (findings_.records_not_shown != 0) {
      out_ << "\nToo many templates: " << count_of(findings_.records_not_shown, "record") << " of others\n";
    }
  }

  // ---- what is missing

  void print_absent_keys() {
    if (findings_.absent_keys.empty() || findings_.lines == 0) return;
    title("Keys of the mapping that are on no line");
    Columns columns;
    columns.add({"key", "why", "filled by"});
    for (const AbsentKey& key : findings_.absent_keys) columns.add({key.key, key.reason, key.sources});
    columns.print(out_, "");
  }

  void print_incomplete() {
    if (input_.require.empty()) return;
    title("Incomplete");
    out_ << "The input requires: " << input_.require << '\n';
    if (findings_.incomplete == 0) {
      out_ << "Every flow has it.\n";
      return;
    }
    out_ << "Flows without it are not sent: " << findings_.incomplete << "\n\n";
    Columns columns;
    columns.add({"exporter", "template", "records", "lacking", "item"});
    for (const auto& [address, exporter] : findings_.exporters) {
      for (const LayoutUse& use : exporter.layouts) {
        for (const auto& [item, count] : use.missing) {
          columns.add({address.to_string(), ids_text(use), std::to_string(use.records), std::to_string(count), item});
        }
      }
    }
    columns.print(out_, "");
  }

  void print_sequence() {
    Columns columns;
    columns.add({"exporter", "format", "domain", "lost", "reordered", "repeated", "restarted", "first gaps"});
    bool any = false;
    for (const auto& [address, exporter] : findings_.exporters) {
      for (const auto& [id, domain] : exporter.domains) {
        const SequenceCounts& counts = domain.counts;
        if (counts.lost + counts.reordered + counts.repeated + counts.restarted == 0) continue;
        any = true;
        std::vector<std::string> gaps;
        for (const SequenceGap& gap : domain.gaps) {
          gaps.push_back(std::to_string(gap.missing) + " before " + place(gap.where));
        }
        if (domain.more_gaps != 0) gaps.push_back(std::to_string(domain.more_gaps) + " more gaps");
        columns.add({address.to_string(), std::string(to_string(id.first)), std::to_string(id.second),
                     std::to_string(counts.lost), std::to_string(counts.reordered), std::to_string(counts.repeated),
                     std::to_string(counts.restarted), join(gaps)});
      }
    }
    if (!any) return;
    title("Sequence numbers");
    columns.print(out_, "");
    out_ << "\nLost are flows (v5, v7), datagrams (v9) or records (IPFIX) that were sent and are not in the capture.\n";
  }

  void print_waiting() {
    if (findings_.waiting.empty()) return;
    title("Data without a template");
    Columns columns;
    columns.add({"exporter", "format", "domain", "template", "sets", "bytes", "first in"});
    for (const auto& [id, waiting] : findings_.waiting) {
      columns.add({id.exporter.to_string(), std::string(to_string(id.domain.first)), std::to_string(id.domain.second),
                   std::to_string(id.id), std::to_string(waiting.sets), std::to_string(waiting.bytes),
                   place(waiting.first)});
    }
    columns.print(out_, "");
    out_ << "\nTheir template never came, or could not be used (see \"Refused\").\nTo do: "
         << text_of(Refusal::template_missing).advice << ".\n";
  }

  void print_refused() {
    if (findings_.refused.empty()) return;
    title("Refused");
    for (const auto& [reason, finding] : findings_.refused) {
      if (reason == Refusal::template_missing) {
        out_ << to_string(reason) << ": " << finding.count << ", see \"Data without a template\"\n\n";
        continue;
      }
      const RefusalText text = text_of(reason);
      out_ << to_string(reason) << ": " << finding.count << '\n'
           << "  meaning: " << text.meaning << '\n'
           << "  to do:   " << text.advice << '\n';
      std::vector<std::string> exporters;
      for (const auto& [address, count] : finding.by_exporter) {
        exporters.push_back(address.to_string() + ' ' + std::to_string(count));
        if (exporters.size() == 20) {
          exporters.push_back(std::to_string(finding.by_exporter.size()) + " in all");
          break;
        }
      }
      if (!exporters.empty()) print_wrapped("  by:      ", exporters);
      for (const RefusedSample& sample : finding.samples) {
        out_ << "\n  " << place(sample.where) << ", from " << sample.exporter.to_string() << ", "
             << count_of(sample.bytes, "byte") << "\n\n"
             << sample.dump;
      }
      out_ << '\n';
    }
  }

  std::ostream& out_;
  const ExplainedInput& input_;
  const Findings& findings_;
};

}  // namespace

void print_report(std::ostream& out, const ExplainedInput& input, const Findings& findings) {
  Report(out, input, findings).print();
}

}  // namespace flowcef
