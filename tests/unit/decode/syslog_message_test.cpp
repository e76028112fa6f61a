#include "flowcef/decode/syslog_message.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/time_units.hpp"

namespace flowcef {
namespace {

using test::kSecond;

constexpr std::int64_t kArrival = 1'795'387'202 * kSecond;  // 2026-11-22T22:40:02Z
constexpr LogClock kMessageClock{kArrival, false};

struct Case {
  const char* what;
  std::string line;
  int priority;                  ///< -1: none
  std::int64_t time = kArrival;  ///< -1: none
  std::string host = {};
  std::string app = {};
  std::string proc = {};
  std::string msg_id = {};
  std::string data = {};
  std::string message = {};
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << test.line;
}

class SyslogMessages : public testing::TestWithParam<Case> {};

TEST_P(SyslogMessages, AreTakenApart) {
  const Case& test = GetParam();
  const SyslogMessage got = parse_syslog(test.line, kMessageClock);
  EXPECT_EQ(got.priority ? int{*got.priority} : -1, test.priority);
  EXPECT_EQ(got.time_ns.value_or(-1), test.time);
  EXPECT_EQ(got.hostname, test.host);
  EXPECT_EQ(got.app_name, test.app);
  EXPECT_EQ(got.proc_id, test.proc);
  EXPECT_EQ(got.msg_id, test.msg_id);
  EXPECT_EQ(got.structured_data, test.data);
  EXPECT_EQ(got.message, test.message);
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.what;
}

// RFC 5424 section 6.
INSTANTIATE_TEST_SUITE_P(
    Rfc5424, SyslogMessages,
    testing::Values(Case{"Whole", "<34>1 2026-11-22T22:40:02Z h.example su 77 ID47 [a@1 b=\"c\"] text = 'x'", 34,
                         kArrival, "h.example", "su", "77", "ID47", "[a@1 b=\"c\"]", "text = 'x'"},
                    Case{"Nil", "<34>1 - - - - - -", 34, -1},
                    Case{"NilWithMessage", "<0>1 - - - - - - m", 0, -1, "", "", "", "", "", "m"},
                    Case{"Fraction", "<34>1 2026-11-22T23:40:02.25+01:00 h - - - - m", 34, kArrival + kSecond / 4, "h",
                         "", "", "", "", "m"},
                    Case{"SeveralElements", "<34>1 2026-11-22T22:40:02Z h a - - [x@1][y@2 k=\"v ] \\\" \\] \\\\\"] m",
                         34, kArrival, "h", "a", "", "", "[x@1][y@2 k=\"v ] \\\" \\] \\\\\"]", "m"},
                    Case{"ByteOrderMark", "<34>1 2026-11-22T22:40:02Z h a - - - \xef\xbb\xbf\xc3\xa9", 34, kArrival,
                         "h", "a", "", "", "", "\xc3\xa9"},
                    Case{"DataOpen", "<34>1 2026-11-22T22:40:02Z h a - - [x k=\"v\" m", 34, -1, "", "", "", "", "",
                         "1 2026-11-22T22:40:02Z h a - - [x k=\"v\" m"},
                    Case{"DataMissing", "<34>1 2026-11-22T22:40:02Z h a - - m", 34, -1, "", "", "", "", "",
                         "1 2026-11-22T22:40:02Z h a - - m"},
                    Case{"DataEmpty", "<34>1 2026-11-22T22:40:02Z h a - - [] m", 34, -1, "", "", "", "", "",
                         "1 2026-11-22T22:40:02Z h a - - [] m"},
                    Case{"TimeWrong", "<34>1 2026-11-32T22:40:02Z h a - - - m", 34, -1, "", "", "", "", "",
                         "1 2026-11-32T22:40:02Z h a - - - m"},
                    Case{"OtherVersion", "<34>2 2026-11-22T22:40:02Z h a - - - m", 34, -1, "", "", "", "", "",
                         "2 2026-11-22T22:40:02Z h a - - - m"},
                    Case{"CutInHeader", "<34>1 2026-11-22T22:40:02Z h a", 34, -1, "", "", "", "", "",
                         "1 2026-11-22T22:40:02Z h a"}),
    name_of);

// RFC 3164 section 4, and what senders make of it.
INSTANTIATE_TEST_SUITE_P(
    Rfc3164, SyslogMessages,
    testing::Values(
        Case{"Whole", "<34>Nov 22 22:40:02 mymachine su: 'su root' failed", 34, kArrival, "mymachine", "su", "", "", "",
             "'su root' failed"},
        Case{"ProcessId", "<34>Nov 22 22:40:02 h sshd[1234]: m", 34, kArrival, "h", "sshd", "1234", "", "", "m"},
        Case{"ProcessIdWithoutColon", "<34>Nov 22 22:40:02 h app[77] m", 34, kArrival, "h", "app", "77", "", "", "m"},
        Case{"NoBlankBehindProcessId", "<34>Nov 22 22:40:02 h a/b[1]:m", 34, kArrival, "h", "a/b", "1", "", "", "m"},
        Case{"OneDigit", "<34>Nov  2 22:40:02 h a: m", 34, kArrival - 20 * 86'400 * kSecond, "h", "a", "", "", "", "m"},
        Case{"Year", "<34>Nov 22 2026 22:40:02 h a: m", 34, kArrival, "h", "a", "", "", "", "m"},
        Case{"IsoTime", "<34>2026-11-22T23:40:02+01:00 h a: m", 34, kArrival, "h", "a", "", "", "", "m"},
        Case{"NoHost", "<34>Nov 22 22:40:02 su: m", 34, kArrival, "", "su", "", "", "", "m"},
        Case{"NoTag", "<34>Nov 22 22:40:02 10.1.2.3 http://x/ y", 34, kArrival, "10.1.2.3", "", "", "", "",
             "http://x/ y"},
        Case{"Ipv6Host", "<34>Nov 22 22:40:02 2001:db8::1 a: m", 34, kArrival, "2001:db8::1", "a", "", "", "", "m"},
        Case{"Kernel", "<6>Nov 22 22:40:02 h kernel: [12.3] m", 6, kArrival, "h", "kernel", "", "", "", "[12.3] m"},
        Case{"QuotedText", "<34>Nov 22 22:40:02 \"GET /\" m", 34, kArrival, "", "", "", "", "", "\"GET /\" m"},
        Case{"NoMessage", "<34>Nov 22 22:40:02", 34, kArrival},
        Case{"HostOnly", "<34>Nov 22 22:40:02 h", 34, kArrival, "h"},
        Case{"TagOnly", "<34>Nov 22 22:40:02 h a:", 34, kArrival, "h", "a"},
        Case{"NoTime", "<34>su: m", 34, -1, "", "", "", "", "", "su: m"},
        Case{"NotATime", "<34>Nov 22 22:40:02x h a: m", 34, -1, "", "", "", "", "", "Nov 22 22:40:02x h a: m"},
        Case{"Empty", "<34>", 34, -1},
        Case{"Asa", "<166>Nov 22 2026 22:40:02: %ASA-6-302013: Built", 166, kArrival, "", "", "", "", "",
             "%ASA-6-302013: Built"},
        Case{"AsaWithHost", "<166>Nov 22 2026 22:40:02 fw1 : %ASA-6-302013: Built", 166, kArrival, "fw1", "", "", "",
             "", "%ASA-6-302013: Built"},
        Case{"Ios", "<189>29: *Nov 22 22:40:02.123: %SYS-5-CONFIG_I: m", 189, -1, "", "", "", "", "",
             "29: *Nov 22 22:40:02.123: %SYS-5-CONFIG_I: m"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Bare, SyslogMessages,
    testing::Values(
        Case{"Text", "GET http://x/?a=b", -1, -1, "", "", "", "", "", "GET http://x/?a=b"},
        Case{"TimeWithoutPriority", "Nov 22 22:40:02 h a: m", -1, -1, "", "", "", "", "", "Nov 22 22:40:02 h a: m"},
        Case{"Empty", "", -1, -1}, Case{"PriorityTooLarge", "<192>m", -1, -1, "", "", "", "", "", "<192>m"},
        Case{"PriorityEmpty", "<>m", -1, -1, "", "", "", "", "", "<>m"},
        Case{"PriorityTooLong", "<0034>m", -1, -1, "", "", "", "", "", "<0034>m"},
        Case{"PriorityOpen", "<34", -1, -1, "", "", "", "", "", "<34"},
        Case{"PriorityIsText", "<b>bold</b>", -1, -1, "", "", "", "", "", "<b>bold</b>"},
        Case{"EndIsCut", std::string("<34>m\0\r\n\0\n", 10), 34, -1, "", "", "", "", "", "m"},
        Case{"MiddleIsKept", std::string("<34>a\0\nb \n", 10), 34, -1, "", "", "", "", "", std::string("a\0\nb ", 5)}),
    name_of);

/// Every part is a view of the line, and no prefix of a line is read beyond its end (the sanitizers see to that).
TEST(SyslogMessage, ReadsEveryPrefix) {
  const std::string line =
      "<165>1 2026-11-22T22:40:02.003Z host.example app 111 ID47 [ex@32473 iut=\"3\" s=\"\\\"\\]\"][b] message";
  for (std::size_t length = 0; length <= line.size(); ++length) {
    const std::string prefix = line.substr(0, length);
    const SyslogMessage got = parse_syslog(prefix, kMessageClock);
    EXPECT_LE(got.message.size(), prefix.size());
    EXPECT_TRUE(prefix.ends_with(got.message)) << prefix;
  }
}

}  // namespace
}  // namespace flowcef
