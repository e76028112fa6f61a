// Times of flows by every element that states them.
#include "support/render_fixture.hpp"
#include "time_value.hpp"

namespace flowcef::test {
namespace {

class Times : public RenderFixture {
 protected:
  void SetUp() override { use_keys("start = \"@start\"\nend = \"@end\""); }
};

// SS-17: the vector of StreamSets' documentation; the start is after the export time and above the uptime.
TEST(TimeValue, StreamSetsVector) {
  EXPECT_EQ(uptime_to_epoch_ms(1'503'002'821'000, 0, 87'028'333), 1'503'089'849'333);
  EXPECT_EQ(uptime_to_epoch_ms(1'503'002'821'000, 0, 87'059'145), 1'503'089'880'145);
}

TEST_F(Times, OfNetflow5ByTheStreamSetsVector) {  // SS-17
  ByteWriter bytes = netflow5_header({.uptime = 0, .seconds = 1'503'002'821});
  bytes.append(netflow5_record({.first = 87'028'333, .last = 87'059'145}).bytes());
  EXPECT_NE(lines(bytes.bytes()).at(0).find("start=1503089849333 end=1503089880145 "), std::string::npos);
}

TEST(TimeValue, UptimeWrapsAfter49Days) {
  EXPECT_EQ(uptime_to_epoch_ms(1'000'000, 5'000, 4'000), 999'000);
  EXPECT_EQ(uptime_to_epoch_ms(1'000'000, 500, 0xffff'fe0c), 999'000) << "the flow began before the wrap";
  EXPECT_EQ(uptime_to_epoch_ms(1'000'000, 0xffff'ffff, 0), 1'000'001) << "and this one just behind the export";
}

TEST(TimeValue, NtpErasAndRounding) {
  EXPECT_EQ(ntp_to_micros(0), 0);
  EXPECT_EQ(ntp_to_micros(std::uint64_t{2'208'988'800} << 32), 0);
  EXPECT_EQ(ntp_to_micros(std::uint64_t{1} << 32), 2'085'978'497'000'000) << "2036-02-07T06:28:17Z";
  EXPECT_EQ(ntp_to_nanos((std::uint64_t{2'208'988'801} << 32) + 0x8000'0000), 1'500'000'000);
  // A microsecond is no whole number of fractions: what an exporter cut comes back.
  for (std::uint64_t micros = 0; micros < 1'000'000; micros += 997) {
    const std::uint64_t fraction = (micros << 32) / 1'000'000;
    EXPECT_EQ(ntp_to_micros((std::uint64_t{2'208'988'800} << 32) + fraction), static_cast<std::int64_t>(micros));
  }
}

struct TimeCase {
  const char* name;
  std::vector<FieldSpec> fields;
  ByteWriter values;
  const char* extension;
};

void PrintTo(const TimeCase& row, std::ostream* out) {
  *out << row.name;
}

class FlowTimes : public Times, public testing::WithParamInterface<TimeCase> {};

TEST_P(FlowTimes, BecomeEpochMilliseconds) {
  const TimeCase& row = GetParam();
  ByteWriter layout;
  layout.u16(300).u16(row.fields.size());
  for (const FieldSpec& field : row.fields) write_field(layout, field);
  EXPECT_EQ(extension(MessageBuilder::ipfix(1'700'000'000).templates(layout).set(300, row.values)), row.extension);
}

constexpr std::uint64_t kNtpSeconds = 1'700'000'000ULL + 2'208'988'800ULL;

// SK-21: each kind of time element gives the right absolute time.
INSTANTIATE_TEST_SUITE_P(
    All, FlowTimes,
    testing::Values(TimeCase{"Milliseconds",
                             {{152, 8}, {153, 8}},
                             ByteWriter().u64(1'700'000'000'001).u64(1'700'000'000'002),
                             "start=1700000000001 end=1700000000002"},
                    TimeCase{"Seconds",
                             {{150, 4}, {151, 4}},
                             ByteWriter().u32(1'700'000'000).u32(1'700'000'001),
                             "start=1700000000000 end=1700000001000"},
                    // What milliseconds cannot show goes out under the element's own key as well.
                    TimeCase{"Microseconds",
                             {{154, 8}},
                             ByteWriter().u64(kNtpSeconds << 32 | 0x8000'0000),
                             "start=1700000000500 XFlowStartMicroseconds=1700000000500000"},
                    TimeCase{"Nanoseconds",
                             {{157, 8}},
                             ByteWriter().u64(kNtpSeconds << 32 | 0x4000'0000),
                             "end=1700000000250 XFlowEndNanoseconds=1700000000250000000"},
                    TimeCase{"DeltaMicroseconds",
                             {{158, 4}, {159, 4}},
                             ByteWriter().u32(2'000'000).u32(1'000'000),
                             "start=1699999998000 end=1699999999000 XFlowStartDeltaMicroseconds=2000000 "
                             "XFlowEndDeltaMicroseconds=1000000"},
                    TimeCase{"UptimeWithBootTimeInTheRecord",
                             {{22, 4}, {21, 4}, {160, 8}},
                             ByteWriter().u32(1000).u32(2000).u64(1'699'999'000'000),
                             "start=1699999001000 end=1699999002000 XSystemInitTimeMilliseconds=1699999000000"},
                    TimeCase{"UptimeWithoutBootTime", {{22, 4}}, ByteWriter().u32(1000), "XFlowStartSysUpTime=1000"},
                    TimeCase{"AbsoluteBeforeUptime",
                             {{22, 4}, {152, 8}},
                             ByteWriter().u32(1000).u64(1'700'000'000'001),
                             "start=1700000000001 XFlowStartSysUpTime=1000"},
                    TimeCase{"EndFromDuration",
                             {{152, 8}, {161, 4}},
                             ByteWriter().u64(1'700'000'000'000).u32(1500),
                             "start=1700000000000 end=1700000001500 XFlowDurationMilliseconds=1500"},
                    TimeCase{"StartFromDurationInMicroseconds",
                             {{153, 8}, {162, 4}},
                             ByteWriter().u64(1'700'000'000'000).u32(1'500'000),
                             "start=1699999998500 end=1700000000000 XFlowDurationMicroseconds=1500000"},
                    TimeCase{"ZeroIsNoTime",
                             {{152, 8}, {154, 8}},
                             ByteWriter().u64(0).u64(0),
                             "XFlowStartMilliseconds=0 XFlowStartMicroseconds=0"},
                    TimeCase{"BeyondAllTime",
                             {{152, 8}},
                             ByteWriter().u64(0xffff'ffff'ffff'ffff),
                             "XFlowStartMilliseconds=18446744073709551615"},
                    TimeCase{"DurationBeyondAllTime",
                             {{152, 8}, {161, 8}},
                             ByteWriter().u64(1'700'000'000'000).u64(0x7fff'ffff'ffff'ffff),
                             "start=1700000000000 XFlowDurationMilliseconds=9223372036854775807"},
                    TimeCase{"BootTimeZeroInTheRecord",
                             {{22, 4}, {160, 8}},
                             ByteWriter().u32(1000).u64(0),
                             "XFlowStartSysUpTime=1000 XSystemInitTimeMilliseconds=0"},
                    TimeCase{"NtpBefore1970IsNoTime",
                             {{154, 8}},
                             ByteWriter().u64(0x8000'0000'0000'0000),
                             "XFlowStartMicroseconds=-61505152000000"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Times, OfAnEventKeepTheirMicroseconds) {
  use_keys("rt = \"observationTimeMicroseconds\"");
  EXPECT_EQ(extension_of({324, 8}, ByteWriter().u64(kNtpSeconds << 32 | 0x8000'0000)),
            "rt=1700000000500 XObservationTimeMicroseconds=1700000000500000");
}

TEST_F(Times, ABootTimeBeyondBeliefIsNotTaken) {
  for (const std::uint64_t init_ms : {std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1'800'000'000'000}}) {
    (void)lines(MessageBuilder::ipfix()
                    .options_templates(ipfix_options_record(301, {{143, 4}}, {{160, 8}}))
                    .set(301, ByteWriter().u32(1).u64(init_ms)));
    const auto flows = template_record(300, {{22, 4}});
    EXPECT_EQ(extension(MessageBuilder::ipfix().templates(flows).set(300, ByteWriter().u32(1000))),
              "XFlowStartSysUpTime=1000");
  }
}

// SK-22: the boot time may come in options data; until then the uptimes go out as they are.
TEST_F(Times, UptimesCountOnceTheBootTimeIsKnown) {
  const auto flows = template_record(300, {{22, 4}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(flows).set(300, ByteWriter().u32(1000))),
            "XFlowStartSysUpTime=1000");
  (void)lines(MessageBuilder::ipfix()
                  .options_templates(ipfix_options_record(301, {{143, 4}}, {{160, 8}}))
                  .set(301, ByteWriter().u32(1).u64(1'699'999'000'000)));
  EXPECT_EQ(extension(MessageBuilder::ipfix().set(300, ByteWriter().u32(1000))), "start=1699999001000");
}

}  // namespace
}  // namespace flowcef::test
