#include "flowcef/source/file_list.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "support/no_privilege.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;

class FileList : public testing::Test {
 protected:
  FileList() {
    std::string name = testing::TempDir() + "flowcef-list-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~FileList() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name) const { std::ofstream(folder_ / name) << "x"; }
  [[nodiscard]] std::vector<std::string> names(const std::vector<std::string>& arguments) const {
    std::vector<std::string> found;
    for (const auto& path : expand_files(arguments)) found.push_back(std::filesystem::path(path).filename());
    return found;
  }

  std::filesystem::path folder_;
};

TEST(NaturalOrder, ComparesNumbersByTheirValue) {
  const std::vector<std::string> ordered = {"flow",        "flow.pcap",   "flow1.pcap",   "flow2.pcap",
                                            "flow2a.pcap", "flow10.pcap", "flow011.pcap", "flowa"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(is_before_naturally(ordered[i], ordered[j]), i < j) << ordered[i] << ' ' << ordered[j];
    }
  }
  EXPECT_FALSE(is_before_naturally("", ""));
  EXPECT_NE(is_before_naturally("a01", "a1"), is_before_naturally("a1", "a01"));
}

// BC-22: a folder and a pattern stand for their files, in natural order.
TEST_F(FileList, ExpandsFoldersAndPatterns) {
  for (const char* name : {"f10.pcap", "f9.pcap", "f1.pcap", "notes.txt", ".hidden"}) write(name);
  std::filesystem::create_directory(folder_ / "sub");
  write("sub/inner.pcap");
  EXPECT_THAT(names({folder_}), ElementsAre("f1.pcap", "f9.pcap", "f10.pcap", "notes.txt"));
  EXPECT_THAT(names({folder_ / "f*.pcap"}), ElementsAre("f1.pcap", "f9.pcap", "f10.pcap"));
  EXPECT_THAT(names({folder_ / "notes.txt", folder_ / "f1*"}), ElementsAre("notes.txt", "f1.pcap", "f10.pcap"));
}

TEST_F(FileList, LeavesNamesThatAreNotThere) {
  EXPECT_THAT(names({folder_ / "none.pcap", folder_ / "none*"}), ElementsAre("none.pcap", "none*"));
  EXPECT_THROW((void)expand_files({folder_}), std::runtime_error);
}

TEST_F(FileList, SaysWhatKeepsItFromSeeingAll) {
  write("a.pcap");
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  EXPECT_FALSE(find_unreadable(folder_));
  const auto make_forbidden = [this](const char* name, std::filesystem::perms left) {
    std::filesystem::create_directory(folder_ / name);
    write(std::string(name) + "/b.pcap");
    std::filesystem::permissions(folder_ / name, left);
  };
  make_forbidden("closed", std::filesystem::perms::none);
  make_forbidden("names", std::filesystem::perms(0444));
  {
    const NoPrivilege guard;
    for (const char* path : {"closed", "closed/*", "closed/b.pcap", "names", "names/b.pcap"}) {
      EXPECT_EQ(list_files(folder_ / path).error, std::errc::permission_denied) << path;
      EXPECT_EQ(find_unreadable(folder_ / path), std::errc::permission_denied) << path;
    }
    EXPECT_FALSE(find_unreadable(folder_)) << "it has no part in folders of the folder";
    EXPECT_FALSE(find_unreadable(folder_ / "none"));
    EXPECT_FALSE(find_unreadable(folder_ / "none*"));
  }
  std::filesystem::permissions(folder_ / "a.pcap", std::filesystem::perms::none);
  const NoPrivilege guard;
  EXPECT_FALSE(list_files(folder_).error);
  EXPECT_EQ(find_unreadable(folder_), std::errc::permission_denied);
}

TEST_F(FileList, PassesOverLinksThatLeadNowhere) {
  write("a.pcap");
  std::filesystem::create_symlink("none", folder_ / "dangling");
  std::filesystem::create_symlink("loop", folder_ / "loop");
  EXPECT_FALSE(list_files(folder_).error);
  EXPECT_EQ(list_files(folder_).files.size(), 1U);
}

TEST_F(FileList, TakesANameThatLooksLikeAPatternAsItStands) {
  write("a[1].pcap");
  EXPECT_THAT(names({folder_ / "a[1].pcap"}), ElementsAre("a[1].pcap"));
}

}  // namespace
}  // namespace flowcef::test
