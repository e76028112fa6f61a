#include "flowcef/sink/send_window.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "support/sink_support.hpp"

namespace flowcef {
namespace {

class SendWindowTest : public testing::Test {
 protected:
  static constexpr std::size_t kFrame = 100;

  BatchPool pool_;
  std::size_t released_ = 0;
  SendWindow window_{[this](const LineBatch& batch) { released_ += batch.lines().size(); }};

  BatchRef batch(std::size_t first, std::size_t count) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < count; ++i) lines.push_back(test::numbered_line(first + i, kFrame - 1));
    return test::make_batch(pool_, lines);
  }
  void append(std::size_t first, std::size_t count) { window_.append(batch(first, count)); }
  std::size_t write(std::size_t bytes) {
    std::size_t repeated = 0;
    while (bytes > 0) {
      const std::size_t now = window_.to_write(bytes).size();
      repeated += window_.wrote(now);
      bytes -= now;
    }
    return repeated;
  }
  std::string next_line() { return std::string(window_.to_write(kFrame - 1)); }
};

TEST_F(SendWindowTest, LinesAreSettledOnceTheirLastByteIsAcknowledged) {
  append(0, 3);
  append(3, 2);
  EXPECT_EQ(window_.unsettled(), 5U);
  EXPECT_EQ(window_.to_write(10'000).size(), 300U) << "one batch at a time";
  write(450);
  EXPECT_EQ(window_.acknowledged(199).lines, 1U);
  EXPECT_EQ(window_.acknowledged(200).lines, 1U);
  const SendWindow::Lines lines = window_.acknowledged(450);
  EXPECT_EQ(lines.lines, 2U);
  EXPECT_EQ(lines.bytes, 200U);
  EXPECT_EQ(window_.unsettled(), 1U);
  EXPECT_EQ(window_.acknowledged(400).lines, 0U) << "it never goes back";
  EXPECT_EQ(window_.acknowledged(), 450U);
  EXPECT_EQ(window_.acknowledged(5000).lines, 0U) << "no more than was written";
}

TEST_F(SendWindowTest, WhatIsNotKeptIsReleasedBatchByBatch) {
  append(0, 3);
  append(3, 2);
  write(500);
  window_.acknowledged(450);
  window_.keep(200);
  EXPECT_EQ(window_.passed(), 200U) << "the byte at 250 is in the line that begins at 200";
  EXPECT_EQ(released_, 0U);
  window_.keep(100);
  EXPECT_EQ(window_.passed(), 300U);
  EXPECT_EQ(released_, 3U);
  window_.keep(200);
  window_.keep(1000);
  EXPECT_EQ(window_.passed(), 300U) << "what is gone does not come back, and what is there stays";
  EXPECT_EQ(released_, 3U);
  window_.acknowledged(500);
  window_.keep(0);
  EXPECT_EQ(released_, 5U);
  EXPECT_EQ(window_.unsettled(), 0U);
}

// PX-12: the receiver's window has grown since lines before were let go of.
TEST_F(SendWindowTest, MoreThatIsToBeKeptLetsGoOfNothing) {
  append(0, 3);
  append(3, 5);
  write(700);
  window_.acknowledged(350);
  window_.keep(40);
  EXPECT_EQ(window_.passed(), 300U);
  window_.keep(100);
  EXPECT_EQ(window_.passed(), 300U);
  EXPECT_EQ(released_, 3U);
  EXPECT_EQ(next_line(), test::numbered_line(7, 99));
  write(100);
  EXPECT_EQ(window_.acknowledged(800).lines, 5U);
  EXPECT_EQ(window_.unsettled(), 0U);
}

TEST_F(SendWindowTest, NextConnectionBeginsWithTheFirstLineThatIsKept) {
  append(0, 10);
  write(750);
  window_.acknowledged(520);
  window_.keep(150);
  window_.begin_connection();
  EXPECT_EQ(next_line(), test::numbered_line(3, 99));
  EXPECT_EQ(window_.written(), 0U);
  EXPECT_FALSE(window_.all_written());
  EXPECT_EQ(write(350), 3U) << "3, 4 and 5 went out before";
  EXPECT_EQ(window_.acknowledged(250).lines, 0U) << "3 and 4 were acknowledged before";
  EXPECT_EQ(window_.acknowledged(350).lines, 1U) << "line 5";
  EXPECT_EQ(write(350), 1U) << "6 went out before, 7 was cut";
  EXPECT_EQ(window_.acknowledged(700).lines, 4U);
  EXPECT_TRUE(window_.all_written());
  EXPECT_EQ(window_.unsettled(), 0U);
}

TEST_F(SendWindowTest, ConnectionThatBreaksDuringTheRepeatKeepsWhatWasKept) {
  append(0, 10);
  write(1000);
  window_.acknowledged(1000);
  window_.keep(500);
  window_.begin_connection();
  write(300);
  window_.acknowledged(200);
  window_.keep(500);
  window_.begin_connection();
  EXPECT_EQ(next_line(), test::numbered_line(5, 99));
  EXPECT_EQ(write(500), 5U);
  EXPECT_EQ(window_.acknowledged(500).lines, 0U);
}

TEST_F(SendWindowTest, EndsOfLinesAreFoundFromTheStartOfTheConnection) {
  append(0, 2);
  append(2, 2);
  write(200);
  window_.acknowledged(200);
  window_.keep(0);
  window_.begin_connection();
  EXPECT_EQ(window_.line_end(0), 100U);
  EXPECT_EQ(window_.line_end(99), 100U);
  EXPECT_EQ(window_.line_end(100), 200U);
  EXPECT_EQ(window_.line_end(5000), 200U);
}

TEST_F(SendWindowTest, LinesAreSettledInOrderWithoutAcknowledgements) {
  append(0, 3);
  append(3, 1);
  EXPECT_EQ(window_.front().first_line, 0U);
  window_.settle(2);
  EXPECT_EQ(window_.front().first_line, 2U);
  EXPECT_EQ(window_.unsettled(), 2U);
  window_.settle(1);
  EXPECT_EQ(released_, 3U);
  EXPECT_EQ(window_.front().batch->lines().size(), 1U);
  window_.settle(1);
  EXPECT_FALSE(window_.front().batch);
  EXPECT_EQ(released_, 4U);
}

// PX-15: the transport of an output changes.
TEST_F(SendWindowTest, GoesOnAsAStreamWithWhatWasNotSettled) {
  append(0, 3);
  window_.settle(2);
  window_.begin_connection();
  EXPECT_EQ(next_line(), test::numbered_line(2, 99));
  EXPECT_EQ(write(100), 0U);
  EXPECT_EQ(window_.acknowledged(100).lines, 1U);
}

TEST_F(SendWindowTest, TakesOverWhatAnotherWindowKeeps) {
  SendWindow other([](const LineBatch&) { FAIL() << "its batches are not released"; });
  other.append(batch(100, 4));
  other.append(batch(104, 2));
  append(0, 2);
  write(200);
  other.wrote(400);
  other.acknowledged(350);
  other.keep(100);
  for (Parcel& parcel : other.take_all()) window_.append(std::move(parcel));
  EXPECT_EQ(other.unsettled(), 0U);
  EXPECT_TRUE(other.all_written());
  EXPECT_EQ(window_.unsettled(), 5U);
  EXPECT_EQ(next_line(), test::numbered_line(102, 99));
  EXPECT_EQ(write(400), 2U) << "102 and 103 went out before";
  EXPECT_EQ(window_.acknowledged(600).lines, 5U) << "102 was acknowledged before";
}

TEST_F(SendWindowTest, GivesAwayWhatAConnectionWouldBeginWith) {
  append(0, 3);
  append(3, 2);
  write(350);
  window_.acknowledged(250);
  window_.keep(120);
  const std::vector<Parcel> parcels = window_.take_all();
  EXPECT_EQ(released_, 0U);
  EXPECT_EQ(window_.unsettled(), 0U);
  EXPECT_TRUE(window_.all_written());
  ASSERT_EQ(parcels.size(), 2U);
  EXPECT_EQ(parcels[0].first_line, 1U) << "the first was acknowledged, and is not kept";
  EXPECT_EQ(parcels[0].settled, 2U);
  EXPECT_EQ(parcels[0].written, 3U);
  EXPECT_EQ(parcels[0].unsettled() + parcels[1].unsettled(), 3U);
  append(5, 1);
  EXPECT_EQ(next_line(), test::numbered_line(5, 99));
}

/// A receiver whose kernel acknowledges up to `buffer` bytes that its process has not read, and which dies.
/// PX-12: whatever is written, acknowledged, read and broken off when: no line is lost, what comes again is the same.
TEST_F(SendWindowTest, NoLineIsLostWhateverBreaksWhen) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&random](std::size_t most) {
      return std::uniform_int_distribution<std::size_t>(0, most)(random);
    };
    const std::size_t buffer = draw(2000);
    SendWindow window([](const LineBatch&) {});
    std::map<std::string, int> read_lines;
    std::size_t next = 0;
    std::size_t settled = 0;
    std::size_t repeated = 0;
    std::size_t written_lines = 0;
    constexpr std::size_t kLines = 200;
    constexpr int kConnections = 30;
    for (int connection = 0; connection <= kConnections; ++connection) {
      window.begin_connection();
      std::string wire;
      std::size_t read = 0;
      const bool lasts = connection == kConnections;
      for (int step = 0; lasts ? next < kLines || !window.all_written() || window.unsettled() > 0 : step < 12; ++step) {
        if (next < kLines && draw(1) == 0) {
          const std::size_t count = std::min(1 + draw(6), kLines - next);
          std::vector<std::string> lines;
          for (std::size_t i = 0; i < count; ++i) lines.push_back(test::numbered_line(next++, 20 + draw(100)));
          window.append(test::make_batch(pool_, lines));
        }
        const std::string_view bytes = window.to_write(draw(300));
        wire += bytes;
        repeated += window.wrote(bytes.size());
        // The kernel has at most `buffer` bytes that are not read.
        const std::size_t acknowledged = std::min(wire.size(), read + draw(buffer));
        read = std::max(read, std::min(acknowledged, read + draw(buffer)));
        settled += window.acknowledged(acknowledged).lines;
        window.keep(buffer + draw(2000));  // never the same, as the window that the receiver announces
        if (!lasts) continue;
        read = wire.size();
        settled += window.acknowledged(read).lines;
      }
      std::size_t begin = 0;
      for (std::size_t end = wire.find('\n'); end != std::string::npos; end = wire.find('\n', begin)) {
        ++written_lines;
        if (end < read) ++read_lines[wire.substr(begin, end - begin)];
        begin = end + 1;
      }
    }
    EXPECT_EQ(settled, kLines) << "seed " << seed;
    EXPECT_EQ(read_lines.size(), kLines) << "seed " << seed;
    EXPECT_EQ(written_lines, kLines + repeated) << "seed " << seed;
  }
}

}  // namespace
}  // namespace flowcef
