// PX-12: a spool can be written by whom the bridge becomes, or it is said why not.
#include "flowcef/app/spool_folders.hpp"

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace flowcef::test {
namespace {

constexpr uid_t kNobody = 65534;  // of every Debian, as its group nogroup

class SpoolFoldersTest : public testing::Test {
 protected:
  SpoolFoldersTest() {
    std::filesystem::create_directories(folder_);
    ::chmod(folder_.c_str(), 0755);
  }
  ~SpoolFoldersTest() override { std::filesystem::remove_all(folder_); }

  static Config config_with(const std::filesystem::path& dir) {
    Config config;
    OutputConfig& output = config.outputs.emplace_back();
    output.sink.name = "siem";
    output.sink.spool.emplace().dir = dir.string();
    return config;
  }
  /// Returns: the errors about a spool there; empty: none.
  static std::vector<std::string> errors_of(const std::filesystem::path& dir,
                                            const std::optional<Account>& account = std::nullopt) {
    std::vector<std::string> texts;
    for (const ConfigError& error : check_spool_folders(config_with(dir), account, "f.toml")) {
      texts.push_back(error.to_string());
    }
    return texts;
  }
  static struct stat status_of(const std::filesystem::path& path) {
    struct stat found{};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return found;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("spool_folders-" + std::to_string(getpid()));
  const std::optional<Account> nobody_ = Account{"nobody", kNobody, kNobody};
};

TEST_F(SpoolFoldersTest, MissingOnesAreMadeForTheirOwnerAlone) {
  const auto dir = folder_ / "spool" / "siem";
  EXPECT_TRUE(errors_of(dir).empty());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "spool")) << "looking makes nothing";
  create_spool_folders(config_with(dir), std::nullopt);
  EXPECT_EQ(status_of(dir).st_mode, mode_t{S_IFDIR | 0700});
  EXPECT_EQ(status_of(dir).st_uid, geteuid());
  EXPECT_TRUE(errors_of(dir).empty());
}

TEST_F(SpoolFoldersTest, OutputsWithoutASpoolNeedNone) {
  Config config = config_with("");
  config.outputs[0].sink.spool.reset();
  create_spool_folders(config, std::nullopt);
  EXPECT_TRUE(check_spool_folders(config, std::nullopt, "f.toml").empty());
}

TEST_F(SpoolFoldersTest, AFileInTheWayIsNamed) {
  std::ofstream(folder_ / "file") << "x";
  for (const auto& dir : {folder_ / "file", folder_ / "file" / "siem"}) {
    create_spool_folders(config_with(dir), std::nullopt);
    EXPECT_EQ(errors_of(dir, nobody_),
              std::vector<std::string>{"f.toml: output.siem.spool.dir: user nobody cannot write to " + dir.string() +
                                       ": Not a directory (choose another folder)"});
  }
}

TEST_F(SpoolFoldersTest, WhoMayNotWriteIsTold) {
  const std::string dir = (folder_ / "closed" / "siem").string();
  const auto error_of = [&dir](const std::string& user) {
    return std::vector<std::string>{"f.toml: output.siem.spool.dir: user " + user + " cannot write to " + dir +
                                    ": Permission denied (mkdir -p " + dir + "; chown -R " + user + ' ' + dir + ')'};
  };
  std::filesystem::create_directory(folder_ / "closed");
  if (geteuid() == 0) {
    std::filesystem::create_directory(dir);
    EXPECT_EQ(errors_of(dir, nobody_), error_of("nobody"));
    EXPECT_TRUE(errors_of(dir).empty()) << "root may";
    ASSERT_EQ(::seteuid(kNobody), 0);
  } else {
    ::chmod((folder_ / "closed").c_str(), 0500);
  }
  const passwd* const found = ::getpwuid(::geteuid());
  const std::string user = found == nullptr ? std::to_string(::geteuid()) : found->pw_name;
  const auto errors = errors_of(dir);
  if (getuid() == 0) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_EQ(errors, error_of(user));
}

TEST_F(SpoolFoldersTest, RootHandsOverWhatItMakes) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can";
  const auto dir = folder_ / "spool" / "siem";
  EXPECT_TRUE(errors_of(dir, nobody_).empty()) << "root will make it";
  create_spool_folders(config_with(dir), nobody_);
  for (const auto& made : {dir, dir.parent_path()}) {
    EXPECT_EQ(status_of(made).st_uid, kNobody) << made;
    EXPECT_EQ(status_of(made).st_gid, kNobody) << made;
    EXPECT_EQ(status_of(made).st_mode, mode_t{S_IFDIR | 0700}) << made;
  }
  EXPECT_EQ(status_of(folder_).st_uid, 0U) << "what was there keeps its owner";
  EXPECT_TRUE(errors_of(dir, nobody_).empty());
}

}  // namespace
}  // namespace flowcef::test
