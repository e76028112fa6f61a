// Metrics as text for Prometheus: families with samples, in either of its two formats. Knows none of flowcef's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flowcef {

enum class MetricsFormat : std::uint8_t {
  prometheus,   ///< text format 0.0.4
  openmetrics,  ///< OpenMetrics 1.0
};

enum class MetricType : std::uint8_t { counter, gauge, unknown };

/// Labels with their values, which may be any text.
using MetricLabels = std::vector<std::pair<std::string_view, std::string>>;

class MetricsPage {
 public:
  /// Adds to the sample of the same name and labels.
  /// Input: `name` with its unit, a counter's ends in `_total`; type and help count where the name comes first.
  void add(std::string_view name, MetricType type, std::string_view help, const MetricLabels& labels, double value);
  /// Returns: each family once, in the order in which they came first.
  [[nodiscard]] std::string to_string(MetricsFormat format) const;

 private:
  struct Sample {
    std::string labels;  ///< as they are shown, with their braces
    double value;
  };
  struct Family {
    std::string name;
    MetricType type;
    std::string help;
    std::vector<Sample> samples;
    std::unordered_map<std::string, std::size_t> by_labels;  ///< index into `samples`
  };

  std::vector<Family> families_;
};

}  // namespace flowcef
