#include "flowcef/app/metrics_page.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "flowcef/core/utf8.hpp"

namespace flowcef {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

/// Whatever bytes a file's name has: one wrong label, and Prometheus would take nothing of the page.
/// Source: Prometheus, "Exposition formats"; OpenMetrics 1.0 has the same rules for both.
std::string escaped(std::string_view text, bool is_label) {
  std::string safe;
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    if (c == '\\') {
      safe += "\\\\";
    } else if (c == '\n') {
      safe += "\\n";
    } else if (c == '"' && is_label) {
      safe += "\\\"";
    } else {
      safe += length == 0 ? kReplacement : text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return safe;
}

std::string text_of(const MetricLabels& labels) {
  if (labels.empty()) return {};
  std::string text = "{";
  for (const auto& [name, value] : labels) {
    if (text.size() > 1) text += ',';
    text.append(name).append("=\"").append(escaped(value, true)).append("\"");
  }
  return text + '}';
}

/// Whole numbers in full, as far as a double holds them exactly.
std::string text_of(double value) {
  constexpr double kExact = 9'007'199'254'740'992.0;
  std::array<char, 32> text{};
  const bool is_whole =
      value >= -kExact && value <= kExact && value == static_cast<double>(static_cast<std::int64_t>(value));
  const auto end = is_whole
                       ? std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(value)).ptr
                       : std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string_view word_of(MetricType type, MetricsFormat format) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::unknown:
      break;
  }
  return format == MetricsFormat::openmetrics ? "unknown" : "untyped";
}

}  // namespace

void MetricsPage::add(std::string_view name, MetricType type, std::string_view help, const MetricLabels& labels,
                      double value) {
  // A page is written family by family, so that it is mostly the last one.
  auto family = !families_.empty() && families_.back().name == name ? families_.end() - 1
                                                                    : std::ranges::find(families_, name, &Family::name);
  if (family == families_.end()) {
    family = families_.insert(families_.end(), {std::string(name), type, std::string(help), {}, {}});
  }
  const auto [place, is_new] = family->by_labels.try_emplace(text_of(labels), family->samples.size());
  if (is_new) {
    family->samples.push_back({place->first, value});
  } else {
    family->samples[place->second].value += value;
  }
}

std::string MetricsPage::to_string(MetricsFormat format) const {
  constexpr std::string_view kTotal = "_total";
  std::string text;
  for (const Family& family : families_) {
    std::string name = family.name;  // OpenMetrics has `_total` on a counter's samples alone
    if (format == MetricsFormat::openmetrics && family.type == MetricType::counter && name.ends_with(kTotal)) {
      name.resize(name.size() - kTotal.size());
    }
    text += "# HELP " + name + ' ' + escaped(family.help, format == MetricsFormat::openmetrics) + '\n';
    text.append("# TYPE ").append(name).append(" ").append(word_of(family.type, format)).append("\n");
    for (const Sample& sample : family.samples) {
      text.append(family.name).append(sample.labels).append(" ").append(text_of(sample.value)).append("\n");
    }
  }
  if (format == MetricsFormat::openmetrics) text += "# EOF\n";
  return text;
}

}  // namespace flowcef
