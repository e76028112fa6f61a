// Names and sampling intervals out of options data, and names by the configuration, beside the numbers of flow records.
#include <gmock/gmock.h>

#include "data_set_lines.hpp"

using testing::AllOf;
using testing::EndsWith;
using testing::StartsWith;

namespace flowcef::test {
namespace {

class Lookups : public DataSetLines {
 protected:
  void name(OptionsTable table, std::string key, std::string text) {
    tables_.restore({table, std::move(key), text, 0});
  }
  void interval(std::string sampler, std::uint64_t number) {
    tables_.restore({OptionsTable::sampling_interval, std::move(sampler), {}, number});
  }
  std::string extension_with_tables(const std::vector<FieldSpec>& fields, const ByteWriter& bytes) {
    context_.tables = &tables_;
    return extension_of_record(layout(fields), bytes);
  }

  OptionsTables tables_;
};

TEST_F(Lookups, NamesGoOutUnderGeneratedKeys) {
  name(OptionsTable::interface_name, "\x03", "ge-0/0/3");
  name(OptionsTable::interface_name, "\x04", "a=b");
  name(OptionsTable::application_name, "\x0d\x0a", "ssh");
  name(OptionsTable::sampler_name, "\x02", "one-in-ten");
  name(OptionsTable::vrf_name, "\x05", "red");
  name(OptionsTable::vrf_name, "\x06", "blue");
  EXPECT_EQ(extension_with_tables({{10, 4}, {14, 2}, {95, 4}, {48, 1}, {234, 4}, {235, 4}},
                                  ByteWriter().u32(3).u16(4).u32(0x0d00000a).u8(2).u32(5).u32(6)),
            "XIngressInterface=3 XEgressInterface=4 XApplicationId=13:10 XSamplerId=2 XIngressVRFID=5 XEgressVRFID=6 "
            R"(XIngressInterfaceName=ge-0/0/3 XEgressInterfaceName=a\=b XApplicationName=ssh )"
            "XSamplerName=one-in-ten XIngressVRFName=red XEgressVRFName=blue");
}

TEST_F(Lookups, PhysicalInterfacesAndSelectorsServeToo) {
  name(OptionsTable::interface_name, "\x07", "eth7");
  name(OptionsTable::sampler_name, "\x09", "psamp");
  EXPECT_EQ(extension_with_tables({{252, 4}, {10, 4}, {302, 8}}, ByteWriter().u32(7).u32(1).u64(9)),
            "XIngressPhysicalInterface=7 XIngressInterface=1 XSelectorId=9 XIngressInterfaceName=eth7 "
            "XSamplerName=psamp");
}

TEST_F(Lookups, UnknownNumbersHaveNoName) {
  name(OptionsTable::interface_name, "\x03", "eth3");
  EXPECT_EQ(extension_with_tables({{10, 4}}, ByteWriter().u32(4)), "XIngressInterface=4");
  context_.tables = nullptr;
  EXPECT_EQ(extension_of_record(layout({{10, 4}}), ByteWriter().u32(3)), "XIngressInterface=3");
}

TEST_F(Lookups, AnApplicationNameInTheRecordWins) {
  name(OptionsTable::application_name, "\x0d\x0a", "ssh");
  EXPECT_EQ(extension_with_tables({{95, 4}, {96, 4}}, ByteWriter().u32(0x0d00000a).text("http")),
            "XApplicationId=13:10 XApplicationName=http");
}

TEST_F(Lookups, OptionsRecordsNameThingsThemselves) {
  name(OptionsTable::interface_name, "\x03", "old");
  interval("", 100);
  const auto made = layout({{10, 4}, {82, 4}});
  made->options = true;
  context_.tables = &tables_;
  EXPECT_EQ(extension_of_record(made, ByteWriter().u32(3).text("eth3")), "XIngressInterface=3 XInterfaceName=eth3");
}

TEST_F(Lookups, AKeyOfTheMappingTakesTheName) {
  use_keys(R"(
deviceInboundInterface = ["@ingress_interface_name", "ingressInterface"]
suser = "@user_name"
XOut = "@egress_interface_name")");
  name(OptionsTable::interface_name, "\x03", "eth3");
  name(OptionsTable::user_name, std::string("\xaa\xbb\xcc\xdd\xee\xff"), "jdoe");
  EXPECT_EQ(extension_with_tables({{10, 4}, {14, 4}, {365, 6}}, ByteWriter().u32(3).u32(3).number(0xaabbccddeeff, 6)),
            "deviceInboundInterface=eth3 suser=jdoe XOut=eth3 XIngressInterface=3 XEgressInterface=3 "
            "XStaMacAddress=aa:bb:cc:dd:ee:ff");
}

TEST_F(Lookups, ANameThatIsTooLongForItsKeyGoesOutWholeAsWell) {
  use_keys("app = [\"applicationName\", \"@application_name\"]");
  name(OptionsTable::application_name, "\x0d\x0a", std::string(31, 'a'));
  name(OptionsTable::application_name, "\x0d\x0b", std::string(40, 'b'));
  EXPECT_EQ(extension_with_tables({{95, 4}}, ByteWriter().u32(0x0d00000a)),
            "app=" + std::string(31, 'a') + " XApplicationId=13:10");
  EXPECT_EQ(extension_with_tables({{95, 4}}, ByteWriter().u32(0x0d00000b)),
            "app=" + std::string(31, 'b') + " XApplicationId=13:11 XApplicationName=" + std::string(40, 'b'));
}

/// What the configuration calls the numbers.
class ConfiguredNames : public Lookups {
 protected:
  ConfiguredNames() { context_.settings = &settings_; }
  void classes(NumberNames names) { settings_.classes = std::make_shared<const NumberNames>(std::move(names)); }
  void interfaces(NumberNames names) { settings_.interfaces = std::make_shared<const NumberNames>(std::move(names)); }
  /// Returns: the line of a record with one traffic class.
  std::string line_of_class(std::uint32_t id) {
    const auto made = layout({{6000, 4, 1}, {4, 1}});
    made->fields.front().element = &class_id_;
    return extension_of_record(made, ByteWriter().u32(id).u8(6));
  }

