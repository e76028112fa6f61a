#include "flowcef/source/file_progress.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

TEST(FileProgress, ComesBackFromItsText) {
  FileProgress progress;
  progress.marks()[{1, 2}] = {64, 0xffff'ffff'ffff'ffff, 3000, 7, false, 1'700'000'000'000'000'000};
  progress.marks()[{1, 3}] = {0, 0, 12, 0, true, -1};
  auto read = FileProgress::parse(progress.to_text());
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->marks(), progress.marks());
}

// As it was written before it said when files were written last.
TEST(FileProgress, TakesTheEarlierForm) {
  auto read = FileProgress::parse("flowcef files 1\n1 2 64 5 3000 7 1\nend\n");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->marks().at({1, 2}), (FileMark{64, 5, 3000, 7, true, 0}));
}

TEST(FileProgress, RefusesWhatIsCutAnywhere) {
  FileProgress progress;
  progress.marks()[{1, 2}] = {64, 5, 3000, 7, false, 9};
  const std::string text = progress.to_text();
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    EXPECT_FALSE(FileProgress::parse(std::string_view(text).substr(0, length))) << length;
  }
}

TEST(FileProgress, RefusesOtherTexts) {
  for (const char* text : {"", "flowcef files 3\nend\n", "flowcef files 2\n1 2 3 0 0 0 0\nend\n",
                           "flowcef files 1\n1 2 3 0 0 0 0 0\nend\n", "flowcef files 1\n1 2 3\nend\n",
                           "flowcef files 1\n1 2 65 0 0 0 0\nend\n", "flowcef files 1\n1 2 3 0 0 0 2\nend\n",
                           "flowcef files 1\n1 2 3 0 0 0 -1\nend\n", "flowcef files 1\nend\nend\n",
                           "flowcef files 1\n99999999999999999999 2 3 0 0 0 0\nend\n"}) {
    EXPECT_FALSE(FileProgress::parse(text)) << text;
  }
  EXPECT_TRUE(FileProgress::parse("flowcef files 2\nend\n"));
}

}  // namespace
}  // namespace flowcef::test
