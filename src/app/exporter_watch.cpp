#include "flowcef/app/exporter_watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace flowcef {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
/// Between two surveys; longer, and nobody knows what was sent meanwhile.
constexpr std::int64_t kBlindNs = 10 * kSecondNs;
/// A worker that has told nothing for so long waits for an output or is stopped.
constexpr std::int64_t kStaleNs = 4 * kSecondNs;
/// What was sent longer ago comes out of files.
constexpr std::int64_t kLiveNs = 120 * kSecondNs;
/// What has not come by then will not come any more.
constexpr std::int64_t kReorderNs = 5 * kSecondNs;
constexpr std::int64_t kTemplateNs = 60 * kSecondNs;
/// The clock of an export header has seconds only.
constexpr std::int64_t kSameClockMs = 2'000;
constexpr std::int64_t kClockStepMs = 10'000;

constexpr auto kTemplateMissing = static_cast<std::size_t>(Refusal::template_missing);

std::uint64_t refused(const ExporterCounts& counts) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts.refused) sum += count;
  return sum;
}

/// Of one exporter, by another worker.
void add(ExporterReport& into, const ExporterReport& other) {
  if (other.last_heard_ns > into.last_heard_ns) {
    into.last_heard_ns = other.last_heard_ns;
    into.signs.clock = other.signs.clock;
    into.signs.redefined_template = other.signs.redefined_template;
    into.signs.sampling_before = other.signs.sampling_before;
    into.signs.sampling_now = other.signs.sampling_now;
  }
  into.counts.add(other.counts);
  into.missing += other.missing;
  into.taken_ns = std::min(into.taken_ns, other.taken_ns);
  into.signs.timed_sets += other.signs.timed_sets;
  into.signs.event_sets += other.signs.event_sets;
  into.signs.held_sets += other.signs.held_sets;
  into.signs.recovered_sets += other.signs.recovered_sets;
  into.signs.abandoned_sets += other.signs.abandoned_sets;
  into.signs.templates_redefined += other.signs.templates_redefined;
  into.signs.sampling_changes += other.signs.sampling_changes;
}

std::string seconds(std::int64_t ns) {
  return std::to_string(ns / kSecondNs) + " s";
}

std::string seconds_of_ms(std::int64_t ms) {
  return std::to_string((std::abs(ms) + 500) / 1000) + " s";
}

Finding finding(EventKind kind, const std::pair<std::string, IpAddress>& key, std::string text) {
  Finding found{kind, key.second.to_string() + ' ' + key.first, key.second, std::move(text), {}};
  return found;
}

/// Returns: what was told.
bool tell_with_place(const ReportFinding& tell, const std::pair<std::string, IpAddress>& key, Finding found) {
  add_place(found.keys, "Input", key.first);
  return tell(std::move(found));
}

}  // namespace

void ExporterWatch::compare(const BridgeSurvey& now, const EventsConfig& config, const ReportFinding& report) {
  config_ = config;
  elapsed_ns_ = now_ns_ == 0 ? 0 : now.taken_ns - now_ns_;
  now_ns_ = now.taken_ns;
  std::map<Key, ExporterReport> reports;
  for (const ExporterReport& exporter : now.exporters) {
    if (!exporter.is_live || standing_of(exporter.counts) == Standing::stranger) continue;
    const auto [known, is_new] = reports.try_emplace({exporter.input, exporter.address}, exporter);
    if (!is_new) add(known->second, exporter);
  }
  std::erase_if(watched_, [&](const auto& entry) {
    const bool has_input = std::ranges::find(now.inputs, entry.first.first, &InputReport::name) != now.inputs.end();
    return !has_input || (!reports.contains(entry.first) && !is_known(entry.second));
  });
  for (const auto& [key, exporter] : reports) {
    const auto known = watched_.find(key);
    if (known != watched_.end()) {
      take(key, known->second, exporter, report);
    } else if (watched_.size() < kMaxWatched) {
      begin(watched_[key], exporter);
    }
  }
  for (auto& [key, watched] : watched_) {
    if (!reports.contains(key)) take(key, watched, watched.before, report);
  }
}

