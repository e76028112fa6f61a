#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "flowcef/sink/output.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::eventually;
using testing::HasSubstr;

class FileSinkTest : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;
  test::TemporaryDirectory directory_;
  std::string expected_;

  std::unique_ptr<Output> start(const std::string& path) {
    auto output = make_output(config(path), log_.logger());
    output->start();
    return output;
  }
  static SinkConfig config(const std::string& path) {
    SinkConfig config;
    config.name = "test";
    config.transport = path.empty() ? Transport::standard_output : Transport::file;
    config.path = path;
    return config;
  }
  static void change(Output& output, const std::string& path) {
    output.adopt(config(path), output.prepare(config(path)));
  }
  void submit(Output& output, std::size_t batches) {
    for (std::size_t b = 0; b < batches; ++b) {
      std::vector<std::string> lines;
      for (std::size_t i = 0; i < 200; ++i) lines.push_back(test::numbered_line(b * 200 + i, 300));
      const BatchRef batch = test::make_batch(pool_, lines);
      expected_ += batch->bytes();
      output.submit(batch, Producer::cannot_wait);
    }
  }
  static std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::string make_pipe() {
    const std::string path = directory_.file("pipe");
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    return path;
  }
};

TEST_F(FileSinkTest, AppendsEveryLine) {
  const std::string path = directory_.file("lines.cef");
  for (int run = 0; run < 2; ++run) {
    const auto output = start(path);
    submit(*output, 20);
    output->stop(steady_clock::now() + 10s);
    EXPECT_EQ(output->counts().delivered, 4000U);
    EXPECT_EQ(output->counts().bytes, 4000U * 301);
    EXPECT_TRUE(output->counts().balanced());
  }
  EXPECT_TRUE(contents(path) == expected_);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07, 0U) << "lines are nobody else's business";
}

TEST_F(FileSinkTest, LinesAreThereWithoutAStop) {
  const std::string path = directory_.file("lines.cef");
  const auto output = start(path);
  submit(*output, 1);
  EXPECT_TRUE(eventually([&] { return contents(path) == expected_; }));
  submit(*output, 1);
  EXPECT_TRUE(eventually([&] { return contents(path) == expected_; }));
}

TEST_F(FileSinkTest, PathThatCannotBeOpenedIsReportedAtOnce) {
  try {
    const auto output = start(directory_.file("nowhere/lines.cef"));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("output test: cannot open"));
    EXPECT_THAT(error.what(), HasSubstr("No such file or directory"));
  }
  EXPECT_THROW(start(make_pipe()), std::runtime_error) << "a named pipe without a reader";
}

TEST_F(FileSinkTest, SlowReaderOfAPipeGetsEveryByte) {
  const std::string path = make_pipe();
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto output = start(path);
  submit(*output, 20);
  std::string text;
  std::vector<char> bytes(10'000);
  EXPECT_TRUE(eventually([&] {
    const ssize_t count = ::read(reader, bytes.data(), bytes.size());
    if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
    return text.size() >= expected_.size();
  }));
  EXPECT_TRUE(text == expected_);
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 4000U);
  ::close(reader);
}

TEST_F(FileSinkTest, ClosedPipeDropsAndCountsButDoesNotKill) {
  const std::string path = make_pipe();
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto output = start(path);
  ::close(reader);
  submit(*output, 3);
  EXPECT_TRUE(eventually([&] { return output->counts().dropped["EPIPE"] == 600; }));
  EXPECT_EQ(output->counts().errors.at("EPIPE"), 3U);
  output->stop(steady_clock::now() + 10s);
  EXPECT_TRUE(output->counts().balanced());
  EXPECT_THAT(log_.text(), HasSubstr("lines lost output=test reason=EPIPE lines=200"));
}

TEST_F(FileSinkTest, ReaderThatHangsDoesNotHoldUpTheStop) {
  const std::string path = make_pipe();
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto output = start(path);
  submit(*output, 20);
  const auto begin = steady_clock::now();
  output->stop(begin + 100ms);
  EXPECT_LT(steady_clock::now() - begin, 5s);
  EXPECT_GT(output->counts().delivered, 0U);
  EXPECT_GT(output->counts().dropped.at("stopped"), 0U);
  EXPECT_TRUE(output->counts().balanced());
  ::close(reader);
}

/// Runs the test where the folder, which it makes, is a file system of 64 KiB; for nobody else it is.
/// Returns: false if that may not be.
bool with_small_disk(const std::string& folder, const std::function<void()>& test) {
  std::filesystem::create_directory(folder);
  bool possible = false;
  std::thread([&] {
    possible = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("none", folder.c_str(), "tmpfs", 0, "size=64k") == 0;
    if (possible) test();
  }).join();
  return possible;
}

