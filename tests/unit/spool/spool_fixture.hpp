// What the spool tests share: batches that say which they are, and a spool that can be opened again.
#pragma once

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/spool/segment_format.hpp"
#include "flowcef/spool/spool.hpp"
#include "support/power_loss_files.hpp"

namespace flowcef::test {

using Hand = Spool::Hand;

/// A message with its event.
using Line = std::pair<std::string, std::uint64_t>;

inline std::vector<Line> lines_of(const BatchRef& batch) {
  std::vector<Line> lines;
  for (const LineRef& line : batch->lines()) lines.emplace_back(batch->message(line), line.event);
  return lines;
}

/// Returns: the frames that lines have on a stream.
inline std::string frames_of(const std::vector<Line>& lines, Framing framing) {
  std::string frames;
  for (const auto& [message, event] : lines) {
    frames += framing == Framing::newline ? message + '\n' : std::to_string(message.size()) + ' ' + message;
  }
  return frames;
}

class BatchMaker {
 public:
  [[nodiscard]] BatchRef make(const std::vector<Line>& lines, Framing framing = Framing::newline) {
    LineBatch* batch = pool_.acquire();
    for (const auto& [message, event] : lines) {
      const std::string frame = frames_of({{message, event}}, framing);
      batch->grow_to_fit(frame.size());
      std::memcpy(batch->tail(), frame.data(), frame.size());
      const std::size_t ahead = framing == Framing::newline ? 0 : frame.size() - message.size();
      batch->commit({static_cast<std::uint32_t>(batch->used() + ahead), static_cast<std::uint32_t>(message.size()),
                     static_cast<std::uint32_t>(batch->used() + frame.size()), event});
    }
    return pool_.seal(batch);
  }

  /// Returns: so many lines, "line N" from the next number on, which is also the event.
  [[nodiscard]] BatchRef next(std::size_t count, std::size_t length = 0) {
    std::vector<Line> lines;
    for (std::size_t i = 0; i < count; ++i, ++number_) {
      std::string message = "line " + std::to_string(number_);
      message.resize(std::max(length, message.size()), '.');
      lines.emplace_back(std::move(message), number_);
    }
    return make(lines);
  }

 private:
  BatchPool pool_;
  std::uint64_t number_ = 1;
};

class SpoolTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

  SpoolTest() { config_.dir = "/spool"; }

  SpoolFound open(Framing framing = Framing::newline) {
    kill();
    spool_ = std::make_unique<Spool>(config_, framing, *files_, logger_);
    return spool_->open();
  }
  /// The process is gone without a word. What the test holds of it stays valid.
  void kill() { killed_.push_back(std::move(spool_)); }

  std::optional<std::vector<SpoolPlace>> append(const BatchRef& batch, Hand hand = Hand::unread) {
    return spool_->append({&batch, 1}, hand);
  }
  void append_all(const std::vector<BatchRef>& batches) {
    for (const BatchRef& batch : batches) ASSERT_TRUE(append(batch));
  }

  /// Reads all that is unread. Returns: the number, as in "line N", of each line that is not settled.
  std::vector<std::uint64_t> read_all(bool release = true) {
    std::vector<std::uint64_t> events;
    while (spool_->has_unread()) {
      const SpoolRead read = spool_->read_next();
      lost_ += read.lost;
      if (!read.found) continue;
      const auto lines = read.found->entry.batch->lines();
      for (std::size_t i = read.found->entry.settled; i < lines.size(); ++i) events.push_back(lines[i].event);
      if (release) spool_->release(read.found->place);
    }
    return events;
  }
  static std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> events;
    for (std::uint64_t event = first; event <= last; ++event) events.push_back(event);
    return events;
  }

  [[nodiscard]] std::string log() const { return log_.str(); }

  BatchMaker batches_;
  PowerLossFiles memory_{1};
  SpoolFiles* files_ = &memory_;
  SpoolConfig config_;
  std::unique_ptr<Spool> spool_;
  std::uint64_t lost_ = 0;

 private:
  std::vector<std::unique_ptr<Spool>> killed_;
  std::ostringstream log_;
  Logger logger_ = std::make_shared<spdlog::logger>("spool", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_));
};

}  // namespace flowcef::test
