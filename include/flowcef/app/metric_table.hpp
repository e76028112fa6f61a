// Which metric each number of the books is.
#pragma once

#include <optional>

#include "flowcef/app/book_line.hpp"
#include "flowcef/app/metrics_page.hpp"

namespace flowcef {

struct BookMetric {
  std::string_view name;  ///< empty: the sum of other lines, which any query can make
  MetricType type = MetricType::counter;
  std::string_view help;
  MetricLabels labels;
};

/// Returns: also for a line that has no metric of its own: `flowcef_other{name="..."}`.
[[nodiscard]] BookMetric metric_of(const BookLine& line);

}  // namespace flowcef
