#include "flowcef/source/capture_file.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/capture_builder.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kTime = 1'700'000'000'123'456'789;

struct Seen {
  std::uint64_t frame;
  std::string payload;
  std::int64_t received_ns;

  friend bool operator==(const Seen&, const Seen&) = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.frame << ' ' << seen.payload << ' ' << seen.received_ns;
}

std::vector<Seen> read_all(ExportFile& file) {
  std::vector<Seen> all;
  for (Datagram datagram; file.next(datagram);) {
    all.push_back({datagram.frame, {datagram.payload.begin(), datagram.payload.end()}, datagram.received_ns});
  }
  return all;
}

ByteVector frame_of(const char* text) {
  return ethernet(ipv4(udp(bytes_of(text))));
}

ByteVector tcp_frame() {
  return ethernet(ipv4(ByteVector(20), {.protocol = 6}));
}

std::string error_of(const ByteVector& content) {
  const TemporaryFile file(content);
  try {
    CaptureFile capture(file.path());
    (void)read_all(capture);
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr(file.path()));
    return error.what();
  }
  return "no error";
}

TEST(CaptureFile, NumbersFramesFromOneAndKeepsNanoseconds) {
  const TemporaryFile file(
      CaptureBuilder().add(frame_of("a"), kTime).add(tcp_frame()).add(frame_of("b"), kTime + 1).bytes());
  CaptureFile capture(file.path());
  EXPECT_THAT(read_all(capture), ElementsAre(Seen{1, "a", kTime}, Seen{3, "b", kTime + 1}));
  EXPECT_EQ(capture.counts().frames.value(), 3U);
  EXPECT_EQ(capture.counts().other.value(), 1U);
  EXPECT_EQ(capture.warning(), "");
  Datagram datagram;
  EXPECT_FALSE(capture.next(datagram)) << "the end stays the end";
}

TEST(CaptureFile, EitherByteOrderAndResolution) {
  for (const bool nanoseconds : {false, true}) {
    for (const bool big_endian : {false, true}) {
      const TemporaryFile file(CaptureBuilder(1, nanoseconds, big_endian).add(frame_of("a"), kTime).bytes());
      CaptureFile capture(file.path());
      EXPECT_THAT(read_all(capture), ElementsAre(Seen{1, "a", nanoseconds ? kTime : kTime / 1000 * 1000}));
    }
  }
}

TEST(CaptureFile, LinkTypeNumbersAsTheyStandInFiles) {
  const ByteVector packet = ipv4(udp(bytes_of("a")));
  for (const std::uint32_t link_type : {101U, 228U}) {
    const TemporaryFile file(CaptureBuilder(link_type).add(packet).bytes());
    CaptureFile capture(file.path());
    EXPECT_THAT(read_all(capture), ElementsAre(Seen{1, "a", 0})) << link_type;
  }
}

TEST(CaptureFile, Pcapng) {
  const TemporaryFile file(CaptureNgBuilder()
                               .add_interface(1)
                               .add_interface(1)
                               .add(frame_of("a"), kTime, 0)
                               .add(frame_of("b"), kTime + 1, 1)
                               .bytes());
  CaptureFile capture(file.path());
  EXPECT_THAT(read_all(capture), ElementsAre(Seen{1, "a", kTime}, Seen{2, "b", kTime + 1}));
}

TEST(CaptureFile, PcapngWithImpossibleTimesIsRead) {
  const TemporaryFile file(CaptureNgBuilder().add_interface(1).add(frame_of("a"), -1).bytes());
  CaptureFile capture(file.path());
  EXPECT_EQ(read_all(capture).size(), 1U);
}

TEST(CaptureFile, MixedLinkTypesAreAnErrorThatSaysWhatToDo) {
  const ByteVector mixed =
      CaptureNgBuilder().add_interface(1).add(frame_of("a")).add_interface(113).add(frame_of("b"), 0, 1).bytes();
  EXPECT_THAT(error_of(mixed), HasSubstr("tshark"));
}

TEST(CaptureFile, UnsupportedLinkTypeIsNamed) {
  EXPECT_THAT(error_of(CaptureBuilder(105).add(frame_of("a")).bytes()), HasSubstr("802.11"));
}

TEST(CaptureFile, NoCaptureAndNoFile) {
  EXPECT_THAT(error_of(bytes_of("this is no capture file at all, whatever its name may say")),
              HasSubstr("unknown file format"));
  EXPECT_THROW(CaptureFile("/nonexistent/x.pcap"), std::runtime_error);
  EXPECT_THROW(CaptureFile("/tmp"), std::runtime_error);
}

TEST(CaptureFile, CutAnywhereKeepsWhatComesBefore) {
  const ByteVector whole = CaptureBuilder().add(frame_of("a")).add(frame_of("b")).bytes();
  const std::size_t file_header = 24;
  const std::size_t record = (whole.size() - file_header) / 2;
  for (std::size_t length = file_header; length <= whole.size(); ++length) {
    const TemporaryFile file(slice(whole, 0, length));
    CaptureFile capture(file.path());
    EXPECT_EQ(read_all(capture).size(), (length - file_header) / record);
    const bool is_cut = (length - file_header) % record != 0;
    EXPECT_EQ(capture.warning().empty(), !is_cut) << length;
    EXPECT_EQ(capture.progress(), 1.0);
  }
}

TEST(CaptureFile, CutPcapngKeepsWhatComesBefore) {
  const ByteVector whole = CaptureNgBuilder().add_interface(1).add(frame_of("a")).add(frame_of("b")).bytes();
  const TemporaryFile file(slice(whole, 0, whole.size() - 5));
  CaptureFile capture(file.path());
  EXPECT_EQ(read_all(capture).size(), 1U);
  EXPECT_THAT(capture.warning(), HasSubstr("after frame 1"));
}

TEST(CaptureFile, SnapshotCutsAreCounted) {
  const ByteVector frame = frame_of("a longer export");
  const TemporaryFile file(CaptureBuilder().add(slice(frame, 0, 50), 0, frame.size()).bytes());
  CaptureFile capture(file.path());
  EXPECT_TRUE(read_all(capture).empty());
  EXPECT_EQ(capture.counts().truncated.value(), 1U);
}

TEST(CaptureFile, FragmentsLeftAtTheEndAreIncomplete) {
  const TemporaryFile file(CaptureBuilder().add(ethernet(ipv4(ByteVector(64), {.more = true}))).bytes());
  CaptureFile capture(file.path());
  EXPECT_TRUE(read_all(capture).empty());
  EXPECT_EQ(capture.counts().incomplete.value(), 1U);
}

TEST(CaptureFile, ProgressGrowsToOne) {
  CaptureBuilder builder;
  for (int i = 0; i < 1000; ++i) builder.add(frame_of("a"));
  const TemporaryFile file(builder.bytes());
  CaptureFile capture(file.path());
  double before = capture.progress();
  EXPECT_LT(before, 0.5);
  for (Datagram datagram; capture.next(datagram);) {
    EXPECT_GE(capture.progress(), before);
    before = capture.progress();
  }
  EXPECT_EQ(capture.progress(), 1.0);
}

}  // namespace
}  // namespace flowcef::test
