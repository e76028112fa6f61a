// Looks for blind spots at exporters: who is silent, what was lost on the way, whose clock is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "flowcef/app/event_report.hpp"
#include "flowcef/app/events_config.hpp"
#include "flowcef/app/exporter_rhythm.hpp"
#include "flowcef/app/survey.hpp"

namespace flowcef {

/// Bounded: further exporters are not watched, nor senders of which nothing was ever decoded. One that was heard too
/// seldom to be known makes room once nobody tells of it any more, so that made-up addresses cost neither memory nor
/// events.
/// Thread: one.
class ExporterWatch {
 public:
  static constexpr std::size_t kMaxWatched = 16'384;
  /// Books of so many exporters at a time.
  static constexpr std::size_t kMaxBooks = 1'024;

  void compare(const BridgeSurvey& now, const EventsConfig& config, const ReportFinding& report);
  void books(const ReportFinding& report);

 private:
  using Key = std::pair<std::string, IpAddress>;  ///< input and address

  struct Watched {
    ExporterReport before;  ///< as of the latest survey
    ExporterReport booked;  ///< as of the latest books
    ExporterRhythm rhythm;
    bool is_silent = false;
    std::int64_t back_after_ns = 0;  ///< the silence that is over, until that is told; 0: it is
    bool is_seldom = false;
    std::uint64_t lost_told = 0;
    std::uint64_t lost_for_sure = 0;  ///< the least since
    std::int64_t lost_since_ns = 0;   ///< 0: nothing is missing
    std::uint64_t undecoded_told = 0;
    std::int64_t waiting_since_ns = 0;  ///< 0: nothing waits
    bool waiting_told = false;
    std::uint64_t redefined_told = 0;
    std::uint64_t sampling_told = 0;
    std::uint64_t clock_windows = 0;
    std::optional<std::int64_t> clock_window_ms;
    std::optional<std::int64_t> clock_ms;  ///< as two windows had it
    bool is_skewed = false;
  };

  void begin(Watched& watched, const ExporterReport& report) const;
  void take(const Key& key, Watched& watched, const ExporterReport& report, const ReportFinding& tell);
  void watch_silence(const Key& key, Watched& watched, bool is_heard, const ReportFinding& tell);
  void watch_losses(const Key& key, Watched& watched, const ReportFinding& tell) const;
  void watch_templates(const Key& key, Watched& watched, const ReportFinding& tell) const;
  void watch_sampling(const Key& key, Watched& watched, const ReportFinding& tell) const;
  void watch_clock(const Key& key, Watched& watched, const ReportFinding& tell) const;
  [[nodiscard]] std::int64_t patience_with(const Watched& watched) const;
  [[nodiscard]] bool is_known(const Watched& watched) const;

  EventsConfig config_;
  std::map<Key, Watched> watched_;
  std::int64_t now_ns_ = 0;
  std::int64_t elapsed_ns_ = 0;  ///< since the survey before
};

}  // namespace flowcef
