#include "flowcef/source/dead_letter_file.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>

#include "flowcef/source/capture_file.hpp"
#include "support/capture_builder.hpp"

namespace flowcef::test {
namespace {

namespace fs = std::filesystem;

struct Letter {
  Endpoint exporter;
  Endpoint listener;
  std::int64_t received_ns;
  ByteVector payload;

  friend bool operator==(const Letter&, const Letter&) = default;
};

class DeadLetters : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "flowcef-letters-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = (folder_ / "refused.pcapng").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::unique_ptr<DeadLetterFile> open(std::size_t max_bytes = kMinDeadLetterBytes) {
    return std::make_unique<DeadLetterFile>(DeadLetterConfig{path_, max_bytes},
                                            [this](const std::string& problem) { problems_.push_back(problem); });
  }

  static Letter letter(std::string_view exporter, std::string_view listener, const ByteVector& payload,
                       std::int64_t received_ns = 1'700'000'000'123'456'789) {
    return {{*IpAddress::parse(exporter), 40001}, {*IpAddress::parse(listener), 2055}, received_ns, payload};
  }

  static bool write(DeadLetterFile& file, const Letter& letter, std::string_view reason = "unknown_version") {
    Datagram datagram;
    datagram.payload = letter.payload;
    datagram.exporter = letter.exporter;
    datagram.listener = letter.listener;
    datagram.received_ns = letter.received_ns;
    return file.write(datagram, reason);
  }

  static std::vector<Letter> read(const std::string& path) {
    std::vector<Letter> letters;
    CaptureFile file(path);
    Datagram datagram;
    while (file.next(datagram)) {
      letters.push_back({datagram.exporter,
                         datagram.listener,
                         datagram.received_ns,
                         {datagram.payload.begin(), datagram.payload.end()}});
    }
    EXPECT_EQ(file.warning(), "");
    EXPECT_EQ(file.counts().bad.value(), 0U);
    return letters;
  }

  fs::path folder_;
  std::string path_;
  std::vector<std::string> problems_;
};

// PX-10: refused datagrams can be looked at.
TEST_F(DeadLetters, AreReadBackWhileTheFileIsOpen) {
  const auto file = open();
  const std::vector<Letter> letters{
      letter("192.0.2.1", "192.0.2.200", bytes_of("odd")),
      letter("192.0.2.1", "::", bytes_of("even"), 0),
      letter("2001:db8::1", "2001:db8::2", bytes_of("of six")),
      letter("2001:db8::1", "192.0.2.200", ByteVector(), 1),
  };
  for (const Letter& one : letters) EXPECT_TRUE(write(*file, one));
  auto expected = letters;
  expected[1].listener.address = *IpAddress::parse("0.0.0.0");
  EXPECT_EQ(read(path_), expected);
}

TEST_F(DeadLetters, ComeInFullLength) {
  const auto file = open(std::size_t{1} << 20);
  for (const std::size_t length : {std::size_t{65507}, std::size_t{65508}, std::size_t{70000}}) {
    const ByteVector payload(length, 1);
    EXPECT_TRUE(write(*file, letter("192.0.2.1", "192.0.2.200", payload)));
    EXPECT_TRUE(write(*file, letter("2001:db8::1", "2001:db8::2", payload)));
  }
  std::vector<std::size_t> lengths;
  for (const Letter& one : read(path_)) lengths.push_back(one.payload.size());
  EXPECT_THAT(lengths, testing::ElementsAre(65507, 65507, 65507, 65508, 65507, 65527));
}

/// Returns: what tshark prints for one field, line by line; nothing if there is no tshark.
std::optional<std::vector<std::string>> tshark(const std::string& path, const std::string& fields) {
  if (std::system("command -v tshark >/dev/null") != 0) return std::nullopt;
  const std::string command = "tshark -n -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -r '" + path +
                              "' -T fields " + fields + " 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::vector<std::string> lines;
  char line[4096];
  while (pipe && std::fgets(line, sizeof line, pipe.get()) != nullptr) {
    lines.emplace_back(line);
    if (lines.back().ends_with('\n')) lines.back().pop_back();
  }
  return lines;
}

TEST_F(DeadLetters, HaveTheirReasonAndRightChecksumsForOthers) {
  const auto file = open();
  EXPECT_TRUE(write(*file, letter("192.0.2.1", "192.0.2.200", bytes_of("odd")), "short_header"));
  EXPECT_TRUE(write(*file, letter("2001:db8::1", "2001:db8::2", bytes_of("flow")), std::string(2000, 'r')));
  EXPECT_TRUE(write(*file, letter("2001:db8::1", "2001:db8::2", bytes_of("flow")), ""));
  const auto lines = tshark(path_, "-e frame.comment -e ip.checksum.status -e udp.checksum.status -e frame.time_epoch");
  if (!lines) GTEST_SKIP() << "no tshark";
  // 1: checked and right
  EXPECT_THAT(*lines, testing::ElementsAre("short_header\t1\t1\t1700000000.123456789",
                                           std::string(1000, 'r') + "\t\t1\t1700000000.123456789",
                                           testing::EndsWith("\t\t1\t1700000000.123456789")));
}

