#include "flowcef/source/payload_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <thread>
#include <vector>

#include "flowcef/source/capture_file.hpp"
#include "stream_messages.hpp"

namespace flowcef::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::size_t> lengths_of(ExportFile& file) {
  std::vector<std::size_t> lengths;
  std::uint64_t frame = 0;
  for (Datagram datagram; file.next(datagram);) {
    lengths.push_back(datagram.payload.size());
    EXPECT_EQ(datagram.frame, ++frame);
    EXPECT_EQ(datagram.received_ns, 0);
    EXPECT_EQ(datagram.exporter, Endpoint{});
  }
  EXPECT_EQ(file.counts().datagrams.value(), lengths.size());
  return lengths;
}

struct SplitCase {
  const char* name;
  ByteVector content;
  std::vector<std::size_t> lengths;
};

void PrintTo(const SplitCase& split, std::ostream* out) {
  *out << split.name;
}

class Split : public testing::TestWithParam<SplitCase> {};

TEST_P(Split, IntoMessages) {
  const TemporaryFile temporary(GetParam().content);
  PayloadFile file(temporary.path());
  EXPECT_EQ(lengths_of(file), GetParam().lengths);
  EXPECT_EQ(file.warning(), "");
  EXPECT_EQ(file.progress(), 1.0);
}

