#include "flowcef/app/output_watch.hpp"

#include <algorithm>

namespace flowcef {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDownNs = 3 * kSecondNs;
constexpr std::int64_t kSlowNs = 5 * kSecondNs;
constexpr std::int64_t kSpoolingNs = 5 * kSecondNs;

Finding finding(EventKind kind, const OutputStatus& output, std::string text) {
  Finding found{kind, output.config.name, {}, std::move(text), {}};
  return found;
}

bool tell_with_place(const ReportFinding& tell, const OutputStatus& output, Finding found) {
  add_place(found.keys, "Output", output.config.name);
  return tell(std::move(found));
}

bool is_one_of(LinkState state, std::initializer_list<LinkState> states) {
  return std::ranges::find(states, state) != states.end();
}

/// Whether it tries to reach a receiver, and reaches none.
bool is_down(const OutputStatus& output) {
  const auto reaches = [](const LinkStatus& link) {
    return is_one_of(link.state, {LinkState::open, LinkState::stalled, LinkState::closing});
  };
  const auto tries = [](const LinkStatus& link) { return is_trying(link.state); };
  return std::ranges::any_of(output.links, tries) && std::ranges::none_of(output.links, reaches);
}

bool is_stalled(const OutputStatus& output) {
  return std::ranges::any_of(output.links, [](const LinkStatus& link) { return link.state == LinkState::stalled; });
}

std::string latest_error(const OutputStatus& output) {
  const auto latest = std::ranges::max_element(output.links, {}, &LinkStatus::error_at);
  return latest == output.links.end() ? "" : latest->error;
}

std::uint64_t percent_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : part / std::max<std::uint64_t>(1, whole / 100);
}

}  // namespace

void OutputWatch::begin(const std::vector<OutputStatus>& outputs) {
  for (const OutputStatus& output : outputs) {
    Watched& watched = watched_[output.config.name];
    watched.dropped_told = output.counts.dropped_lines();
    watched.dropped_by_reason = output.counts.dropped;
  }
}

void OutputWatch::compare(const std::vector<OutputStatus>& outputs, std::int64_t now_ns, const ReportFinding& report) {
  now_ns_ = now_ns;
  std::erase_if(watched_, [&](const auto& entry) {
    return std::ranges::none_of(outputs, [&](const OutputStatus& output) { return output.config.name == entry.first; });
  });
  for (const OutputStatus& output : outputs) {
    const auto [known, is_new] = watched_.try_emplace(output.config.name);
    Watched& watched = known->second;
    watch_reach(watched, output, report);
    watch_pace(watched, output, report);
    watch_spool(watched, output, report);
    watch_drops(watched, output, report);
  }
}

bool OutputWatch::is_news(Condition& condition, bool holds, std::int64_t least_ns) const {
  if (!holds) {
    condition.since_ns = 0;
    return false;
  }
  if (condition.since_ns == 0) condition.since_ns = now_ns_;
  return !condition.told && now_ns_ - condition.since_ns >= least_ns;
}

void OutputWatch::watch_reach(Watched& watched, const OutputStatus& output, const ReportFinding& tell) const {
  const bool down = is_down(output);
  if (is_news(watched.down, down, kDownNs)) {
    const std::string error = latest_error(output);
    Finding found =
        finding(EventKind::output_down, output, "no receiver is reached" + (error.empty() ? "" : ": " + error));
    if (!error.empty()) found.keys.push_back({"reason", error, false});
    found.keys.push_back(own_key("QueuedLines", output.counts.queued));
    watched.down.told = tell_with_place(tell, output, std::move(found));
  } else if (!down && watched.down.told) {
    Finding found = finding(EventKind::output_up, output, "a receiver is reached again");
    watched.down.told = !tell_with_place(tell, output, std::move(found));
  }
}