TEST_F(DeadLetters, AFullFileStepsAside) {
  const auto file = open();
  const std::size_t count = 100;
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(write(*file, letter("192.0.2.1", "192.0.2.200", ByteVector(10'000), static_cast<std::int64_t>(i))));
    EXPECT_LE(fs::file_size(path_), kMinDeadLetterBytes);
  }
  EXPECT_LE(fs::file_size(path_ + ".1"), kMinDeadLetterBytes);
  EXPECT_GT(fs::file_size(path_ + ".1"), kMinDeadLetterBytes - 12'000);
  auto letters = read(path_ + ".1");
  std::ranges::copy(read(path_), std::back_inserter(letters));
  for (std::size_t i = 0; i < letters.size(); ++i) {
    EXPECT_EQ(letters[i].received_ns, static_cast<std::int64_t>(count - letters.size() + i));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

TEST_F(DeadLetters, AreContinuedByTheNextRun) {
  for (int run = 0; run < 3; ++run) {
    const auto file = open();
    for (int i = 0; i < run; ++i) EXPECT_TRUE(write(*file, letter("192.0.2.1", "192.0.2.200", bytes_of("again"))));
  }
  EXPECT_EQ(read(path_).size(), 3U);
  EXPECT_FALSE(fs::exists(path_ + ".1"));
}

TEST_F(DeadLetters, AFileOfAnotherKindStepsAside) {
  const std::string notes(90, 'n');  // more than the header of a capture file
  std::ofstream(path_) << notes;
  EXPECT_TRUE(write(*open(), letter("192.0.2.1", "192.0.2.200", bytes_of("x"))));
  EXPECT_EQ(read(path_).size(), 1U);
  EXPECT_EQ(fs::file_size(path_ + ".1"), notes.size());
}

TEST_F(DeadLetters, AFileThatEndsInMidPacketStepsAside) {
  EXPECT_TRUE(write(*open(), letter("192.0.2.1", "192.0.2.200", bytes_of("x"))));
  const auto whole = fs::file_size(path_);
  for (std::uintmax_t cut = 1; cut < whole; ++cut) {
    fs::resize_file(path_, whole - cut);
    EXPECT_TRUE(write(*open(), letter("192.0.2.1", "192.0.2.200", bytes_of("x"))));
    ASSERT_EQ(read(path_).size(), 1U) << cut;
  }
}

TEST_F(DeadLetters, SayAtOnceWhatCannotBeOpened) {
  path_ = (folder_ / "none" / "refused.pcapng").string();
  try {
    (void)open();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()), path_ + ": No such file or directory");
  }
}

/// No file grows past `bytes` while it lives: what a full disk does, short writes included.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(DeadLetters, AFullDiskIsReportedOnceAndLeavesWholePackets) {
  const auto file = open();
  const Letter one = letter("192.0.2.1", "192.0.2.200", bytes_of("0123456789"));
  EXPECT_TRUE(write(*file, one));
  for (int round = 1; round <= 2; ++round) {
    {
      const FileSizeLimit full(fs::file_size(path_) + 50);
      EXPECT_FALSE(write(*file, one));
      EXPECT_FALSE(write(*file, one));
    }
    EXPECT_EQ(problems_.size(), static_cast<std::size_t>(round));
    EXPECT_TRUE(write(*file, one));
    EXPECT_EQ(read(path_).size(), static_cast<std::size_t>(1 + round));
  }
  EXPECT_EQ(problems_[0], path_ + ": No space left on device");
}

TEST_F(DeadLetters, ADiskFullAtAFilesBeginningCostsOneFile) {
  const auto file = open();
  const Letter big = letter("192.0.2.1", "192.0.2.200", ByteVector(60'000));
  EXPECT_TRUE(write(*file, big));
  EXPECT_TRUE(write(*file, big));
  {
    const FileSizeLimit full(30);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(write(*file, big));
  }
  EXPECT_EQ(read(path_ + ".1").size(), 2U);
  EXPECT_TRUE(write(*file, big));
  EXPECT_EQ(read(path_).size(), 1U);
}

TEST_F(DeadLetters, ComeFromSeveralThreads) {
  const auto file = open(std::size_t{1} << 20);
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 3; ++i) {
      workers.emplace_back([&] {
        for (int n = 0; n < 200; ++n) write(*file, letter("192.0.2.1", "192.0.2.200", bytes_of("threads")));
      });
    }
  }
  EXPECT_EQ(read(path_).size(), 600U);
}

}  // namespace
}  // namespace flowcef::test
