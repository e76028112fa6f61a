#include "flowcef/app/watch.hpp"

#include <utility>

namespace flowcef {
namespace {

constexpr std::uint8_t kWarning = 4;  // severity of an event that the log warns of

}  // namespace

void Watch::begin(const BridgeSurvey& now) {
  kernel_drops_told_ = now.books.value("kernel_drops");
  outputs_.begin(now.outputs);
}

std::vector<BridgeEvent> Watch::compare(const BridgeSurvey& now, const EventsConfig& config) {
  now_ns_ = now.taken_ns;
  const ReportFinding report = [&](Finding found) { return take(std::move(found), config); };
  outputs_.compare(now.outputs, now.taken_ns, report);
  watch_kernel(now, report);
  exporters_.compare(now, config, report);
  tell_books(now, config);
  return std::exchange(events_, {});
}

bool Watch::take(Finding found, const EventsConfig& config) {
  const auto held_back = limits_.allow(found.kind, found.subject, now_ns_, config.max_per_minute);
  if (!held_back) return false;
  if (*held_back != 0) found.keys.push_back(own_key("HeldBackEvents", *held_back));
  add(std::move(found));
  return true;
}

void Watch::add(Finding found) {
  const EventKindInfo& kind = info_of(found.kind);
  if (kind.logged) {
    log_->log(kind.severity >= kWarning ? spdlog::level::warn : spdlog::level::info, "{}: {} of={}", kind.signature,
              printable(found.text), printable(found.subject));
  }
  const bool is_routine = found.kind == EventKind::exporter_books || found.kind == EventKind::output_books;
  events_.push_back({kind.signature, kind.name, kind.severity, now_ns_ / 1'000'000, found.exporter,
                     std::move(found.text), std::move(found.keys), is_routine});
}

void Watch::watch_kernel(const BridgeSurvey& now, const ReportFinding& report) {
  const std::uint64_t drops = now.books.value("kernel_drops");
  if (drops <= kernel_drops_told_) return;
  const std::uint64_t count = drops - kernel_drops_told_;
  Finding found{EventKind::kernel_drops,
                "bridge",
                {},
                std::to_string(count) +
                    " datagrams came faster than they were read: raise receive_buffer and "
                    "net.core.rmem_max, or workers",
                {count_key(count)}};
  if (report(std::move(found))) kernel_drops_told_ = drops;
}

void Watch::tell_books(const BridgeSurvey& now, const EventsConfig& config) {
  if (booked_ns_ == 0 || now_ns_ < booked_ns_) booked_ns_ = now_ns_;
  if (config.books_every.count() == 0 || now_ns_ - booked_ns_ < to_ns(config.books_every)) return;
  booked_ns_ = now_ns_;
  const ReportFinding report = [this](Finding found) {
    add(std::move(found));
    return true;
  };
  exporters_.books(report);
  outputs_.books(now.outputs, report);
}

}  // namespace flowcef