TEST_F(FileSinkTest, FullDiskIsWaitedFor) {
  const auto output = start("/dev/full");
  submit(*output, 1);
  EXPECT_TRUE(eventually([&] { return output->counts().errors["ENOSPC"] > 0; }));
  EXPECT_EQ(output->counts().dropped_lines(), 0U);
  EXPECT_EQ(output->counts().queued, 200U);
  const LinkStatus link = output->links().front();
  EXPECT_EQ(link.state, LinkState::waiting);
  EXPECT_EQ(link.error, "No space left on device");
  output->stop(steady_clock::now() + 50ms);
  EXPECT_EQ(output->counts().dropped.at("stopped"), 200U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(FileSinkTest, IsOpenAgainOnceTheDiskHasRoom) {
  const std::string disk = directory_.file("disk");
  const bool possible = with_small_disk(disk, [&] {
    const std::string path = disk + "/lines.cef";
    const auto output = start(path);
    submit(*output, 2);
    EXPECT_TRUE(eventually([&] { return output->links().front().state == LinkState::waiting; }));
    EXPECT_EQ(::mount("none", disk.c_str(), nullptr, MS_REMOUNT, "size=1m"), 0);
    EXPECT_TRUE(eventually([&] { return output->links().front().state == LinkState::open; }));
    output->stop(steady_clock::now() + 10s);
    EXPECT_TRUE(contents(path) == expected_);
  });
  if (!possible) GTEST_SKIP() << "needs the right to mount";
}

bool is_open_here(const std::string& path) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry, gone) == path) return true;
  }
  return false;
}

// PX-15
TEST_F(FileSinkTest, RotatedFileGetsItsLastLineAndTheNewOneAllThatFollow) {
  const std::string path = directory_.file("lines.cef");
  const std::string rotated = directory_.file("lines.cef.1");
  const auto output = start(path);
  submit(*output, 20);
  ASSERT_EQ(std::rename(path.c_str(), rotated.c_str()), 0);
  EXPECT_TRUE(is_open_here(rotated));
  change(*output, path);
  EXPECT_FALSE(is_open_here(rotated));
  const std::string before = contents(rotated);
  submit(*output, 20);
  output->stop(steady_clock::now() + 10s);
  EXPECT_TRUE(contents(rotated) == before);
  EXPECT_TRUE(before + contents(path) == expected_);
  EXPECT_GE(contents(path).size(), expected_.size() / 2);
  EXPECT_EQ(output->counts().delivered, 8000U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(FileSinkTest, LineThatAPipeHoldsInPartIsEndedAndComesWhole) {
  const std::string path = make_pipe();
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ::fcntl(reader, F_SETPIPE_SZ, 8192);  // two writes, the second of which ends within a line
  const auto output = start(path);
  submit(*output, 1);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == 8192 / 301; }));
  change(*output, path);
  EXPECT_EQ(output->counts().queued, 200U - 8192 / 301);
  std::string text;
  std::vector<char> bytes(10'000);
  const std::string cut = expected_.substr(8192 / 301 * 301, 8192 % 301) + '\n';
  EXPECT_TRUE(eventually([&] {
    const ssize_t count = ::read(reader, bytes.data(), bytes.size());
    if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
    return text.size() >= expected_.size() + cut.size();
  }));
  EXPECT_TRUE(text == std::string(expected_).insert(8192 / 301 * 301, cut));
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 200U);
  EXPECT_TRUE(output->counts().balanced());
  ::close(reader);
}

TEST_F(FileSinkTest, LineThatAFullDiskHoldsInPartIsTakenBackAndComesWhole) {
  const std::string disk = directory_.file("disk");
  const bool possible = with_small_disk(disk, [&] {
    const std::string path = disk + "/lines.cef";
    const auto output = start(path);
    submit(*output, 2);
    EXPECT_TRUE(eventually([&] { return output->counts().errors["ENOSPC"] > 0; }));
    EXPECT_NE(contents(path).back(), '\n') << "the disk is full within a line";
    change(*output, directory_.file("lines.cef"));
    EXPECT_EQ(contents(path).size(), 65'536U / 301 * 301);
    output->stop(steady_clock::now() + 10s);
    EXPECT_TRUE(contents(path) + contents(directory_.file("lines.cef")) == expected_);
    EXPECT_EQ(output->counts().delivered, 400U);
    EXPECT_TRUE(output->counts().balanced());
  });
  if (!possible) GTEST_SKIP() << "needs the right to mount";
}

TEST_F(FileSinkTest, StandardOutputIsWrittenAndLeftOpen) {
  const std::string path = directory_.file("stdout");
  const int saved = ::dup(STDOUT_FILENO);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ::dup2(file, STDOUT_FILENO);
  {
    const auto output = start("");
    submit(*output, 2);
    output->stop(steady_clock::now() + 10s);
    EXPECT_EQ(output->counts().delivered, 400U);
  }
  EXPECT_EQ(::write(STDOUT_FILENO, "end\n", 4), 4);
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  ::close(file);
  EXPECT_TRUE(contents(path) == expected_ + "end\n");
}

}  // namespace
}  // namespace flowcef
