#include "flowcef/source/syslog_framer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace flowcef::test {
namespace {

using std::string_literals::operator""s;
using Messages = std::vector<std::string>;

/// Feeds a framer and keeps what it hands out.
struct SyslogFeeder {
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto room = framer.room();
      EXPECT_GE(room.size(), SyslogFramer::kReadBytes);
      const std::size_t count = std::min(room.size(), bytes.size());
      std::copy_n(bytes.begin(), count, room.begin());
      framer.commit(count);
      fed += count;
      bytes.remove_prefix(count);
      drain();
    }
  }

  void end() {
    framer.end_input();
    drain();
    EXPECT_TRUE(framer.unread().empty());
  }

  void drain() {
    for (Bytes found; framer.next(found);) messages.emplace_back(found.begin(), found.end());
    EXPECT_EQ(framer.position() + framer.unread().size(), fed);
  }

  SyslogFramer framer;
  Messages messages;
  std::size_t fed = 0;
};

std::string counted(const std::string& message) {
  return std::to_string(message.size()) + ' ' + message;
}

struct StreamCase {
  const char* name;
  std::string stream;
  Messages messages;
  std::uint64_t skips = 0;
  std::uint64_t skipped_bytes = 0;
};

void PrintTo(const StreamCase& tested, std::ostream* out) {
  *out << tested.name;
}

void expect_messages(const SyslogFeeder& feeder, const StreamCase& tested, const std::string& how) {
  EXPECT_EQ(feeder.messages, tested.messages) << how;
  EXPECT_EQ(feeder.framer.skips(), tested.skips) << how;
  EXPECT_EQ(feeder.framer.skipped_bytes(), tested.skipped_bytes) << how;
}

class SyslogStreams : public testing::TestWithParam<StreamCase> {};

// BC-17, BC-23, RFC 6587: what comes out depends on the bytes alone, not on how they come.
TEST_P(SyslogStreams, GiveTheSameMessagesHoweverTheyAreCut) {
  const std::string& stream = GetParam().stream;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    SyslogFeeder feeder;
    feeder.write(std::string_view(stream).substr(0, cut));
    feeder.write(std::string_view(stream).substr(cut));
    feeder.end();
    expect_messages(feeder, GetParam(), "cut at " + std::to_string(cut));
  }
  SyslogFeeder bytewise;
  for (const char byte : stream) bytewise.write({&byte, 1});
  bytewise.end();
  expect_messages(bytewise, GetParam(), "byte by byte");
}

INSTANTIATE_TEST_SUITE_P(
    Framings, SyslogStreams,
    testing::Values(
        StreamCase{"nothing", "", {}}, StreamCase{"lf", "<34>one\n<34>two\n", {"<34>one", "<34>two"}},
        StreamCase{"crLf", "<34>one\r\ntwo\r\n", {"<34>one", "two"}},
        StreamCase{"nul", "<34>one\0<34>two\0"s, {"<34>one", "<34>two"}},
        StreamCase{"lfAndNul", "one\n\0two\n\0"s, {"one", "two"}},
        StreamCase{"crStaysWithinALine", "one\rtwo\nthree\r\r\n", {"one\rtwo", "three\r"}},
        StreamCase{"emptyLines", "\n\r\n\0one\n\n\n\0\rtwo\r\n\r\n"s, {"one", "two"}},
        StreamCase{"noEndOfTheLastLine", "one\ntwo", {"one", "two"}},
        StreamCase{"noEndOfTheLastLineButCr", "one\r", {"one"}},
        StreamCase{"counted", counted("<34>one") + counted("<34>1 two\nlines\0"s), {"<34>one", "<34>1 two\nlines\0"s}},
        StreamCase{"countedWithoutPriorityLater",
                   counted("<34>one") + counted("two") + counted("3 <4>"),
                   {"<34>one", "two", "3 <4>"}},
        StreamCase{"lfBehindCounted", counted("<34>one") + "\n" + counted("two") + "\r\n", {"<34>one", "two"}},
        StreamCase{"countedThenLines", counted("<34>one") + "<34>two\nthree\n", {"<34>one", "<34>two", "three"}},
        StreamCase{"linesThenCounted",
                   "<34>one\n" + counted("<34>two") + counted("three") + "four\n",
                   {"<34>one", "<34>two", "three", "four"}},
        StreamCase{"countNeedsPriorityBehindALine",
                   counted("<3>one") + "two\n404 not found\n",
                   {"<3>one", "two", "404 not found"}},
        StreamCase{
            "date", "2026-11-22 10:00:00 host up\n20261122 <b>\n", {"2026-11-22 10:00:00 host up", "20261122 <b>"}},
        StreamCase{"epoch", "1795305600 <b>\n1795305600.123 x\n", {"1795305600 <b>", "1795305600.123 x"}},
        StreamCase{"numberFirst", "12 monkeys\n12\n12 \n12", {"12 monkeys", "12", "12 ", "12"}},
        StreamCase{"noCountBeginsWithZero", "0 <34>one\n007 <34>two\n", {"0 <34>one", "007 <34>two"}},
        StreamCase{"longestCountOfDigits", "1234567 <34>" + std::string(5, 'x'), {}, 1, 9},
        StreamCase{"countOfTooManyDigits",
                   "12345678 <34>x\n99999999999999999999999999 <34>y\n",
                   {"12345678 <34>x", "99999999999999999999999999 <34>y"}},
        StreamCase{"blankAtTheEndIsNoCount", "17 ", {"17 "}},
        StreamCase{"countedThatLacksItsEnd", counted("<34>one") + "9 <34>two", {"<34>one"}, 1, 7},
        StreamCase{"countedThatLacksItAll", counted("<34>one") + "9 ", {"<34>one"}},
        StreamCase{"countTooSmall", "5 <34>one\n" + counted("<34>two"), {"<34>o", "ne", "<34>two"}},
        StreamCase{"binary", "\x16\x03\x01\xff\xfe\n\x80\xc3\x28\n", {"\x16\x03\x01\xff\xfe", "\x80\xc3\x28"}},
        StreamCase{"blankFirst", " <34>one\n\ttwo\n", {" <34>one", "\ttwo"}}),
    [](const auto& tested) { return std::string(tested.param.name); });

