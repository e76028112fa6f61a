#include <algorithm>

#include "segment_recovery.hpp"
#include "spool_impl.hpp"

namespace flowcef {

SpoolRead Spool::Impl::read_next() {
  const std::lock_guard reading(read_mutex_);
  SpoolRead result;
  while (!result.found) {
    std::optional<Target> target = next_target();
    if (!target) break;
    Record record;
    try {
      record = read(*target);
    } catch (const std::system_error& error) {
      if (!is_damage(error)) {
        hold_off(error);
        break;
      }
    }
    give_out(*target, record, result);
  }
  return result;
}

std::optional<Spool::Impl::Target> Spool::Impl::next_target() {
  const std::lock_guard lock(state_);
  if (held_off()) return std::nullopt;
  read_again_ = {};
  const SegmentRef segment = oldest_unread();
  if (segment == nullptr) return std::nullopt;
  return Target{segment, segment->file, segment->read(), std::min(segment->end().offset, segment->file_bytes()),
                segment->unread_lines()};
}

Spool::Impl::Record Spool::Impl::read(Target& target) {
  const SegmentHeader& segment = target.segment->header();
  if (target.file == nullptr) {
    target.file = files_.open(segment_name(segment.number));
    const std::lock_guard lock(state_);
    target.segment->file = target.file;
  }
  Record record;
  record.header = read_record_header(*target.file, target.offset, target.end);
  if (record.header && record.header->unsettled() > target.lines) record.header.reset();
  if (record.header && read_payload(*target.file, target.offset, *record.header, payload_)) {
    record.batch = decode_batch(*record.header, payload_, segment.framing, framing_, pool_);
  }
  return record;
}

void Spool::Impl::give_out(const Target& target, Record& record, SpoolRead& result) {
  const std::uint64_t number = target.segment->header().number;
  std::uint64_t lost = 0;
  bool done = false;
  {
    const std::lock_guard lock(state_);
    if (!is_shown(*target.segment)) return;  // dropped meanwhile
    change(*target.segment, [&](Segment& segment) {
      const auto skip = [&](std::uint64_t bytes, std::uint64_t lines) {
        segment.skip(bytes, lines);
        lost += lines;
      };
      if (!record.header) {
        skip(segment.unread_bytes(), segment.unread_lines());
      } else if (!record.batch) {
        skip(record.header->record_bytes(), record.header->unsettled());
      } else {
        segment.take(record.header->record_bytes(), record.header->unsettled());
        result.found = {{std::move(record.batch), record.header->first_line, record.header->settled},
                        {number, target.offset}};
      }
      if (segment.unread_bytes() > 0) return;
      if (segment.unread_lines() > 0) skip(0, segment.unread_lines());
      if (!segment.open) segment.file.reset();
    });
    done = hide_if_done(target.segment);
  }
  result.lost += lost;
  if (lost > 0) log_rarely(damage_log_, path_of(number) + ": " + std::to_string(lost) + " lines are damaged and lost");
  if (done) {
    remove_file(number);
  } else if (!result.found) {
    save_progress(*target.segment);
  }
}

void Spool::Impl::hold_off(const std::system_error& error) {
  constexpr auto kPause = std::chrono::seconds(1);
  log_rarely(damage_log_, std::string(error.what()) + ": tried again in a second");
  const std::lock_guard lock(state_);
  read_again_ = Clock::now() + kPause;
}

bool Spool::Impl::held_off() const {
  return read_again_ != Clock::time_point() && Clock::now() < read_again_;
}

Spool::Impl::SegmentRef Spool::Impl::oldest_unread() const {
  const auto found =
      std::ranges::find_if(segments_, [](const auto& entry) { return entry.second->unread_bytes() > 0; });
  return found == segments_.end() ? nullptr : found->second;
}

}  // namespace flowcef
