#include "flowcef/app/input_path.hpp"

#include <utility>

namespace flowcef {

InputPath::InputPath(const ElementRegistry& registry, InputState& input, DeadLetterFile* dead_letters, Render render)
    : config_(input.config),
      dead_letters_(dead_letters),
      render_(std::move(render)),
      completeness_(config_.require, registry),
      decoder_(registry, input, decode_counters_, *this) {
  open_admission();
}

void InputPath::open_admission() {
  const std::size_t rate = config_.max_datagrams_per_second_per_exporter;
  admission_.emplace(config_.exporters, rate == kUnlimited ? 0 : rate);
}

void InputPath::reconfigure(const ElementRegistry& registry, DeadLetterFile* dead_letters) {
  dead_letters_ = dead_letters;
  completeness_ = Completeness(config_.require, registry);
  open_admission();
  decoder_.reconfigure(registry);
}

void InputPath::decode(const Datagram& datagram) {
  switch (admission_->admit(datagram.exporter.address, datagram.received_ns)) {
    case Admission::Verdict::admitted:
      return decoder_.decode(datagram);
    case Admission::Verdict::not_allowed:
      return decoder_.refuse(datagram, Refusal::exporter_not_allowed);
    case Admission::Verdict::over_rate:
      return decoder_.refuse(datagram, Refusal::rate_exceeded);
  }
}

void InputPath::on_data_set(const DataSet& set) {
  if (set.layout.options && !config_.options_records) {
    filter_counters_.options_records.add(set.record_count);
  } else if (completeness_.always_complete(set.layout)) {
    render_(set);
  } else {
    render_complete(set);
  }
}

/// Runs of complete records, which are mostly the whole set, go on as data sets of their own.
void InputPath::render_complete(const DataSet& set) {
  std::uint32_t run_begin = 0;
  for (std::uint32_t i = 0; i <= set.record_count; ++i) {
    const std::uint32_t missing = i == set.record_count ? 0 : completeness_.check(set, i);
    if (missing == 0 && i != set.record_count) continue;
    if (i != run_begin) render_(slicer_.slice(set, run_begin, i - run_begin));
    run_begin = i + 1;
    if (missing == 0) continue;
    filter_counters_.incomplete.add();
    count_missing(set.context.exporter.address, missing);
  }
}

void InputPath::count_missing(const IpAddress& exporter, std::uint32_t missing) {
  auto& counts = decoder_.exporters().exporter(exporter).counts.incomplete;
  for (std::size_t bit = 0; bit < completeness_.items().size(); ++bit) {
    if ((missing >> bit & 1) != 0) ++counts[completeness_.items()[bit]];
  }
}

void InputPath::on_refused(const Datagram& datagram, Refusal reason) {
  if (dead_letters_ != nullptr) dead_letters_->write(datagram, to_string(reason));
}

}  // namespace flowcef