INSTANTIATE_TEST_SUITE_P(
    Files, Split,
    testing::Values(SplitCase{"oneIpfix", ipfix(100), {100}},
                    SplitCase{"severalIpfix", joined({ipfix(100), ipfix(16), ipfix(65535)}), {100, 16, 65535}},
                    SplitCase{"oneNetflow5", netflow5(30), {24 + 48 * 30}},
                    SplitCase{"severalNetflow5", joined({netflow5(1), netflow5(0), netflow5(2)}), {72, 24, 120}},
                    SplitCase{"netflow9IsOneDatagram", joined({{0, 9, 0, 1}, ByteVector(500)}), {504}},
                    SplitCase{"trailingBytesStayWithTheMessage", joined({ipfix(100), ByteVector(3)}), {103}},
                    SplitCase{"ipfixCutStaysOneDatagram", slice(ipfix(100), 0, 99), {99}},
                    SplitCase{"ipfixLengthTooSmall", joined({{0, 10, 0, 15}, ByteVector(11)}), {15}},
                    SplitCase{"ipfixLengthZero", joined({{0, 10, 0, 0}, ByteVector(12)}), {16}},
                    SplitCase{"netflow5CountHostile", joined({{0, 5, 0xff, 0xff}, ByteVector(68)}), {72}},
                    SplitCase{"threeBytes", {0, 10, 0}, {3}},
                    SplitCase{"largestDatagram", ByteVector(65535, 1), {65535}}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(PayloadFile, LargeFileIsSplitAsItIsRead) {
  ByteVector content;
  for (std::size_t i = 0; i < 200; ++i) append(content, ipfix(4000 + i));
  const TemporaryFile temporary(content);
  PayloadFile file(temporary.path());
  Datagram datagram;
  ASSERT_TRUE(file.next(datagram));
  EXPECT_NEAR(file.progress(), 1.0 / 200, 0.01);
  std::size_t count = 1;
  for (; file.next(datagram); ++count) {
    EXPECT_EQ(datagram.payload.size(), 4000 + count);
    EXPECT_EQ(datagram.payload.back(), 0xab);
  }
  EXPECT_EQ(count, 200U);
  EXPECT_EQ(file.warning(), "");
}

TEST(PayloadFile, LargeFileCutAtTheEndKeepsWhatComesBefore) {
  const TemporaryFile temporary(joined({ipfix(60000), slice(ipfix(60000), 0, 59999)}));
  PayloadFile file(temporary.path());
  EXPECT_THAT(lengths_of(file), ElementsAre(60000));
  EXPECT_THAT(file.warning(), AllOf(HasSubstr("at byte 60000"), HasSubstr("the last message is cut")));
  EXPECT_EQ(file.counts().truncated.value(), 1U);
  EXPECT_EQ(file.counts().bad.value(), 0U);
}

struct DamageCase {
  const char* name;
  ByteVector content;
  std::vector<std::size_t> lengths;
  std::string warning;  ///< behind the file's name
};

void PrintTo(const DamageCase& damage, std::ostream* out) {
  *out << damage.name;
}

class Damage : public testing::TestWithParam<DamageCase> {};

// SS-04
TEST_P(Damage, IsSkippedAndCounted) {
  const TemporaryFile temporary(GetParam().content);
  PayloadFile file(temporary.path());
  std::vector<std::size_t> lengths;
  for (Datagram datagram; file.next(datagram);) lengths.push_back(datagram.payload.size());
  EXPECT_EQ(lengths, GetParam().lengths);
  EXPECT_EQ(file.warning(), temporary.path() + ": " + GetParam().warning);
  const CaptureCounts& counts = file.counts();
  EXPECT_EQ(counts.frames.value(), counts.datagrams.value() + counts.bad.value() + counts.truncated.value());
  Datagram datagram;
  EXPECT_FALSE(file.next(datagram)) << "the end stays the end";
}

const ByteVector kStray{0x17};

INSTANTIATE_TEST_SUITE_P(
    Files, Damage,
    testing::Values(
        DamageCase{"strayByteInASmallFile",
                   joined({netflow5(2), kStray, netflow5(2), netflow5(1)}),
                   {120, 120, 72},
                   "1 byte skipped that belong to no whole message, in 1 place, the first at byte 120"},
        DamageCase{"strayByteInFront",
                   joined({kStray, netflow5(2), netflow5(1)}),
                   {120, 72},
                   "1 byte skipped that belong to no whole message, in 1 place, the first at byte 0"},
        DamageCase{"garbageBetweenIpfix",
                   joined({ipfix(60000), ByteVector(10000, 0xee), ipfix(500), kStray, ipfix(16)}),
                   {60000, 500, 16},
                   "10001 bytes skipped that belong to no whole message, in 2 places, the first at byte 60000"},
        DamageCase{"foreignBytesToTheEnd",
                   joined({ipfix(60000), ByteVector(10000, 0xee)}),
                   {60000},
                   "10000 bytes skipped that belong to no whole message, in 1 place, the first at byte 60000"},
        DamageCase{"smallAndCut",
                   joined({ipfix(100), ipfix(100), slice(ipfix(100), 0, 99)}),
                   {100, 100},
                   "99 bytes skipped that belong to no whole message, in 1 place, the first at byte 200; the last "
                   "message is cut"},
        DamageCase{"lengthBelow16",
                   joined({ipfix(60000), {0, 10, 0, 15}, ipfix(9000)}),
                   {60000, 9000},
                   "4 bytes skipped that belong to no whole message, in 1 place, the first at byte 60000"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(PayloadFile, FrameNumbersCountDamagedStretchesToo) {
  const TemporaryFile temporary(joined({netflow5(1), kStray, netflow5(1)}));
  PayloadFile file(temporary.path());
  Datagram datagram;
  ASSERT_TRUE(file.next(datagram));
  EXPECT_EQ(datagram.frame, 1U);
  ASSERT_TRUE(file.next(datagram));
  EXPECT_EQ(datagram.frame, 3U) << "so that no two frames of several files in a row share a number";
}

TEST(PayloadFile, TooLargeForOneDatagramIsAnError) {
  const auto error_of = [](const ByteVector& content) {
    const TemporaryFile temporary(content);
    try {
      const PayloadFile file(temporary.path());
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error_of(ByteVector(65536, 1)), HasSubstr("too large to be one datagram"));
  EXPECT_THAT(error_of(joined({{0, 9, 0, 1}, ByteVector(65536)})), HasSubstr("NetFlow v9 states no message length"));
}

TEST(PayloadFile, EmptyFileIsAWarning) {
  const TemporaryFile temporary({});
  PayloadFile file(temporary.path());
  EXPECT_TRUE(lengths_of(file).empty());
  EXPECT_THAT(file.warning(), HasSubstr("empty"));
}

TEST(OpenExportFile, TellsFormatsApartByTheirFirstBytes) {
  const ByteVector frame = ethernet(ipv4(udp(bytes_of("a"))));
  for (const ByteVector& content :
       {CaptureBuilder(1, true, true).add(frame).bytes(), CaptureBuilder(1, true, false).add(frame).bytes(),
        CaptureBuilder(1, false, true).add(frame).bytes(), CaptureBuilder(1, false, false).add(frame).bytes(),
        CaptureNgBuilder().add_interface(1).add(frame).bytes()}) {
    const TemporaryFile temporary(content);
    const auto file = open_export_file(temporary.path());
    EXPECT_NE(dynamic_cast<CaptureFile*>(file.get()), nullptr);
    Datagram datagram;
    EXPECT_TRUE(file->next(datagram));
  }
  const TemporaryFile temporary(ipfix(20));
  EXPECT_NE(dynamic_cast<PayloadFile*>(open_export_file(temporary.path()).get()), nullptr);
}

TEST(OpenExportFile, MissingFileAndDirectory) {
  const auto error_of = [](const std::string& path) {
    try {
      (void)open_export_file(path);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(error_of("/nonexistent/x"), "/nonexistent/x: No such file or directory");
  EXPECT_THAT(error_of("/tmp"), HasSubstr("/tmp: is a directory"));
}

TEST(OpenExportFile, ReadsAPipe) {
  const TemporaryFile temporary({});
  const std::string path = temporary.path() + ".pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    const auto content = CaptureBuilder().add(ethernet(ipv4(udp(bytes_of("a"))))).bytes();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  });
  const auto file = open_export_file(path);
  Datagram datagram;
  EXPECT_TRUE(file->next(datagram));
  EXPECT_EQ(file->progress(), 0.0);
  EXPECT_FALSE(file->next(datagram));
  writer.join();
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace flowcef::test