class LongMessages : public testing::TestWithParam<StreamCase> {};

// BC-23: of a message above the longest one the beginning is handed on, and the next one is found.
TEST_P(LongMessages, AreCutAndTheRestIsSkipped) {
  const std::string& stream = GetParam().stream;
  for (const std::size_t step : {std::size_t{1000}, std::size_t{4096}, stream.size()}) {
    for (const std::size_t first : {std::size_t{1}, std::size_t{65530}, std::size_t{65535}, std::size_t{65536}}) {
      SyslogFeeder feeder;
      feeder.write(std::string_view(stream).substr(0, first));
      for (std::size_t done = first; done < stream.size(); done += step) {
        feeder.write(std::string_view(stream).substr(done, step));
      }
      feeder.end();
      expect_messages(feeder, GetParam(), std::to_string(first) + ", " + std::to_string(step));
    }
  }
}

const std::string kLongest(SyslogFramer::kMaxMessage, 'x');
const std::string kMuchMore(300'000, 'y');

INSTANTIATE_TEST_SUITE_P(
    Framings, LongMessages,
    testing::Values(
        StreamCase{"longestLine", kLongest + "\none\n", {kLongest, "one"}},
        StreamCase{"longestLineAtTheEnd", kLongest, {kLongest}},
        StreamCase{"longerLine", kLongest + "y\none\n", {kLongest, "one"}, 1, 1},
        StreamCase{"muchLongerLine",
                   kLongest + kMuchMore + "\n" + counted("<1>one"),
                   {kLongest, "<1>one"},
                   1,
                   kMuchMore.size()},
        StreamCase{"longerLineAtTheEnd", kLongest + kMuchMore, {kLongest}, 1, kMuchMore.size()},
        StreamCase{"longestCounted", "65535 <" + kLongest.substr(1) + "5 <1>on", {"<" + kLongest.substr(1), "<1>on"}},
        StreamCase{"longerCounted",
                   "365535 <" + kLongest.substr(1) + kMuchMore + "5 <1>on",
                   {"<" + kLongest.substr(1), "<1>on"},
                   1,
                   kMuchMore.size()},
        StreamCase{"longerCountedThatLacksItsEnd",
                   "400000 <" + kLongest.substr(1) + kMuchMore,
                   {"<" + kLongest.substr(1)},
                   1,
                   kMuchMore.size()}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(SyslogFramer, MessageIsHandedOnAsSoonAsItIsWhole) {
  SyslogFeeder feeder;
  feeder.write("<34>one");
  EXPECT_EQ(feeder.messages, Messages{});
  feeder.write("\n");
  EXPECT_EQ(feeder.messages, Messages{"<34>one"});
  feeder.write("7 <34>tw");
  EXPECT_EQ(feeder.messages.size(), 1U);
  feeder.write("o");
  EXPECT_EQ(feeder.messages, (Messages{"<34>one", "<34>two"}));
}

}  // namespace
}  // namespace flowcef::test