void ExporterWatch::begin(Watched& watched, const ExporterReport& report) const {
  const ExporterRhythm rhythm = watched.rhythm;
  watched = {};
  watched.rhythm = rhythm;
  watched.before = watched.booked = report;
  watched.lost_told = report.counts.sequence.lost;
  watched.undecoded_told = report.counts.refused[kTemplateMissing];
  watched.redefined_told = report.signs.templates_redefined;
  watched.sampling_told = report.signs.sampling_changes;
}

void ExporterWatch::take(const Key& key, Watched& watched, const ExporterReport& report, const ReportFinding& tell) {
  // It had to make room in the table of its worker, and its counts began anew.
  const ExporterCounts& known = watched.before.counts;
  if (report.counts.datagrams < known.datagrams || report.counts.records < known.records) {
    const bool was_silent = watched.is_silent;
    begin(watched, report);
    watched.before.counts.datagrams = 0;
    watched.is_silent = was_silent;
  }
  // Of one that another sender's records name, no datagrams are counted.
  const bool is_heard = report.counts.datagrams > known.datagrams || report.counts.records > known.records;
  const bool is_stale = &report != &watched.before && now_ns_ - report.taken_ns > kStaleNs;
  if (is_stale || elapsed_ns_ > kBlindNs || elapsed_ns_ < 0) watched.rhythm.pause(elapsed_ns_);
  if (&report != &watched.before) watched.before = report;
  watch_silence(key, watched, is_heard, tell);
  watch_losses(key, watched, tell);
  watch_templates(key, watched, tell);
  watch_sampling(key, watched, tell);
  watch_clock(key, watched, tell);
}

bool ExporterWatch::is_known(const Watched& watched) const {
  return watched.before.counts.records != 0 && watched.rhythm.is_known(to_ns(config_.silent_after));
}

/// Returns: nanoseconds; 0: its silence is no news.
std::int64_t ExporterWatch::patience_with(const Watched& watched) const {
  if (watched.before.silent_after) return to_ns(*watched.before.silent_after);
  const bool tells_events = watched.before.signs.event_sets > watched.before.signs.timed_sets;
  if (tells_events || config_.silent_after.count() == 0) return 0;
  return std::max(to_ns(config_.silent_after), ExporterRhythm::kPatience * watched.rhythm.longest_gap());
}

void ExporterWatch::watch_silence(const Key& key, Watched& watched, bool is_heard, const ReportFinding& tell) {
  const std::int64_t patience = patience_with(watched);
  const std::int64_t silence = watched.rhythm.silent_for(now_ns_);
  const bool is_long = patience != 0 && is_known(watched) && silence >= patience;
  const std::int64_t wanted = to_ns(config_.silent_after);
  const std::int64_t long_gap = wanted == 0 ? std::numeric_limits<std::int64_t>::max() : wanted + wanted / 2;
  if (is_heard && std::abs(now_ns_ - watched.before.last_heard_ns) < kLiveNs) {
    watched.rhythm.heard(now_ns_, long_gap, watched.is_silent || is_long);
    if (std::exchange(watched.is_silent, false)) watched.back_after_ns = silence;
  } else if (!watched.is_silent && is_long) {
    Finding found = finding(EventKind::exporter_silent, key,
                            "nothing came for " + seconds(silence) + ", and gaps of " +
                                seconds(watched.rhythm.longest_gap()) + " at most are usual with it");
    found.keys.push_back(own_key("SilentSeconds", static_cast<std::uint64_t>(silence / kSecondNs)));
    watched.is_silent = tell_with_place(tell, key, std::move(found));
    if (watched.is_silent) watched.back_after_ns = 0;
  }
  if (watched.back_after_ns != 0) {
    Finding found = finding(EventKind::exporter_back, key, "heard again after " + seconds(watched.back_after_ns));
    found.keys.push_back(own_key("SilentSeconds", static_cast<std::uint64_t>(watched.back_after_ns / kSecondNs)));
    if (tell_with_place(tell, key, std::move(found))) watched.back_after_ns = 0;
  }
  const bool is_seldom = patience != 0 && is_known(watched) && watched.rhythm.is_seldom();
  if (!is_seldom) {
    watched.is_seldom = false;
  } else if (!watched.is_seldom) {
    Finding found = finding(EventKind::exporter_interval, key,
                            "heard every " + seconds(watched.rhythm.longest_gap()) +
                                " only: flows reach the SIEM as late, and silence is noticed after three times that");
    watched.is_seldom = tell_with_place(tell, key, std::move(found));
  }
}