  const InformationElement class_id_{{1, 6000}, std::string(kClassIdElement), DataType::unsigned32};
  ExporterSettings settings_;
};

// FD-03: class and name; FD-04: the number alone where no row has it.
TEST_F(ConfiguredNames, AreOfTrafficClasses) {
  classes({{7, "Inbound/HTTP"}, {8, "a=b"}});
  EXPECT_EQ(line_of_class(7), "XPacketeerClassId=7 XProtocolIdentifier=6 XClassName=Inbound/HTTP");
  EXPECT_EQ(line_of_class(8), R"(XPacketeerClassId=8 XProtocolIdentifier=6 XClassName=a\=b)");
  EXPECT_EQ(line_of_class(9), "XPacketeerClassId=9 XProtocolIdentifier=6");
  settings_.classes.reset();
  EXPECT_EQ(line_of_class(7), "XPacketeerClassId=7 XProtocolIdentifier=6");
}

// FD-07: the class is on every line, under the key that a mapping gives it.
TEST_F(ConfiguredNames, AKeyOfTheMappingTakesTheClass) {
  use_keys("app = [\"@class_name\", \"1:6000\"]");
  classes({{7, "Inbound/HTTP"}, {8, std::string(40, 'c')}});
  EXPECT_EQ(line_of_class(7), "app=Inbound/HTTP XPacketeerClassId=7 XProtocolIdentifier=6");
  EXPECT_EQ(line_of_class(8), "app=" + std::string(31, 'c') +
                                  " XPacketeerClassId=8 XProtocolIdentifier=6 XClassName=" + std::string(40, 'c'));
  EXPECT_EQ(line_of_class(9), "app=9 XProtocolIdentifier=6");
}

// FD-14: before what options data says, and beside it.
TEST_F(ConfiguredNames, AreOfInterfaces) {
  interfaces({{1, "inside"}, {2, "outside"}});
  const auto made = layout({{10, 2}, {14, 2}});
  EXPECT_EQ(extension_of_record(made, ByteWriter().u16(1).u16(3)),
            "XIngressInterface=1 XEgressInterface=3 XIngressInterfaceName=inside");
  name(OptionsTable::interface_name, "\x01", "eth1");
  name(OptionsTable::interface_name, "\x03", "eth3");
  context_.tables = &tables_;
  EXPECT_EQ(extension_of_record(made, ByteWriter().u16(1).u16(3)),
            "XIngressInterface=1 XEgressInterface=3 XIngressInterfaceName=inside XEgressInterfaceName=eth3");
  settings_.interfaces.reset();
  EXPECT_EQ(extension_of_record(made, ByteWriter().u16(1).u16(2)),
            "XIngressInterface=1 XEgressInterface=2 XIngressInterfaceName=eth1");
}

// PX-08: the rate of a sampler, or of the whole domain.
TEST_F(Lookups, TheIntervalOfTheRecordsSampler) {
  interval("", 10);
  interval("\x02", 1000);
  EXPECT_EQ(extension_with_tables({{48, 1}}, ByteWriter().u8(2)), "XSamplerId=2 XSamplingInterval=1000");
  EXPECT_EQ(extension_with_tables({{302, 2}}, ByteWriter().u16(2)), "XSelectorId=2 XSamplingInterval=1000");
  EXPECT_EQ(extension_with_tables({{4, 1}}, ByteWriter().u8(6)), "XProtocolIdentifier=6 XSamplingInterval=10");
  interval("", 1);
  EXPECT_EQ(extension_with_tables({{4, 1}}, ByteWriter().u8(6)), "XProtocolIdentifier=6") << "all packets are counted";
}

// PX-08: the rate of the interface where the flow was observed; of the other one where that has none.
TEST_F(Lookups, TheIntervalOfTheRecordsInterface) {
  use_keys("XOctets = \"@corrected_octets\"");
  interval("", 10);
  tables_.restore({OptionsTable::interface_sampling, "\x03", {}, 100});
  tables_.restore({OptionsTable::interface_sampling, "\x04", {}, 200});
  const auto made = [&](std::uint32_t ingress, std::uint16_t egress, std::uint8_t direction) {
    return extension_with_tables({{1, 2}, {10, 4}, {14, 2}, {61, 1}},
                                 ByteWriter().u16(7).u32(ingress).u16(egress).u8(direction));
  };
  EXPECT_THAT(made(3, 4, 0), AllOf(StartsWith("XOctets=700 "), EndsWith(" XSamplingInterval=100")));
  EXPECT_THAT(made(3, 4, 1), StartsWith("XOctets=1400 "));
  EXPECT_THAT(made(9, 4, 0), StartsWith("XOctets=1400 "));
  EXPECT_THAT(made(3, 9, 1), StartsWith("XOctets=700 "));
  EXPECT_THAT(made(9, 9, 0), StartsWith("XOctets=70 "));
  EXPECT_THAT(extension_with_tables({{1, 2}, {253, 4}}, ByteWriter().u16(7).u32(4)), StartsWith("XOctets=1400 "));
  interval("\x02", 1000);
  EXPECT_THAT(extension_with_tables({{1, 2}, {48, 1}, {10, 1}}, ByteWriter().u16(7).u8(2).u8(3)),
              StartsWith("XOctets=7000 "));
}

constexpr std::string_view kCorrected = R"(
XOctets = "@corrected_octets"
XPackets = "@corrected_packets"
XEvery = "@sampling_interval")";

// PX-08: rate and corrected counters beside the counters themselves.
TEST_F(Lookups, CountersAreCorrectedWhereAMappingAsksForIt) {
  use_keys(kCorrected);
  interval("", 100);
  EXPECT_EQ(extension_with_tables({{1, 4}, {2, 4}}, ByteWriter().u32(1500).u32(0)),
            "XOctets=150000 XPackets=0 XEvery=100 XOctetDeltaCount=1500 XPacketDeltaCount=0");
  context_.tables = nullptr;
  EXPECT_EQ(extension_of_record(layout({{1, 4}, {2, 4}}), ByteWriter().u32(1500).u32(3)),
            "XOctetDeltaCount=1500 XPacketDeltaCount=3");
}

TEST_F(Lookups, CorrectedCountersDoNotWrap) {
  use_keys(kCorrected);
  interval("", 1U << 31);
  EXPECT_EQ(extension_with_tables({{1, 8}}, ByteWriter().u64(~0ULL)),
            "XOctets=18446744073709551615 XEvery=2147483648 XOctetDeltaCount=18446744073709551615");
}

TEST_F(Lookups, CorrectedCountersKeepToTheirKeysLimit) {
  use_keys("in = \"@corrected_octets\"\ncn1 = { from = \"@corrected_octets\", label = \"O\" }");
  interval("", 2);
  EXPECT_EQ(extension_with_tables({{1, 4}}, ByteWriter().u32(1'000'000'000)),
            "in=2000000000 cn1Label=O cn1=2000000000 XOctetDeltaCount=1000000000 XSamplingInterval=2");
  EXPECT_EQ(extension_with_tables({{1, 8}}, ByteWriter().u64(2'000'000'000)),
            "cn1Label=O cn1=4000000000 XOctetDeltaCount=2000000000 XSamplingInterval=2");
  EXPECT_EQ(extension_with_tables({{1, 8}}, ByteWriter().u64(~0ULL >> 1)),
            "XOctetDeltaCount=9223372036854775807 XSamplingInterval=2");
}

struct StatedInterval {
  const char* name;
  std::vector<FieldSpec> fields;
  ByteWriter values;
  const char* begin;  ///< of the line
};

void PrintTo(const StatedInterval& row, std::ostream* out) {
  *out << row.name;
}

class StatedIntervals : public Lookups, public testing::WithParamInterface<StatedInterval> {};

// PX-08: the interval by whichever elements of the record state it; options data does not overrule them.
TEST_P(StatedIntervals, FollowFromTheRecord) {
  use_keys("XEvery = \"@sampling_interval\"");
  interval("", 77);
  const std::string made = extension_with_tables(GetParam().fields, GetParam().values);
  EXPECT_TRUE(made.starts_with(GetParam().begin)) << made;
  EXPECT_EQ(made.find("77"), std::string::npos) << made;
}

INSTANTIATE_TEST_SUITE_P(
    All, StatedIntervals,
    testing::Values(StatedInterval{"Interval", {{34, 4}}, ByteWriter().u32(512), "XEvery=512 XSamplingInterval=512"},
                    StatedInterval{"One", {{34, 4}}, ByteWriter().u32(1), "XSamplingInterval=1"},
                    StatedInterval{"Zero", {{34, 4}}, ByteWriter().u32(0), "XSamplingInterval=0"},
                    StatedInterval{"RandomInterval", {{50, 4}}, ByteWriter().u32(20), "XEvery=20 "},
                    StatedInterval{"Spacing", {{305, 4}, {306, 4}}, ByteWriter().u32(10).u32(990), "XEvery=100 "},
                    StatedInterval{"SpacingOfNone", {{305, 4}, {306, 4}}, ByteWriter().u32(0).u32(9), "XSampl"},
                    StatedInterval{"Population", {{309, 4}, {310, 4}}, ByteWriter().u32(3).u32(300), "XEvery=100 "},
                    StatedInterval{"Probability", {{311, 8}}, ByteWriter().u64(0x3fb999999999999a), "XEvery=10 "},
                    StatedInterval{"ProbabilityInFour", {{311, 4}}, ByteWriter().u32(0x3e800000), "XEvery=4 "},
                    StatedInterval{"ProbabilityZero", {{311, 8}}, ByteWriter().u64(0), "XSamplingProbability=0"},
                    StatedInterval{"NoProbability", {{311, 8}}, ByteWriter().u64(0x7ff8000000000000), "XSampl"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace flowcef::test