void OutputWatch::watch_pace(Watched& watched, const OutputStatus& output, const ReportFinding& tell) const {
  const std::uint64_t share = percent_of(output.queue_bytes, output.config.queue_bytes);
  const bool slow = !is_down(output) && (share >= (watched.slow.told ? 25 : 50) || is_stalled(output));
  if (is_news(watched.slow, slow, kSlowNs)) {
    Finding found = finding(EventKind::output_slow, output,
                            (is_stalled(output) ? "its receiver takes nothing; the queue is " : "the queue is ") +
                                std::to_string(share) + " % full");
    found.keys = {own_key("QueuedLines", output.counts.queued), own_key("QueuePercent", share)};
    watched.slow.told = tell_with_place(tell, output, std::move(found));
  } else if (!slow && watched.slow.told) {
    Finding found = finding(
        EventKind::output_fast, output,
        is_down(output) ? "no receiver is reached any more" : "the queue is " + std::to_string(share) + " % full");
    watched.slow.told = !tell_with_place(tell, output, std::move(found));
  }
}

void OutputWatch::watch_spool(Watched& watched, const OutputStatus& output, const ReportFinding& tell) const {
  const std::uint64_t lines = output.counts.spooled;
  const std::uint64_t share = output.config.spool ? percent_of(output.spool_bytes, output.config.spool->max_bytes) : 0;
  const auto told = [&](EventKind kind, std::string text) {
    Finding found = finding(kind, output, std::move(text));
    found.keys = {own_key("SpooledLines", lines), own_key("SpoolBytes", output.spool_bytes),
                  own_key("SpoolPercent", share)};
    return tell_with_place(tell, output, std::move(found));
  };
  if (is_news(watched.spooling, lines != 0, kSpoolingNs)) {
    watched.spooling.told = told(EventKind::output_spooling, std::to_string(lines) + " lines wait on disk");
  } else if (lines == 0 && watched.spooling.told) {
    watched.spooling.told = !told(EventKind::output_caught_up, "no lines wait on disk any more");
  }
  if (is_news(watched.near_full, share >= 80, 0)) {
    watched.near_full.told = told(EventKind::spool_near_full, "the spool is " + std::to_string(share) +
                                                                  " % full; lines are dropped once it is full");
  } else if (share < 60) {
    watched.near_full.told = false;
  }
  const std::string& trouble = output.spool_trouble;
  if (is_news(watched.spool_trouble, !trouble.empty(), 0)) {
    watched.spool_trouble.told = told(EventKind::spool_near_full, "the spool takes no more: " + trouble);
  } else if (trouble.empty()) {
    watched.spool_trouble.told = false;
  }
}

void OutputWatch::watch_drops(Watched& watched, const OutputStatus& output, const ReportFinding& tell) {
  const std::uint64_t dropped = output.counts.dropped_lines();
  if (dropped < watched.dropped_told) {  // another output took over the name
    watched.dropped_told = 0;
    watched.dropped_by_reason.clear();
  }
  if (dropped <= watched.dropped_told) return;
  std::string reasons;
  for (const auto& [reason, lines] : output.counts.dropped) {
    if (lines > watched.dropped_by_reason[reason]) reasons += (reasons.empty() ? "" : ", ") + reason;
  }
  const std::uint64_t count = dropped - watched.dropped_told;
  Finding found = finding(EventKind::output_drops, output, std::to_string(count) + " lines were dropped: " + reasons);
  found.keys = {count_key(count), {"reason", reasons, false}};
  if (!tell_with_place(tell, output, std::move(found))) return;
  watched.dropped_told = dropped;
  watched.dropped_by_reason = output.counts.dropped;
}

void OutputWatch::books(const std::vector<OutputStatus>& outputs, const ReportFinding& report) const {
  for (const OutputStatus& output : outputs) {
    const OutputCounts& counts = output.counts;
    Finding found = finding(EventKind::output_books, output,
                            std::to_string(counts.delivered) + " lines delivered since the start, " +
                                std::to_string(counts.queued + counts.spooled) + " wait, " +
                                std::to_string(counts.dropped_lines()) + " dropped");
    found.keys = {own_key("BooksDelivered", counts.delivered), own_key("BooksQueued", counts.queued),
                  own_key("BooksSpooled", counts.spooled), own_key("BooksDropped", counts.dropped_lines()),
                  own_key("BooksRepeated", counts.repeated)};
    static_cast<void>(tell_with_place(report, output, std::move(found)));
  }
}

}  // namespace flowcef