void ExporterWatch::watch_losses(const Key& key, Watched& watched, const ReportFinding& tell) const {
  const std::uint64_t lost = watched.before.counts.sequence.lost + watched.before.missing;
  if (lost <= watched.lost_told) {
    watched.lost_since_ns = 0;
    return;
  }
  if (watched.lost_since_ns == 0) {
    watched.lost_since_ns = now_ns_;
    watched.lost_for_sure = lost;
  }
  watched.lost_for_sure = std::min(watched.lost_for_sure, lost);
  if (now_ns_ - watched.lost_since_ns < kReorderNs) return;
  const std::uint64_t count = watched.lost_for_sure - watched.lost_told;
  Finding found = finding(EventKind::sequence_gap, key,
                          "sequence numbers say that " + std::to_string(count) +
                              " were lost on the way: flows of NetFlow v5, datagrams of v9, records of IPFIX");
  found.keys.push_back(count_key(count));
  if (tell_with_place(tell, key, std::move(found))) watched.lost_told = watched.lost_for_sure;
  watched.lost_since_ns = 0;
}

void ExporterWatch::watch_templates(const Key& key, Watched& watched, const ReportFinding& tell) const {
  const std::uint64_t waiting = watched.before.signs.waiting_sets();
  const std::uint64_t undecoded = watched.before.counts.refused[kTemplateMissing];
  if (waiting == 0) {
    watched.waiting_since_ns = 0;
    watched.waiting_told = false;
  } else if (watched.waiting_since_ns == 0) {
    watched.waiting_since_ns = now_ns_;
  }
  const bool waits_long = waiting != 0 && now_ns_ - watched.waiting_since_ns >= kTemplateNs && !watched.waiting_told;
  if (undecoded > watched.undecoded_told || waits_long) {
    const std::uint64_t lost = undecoded - std::min(undecoded, watched.undecoded_told);
    Finding found = finding(EventKind::template_missing, key,
                            std::to_string(lost) + " data sets could not be decoded, and " + std::to_string(waiting) +
                                " wait for a template that has not come");
    found.keys.push_back(count_key(lost));
    found.keys.push_back(own_key("WaitingSets", waiting));
    if (tell_with_place(tell, key, std::move(found))) {
      watched.undecoded_told = undecoded;
      watched.waiting_told = waiting != 0;
    }
  }
  const ExporterSigns& signs = watched.before.signs;
  if (signs.templates_redefined <= watched.redefined_told) return;
  const std::uint64_t redefined = signs.templates_redefined - watched.redefined_told;
  Finding found = finding(EventKind::template_redefined, key,
                          std::to_string(redefined) + " templates have other fields than before, the latest with id " +
                              std::to_string(signs.redefined_template));
  found.keys.push_back(count_key(redefined));
  found.keys.push_back(own_key("TemplateId", signs.redefined_template));
  if (tell_with_place(tell, key, std::move(found))) watched.redefined_told = signs.templates_redefined;
}

