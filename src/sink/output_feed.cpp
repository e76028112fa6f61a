#include "flowcef/sink/output_feed.hpp"

#include <cstring>
#include <utility>

namespace flowcef {

OutputFeed::OutputFeed(OutputQueue& queue, OutputQueue* detour)
    : queue_(queue), detour_(detour), window_([&queue](const LineBatch& batch) { queue.release(batch); }) {}

BatchPart OutputFeed::next() {
  SendWindow::Front front = window_.front();
  if (!front.batch && take()) front = window_.front();
  return {std::move(front.batch), front.first_line, std::exchange(cut_line_, false)};
}

bool OutputFeed::take() {
  BatchRef batch = queue_.pop();
  if (!batch) return false;
  window_.append(std::move(batch));
  return true;
}

void OutputFeed::delivered(std::size_t lines, std::size_t bytes) {
  window_.settle(lines);
  books().delivered(lines, bytes);
}

void OutputFeed::dropped(DropReason reason, std::size_t lines) {
  window_.settle(lines);
  books().dropped(reason, lines);
}

void OutputFeed::dropped_by_errno(int error, std::size_t lines) {
  window_.settle(lines);
  books().dropped_by_errno(error, lines);
}

void OutputFeed::divert(std::string_view message, std::uint64_t event) {
  LineBatch* const batch = diverted_.acquire();
  const auto length = static_cast<std::uint32_t>(message.size());
  batch->grow_to_fit(length + 1);
  std::memcpy(batch->tail(), message.data(), length);
  batch->tail()[length] = '\n';
  batch->commit({0, length, length + 1, event});
  window_.settle(1);
  detour_->take_over(diverted_.seal(batch));
}

std::size_t OutputFeed::abandon() {
  const std::size_t lines = window_.clear();
  books().dropped(DropReason::stopped, lines);
  return lines;
}

void OutputFeed::connected() {
  if (!std::exchange(connected_, true)) books().connected();
}

void OutputFeed::disconnected() {
  if (std::exchange(connected_, false)) books().disconnected();
}

}  // namespace flowcef
