#include "flowcef/app/input_path.hpp"

#include <utility>

namespace flowcef {

InputPath::InputPath(const ElementRegistry& registry, InputState& input, ExporterMemory& memory,
                     DeadLetterFile* dead_letters, Render render)
    : input_(input),
      config_(input.config),
      memory_(memory),
      dead_letters_(dead_letters),
      render_(std::move(render)),
      completeness_(config_.require, registry),
      decoder_(registry, input, decode_counters_, *this),
      merger_([this](const DataSet& set) {
        ExportContext context = set.context;
        decoder_.exporters().refresh(context);
        take_records({set.layout, context, set.template_id, set.records, set.record_count, set.positions,
                      set.positions_per_record, set.list_items, set.list_ends});
      }),
      delay_([this](const Datagram& datagram) { decode_admitted(datagram); },
             [this](const IpAddress& exporter, std::uint64_t session) { forget_session(exporter, session); }) {
  delay_.set_wait(config_.wait);
  open_admission();
  open_log(registry);
}

void InputPath::open_admission() {
  const std::size_t rate = config_.max_datagrams_per_second_per_exporter;
  admission_.emplace(config_.exporters, rate == kUnlimited ? 0 : rate);
}

void InputPath::open_log(const ElementRegistry& registry) {
  log_.reset();
  DataSetHandler& handler = *this;
  if (config_.log) log_.emplace(registry, input_, decoder_.exporters(), decode_counters_, handler);
}

void InputPath::reconfigure(const ElementRegistry& registry, DeadLetterFile* dead_letters) {
  dead_letters_ = dead_letters;
  completeness_ = Completeness(config_.require, registry);
  delay_.set_wait(config_.wait);
  open_admission();
  decoder_.reconfigure(registry);
  open_log(registry);
}

void InputPath::decode(const Datagram& datagram) {
  switch (admission_->admit(datagram.exporter.address, datagram.received_ns)) {
    case Admission::Verdict::admitted:
      break;
    case Admission::Verdict::not_allowed:
      return decoder_.refuse(datagram, Refusal::exporter_not_allowed);
    case Admission::Verdict::over_rate:
      return decoder_.refuse(datagram, Refusal::rate_exceeded);
  }
  if (replicator_) replicator_->take(datagram);
  if (!delay_.is_in_use()) return decode_admitted(datagram);
  delay_.push(datagram, DelayLine::Clock::now());
}

void InputPath::end_session(const IpAddress& exporter, std::uint64_t session) {
  if (!delay_.is_in_use()) return forget_session(exporter, session);
  delay_.push_end(exporter, session, DelayLine::Clock::now());
}

/// With its domains go the tables that records which are kept want to be shown with.
void InputPath::forget_session(const IpAddress& exporter, std::uint64_t session) {
  merger_.flush(session);
  decoder_.end_session(exporter, session);
}

void InputPath::tick(std::int64_t now_ns) {
  decoder_.tick(now_ns);
  merger_.advance(FlowMerger::Clock::now());
}

void InputPath::finish() {
  delay_.flush();
  decoder_.finish();
  merger_.flush();
}

void InputPath::decode_admitted(const Datagram& datagram) {
  if (!log_) return decoder_.decode(datagram);
  if (!log_->decode(datagram)) decoder_.refuse(datagram, Refusal::unmatched_line);
}

void InputPath::fill(Lookups* lookups) {
  feeder_.reset();
  if (lookups != nullptr) feeder_.emplace(*lookups, input_.name);
}

void InputPath::replicate_by(std::unique_ptr<Replicator> replicator) {
  flush();
  replicator_ = std::move(replicator);
}

void InputPath::on_data_set(const DataSet& set) {
  if (feeder_) feeder_->feed(set);
  const ExporterSettings* settings = set.context.settings;
  if (!config_.send) {
    filter_counters_.lookup_only.add(set.record_count);
  } else if (set.layout.options && !config_.options_records) {
    filter_counters_.options_records.add(set.record_count);
  } else if (!memory_.double_exports.keeps(set)) {
    filter_counters_.double_exports.add(set.record_count);
  } else if (settings != nullptr && settings->counters == CounterMeaning::total) {
    take_records(memory_.running_totals.added(set, filter_counters_.totals_forgotten));
  } else {
    merge(set);
  }
}

void InputPath::merge(const DataSet& set) {
  const ExporterSettings* settings = set.context.settings;
  if (settings == nullptr || settings->merge == settings->merge.zero()) return take_records(set);
  merger_.take(set, settings->merge, FlowMerger::Clock::now());
}

void InputPath::take_records(const DataSet& set) {
  const ExporterSettings* settings = set.context.settings;
  if (settings != nullptr && !settings->own_exports) {
    const OwnExports own_exports(set);
    render_chosen(set, &own_exports);
  } else if (completeness_.always_complete(set.layout)) {
    render_(set);
  } else {
    render_chosen(set, nullptr);
  }
}

/// Runs of chosen records, which are mostly the whole set, go on as data sets of their own.
void InputPath::render_chosen(const DataSet& set, const OwnExports* own_exports) {
  std::uint32_t run_begin = 0;
  for (std::uint32_t i = 0; i <= set.record_count; ++i) {
    if (i != set.record_count && is_chosen(set, i, own_exports)) continue;
    if (i != run_begin) render_(slicer_.slice(set, run_begin, i - run_begin));
    run_begin = i + 1;
  }
}

/// Counts what is not.
bool InputPath::is_chosen(const DataSet& set, std::uint32_t index, const OwnExports* own_exports) {
  if (own_exports != nullptr && own_exports->has(index)) {
    filter_counters_.own_exports.add();
    return false;
  }
  const std::uint32_t missing = completeness_.check(set, index);
  if (missing == 0) return true;
  filter_counters_.incomplete.add();
  count_missing(set.context.exporter.address, missing);
  return false;
}

void InputPath::count_missing(const IpAddress& exporter, std::uint32_t missing) {
  auto& counts = decoder_.exporters().exporter(exporter).counts.incomplete;
  for (std::size_t bit = 0; bit < completeness_.items().size(); ++bit) {
    if ((missing >> bit & 1) != 0) ++counts[completeness_.items()[bit]];
  }
}

void InputPath::on_refused(const Datagram& datagram, Refusal reason) {
  if (report_refused_) report_refused_(datagram, reason);
  if (dead_letters_ != nullptr) dead_letters_->write(datagram, to_string(reason));
}

}  // namespace flowcef