void ExporterWatch::watch_sampling(const Key& key, Watched& watched, const ReportFinding& tell) const {
  const ExporterSigns& signs = watched.before.signs;
  if (signs.sampling_changes <= watched.sampling_told) return;
  Finding found = finding(EventKind::sampling_changed, key,
                          "one packet out of " + std::to_string(signs.sampling_now) + " is sampled, before it was " +
                              std::to_string(signs.sampling_before));
  found.keys.push_back(count_key(signs.sampling_changes - watched.sampling_told));
  found.keys.push_back(own_key("SamplingIntervalBefore", signs.sampling_before));
  found.keys.push_back(own_key("SamplingIntervalNow", signs.sampling_now));
  if (tell_with_place(tell, key, std::move(found))) watched.sampling_told = signs.sampling_changes;
}

/// What two windows in a row agree in is the clock, and not a delay.
void ExporterWatch::watch_clock(const Key& key, Watched& watched, const ReportFinding& tell) const {
  const ExporterClock& clock = watched.before.signs.clock;
  if (clock.windows() == watched.clock_windows) return;
  watched.clock_windows = clock.windows();
  const auto before = std::exchange(watched.clock_window_ms, clock.behind_ms());
  if (!before || std::abs(clock.behind_ms() - *before) > kSameClockMs) return;
  const std::int64_t behind = clock.behind_ms();
  const std::string_view direction = behind < 0 ? " ahead of" : " behind";
  const std::string where = "its clock is " + seconds_of_ms(behind) + std::string(direction) + " ours";
  if (watched.clock_ms && std::abs(behind - *watched.clock_ms) >= kClockStepMs) {
    const std::int64_t step = *watched.clock_ms - behind;
    Finding found = finding(EventKind::clock_step, key,
                            "its clock went " + seconds_of_ms(step) + (step < 0 ? " back: " : " forward: ") + where);
    found.keys.push_back({"ClockStepMilliseconds", std::to_string(step), true});
    if (!tell_with_place(tell, key, std::move(found))) return;
  }
  watched.clock_ms = behind;
  const std::int64_t limit = config_.clock_skew.count();
  const bool is_skewed = limit != 0 && std::abs(behind) > (watched.is_skewed ? limit - limit / 10 : limit);
  if (is_skewed == watched.is_skewed) return;
  Finding found = finding(is_skewed ? EventKind::clock_skew : EventKind::clock_right, key, where);
  found.keys.push_back({"ClockBehindMilliseconds", std::to_string(behind), true});
  if (tell_with_place(tell, key, std::move(found))) watched.is_skewed = is_skewed;
}

void ExporterWatch::books(const ReportFinding& report) {
  std::size_t told = 0;
  for (auto& [key, watched] : watched_) {
    const ExporterCounts& now = watched.before.counts;
    const ExporterCounts before = watched.booked.counts;
    if ((now.datagrams <= before.datagrams && now.records <= before.records) || !is_known(watched)) continue;
    if (++told > kMaxBooks) return;
    const auto since = [](std::uint64_t count, std::uint64_t earlier) { return count - std::min(count, earlier); };
    const std::uint64_t records = since(now.records, before.records);
    const std::uint64_t lost = since(now.sequence.lost, before.sequence.lost);
    Finding found = finding(EventKind::exporter_books, key,
                            std::to_string(records) + " records, " + std::to_string(lost) + " lost on the way");
    found.keys = {own_key("BooksDatagrams", since(now.datagrams, before.datagrams)),
                  own_key("BooksRecords", records),
                  own_key("BooksLost", lost),
                  own_key("BooksRefused", since(refused(now), refused(before))),
                  own_key("BooksRestarts", since(now.sequence.restarted, before.sequence.restarted)),
                  own_key("BooksWaitingSets", watched.before.signs.waiting_sets()),
                  own_key("BooksTemplates", watched.before.templates)};
    if (tell_with_place(report, key, std::move(found))) watched.booked = watched.before;
  }
}

}  // namespace flowcef
