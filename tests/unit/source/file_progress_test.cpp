#include "flowcef/source/file_progress.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

TEST(FileProgress, ComesBackFromItsText) {
  FileProgress progress;
  progress.marks()[{1, 2}] = {64, 0xffff'ffff'ffff'ffff, 3000, 7, false};
  progress.marks()[{1, 3}] = {0, 0, 12, 0, true};
  auto read = FileProgress::parse(progress.to_text());
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->marks(), progress.marks());
}

TEST(FileProgress, RefusesWhatIsCutAnywhere) {
  FileProgress progress;
  progress.marks()[{1, 2}] = {64, 5, 3000, 7, false};
  const std::string text = progress.to_text();
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    EXPECT_FALSE(FileProgress::parse(std::string_view(text).substr(0, length))) << length;
  }
}

TEST(FileProgress, RefusesOtherTexts) {
  for (const char* text :
       {"", "flowcef files 2\nend\n", "flowcef files 1\n1 2 3\nend\n", "flowcef files 1\n1 2 65 0 0 0 0\nend\n",
        "flowcef files 1\n1 2 3 0 0 0 2\nend\n", "flowcef files 1\n1 2 3 0 0 0 -1\nend\n",
        "flowcef files 1\nend\nend\n", "flowcef files 1\n99999999999999999999 2 3 0 0 0 0\nend\n"}) {
    EXPECT_FALSE(FileProgress::parse(text)) << text;
  }
  EXPECT_TRUE(FileProgress::parse("flowcef files 1\nend\n"));
}

}  // namespace
}  // namespace flowcef::test
