#include "segment.hpp"

#include <algorithm>
#include <cassert>

namespace flowcef {

void Segment::append(std::uint64_t bytes, std::uint64_t lines) noexcept {
  end_.offset += bytes;
  end_.lines += lines;
  unread_lines_ += lines;
  file_bytes_ += bytes;
}

void Segment::take(std::uint64_t bytes, std::uint64_t lines) {
  assert(bytes <= unread_bytes() && lines <= unread_lines_);
  taken_.push_back({read_, lines, false});
  read_ += bytes;
  unread_lines_ -= lines;
}

void Segment::skip(std::uint64_t bytes, std::uint64_t lines) {
  const std::uint64_t offset = read_;
  take(bytes, lines);
  release(offset);
}

bool Segment::release(std::uint64_t offset) {
  const auto found = std::ranges::lower_bound(taken_, offset, {}, &Taken::offset);
  if (found == taken_.end() || found->offset != offset || found->released) return false;
  found->released = true;
  if (found != taken_.begin()) return false;
  while (!taken_.empty() && taken_.front().released) {
    progress_.lines += taken_.front().lines;
    taken_.pop_front();
  }
  progress_.offset = taken_.empty() ? read_ : taken_.front().offset;
  return true;
}

}  // namespace flowcef
