// What stands behind Spool: its segments, and who may touch what.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "batch_record.hpp"
#include "flowcef/log/rate_limiter.hpp"
#include "flowcef/spool/spool.hpp"
#include "segment.hpp"

namespace flowcef {

/// Nothing waits for the disk while it holds `state_`: what is on disk is written first and shown to others then, and is
/// hidden from them first and removed then. Order of locks: sync, write, read, progress, state.
class Spool::Impl {
 public:
  Impl(const SpoolConfig& config, Framing framing, SpoolFiles& files, Logger log)
      : dir_(config.dir), framing_(framing), files_(files), log_(std::move(log)), config_(config) {}

  SpoolFound open();
  void configure(const SpoolConfig& config);
  std::optional<std::vector<SpoolPlace>> append(std::span<const BatchRef> batches, Hand hand);
  void put_back(std::span<const SpoolEntry> entries);
  SpoolRead read_next();
  bool has_unread() const;
  void release(const SpoolPlace& place);
  std::optional<std::uint64_t> drop_oldest();
  void sync();
  void close();
  SpoolStatus status() const;

 private:
  using SegmentRef = std::shared_ptr<Segment>;
  using Segments = std::map<std::uint64_t, SegmentRef>;
  using Clock = std::chrono::steady_clock;

  /// The next record to be read.
  struct Target {
    SegmentRef segment;
    std::shared_ptr<SpoolFile> file;
    std::uint64_t offset;
    std::uint64_t end;
    std::uint64_t lines;  ///< at most so many are unsettled
  };
  struct Record {
    std::optional<RecordHeader> header;  ///< none: neither it nor what follows in the segment can be read
    BatchRef batch;                      ///< null: it is damaged
  };

  /// A log of what may go wrong with every batch.
  static constexpr auto kLogEvery = std::chrono::seconds(10);

  /// An error of a file that tells of what is on the disk, not of the state that the machine is in.
  static bool is_damage(const std::system_error& error);

  [[nodiscard]] std::string path_of(std::uint64_t number) const;
  void log_rarely(RateLimiter& limiter, const std::string& text);

  void find(std::uint64_t number, SpoolFound& found);
  void put_aside(std::uint64_t number, const std::string& reason);
  void remove_file(std::uint64_t number);

  /// With write_mutex_ held.
  [[nodiscard]] SpoolSync sync_mode() const;
  [[nodiscard]] bool fits(std::uint64_t bytes) const;
  [[nodiscard]] bool takes_more(std::uint64_t bytes, Hand hand) const;
  [[nodiscard]] SegmentRef make_segment(std::uint64_t number, std::span<const std::string_view> records,
                                        const std::optional<SegmentMark>& seal);
  void write_behind(const Segment& segment, std::span<const std::string_view> records);
  void note_unsynced(std::uint64_t number);
  void end_current();

  /// With read_mutex_ held.
  [[nodiscard]] std::optional<Target> next_target();
  [[nodiscard]] Record read(Target& target);
  void give_out(const Target& target, Record& record, SpoolRead& result);
  void hold_off(const std::system_error& error);

  void save_progress(Segment& segment);

  /// With state_ held.
  template <class Change>
  void change(Segment& segment, Change change) {
    count(segment, 0 - std::uint64_t{1});
    change(segment);
    count(segment, 1);
  }
  void count(const Segment& segment, std::uint64_t times);
  void show(const SegmentRef& segment);
  /// Returns: whether the segment has done its duty; it is hidden then, and its file is to be removed.
  [[nodiscard]] bool hide_if_done(const SegmentRef& segment);
  void hide(const SegmentRef& segment);
  [[nodiscard]] bool is_shown(const Segment& segment) const;
  [[nodiscard]] SegmentRef oldest_unread() const;
  [[nodiscard]] bool held_off() const;

  const std::string dir_;
  const Framing framing_;
  SpoolFiles& files_;
  const Logger log_;
  BatchPool pool_;

  std::mutex sync_mutex_;
  RateLimiter sync_log_{kLogEvery};

  std::mutex write_mutex_;
  SegmentRef current_;  ///< that is appended to; null: the next append makes one
  std::uint64_t next_number_ = 0;
  std::uint64_t front_number_ = 0;  ///< the next to be put in front of all others
  std::vector<std::uint64_t> unsynced_;
  bool folder_unsynced_ = false;

  std::mutex read_mutex_;
  std::vector<char> payload_;
  RateLimiter damage_log_{kLogEvery};

  std::mutex progress_mutex_;
  RateLimiter progress_log_{kLogEvery};

  mutable std::mutex state_;
  SpoolConfig config_;
  Segments segments_;
  SpoolStatus totals_;
  std::uint64_t unread_bytes_ = 0;
  Clock::time_point read_again_{};  ///< nothing is read before
};

}  // namespace flowcef
