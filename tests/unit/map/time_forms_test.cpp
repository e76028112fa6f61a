// Times and durations in the forms that `time`, `zone`, `unit` and `as = "asn1_time"` ask for.
#include <array>

#include "form_lines.hpp"
#include "machine_zone.hpp"

namespace flowcef::test {
namespace {

class StyledTimes : public FormLines {};

TEST_P(StyledTimes, MakeTheValue) {
  expect_the_extension();
}

class UnitForms : public FormLines {};

TEST_P(UnitForms, MakeTheValue) {
  expect_the_extension();
}

constexpr std::uint64_t kMs = 1'795'311'984'123;  // 2026-11-22T01:46:24.123Z
constexpr std::uint64_t kNtp = (kMs / 1000 + 2'208'988'800ULL) << 32 | 0x8000'0000;

// What a form cannot say of a time goes out under the element's own key.
INSTANTIATE_TEST_SUITE_P(
    All, StyledTimes,
    testing::Values(FormCase{"DictionaryKey",
                             timed("start", "flowStartMilliseconds", TimeForm::text_year_ms_zone),
                             {{152, 8}},
                             ByteWriter().u64(kMs),
                             "start=Nov 22 2026 01:46:24.123 UTC"},
                    FormCase{"MillisecondsLost",
                             timed("start", "flowStartMilliseconds", TimeForm::text_year),
                             {{152, 8}},
                             ByteWriter().u64(kMs),
                             "start=Nov 22 2026 01:46:24 XFlowStartMilliseconds=1795311984123"},
                    FormCase{"NoMillisecondsToLose",
                             timed("start", "flowStartMilliseconds", TimeForm::text_year),
                             {{152, 8}},
                             ByteWriter().u64(kMs / 1000 * 1000),
                             "start=Nov 22 2026 01:46:24"},
                    FormCase{"OfTheFlow",
                             timed("start", "@start", TimeForm::text),
                             {{150, 4}},
                             ByteWriter().u32(kMs / 1000),
                             "start=Nov 22 01:46:24"},
                    FormCase{"NtpIsFiner",
                             timed("XStart", "flowStartMicroseconds", TimeForm::iso8601),
                             {{154, 8}},
                             ByteWriter().u64(kNtp),
                             "XStart=2026-11-22T01:46:24.500Z XFlowStartMicroseconds=1795311984500000"},
                    FormCase{"CustomInEpochMs",
                             timed("XStart", "flowStartSeconds", TimeForm::epoch_ms),
                             {{150, 4}},
                             ByteWriter().u32(kMs / 1000),
                             "XStart=1795311984000"},
                    FormCase{"CustomInEpochS",
                             timed("XStart", "flowStartMilliseconds", TimeForm::epoch_s),
                             {{152, 8}},
                             ByteWriter().u64(kMs),
                             "XStart=1795311984 XFlowStartMilliseconds=1795311984123"},
                    FormCase{"CustomWithoutTimeInItsOwnUnit",
                             key_of("XStart", {"flowStartSeconds"}),
                             {{150, 4}},
                             ByteWriter().u32(kMs / 1000),
                             "XStart=1795311984"},
                    FormCase{"StringKey",
                             labelled(timed("cs1", "flowStartSeconds", TimeForm::iso8601), "Start"),
                             {{150, 4}},
                             ByteWriter().u32(kMs / 1000),
                             "cs1Label=Start cs1=2026-11-22T01:46:24.000Z"},
                    FormCase{"Uptime",
                             timed("XStart", "flowStartSysUpTime", TimeForm::iso8601),
                             {{22, 4}, {160, 8}},
                             ByteWriter().u32(1123).u64(1'699'999'000'000),
                             "XStart=2023-11-14T21:56:41.123Z XSystemInitTimeMilliseconds=1699999000000"},
                    FormCase{"UptimeWithoutBootTime",
                             timed("XStart", "flowStartSysUpTime", TimeForm::iso8601),
                             {{22, 4}},
                             ByteWriter().u32(1123),
                             "XFlowStartSysUpTime=1123"},
                    FormCase{"ZeroIsNoTime",
                             timed("XStart", "flowStartMilliseconds", TimeForm::text),
                             {{152, 8}},
                             ByteWriter().u64(0),
                             "XFlowStartMilliseconds=0"},
                    FormCase{"After9999",
                             timed("XStart", "flowStartMilliseconds", TimeForm::text),
                             {{152, 8}},
                             ByteWriter().u64(253'402'300'800'000),
                             "XFlowStartMilliseconds=253402300800000"},
                    FormCase{"TimeOfWrongLength",
                             timed("XStart", "flowStartMilliseconds", TimeForm::text),
                             {{152, 4}},
                             ByteWriter().u32(7),
                             "XFlowStartMilliseconds=7"},
                    // GG-25: the octets 3137303130363030303030305a of the sample.
                    FormCase{"CertificateDate",
                             labelled(key_of("deviceCustomDate1", {"certDate"}, ValueForm::asn1_time), "Not Before"),
                             {{1, 65535, 9999}},
                             ByteWriter().text("170106000000Z"),
                             "deviceCustomDate1Label=Not Before deviceCustomDate1=1483660800000"},
                    FormCase{"CertificateDateAsText",
                             timed("XFrom", "certDate", TimeForm::iso8601, ValueForm::asn1_time),
                             {{1, 65535, 9999}},
                             ByteWriter().text("20170106000000Z"),
                             "XFrom=2017-01-06T00:00:00.000Z"},
                    FormCase{"CertificateDateInAStringOfFixedLength",
                             key_of("XFrom", {"certText"}, ValueForm::asn1_time),
                             {{3, 16, 9999}},
                             ByteWriter().text("170106000000Z").zeros(3),
                             "XFrom=1483660800000"},
                    FormCase{"NoCertificateDate",
                             key_of("XFrom", {"certDate"}, ValueForm::asn1_time),
                             {{1, 65535, 9999}},
                             ByteWriter().text("170106Z"),
                             "XCertDate=3137303130365a"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(All, UnitForms,
                         testing::Values(FormCase{"Exact",
                                                  in_unit("XTook", "flowDurationMilliseconds", TimeUnit::seconds),
                                                  {{161, 4}},
                                                  ByteWriter().u32(5000),
                                                  "XTook=5"},
                                         FormCase{"RoundedDown",
                                                  in_unit("XTook", "flowDurationMilliseconds", TimeUnit::seconds),
                                                  {{161, 4}},
                                                  ByteWriter().u32(5999),
                                                  "XTook=5 XFlowDurationMilliseconds=5999"},
                                         FormCase{"Finer",
                                                  in_unit("XTook", "flowDurationMilliseconds", TimeUnit::nanoseconds),
                                                  {{161, 4}},
                                                  ByteWriter().u32(0xffff'ffff),
                                                  "XTook=4294967295000000"},
                                         FormCase{"TheSame",
                                                  in_unit("XTook", "flowDurationMilliseconds", TimeUnit::milliseconds),
                                                  {{161, 4}},
                                                  ByteWriter().u32(5999),
                                                  "XTook=5999"},
                                         FormCase{"ReducedLength",
                                                  in_unit("XTook", "flowDurationMilliseconds", TimeUnit::seconds),
                                                  {{161, 3}},
                                                  ByteWriter().number(60'000, 3),
                                                  "XTook=60"},
                                         FormCase{"Variable",
                                                  in_unit("XTook", "flowDurationMilliseconds", TimeUnit::seconds),
                                                  {{161, 65535}},
                                                  ByteWriter().u16(2000),
                                                  "XTook=2"},
                                         FormCase{"Empty",
                                                  in_unit("XTook", "flowDurationMilliseconds", TimeUnit::seconds),
                                                  {{161, 65535}},
                                                  ByteWriter(),
                                                  ""},
                                         FormCase{"Beyond64Bits",
                                                  in_unit("XTook", "rtt", TimeUnit::nanoseconds),
                                                  {{2, 8, 9999}},
                                                  ByteWriter().u64(~0ULL),
                                                  "XRtt=18446744073709551615"},
                                         FormCase{"BeyondTheKey",
                                                  labelled(in_unit("cn1", "rtt", TimeUnit::nanoseconds), "RTT"),
                                                  {{2, 8, 9999}},
                                                  ByteWriter().u64(0x7fff'ffff'ffff'ffff / 1000 + 1),
                                                  "XRtt=9223372036854776"},
                                         FormCase{"OfATable",
                                                  in_unit("XTook", "rtt", TimeUnit::milliseconds),
                                                  {{2, 8, 9999}},
                                                  ByteWriter().u64(7000),
                                                  "XTook=7"}),
                         name_of);

TEST_F(Forms, TheMappingsTimeHoldsForKeysThatHoldTimes) {
  MappingSpec spec = spec_of({key_of("rt", {"@export_time"}), key_of("start", {"@start"}), key_of("XStart", {"@start"}),
                              key_of("XEnd", {"flowEndMilliseconds"})});
  spec.time = TimeForm::text_ms;
  use(spec);
  context_.export_ms = static_cast<std::int64_t>(kMs);
  EXPECT_EQ(extension_of({{152, 8}, {153, 8}}, ByteWriter().u64(kMs - 1).u64(kMs)),
            "rt=Nov 22 01:46:24.123 start=Nov 22 01:46:24.122 XStart=Nov 22 01:46:24.122 XEnd=1795311984123");
}

TEST_F(Forms, ZonesByKeyAndByMapping) {
  const MachineZone berlin(kBerlin);
  KeySpec utc = timed("XUtc", "@export_time", TimeForm::text_zone);
  utc.local_time = false;
  MappingSpec spec = spec_of(
      {timed("rt", "@export_time", TimeForm::text_zone), utc, timed("start", "@start", TimeForm::text_ms_zone)});
  spec.local_time = true;
  use(spec);
  context_.export_ms = static_cast<std::int64_t>(kMs);
  EXPECT_EQ(extension_of({{152, 8}}, ByteWriter().u64(kMs)),
            "rt=Nov 22 02:46:24 CET XUtc=Nov 22 01:46:24 UTC start=Nov 22 02:46:24.123 CET");
}

TEST_F(Forms, AnEndBeforeTheStartIsLeftOutInEveryForm) {
  use(spec_of({timed("start", "@start", TimeForm::text_ms), timed("end", "@end", TimeForm::text_ms)}));
  EXPECT_EQ(extension_of({{152, 8}, {153, 8}}, ByteWriter().u64(kMs).u64(kMs - 1)),
            "start=Nov 22 01:46:24.123 XFlowEndMilliseconds=1795311984122");
}

TEST_F(Forms, OfTheExport) {
  use(spec_of(
      {timed("XExport", "@export_time", TimeForm::iso8601), timed("XReceived", "@receive_time", TimeForm::epoch_s),
       key_of("XExporter", {"@exporter"}, ValueForm::signed_number),
       key_of("XListener", {"@listener"}, ValueForm::number), key_of("XId", {"@message_id"}, ValueForm::plain, 4),
       key_of("XHeader", {"@header_bytes"}, ValueForm::plain, 10)}));
  context_.export_ms = static_cast<std::int64_t>(kMs);
  context_.received_ns = static_cast<std::int64_t>(kMs * 1'000'000);
  const std::array<std::uint8_t, 4> exporter = {172, 17, 0, 4};
  const std::array<std::uint8_t, 4> listener = {91, 189, 88, 161};
  context_.exporter.address = IpAddress::from_ipv4(exporter.data());
  context_.listener.address = IpAddress::from_ipv4(listener.data());
  context_.message = 12345;
  const std::array<std::uint8_t, 8> header = {0, 10, 1, 2, 3, 4, 5, 6};
  context_.header = header;
  EXPECT_EQ(extension_of({{4, 1}}, ByteWriter().u8(6)),
            "XExport=2026-11-22T01:46:24.123Z XReceived=1795311984 XExporter=-1408172028 XListener=1539135649 XId=7… "
            "XHeader=000a01… XProtocolIdentifier=6");
  context_.export_ms = 0;
  context_.received_ns = 0;
  EXPECT_TRUE(extension_of({{4, 1}}, ByteWriter().u8(6)).starts_with("XExporter="));
}

TEST(Durations, HaveTheUnitsOfTheirTables) {
  ElementRegistry registry;
  ASSERT_TRUE(registry.add(rows()).empty());
  EXPECT_EQ(registry.find_by_name("flowDurationMicroseconds")->unit, TimeUnit::microseconds);
  EXPECT_EQ(registry.find_by_name("reverseFlowDurationMicroseconds")->unit, TimeUnit::microseconds);
  EXPECT_EQ(registry.find_by_name("flowActiveTimeout")->unit, TimeUnit::seconds);
  EXPECT_EQ(registry.find_by_name("rtt")->unit, TimeUnit::microseconds);
  EXPECT_EQ(registry.find_by_name("flowStartSeconds")->unit, std::nullopt) << "a time, no duration";
  EXPECT_EQ(registry.find_by_name("ratio")->unit, std::nullopt) << "no whole number";
}

}  // namespace
}  // namespace flowcef::test
