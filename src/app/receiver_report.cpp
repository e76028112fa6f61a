#include "flowcef/app/receiver_report.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "flowcef/app/receiver_reading.hpp"
#include "flowcef/config/quoted_text.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kShownLine = 160;
constexpr std::size_t kShownKeys = 8;

std::string_view verb(ReceiverEffect effect) {
  switch (effect) {
    case ReceiverEffect::line:
      return "lost whole";
    case ReceiverEffect::envelope:
      return "not taken for CEF";
    case ReceiverEffect::key:
      return "key lost";
    case ReceiverEffect::value:
      return "arrives otherwise";
  }
  return "";
}

std::string counted(std::uint64_t count, std::string_view word) {
  return std::to_string(count) + ' ' + std::string(word) + (count == 1 ? "" : "s");
}

/// The most frequent ones first.
std::string listed_keys(const std::map<std::string, std::uint64_t>& keys) {
  std::vector<std::pair<std::string, std::uint64_t>> ordered(keys.begin(), keys.end());
  std::ranges::stable_sort(ordered, std::ranges::greater(), &std::pair<std::string, std::uint64_t>::second);
  std::string text;
  for (std::size_t i = 0; i < std::min(ordered.size(), kShownKeys); ++i) {
    text += (i == 0 ? "" : ", ") + shortened(ordered[i].first) + " (" + counted(ordered[i].second, "line") + ')';
  }
  if (ordered.size() > kShownKeys) text += " and " + counted(ordered.size() - kShownKeys, "other");
  return text;
}

}  // namespace

ReceiverReport::ReceiverReport(const ReceiverModel& model, std::string output, Transport transport)
    : model_(model), output_(std::move(output)), transport_(transport), breaches_(model.rules.size()) {}

void ReceiverReport::add(std::string_view message) {
  const ReceiverReading reading = read_as(model_, message, transport_);
  ++lines_;
  if (!reading.taken) ++lost_lines_;
  std::set<const ReceiverRule*> counted_rules;
  for (const ReceiverFinding& finding : reading.findings) {
    Breach& breach = breaches_[static_cast<std::size_t>(finding.rule - model_.rules.data())];
    if (counted_rules.insert(finding.rule).second) ++breach.lines;
    if (!finding.key.empty()) ++breach.keys[finding.key];
    if (!breach.line.empty()) continue;
    breach.line = shortened(message, kShownLine);
    breach.shown = finding.shown;
  }
}

bool ReceiverReport::loses_anything() const {
  for (std::size_t i = 0; i < breaches_.size(); ++i) {
    if (breaches_[i].lines != 0 && model_.rules[i].effect != ReceiverEffect::value) return true;
  }
  return false;
}

std::size_t ReceiverReport::distinct_keys(ReceiverEffect effect) const {
  std::set<std::string_view> keys;
  for (std::size_t i = 0; i < breaches_.size(); ++i) {
    if (model_.rules[i].effect != effect) continue;
    for (const auto& [key, lines] : breaches_[i].keys) keys.insert(key);
  }
  return keys.size();
}

std::string ReceiverReport::to_string() const {
  std::string text = "output " + output_ + ", receiver " + model_.name + ": " + counted(lines_, "line") + " tried, " +
                     std::to_string(lost_lines_) + " lost whole, " +
                     counted(distinct_keys(ReceiverEffect::key), "key") + " lost, " +
                     counted(distinct_keys(ReceiverEffect::value), "key") + " otherwise than sent\n";
  for (std::size_t i = 0; i < breaches_.size(); ++i) {
    if (breaches_[i].lines != 0) text += to_string(model_.rules[i], breaches_[i]);
  }
  return text;
}

std::string ReceiverReport::to_string(const ReceiverRule& rule, const Breach& breach) const {
  std::string text = "  " + rule.id + ": " + std::string(verb(rule.effect)) + ", ";
  text += breach.keys.empty() ? counted(breach.lines, "line") : listed_keys(breach.keys);
  text += "\n    example: " + breach.shown;
  text += "\n    line:    " + breach.line;
  text += "\n    why:     " + rule.why;
  text += "\n    do:      " + rule.advice;
  text += "\n    source:  " + rule.source + '\n';
  return text;
}

}  // namespace flowcef
