#include "flowcef/sink/output_feed.hpp"

#include <cstring>
#include <utility>

namespace flowcef {

OutputFeed::OutputFeed(LineSupply& supply, OutputQueue* detour)
    : supply_(supply), detour_(detour), window_([&supply](const LineBatch& batch) { supply.release(batch); }) {}

OutputFeed::~OutputFeed() {
  reach(LineSupply::Reach::unknown);
}

BatchPart OutputFeed::next() {
  SendWindow::Front front = window_.front();
  while (!front.batch && take()) front = window_.front();  // from disk may come some that are settled to the end
  return {std::move(front.batch), front.first_line, std::exchange(cut_line_, false)};
}

bool OutputFeed::take() {
  Parcel parcel = supply_.take();
  if (!parcel) return false;
  window_.append(std::move(parcel));
  return true;
}

void OutputFeed::give_back() {
  supply_.give_back(window_.take_all());
}

void OutputFeed::acknowledged(const SendWindow::Lines& lines) {
  books().delivered(lines.lines, lines.bytes);
  supply_.settled(lines.lines);
}

void OutputFeed::settle(std::size_t lines) {
  window_.settle(lines);
  supply_.settled(lines);
}

void OutputFeed::delivered(std::size_t lines, std::size_t bytes) {
  settle(lines);
  books().delivered(lines, bytes);
}

void OutputFeed::dropped(DropReason reason, std::size_t lines) {
  settle(lines);
  books().dropped(reason, lines);
}

void OutputFeed::dropped_by_errno(int error, std::size_t lines) {
  settle(lines);
  books().dropped_by_errno(error, lines);
}

void OutputFeed::divert(std::string_view message, std::uint64_t event) {
  LineBatch* const batch = diverted_.acquire();
  const auto length = static_cast<std::uint32_t>(message.size());
  batch->grow_to_fit(length + 1);
  std::memcpy(batch->tail(), message.data(), length);
  batch->tail()[length] = '\n';
  batch->commit({0, length, length + 1, event});
  settle(1);
  detour_->take_over(diverted_.seal(batch));
}

void OutputFeed::connected() {
  if (reach_ == LineSupply::Reach::reached) return;
  reach(LineSupply::Reach::reached);
  books().connected();
}

void OutputFeed::disconnected() {
  if (reach_ != LineSupply::Reach::reached) return;
  reach(LineSupply::Reach::unknown);
  books().disconnected();
}

void OutputFeed::reach(LineSupply::Reach now) {
  if (now != reach_) supply_.reach(std::exchange(reach_, now), now);
}

}  // namespace flowcef
