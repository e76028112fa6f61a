#include "flowcef/sink/frame_cursor.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace flowcef {
namespace {

const std::vector<LineRef> kLines = {{0, 9, 10, 0}, {13, 7, 20, 0}, {20, 29, 50, 0}};

TEST(FrameCursor, CountsALineWithItsLastByte) {
  FrameCursor cursor(kLines);
  EXPECT_EQ(cursor.advance(9).lines, 0U);
  EXPECT_TRUE(cursor.cuts_line());
  EXPECT_EQ(cursor.advance(1).lines, 1U);
  EXPECT_FALSE(cursor.cuts_line());
  const auto rest = cursor.advance(40);
  EXPECT_EQ(rest.lines, 2U);
  EXPECT_EQ(rest.bytes, 40U);
  EXPECT_TRUE(cursor.done());
}

struct CutCase {
  std::size_t sent, position_after, lines_left;
};

class FrameCursorCut : public testing::TestWithParam<CutCase> {};

TEST_P(FrameCursorCut, RewindsToTheFirstLineNotWhollyOut) {
  FrameCursor cursor(kLines);
  cursor.advance(GetParam().sent);
  cursor.rewind();
  EXPECT_EQ(cursor.position(), GetParam().position_after);
  EXPECT_EQ(cursor.lines_left(), GetParam().lines_left);
}

INSTANTIATE_TEST_SUITE_P(EveryPlace, FrameCursorCut,
                         testing::Values(CutCase{0, 0, 3}, CutCase{1, 0, 3}, CutCase{9, 0, 3}, CutCase{10, 10, 2},
                                         CutCase{11, 10, 2}, CutCase{19, 10, 2}, CutCase{20, 20, 1}, CutCase{49, 20, 1},
                                         CutCase{50, 50, 0}));

TEST(FrameCursor, AbandonTellsWhatWasLeft) {
  FrameCursor cursor(kLines);
  cursor.advance(12);
  EXPECT_EQ(cursor.abandon(), 2U);
  EXPECT_TRUE(cursor.done());
  EXPECT_FALSE(cursor.cuts_line());
}

TEST(FrameCursor, CanBeginAtALaterLine) {
  FrameCursor cursor(kLines, 1);
  EXPECT_EQ(cursor.position(), 10U);
  EXPECT_EQ(cursor.lines_left(), 2U);
  EXPECT_FALSE(cursor.cuts_line());
  EXPECT_EQ(cursor.advance(15).bytes, 10U);
  cursor.rewind();
  EXPECT_EQ(cursor.position(), 20U);
}

TEST(FrameCursor, OfNothingIsDone) {
  EXPECT_TRUE(FrameCursor().done());
  EXPECT_EQ(FrameCursor().position(), 0U);
}

}  // namespace
}  // namespace flowcef
