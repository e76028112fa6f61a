// `check` tells what a file input could not read.
#include "flowcef/app/followed_files.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FollowedFilesTest : public testing::Test {
 protected:
  FollowedFilesTest() {
    std::string name = testing::TempDir() + "flowcef-followed-XXXXXX";
    folder_ = mkdtemp(name.data());
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    InputConfig& input = config_.inputs.emplace_back();
    input.name = "captures";
    input.source = FileSourceConfig{folder_.string()};
    if (geteuid() == 0) nobody_ = Account{"nobody", 65534, 65534};
  }
  ~FollowedFilesTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::vector<std::string> errors() const {
    std::vector<std::string> texts;
    for (const ConfigError& error : check_followed_files(config_, nobody_, "f.toml"))
      texts.push_back(error.to_string());
    return texts;
  }

  std::filesystem::path folder_;
  Config config_;
  std::optional<Account> nobody_;  ///< nothing: the tests are run by one who may not read all either
};

TEST_F(FollowedFilesTest, SaysWhatTheAccountCannotRead) {
  EXPECT_THAT(errors(), IsEmpty()) << "files may come later";
  std::ofstream(folder_ / "a.pcap") << "x";
  EXPECT_THAT(errors(), IsEmpty());
  std::filesystem::permissions(folder_ / "a.pcap", std::filesystem::perms::none);
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("cannot read all of " + folder_.string() + ": Permission denied")));
  EXPECT_THAT(errors(), ElementsAre(HasSubstr("input.captures.path")));
}

TEST_F(FollowedFilesTest, SaysHowManyFilesAreThere) {
  const InputConfig& input = config_.inputs.front();
  EXPECT_THAT(describe_followed_files(input), HasSubstr("input captures: no file is there yet: " + folder_.string()));
  std::ofstream(folder_ / "a.pcap") << "x";
  EXPECT_THAT(describe_followed_files(input), HasSubstr("input captures: 1 file is there"));
  EXPECT_EQ(describe_followed_files(InputConfig{}), "");
}

}  // namespace
}  // namespace flowcef::test
