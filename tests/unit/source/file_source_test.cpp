#include "flowcef/source/file_source.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <utility>

#include "support/capture_builder.hpp"
#include "support/no_privilege.hpp"
#include "udp_test_support.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ByteVector frame_of(const std::string& text) {
  return ethernet(ipv4(udp(bytes_of(text))));
}

ByteVector capture_of(const std::vector<std::string>& texts) {
  CaptureBuilder capture;
  for (const std::string& text : texts) capture.add(frame_of(text), 1'700'000'000'000'000'000);
  return capture.bytes();
}

ByteVector ipfix_message(std::uint32_t sequence) {
  ByteVector out;
  append_be(out, 10, 2);
  append_be(out, 20, 2);
  append_be(out, 1'700'000'000, 4);
  append_be(out, sequence, 4);
  append_be(out, 1, 4);
  append_be(out, 0x00020004, 4);  // an empty template set
  return out;
}

ByteVector other_traffic(int frames) {
  CaptureBuilder capture;
  for (int i = 0; i < frames; ++i) capture.add(ethernet(ipv4(bytes_of("no datagram"), {.protocol = 6})));
  return capture.bytes();
}

class FollowFiles : public testing::Test {
 protected:
  FollowFiles() {
    std::string name = testing::TempDir() + "flowcef-follow-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~FollowFiles() override {
    source_.reset();
    std::filesystem::remove_all(folder_);
  }

  void start() {
    context_.restart();
    FileSourceHandlers handlers;
    handlers.on_datagram = [this](const Datagram& datagram) {
      seen_.emplace_back(datagram.payload.begin(), datagram.payload.end());
      if (on_seen_) std::exchange(on_seen_, nullptr)();
    };
    handlers.on_idle = [] {};
    handlers.load = [this] { return saved_; };
    handlers.save = [this](Bytes content) -> std::expected<void, std::string> {
      saved_ = std::vector<std::uint8_t>(content.begin(), content.end());
      return {};
    };
    handlers.unsafe_for = [this] { return unsafe_for_; };
    source_ = std::make_unique<FileSource>(context_, FileSourceConfig{path_.empty() ? folder_.string() : path_},
                                           log_.logger(), handlers);
    source_->start();
  }

  void stop() {
    source_->stop();
    source_.reset();
  }

  /// Input: `age` in seconds: how long ago it was written last
  void write(const std::string& name, const ByteVector& content, int age = 0, bool appends = false) const {
    std::ofstream(folder_ / name, appends ? std::ios::binary | std::ios::app : std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    std::filesystem::last_write_time(folder_ / name,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::seconds(age));
  }

  bool wait_for(std::size_t count) {
    (void)wait_until([&] { return seen_.size() >= count; });
    return seen_.size() == count;
  }

  /// Input: looked at after each handler of the context
  bool wait_until(const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (!is_so() && std::chrono::steady_clock::now() < end) context_.run_one_until(end);
    return is_so();
  }

  void run_for(std::chrono::milliseconds time) { context_.run_for(time); }

  std::filesystem::path folder_;
  std::chrono::milliseconds unsafe_for_{5000};
  std::string path_;  ///< what is followed, if not the folder
  CapturedLog log_;
  boost::asio::io_context context_;
  std::expected<std::optional<std::vector<std::uint8_t>>, std::string> saved_;
  std::unique_ptr<FileSource> source_;
  std::vector<std::string> seen_;
  std::function<void()> on_seen_;  ///< called once, after the next datagram
};

// As `tcpdump -G -w` writes them: each file after the one that was written before it, whatever their names.
TEST_F(FollowFiles, ReadsInTheOrderOfTheirLastChange) {
  write("b.pcap", capture_of({"1", "2"}), 30);
  write("c.pcap", capture_of({"3"}), 20);
  write("a.pcap", capture_of({"4"}), 10);
  start();
  ASSERT_TRUE(wait_for(4));
  EXPECT_THAT(seen_, ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(source_->counts().files.value(), 3U);
  EXPECT_EQ(source_->frames().frames.value(), 4U);
}

TEST_F(FollowFiles, WaitsForTheEndOfAFrame) {
  const ByteVector whole = capture_of({"1", "2", "3"});
  const ByteVector first = capture_of({"1"});
  write("a.pcap", slice(whole, 0, first.size() + 20));  // in the middle of the second frame
  start();
  ASSERT_TRUE(wait_for(1));
  run_for(std::chrono::milliseconds(1100));
  EXPECT_THAT(seen_, ElementsAre("1"));
  write("a.pcap", slice(whole, first.size() + 20, whole.size() - first.size() - 20), 0, true);
  ASSERT_TRUE(wait_for(3));
  EXPECT_THAT(seen_, ElementsAre("1", "2", "3"));
}

TEST_F(FollowFiles, GoesOnAfterARestartWhereItWas) {
  write("a.pcap", capture_of({"1", "2"}), 30);
  const ByteVector all = capture_of({"3", "4"});
  const ByteVector begun = capture_of({"3"});
  write("b.pcap", begun, 0);
  start();
  ASSERT_TRUE(wait_for(3));
  stop();
  write("b.pcap", slice(all, begun.size(), all.size() - begun.size()), 0, true);
  write("c.pcap", capture_of({"5"}), 0);
  start();
  ASSERT_TRUE(wait_for(5));
  run_for(std::chrono::milliseconds(1100));
  EXPECT_THAT(seen_, ElementsAre("1", "2", "3", "4", "5"));
}

// As `tcpdump -C -W` does it: a ring of names, each cut to nothing and written anew.
TEST_F(FollowFiles, NoticesAFileThatIsWrittenAnew) {
  CaptureBuilder longer;
  for (const char* text : {"3", "4", "5"}) longer.add(frame_of(text), 1'700'000'001'000'000'000);
  write("a.pcap", capture_of({"1", "2"}));
  start();
  ASSERT_TRUE(wait_for(2));
  write("a.pcap", longer.bytes());
  ASSERT_TRUE(wait_for(5));
  write("a.pcap", capture_of({"6"}));
  ASSERT_TRUE(wait_for(6));
  EXPECT_THAT(seen_, ElementsAre("1", "2", "3", "4", "5", "6"));
}

TEST_F(FollowFiles, LeavesWhatIsNoCapture) {
  write("notes.txt", bytes_of("this file has more than twenty-four bytes"), 60);
  write("empty.pcap", {}, 50);
  write("a.pcap", capture_of({"1"}), 40);
  start();
  ASSERT_TRUE(wait_for(1));
  run_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(source_->counts().unreadable.value(), 1U);
  EXPECT_EQ(source_->counts().files.value(), 1U);
}

// RFC 5655: messages back to back.
TEST_F(FollowFiles, ReadsIpfixFiles) {
  const ByteVector second = ipfix_message(2);
  ByteVector begun = ipfix_message(1);
  append(begun, slice(second, 0, 9));
  write("a.ipfix", begun);
  start();
  ASSERT_TRUE(wait_for(1));
  write("a.ipfix", slice(second, 9, second.size() - 9), 0, true);
  ASSERT_TRUE(wait_for(2));
  EXPECT_EQ(seen_[1], std::string(second.begin(), second.end()));
}

// What a path meant when it was listed is no more what is there when its turn comes.
TEST_F(FollowFiles, KnowsFilesThatAreRenamedWhileOthersAreRead) {
  write("a.pcap", capture_of({"1"}), 30);
  write("b.pcap", capture_of({"2", "3"}), 20);
  write("c.pcap", capture_of({"4", "5", "6"}), 10);
  on_seen_ = [this] {
    std::filesystem::rename(folder_ / "b.pcap", folder_ / "d.pcap");
    std::filesystem::rename(folder_ / "c.pcap", folder_ / "b.pcap");
    std::filesystem::rename(folder_ / "d.pcap", folder_ / "c.pcap");
  };
  start();
  ASSERT_TRUE(wait_for(6));
  run_for(std::chrono::milliseconds(1100));
  EXPECT_THAT(seen_, ElementsAre("1", "2", "3", "4", "5", "6"));
  EXPECT_EQ(source_->counts().unreadable.value(), 0U);
  EXPECT_EQ(log_.text().find("begins anew"), std::string::npos) << log_.text();
}

TEST_F(FollowFiles, TriesAgainWhatItCouldNotOpen) {
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  write("a.pcap", capture_of({"1"}), 30);
  write("b.pcap", capture_of({"2"}), 20);
  std::filesystem::permissions(folder_ / "a.pcap", std::filesystem::perms::none);
  start();
  {
    const NoPrivilege guard;
    ASSERT_TRUE(wait_for(1));
    run_for(std::chrono::milliseconds(1100));
    EXPECT_THAT(seen_, ElementsAre("2"));
    stop();
    start();  // what is saved does not say that it is never to be read
    EXPECT_TRUE(wait_until([this] { return source_->counts().unreadable.value() == 1; }));
  }
  EXPECT_NE(log_.text().find("a.pcap reason=Permission denied"), std::string::npos) << log_.text();
  EXPECT_TRUE(wait_for(2));
  EXPECT_NE(log_.text().find("can be read again"), std::string::npos) << log_.text();
}

TEST_F(FollowFiles, TellsOfAFolderThatItMayNotEnter) {
  std::filesystem::create_directory(folder_ / "closed");
  write("closed/a.pcap", capture_of({"1"}));
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  std::filesystem::permissions(folder_ / "closed", std::filesystem::perms::none);
  path_ = folder_ / "closed" / "a.pcap";
  start();
  {
    const NoPrivilege guard;
    run_for(std::chrono::milliseconds(1100));
  }
  std::filesystem::permissions(folder_ / "closed", std::filesystem::perms(0700));
  ASSERT_TRUE(wait_for(1));
  const std::string text = log_.text();
  const std::size_t told = text.find("cannot list all files: path=" + path_ + " reason=Permission denied");
  ASSERT_NE(told, std::string::npos) << text;
  EXPECT_EQ(text.find("cannot list", told + 1), std::string::npos) << "once: " << text;
  EXPECT_NE(text.find("can be listed again", told), std::string::npos) << text;
}

TEST_F(FollowFiles, TellsOfASingleFileThatIsNoCapture) {
  write("notes.txt", bytes_of("this file has more than twenty-four bytes"), 60);
  path_ = folder_ / "notes.txt";
  start();
  EXPECT_TRUE(wait_until([this] { return source_->counts().unreadable.value() == 1; }));
  EXPECT_NE(log_.text().find("notes.txt: neither pcap"), std::string::npos) << log_.text();
  write("notes.txt", capture_of({"1"}));
  EXPECT_TRUE(wait_for(1)) << "another file by now";
}

// All captures of a host have the same file header.
TEST_F(FollowFiles, KnowsAFileByMoreThanItsHeader) {
  const ByteVector first = capture_of({"1", "2"});
  write("a.pcap", slice(first, 0, 24));
  start();
  ASSERT_TRUE(wait_until([this] { return source_->counts().files.value() == 1; }));
  write("a.pcap", slice(first, 24, first.size() - 24), 0, true);
  ASSERT_TRUE(wait_for(2));
  write("a.pcap", capture_of({"30", "40", "50"}));
  ASSERT_TRUE(wait_for(5));
  EXPECT_THAT(seen_, ElementsAre("1", "2", "30", "40", "50"));
}

TEST_F(FollowFiles, NoticesAFileThatIsWrittenAnewToTheSameSize) {
  const ByteVector first = capture_of({"1"});
  const ByteVector second = CaptureBuilder().add(frame_of("2"), 1'700'000'001'000'000'000).bytes();
  ASSERT_EQ(first.size(), second.size());
  write("a.pcap", first, 60);
  write("b.pcap", capture_of({"b"}), 30);
  start();
  ASSERT_TRUE(wait_for(2));
  write("a.pcap", second, 20);
  ASSERT_TRUE(wait_for(3));
  EXPECT_EQ(seen_[2], "2");
  write("b.pcap", capture_of({"b"}), 10);  // nothing new
  run_for(std::chrono::milliseconds(1100));
  EXPECT_EQ(seen_.size(), 3U);
}

// Its writer took a break; a newer file is there.
TEST_F(FollowFiles, TakesTheRestOfAMessageThatCameLate) {
  const ByteVector second = ipfix_message(2);
  ByteVector begun = ipfix_message(1);
  append(begun, slice(second, 0, 9));
  write("a.ipfix", begun, 30);
  write("b.pcap", capture_of({"3"}));
  start();
  ASSERT_TRUE(wait_until([this] { return source_->frames().truncated.value() == 1; }));
  write("a.ipfix", slice(second, 9, second.size() - 9), 0, true);
  ASSERT_TRUE(wait_for(3));
  EXPECT_EQ(seen_[1], "3");
  EXPECT_EQ(seen_[2], std::string(second.begin(), second.end()));
}

TEST_F(FollowFiles, CountsFramesAsItReadsThem) {
  CaptureBuilder capture;
  capture.add(ethernet(ipv4(bytes_of("no datagram"), {.protocol = 6})));
  capture.add(frame_of("1"));
  const ByteVector before = capture.bytes();
  write("a.pcap", before);
  start();
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(source_->frames().frames.value(), 2U);
  EXPECT_EQ(source_->frames().datagrams.value(), 1U);
  EXPECT_EQ(source_->frames().other.value(), 1U) << "though the file goes on";
  stop();
  const ByteVector after = capture.add(ethernet(ipv4(udp(bytes_of("bad"), 3)))).add(frame_of("2")).bytes();
  write("a.pcap", slice(after, before.size(), after.size() - before.size()), 0, true);
  start();
  ASSERT_TRUE(wait_for(2));
  EXPECT_EQ(source_->frames().frames.value(), 2U);
  EXPECT_EQ(source_->frames().other.value(), 0U) << "it was counted before";
  EXPECT_EQ(source_->frames().bad.value(), 1U);
}

// Others of the same thread must get their turn.
TEST_F(FollowFiles, ReadsAFewFramesAtATime) {
  static constexpr std::uint64_t kAtATime = 64;
  const auto expect_slices_until = [this](std::uint64_t frames) {
    std::uint64_t before = source_->frames().frames.value();
    EXPECT_TRUE(wait_until([&] {
      const std::uint64_t now = source_->frames().frames.value();
      EXPECT_LE(now - before, kAtATime);
      before = now;
      return now == frames;
    }));
  };
  const ByteVector whole = other_traffic(2000);
  const ByteVector half = other_traffic(1000);
  write("a.pcap", half);
  start();
  expect_slices_until(1000);
  run_for(std::chrono::milliseconds(100));  // it waits for the next look
  write("a.pcap", slice(whole, half.size(), whole.size() - half.size()), 0, true);
  std::filesystem::remove(folder_ / "a.pcap");
  expect_slices_until(2000);
}

TEST_F(FollowFiles, SavesNothingThatACrashMayStillLose) {
  write("a.pcap", capture_of({"1"}), 30);
  unsafe_for_ = std::chrono::minutes(1);
  start();
  ASSERT_TRUE(wait_for(1));
  run_for(std::chrono::milliseconds(2200));  // two more looks
  source_.reset();
  unsafe_for_ = std::chrono::milliseconds(10);
  start();
  ASSERT_TRUE(wait_for(2)) << "it comes again";
  ASSERT_TRUE(wait_until([this] { return saved_->has_value(); }));
  source_.reset();
  start();
  run_for(std::chrono::milliseconds(100));
  EXPECT_THAT(seen_, ElementsAre("1", "1"));
}

TEST_F(FollowFiles, ReadsAllAnewWhenWhatWasSavedIsDamaged) {
  saved_ = bytes_of("flowcef files 1\n1 2");
  write("a.pcap", capture_of({"1"}));
  start();
  EXPECT_TRUE(wait_for(1));
}

TEST_F(FollowFiles, WaitsForAFolderThatIsNotThere) {
  const auto folder = folder_;
  folder_ = folder / "later";
  start();
  run_for(std::chrono::milliseconds(50));
  EXPECT_THAT(seen_, IsEmpty());
  std::filesystem::create_directory(folder_);
  write("a.pcap", capture_of({"1"}));
  EXPECT_TRUE(wait_for(1));
  folder_ = folder;
}

// What was mounted there is away for a while: nothing is forgotten, so nothing is read twice.
TEST_F(FollowFiles, KnowsItsFilesWhenTheFolderWasEmptyForAWhile) {
  write("a.pcap", capture_of({"1", "2"}), 30);
  write("b.pcap", capture_of({"3"}), 20);
  const std::filesystem::path away = folder_.string() + "-away";
  start();
  ASSERT_TRUE(wait_for(3));
  std::filesystem::create_directory(away);
  for (const char* name : {"a.pcap", "b.pcap"}) std::filesystem::rename(folder_ / name, away / name);
  run_for(std::chrono::milliseconds(1100));
  stop();
  start();
  run_for(std::chrono::milliseconds(100));
  for (const char* name : {"a.pcap", "b.pcap"}) std::filesystem::rename(away / name, folder_ / name);
  write("c.pcap", capture_of({"4"}));
  ASSERT_TRUE(wait_for(4));
  run_for(std::chrono::milliseconds(1100));
  EXPECT_THAT(seen_, ElementsAre("1", "2", "3", "4"));
  std::filesystem::remove_all(away);
}

}  // namespace
}  // namespace flowcef::test
