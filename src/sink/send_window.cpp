#include "flowcef/sink/send_window.hpp"

#include <algorithm>
#include <cassert>

namespace flowcef {
namespace {

/// Returns: where the frame of a line begins in its batch.
std::size_t frame_begin(const LineBatch& batch, std::size_t line) {
  return line == 0 ? 0 : batch.lines()[line - 1].frame_end;
}

}  // namespace

std::size_t SendWindow::Piece::offset() const noexcept {
  return frame_begin(*batch, first_line);
}

std::size_t SendWindow::Piece::line_at(std::uint64_t position) const {
  const auto lines = batch->lines();
  const std::uint64_t in_batch = position - begin + offset();
  const auto found =
      std::ranges::partition_point(lines, [in_batch](const LineRef& line) { return line.frame_end <= in_batch; });
  return static_cast<std::size_t>(found - lines.begin());
}

std::uint64_t SendWindow::Piece::begin_of(std::size_t line) const noexcept {
  return begin + frame_begin(*batch, line) - offset();
}

SendWindow::~SendWindow() {
  for (const Parcel& parcel : take_all()) release_(*parcel.batch);
}

void SendWindow::append(Parcel parcel) {
  assert(parcel && !parcel.batch->empty());
  unsettled_ += parcel.unsettled();
  pieces_.push_back({std::move(parcel.batch), parcel.first_line, end_, parcel.settled, parcel.written});
  end_ = pieces_.back().end();
}

std::vector<Parcel> SendWindow::take_all() {
  std::vector<Parcel> parcels;
  for (Piece& piece : pieces_) {
    const std::size_t first = piece.line_at(std::max(piece.begin, kept_));
    parcels.push_back({std::move(piece.batch), first, piece.settled, piece.written});
  }
  pieces_.clear();
  kept_ = begin_ = acknowledged_ = written_ = end_;
  unsettled_ = 0;
  return parcels;
}

void SendWindow::begin_connection() {
  begin_ = acknowledged_ = written_ = kept_;
}

std::string_view SendWindow::to_write(std::size_t most) const {
  const std::size_t index = piece_at(written_);
  if (index == pieces_.size()) return {};
  const Piece& piece = pieces_[index];
  return piece.batch->bytes().substr(written_ - piece.begin + piece.offset(), most);
}

std::size_t SendWindow::wrote(std::size_t bytes) {
  const std::uint64_t before = written_;
  written_ += bytes;
  assert(written_ <= end_);
  std::size_t repeated = 0;
  for (std::size_t i = piece_at(before); i < pieces_.size() && pieces_[i].begin < written_; ++i) {
    Piece& piece = pieces_[i];
    const std::size_t first = piece.line_at(std::max(before, piece.begin));
    const std::size_t last = piece.line_at(std::min(written_, piece.end()));
    repeated += std::max(first, std::min(last, piece.written)) - first;
    piece.written = std::max(piece.written, last);
  }
  return repeated;
}

SendWindow::Lines SendWindow::acknowledged(std::uint64_t bytes) {
  const std::uint64_t before = acknowledged_;
  acknowledged_ = std::max(before, std::min(begin_ + bytes, written_));
  Lines settled;
  for (std::size_t i = piece_at(before); i < pieces_.size() && pieces_[i].begin < acknowledged_; ++i) {
    Piece& piece = pieces_[i];
    const std::size_t last = piece.line_at(std::min(acknowledged_, piece.end()));
    if (last <= piece.settled) continue;
    settled.lines += last - piece.settled;
    settled.bytes += frame_begin(*piece.batch, last) - frame_begin(*piece.batch, piece.settled);
    piece.settled = last;
  }
  unsettled_ -= settled.lines;
  return settled;
}

void SendWindow::keep(std::size_t bytes) {
  if (acknowledged_ - kept_ <= bytes) return;  // also if what was let go of would be kept now
  std::uint64_t position = acknowledged_ - bytes;
  if (const std::size_t index = piece_at(position); index < pieces_.size()) {
    const Piece& piece = pieces_[index];
    position = piece.begin_of(piece.line_at(position));
  }
  let_go_before(position);
}

SendWindow::Front SendWindow::front() const {
  for (const Piece& piece : pieces_) {
    if (piece.settled < piece.batch->lines().size()) return {piece.batch, std::max(piece.settled, piece.first_line)};
  }
  return {};
}

void SendWindow::settle(std::size_t lines) {
  const auto piece = std::ranges::find_if(
      pieces_, [](const Piece& candidate) { return candidate.settled < candidate.batch->lines().size(); });
  assert(piece != pieces_.end() && piece->settled + lines <= piece->batch->lines().size());
  piece->settled += lines;
  piece->written = std::max(piece->written, piece->settled);
  unsettled_ -= lines;
  let_go_before(piece->begin_of(piece->settled));
  begin_connection();
}

std::uint64_t SendWindow::line_end(std::uint64_t bytes) const {
  const std::uint64_t position = begin_ + bytes;
  const std::size_t index = piece_at(position);
  if (index == pieces_.size()) return end_ - begin_;
  const Piece& piece = pieces_[index];
  return piece.begin_of(piece.line_at(position) + 1) - begin_;
}

std::size_t SendWindow::piece_at(std::uint64_t position) const {
  const auto found =
      std::ranges::partition_point(pieces_, [position](const Piece& piece) { return piece.end() <= position; });
  return static_cast<std::size_t>(found - pieces_.begin());
}

void SendWindow::let_go_before(std::uint64_t position) {
  kept_ = position;
  while (!pieces_.empty() && pieces_.front().end() <= kept_) {
    release_(*pieces_.front().batch);
    pieces_.pop_front();
  }
}

}  // namespace flowcef
