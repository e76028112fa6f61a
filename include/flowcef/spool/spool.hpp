// Batches of lines on disk, in segment files: what is written at one end is read at the other, and gone once it is
// released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "flowcef/log/log.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/spool/spool_config.hpp"
#include "flowcef/spool/spool_files.hpp"

namespace flowcef {

/// Where a batch stands. Of no meaning to another run of the program.
struct SpoolPlace {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;

  friend auto operator<=>(const SpoolPlace&, const SpoolPlace&) = default;
};

/// A batch with what became of its lines so far: those before `first_line` are of no use any more, those before `settled`
/// count as delivered, but go once more. first_line <= settled <= number of lines.
struct SpoolEntry {
  BatchRef batch;
  std::size_t first_line = 0;
  std::size_t settled = 0;
};

struct SpooledBatch {
  SpoolEntry entry;
  SpoolPlace place;
};

struct SpoolStatus {
  std::uint64_t lines = 0;  ///< unread and unsettled
  std::uint64_t bytes = 0;  ///< of all segments' files
  std::uint64_t segments = 0;
};

/// What was found when it was opened.
struct SpoolFound {
  std::uint64_t lines = 0;  ///< that were not settled
  std::uint64_t segments = 0;
  std::uint64_t torn_bytes = 0;        ///< cut off at the end of a segment that was being written
  std::uint64_t damaged_segments = 0;  ///< put aside whole, see Spool
};

struct SpoolRead {
  std::optional<SpooledBatch> found;
  std::uint64_t lost = 0;  ///< lines on the way there that turned out to be damaged, and are gone
};

/// A batch is unread, then in somebody's hands, then released. What is not released when the program ends, in whatever
/// way, is unread when it starts again. Segments (spool/segment_format.hpp) are read in the order of their numbers, and
/// removed once all of them is released. A segment that cannot be read costs itself only: one with a damaged header stays
/// as NAME.damaged, for others the lines are counted (SpoolRead). All of it is logged.
///
/// Thread: any, but append(), put_back() and drop_oldest() from one at a time.
class Spool {
 public:
  /// Input:    `framing`: that batches are to have when they are read; those of another one are framed anew.
  /// Lifetime: keeps a reference to `files`; outlives all batches that it has given out.
  Spool(const SpoolConfig& config, Framing framing, SpoolFiles& files, Logger log);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Opens what an earlier run has left. Takes a time and memory that do not depend on how much that is, but for at most
  /// one segment that was being written.
  /// Errors: std::runtime_error naming the folder or file and what is wrong
  SpoolFound open();
  /// Only max_bytes, sync, replay and replay_rate may differ.
  void configure(const SpoolConfig& config);

  enum class Hand : std::uint8_t {
    unread,  ///< read_next() will find them
    taken,   ///< whoever appends them also sends them, and releases them
  };
  /// Writes batches behind all others, with sync "always" to the disk's platters. Either all of them are in the spool
  /// then or none.
  /// Input:   batches that are taken while others are unread begin a segment of their own.
  /// Returns: one place for each; nothing if max_bytes leaves no room. Where nothing is unread there always is, as what is
  ///          taken may stay so until there is more to be taken.
  /// Errors:  std::system_error, most likely ENOSPC or EDQUOT; nothing has changed, and it may be tried again.
  [[nodiscard]] std::optional<std::vector<SpoolPlace>> append(std::span<const BatchRef> batches, Hand hand);
  /// Writes batches before all others, max_bytes or not, for the end of the program.
  /// Errors: std::system_error; none of them is in the spool then.
  void put_back(std::span<const SpoolEntry> entries);

  /// Returns: the oldest unread batch, now taken; nothing if there is none, or if it cannot be read for now, as the
  ///          process may open no more files: has_unread() is false then for a second.
  [[nodiscard]] SpoolRead read_next();
  /// Returns: whether read_next() would find something.
  [[nodiscard]] bool has_unread() const;
  /// The batch need not come again.
  void release(const SpoolPlace& place);
  /// Makes room: removes the oldest unread lines, a segment of them.
  /// Returns: how many lines that were; nothing if there are none.
  std::optional<std::uint64_t> drop_oldest();

  /// Makes all that was appended outlast a loss of power, unless it does already or sync is "never". What fails is logged
  /// and tried again by the next call. Nobody waits for it but its caller.
  void sync();
  /// sync(), and no more is appended. To be called at an orderly end.
  void close();

  [[nodiscard]] SpoolStatus status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flowcef
