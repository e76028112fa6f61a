#include "flowcef/source/file_list.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

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

TEST_F(FileList, TakesANameThatLooksLikeAPatternAsItStands) {
  write("a[1].pcap");
  EXPECT_THAT(names({folder_ / "a[1].pcap"}), ElementsAre("a[1].pcap"));
}

}  // namespace
}  // namespace flowcef::test
