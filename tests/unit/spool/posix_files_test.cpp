#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "spool_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;

class SpoolFolder : public SpoolTest {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "flowcef-spool-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    top_ = name;
    folder_ = top_ / "spool" / "siem";
    config_.dir = folder_.string();
    config_.max_bytes = 64 * kMebibyte;
    real_files_ = make_spool_files(config_.dir);
    files_ = real_files_.get();
  }
  void TearDown() override { fs::remove_all(top_); }
  /// A process that ends lets go of the lock.
  void restart() {
    kill();
    real_files_ = make_spool_files(config_.dir);
    files_ = real_files_.get();
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename());
    return names;
  }

  fs::path top_;
  fs::path folder_;
  std::unique_ptr<SpoolFiles> real_files_;
};

TEST_F(SpoolFolder, HoldsWhatIsNotReleasedAndNothingElse) {
  for (const SpoolSync sync : {SpoolSync::interval, SpoolSync::always, SpoolSync::never}) {
    config_.sync = sync;
    restart();
    EXPECT_EQ(open().lines, 0U);
    const std::vector<BatchRef> batches{batches_.next(3000, 700), batches_.next(2, 5), batches_.next(1, 3'000'000)};
    ASSERT_TRUE(spool_->append(batches, Hand::unread));
    spool_->sync();
    spool_->release(spool_->read_next().found->place);
    restart();
    EXPECT_EQ(open().lines, 3U);
    for (const std::size_t i : {1U, 2U}) {
      const auto read = spool_->read_next().found;
      ASSERT_TRUE(read);
      EXPECT_EQ(lines_of(read->entry.batch), lines_of(batches[i]));
      spool_->release(read->place);
    }
    spool_->close();
    EXPECT_THAT(names(), ElementsAre("lock"));
  }
  EXPECT_THAT(log(), IsEmpty());
}

TEST_F(SpoolFolder, IsForItsOwnerOnly) {
  open();
  append_all({batches_.next(1)});
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(folder_.parent_path()).permissions(), fs::perms::owner_all);
  for (const std::string& name : names()) {
    EXPECT_EQ(fs::status(folder_ / name).permissions(), fs::perms::owner_read | fs::perms::owner_write) << name;
  }
}

TEST_F(SpoolFolder, IsOfOneProcess) {
  open();
  const auto other = make_spool_files(config_.dir);
  try {
    other->lock();
    FAIL() << "two have it";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), config_.dir + ": another flowcef uses this spool; stop it, or set another dir");
  }
}

TEST_F(SpoolFolder, SaysWhatIsWrongWithIt) {
  const auto not_a_folder =
      testing::ThrowsMessage<std::runtime_error>(testing::StrEq(config_.dir + ": Not a directory"));
  std::ofstream(top_ / "spool") << "a file";
  EXPECT_THAT([this] { open(); }, not_a_folder);
  fs::remove(top_ / "spool");
  fs::create_directory(top_ / "spool");
  std::ofstream(folder_) << "a file";
  EXPECT_THAT([this] { open(); }, not_a_folder);
}

/// A limit on the size of files stops a write in the middle, as a full disk does.
TEST_F(SpoolFolder, AWriteThatStopsInTheMiddleChangesNothing) {
  open();
  append_all({batches_.next(10, 1'000)});
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{50'000, limit.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::vector<BatchRef> batches{batches_.next(30, 1'000), batches_.next(30, 1'000)};
  EXPECT_THROW((void)spool_->append(batches, Hand::unread), std::system_error);
  EXPECT_EQ(spool_->status().lines, 10U);
  EXPECT_EQ(fs::file_size(folder_ / "01000000000000000000.spool"), spool_->status().bytes);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  ::signal(SIGXFSZ, handler);

  ASSERT_TRUE(spool_->append(batches, Hand::unread));
  restart();
  EXPECT_EQ(open().lines, 70U);
  EXPECT_EQ(read_all(), range(1, 70));
}

/// One writes, two read and release, one syncs and looks; all at once, through many segments.
TEST_F(SpoolFolder, ServesSeveralThreads) {
  constexpr std::size_t kBatches = 400;
  constexpr std::size_t kLines = 20;
  config_.max_bytes = 4 * kMebibyte;
  open();
  std::vector<std::uint64_t> all;
  std::atomic<std::size_t> left = kBatches;
  std::vector<std::vector<std::uint64_t>> events(2);
  std::vector<std::jthread> threads;
  for (auto& mine : events) {
    threads.emplace_back([this, &mine, &left] {
      while (left > 0) {
        const SpoolRead read = spool_->read_next();
        if (!read.found) continue;
        for (const LineRef& line : read.found->entry.batch->lines()) mine.push_back(line.event);
        spool_->release(read.found->place);
        --left;
      }
    });
  }
  threads.emplace_back([this, &left] {
    while (left > 0) {
      spool_->sync();
      EXPECT_LE(spool_->status().bytes, config_.max_bytes);
    }
  });
  for (std::size_t i = 0; i < kBatches; ++i) {
    const BatchRef batch = batches_.next(kLines, 3'000);
    const Hand hand = i % 5 == 0 ? Hand::taken : Hand::unread;
    auto places = append(batch, hand);
    while (!places) places = append(batch, hand);  // full, until the readers have released more
    if (hand == Hand::unread) continue;
    for (const LineRef& line : batch->lines()) all.push_back(line.event);
    spool_->release(places->front());
    --left;
  }
  threads.clear();
  for (const auto& mine : events) {
    EXPECT_TRUE(std::ranges::is_sorted(mine));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::ranges::sort(all);
  EXPECT_EQ(all, range(1, kBatches * kLines));
  spool_->close();
  EXPECT_THAT(names(), ElementsAre("lock"));
}

}  // namespace
}  // namespace flowcef::test
