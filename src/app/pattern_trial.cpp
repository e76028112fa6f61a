#include "flowcef/app/pattern_trial.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/text_table.hpp"
#include "flowcef/config/quoted_text.hpp"
#include "flowcef/decode/syslog_message.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kLongestShown = 200;  // characters
constexpr std::string_view kIndent = "  ";

void add_row(TextTable& table, std::string_view element, std::string_view type, std::string_view value) {
  if (!value.empty()) table.add({std::string(element), std::string(type), shortened(value, kLongestShown)});
}

void print_line(std::ostream& out, const SyslogMessage& message, const LogPatterns& patterns, const LogMatch& match,
                std::optional<std::size_t> pattern) {
  TextTable table({Align::left, Align::left, Align::left});
  for (std::size_t i = 0; pattern && i < match.parts.size(); ++i) {
    const InformationElement& element = *patterns.fields(*pattern)[i];
    add_row(table, element.name, to_string(element.type), match.parts[i]);
  }
  add_row(table, "syslogHostname", "string", message.hostname);
  add_row(table, "syslogAppName", "string", message.app_name);
  add_row(table, "syslogProcId", "string", message.proc_id);
  add_row(table, "syslogMsgId", "string", message.msg_id);
  add_row(table, "syslogStructuredData", "string", message.structured_data);
  if (!pattern) add_row(table, "syslogMessage", "string", message.message);
  table.print(out, kIndent);
}

void print_misfit(std::ostream& out, const LogPatterns& patterns, const LogMatch::Misfit& misfit) {
  out << kIndent << patterns.name(misfit.pattern) << " would take it, but " << misfit.element->name << " is "
      << to_string(misfit.element->type) << ", and " << in_quotes(misfit.part) << " is none\n";
}

}  // namespace

bool try_patterns(std::istream& in, std::ostream& out, const LogPatterns& patterns, const LogClock& clock) {
  std::vector<std::uint64_t> taken(patterns.size());
  std::uint64_t none = 0;
  std::uint64_t lines = 0;
  LogMatch match;
  for (std::string line; std::getline(in, line);) {
    const SyslogMessage message = parse_syslog(line, clock);
    const auto pattern = patterns.match(message.message, clock, match);
    ++(pattern ? taken[*pattern] : none);
    out << "line " << ++lines << ": " << (pattern ? patterns.name(*pattern) : "no pattern takes it") << '\n';
    if (match.misfit && (!pattern || match.misfit->pattern < *pattern)) print_misfit(out, patterns, *match.misfit);
    print_line(out, message, patterns, match, pattern);
  }
  TextTable counts({Align::left, Align::right});
  for (std::size_t i = 0; i < patterns.size(); ++i) counts.add({patterns.name(i), grouped(taken[i])});
  counts.add({"no pattern", grouped(none)});
  out << "lines taken by\n";
  counts.print(out, kIndent);
  return none != lines;
}

}  // namespace flowcef
