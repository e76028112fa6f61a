#include "flowcef/app/state_store.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

namespace flowcef::test {
namespace {

using Content = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

class StateStore : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "flowcef-state-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ / "state";
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] Content content() const {
    const auto read = read_state_file(path_);
    return read && *read ? **read : Content();
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
  fs::path path_;
};

TEST_F(StateStore, ReadsBackWhatWasWritten) {
  for (const Content& written : {Content(3'000'000, 7), Content{1, 2, 3}, Content()}) {
    ASSERT_TRUE(write_state_file(path_, written));
    const auto read = read_state_file(path_);
    ASSERT_TRUE(read && *read);
    EXPECT_EQ(**read, written);
    EXPECT_EQ(files(), 1U);
  }
}

TEST_F(StateStore, IsForItsOwnerOnly) {
  ASSERT_TRUE(write_state_file(path_, Content{1}));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(StateStore, NoFileIsNoError) {
  const auto read = read_state_file(path_);
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
}

TEST_F(StateStore, AFailedWriteLeavesTheOldContent) {
  ASSERT_TRUE(write_state_file(path_, Content{1}));
  // Stands where the new content would go, and cannot be taken away.
  fs::create_directory(folder_ / "state.new");
  const auto result = write_state_file(path_, Content{2});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (folder_ / "state.new").string() + ": File exists");
  EXPECT_EQ(content(), Content{1});
}

TEST_F(StateStore, AFailedRenameLeavesNothingBehind) {
  fs::create_directories(path_ / "inside");
  EXPECT_FALSE(write_state_file(path_, Content{2}));
  EXPECT_EQ(files(), 1U);
}

TEST_F(StateStore, WhatACrashLeftIsReplaced) {
  std::ofstream(folder_ / "state.new") << "half a st";
  ASSERT_TRUE(write_state_file(path_, Content{3}));
  EXPECT_EQ(content(), Content{3});
  EXPECT_EQ(files(), 1U);
}

TEST_F(StateStore, DoesNotFollowALinkThatIsInTheWay) {
  std::ofstream(folder_ / "other") << "x";
  fs::create_symlink(folder_ / "other", folder_ / "state.new");
  ASSERT_TRUE(write_state_file(path_, Content{3}));
  EXPECT_EQ(fs::file_size(folder_ / "other"), 1U);
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path_)));
}

TEST_F(StateStore, SaysWhyItCannotBeRead) {
  ASSERT_TRUE(write_state_file(path_, Content(10, 1)));
  EXPECT_TRUE(read_state_file(path_, 10));
  EXPECT_EQ(read_state_file(path_, 9).error(), path_.string() + ": has 10 bytes, expected at most 9");
  EXPECT_EQ(read_state_file(folder_).error(), folder_.string() + ": is no regular file");
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_state_file(pipe).error(), pipe.string() + ": is no regular file");
  EXPECT_EQ(read_state_file(path_ / "below").error(), (path_ / "below").string() + ": Not a directory");
}

TEST_F(StateStore, SaysWhyItCannotBeWritten) {
  const auto result = write_state_file(folder_ / "none" / "state", Content{1});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (folder_ / "none" / "state.new").string() + ": No such file or directory");
}

}  // namespace
}  // namespace flowcef::test
