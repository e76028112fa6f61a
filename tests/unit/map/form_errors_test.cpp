// Forms that do not suit their key or source are refused when the mapping is loaded.
#include <gmock/gmock.h>

#include "form_lines.hpp"

namespace flowcef::test {
namespace {

struct Refusal {
  const char* name;
  KeySpec key;
  const char* error;
};

void PrintTo(const Refusal& row, std::ostream* out) {
  *out << row.name;
}

class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, NameTheirPlaceAndCause) {
  ElementRegistry registry;
  ASSERT_TRUE(registry.add(rows()).empty());
  const auto mapping = resolve_mapping(spec_of({GetParam().key}), registry);
  ASSERT_FALSE(mapping);
  std::vector<std::string> errors;
  for (const ConfigError& error : mapping.error()) errors.push_back(error.to_string());
  EXPECT_THAT(errors, testing::ElementsAre(GetParam().error));
}

KeySpec with_table(KeySpec key) {
  key.table = {"protocol", {"m", 1, 60}};
  return key;
}

KeySpec in_zone(KeySpec key) {
  key.local_time = true;
  return key;
}

INSTANTIATE_TEST_SUITE_P(
    All, Refusals,
    testing::Values(
        Refusal{"NumberOfAString", key_of("XA", {"interfaceName"}, ValueForm::number),
                "m:1:20: XA.as: expected an IPv4 address to show as a number, got interfaceName, which is of type "
                "string"},
        Refusal{"NumberOfAnIpv6Exporter", key_of("XA", {"@exporter_ipv6"}, ValueForm::number),
                "m:1:20: XA.as: expected an IPv4 address to show as a number, got @exporter_ipv6, which is an IPv6 "
                "address"},
        Refusal{"HexInANumberKey", key_of("spt", {"sourceTransportPort"}, ValueForm::hex),
                "m:1:20: spt.as: expected a 32-bit number, got a string"},
        Refusal{"NumberInATimeKey", key_of("rt", {"sourceIPv4Address"}, ValueForm::number),
                "m:1:20: rt.as: expected a time, got a number"},
        Refusal{"HexOfTheExport", key_of("XA", {"@exporter"}, ValueForm::hex),
                "m:1:20: XA.as: expected an element, got @exporter, which is an IPv4 address"},
        Refusal{"DateOfANumber", key_of("XA", {"octetDeltaCount"}, ValueForm::asn1_time),
                "m:1:20: XA.as: expected a string or octets that hold a date, got octetDeltaCount, which is of type "
                "unsigned64"},
        Refusal{"FormBesideATable", with_table(key_of("XA", {"protocolIdentifier"}, ValueForm::hex)),
                "m:1:20: XA.as: expected no form beside a table"},
        Refusal{"TimeOfANumber", timed("XA", "octetDeltaCount", TimeForm::text),
                "m:1:30: XA.time: expected a time, got octetDeltaCount, which is of type unsigned64"},
        Refusal{"TimeOfAnAddressOfTheExport", timed("XA", "@exporter", TimeForm::text),
                "m:1:30: XA.time: expected a time, got @exporter, which is an IPv4 address"},
        Refusal{"ZoneOfANumber", in_zone(key_of("XA", {"octetDeltaCount"})),
                "m:1:1: XA.zone: expected a time, got octetDeltaCount, which is of type unsigned64"},
        Refusal{"TimeInANumberKey", timed("cnt", "flowStartSysUpTime", TimeForm::text),
                "m:1:30: cnt.time: expected a key that takes times, which cnt does not"},
        Refusal{"EpochSInADictionaryKey", timed("rt", "@export_time", TimeForm::epoch_s),
                "m:1:30: rt.time: expected epoch_ms or a text of CEF, which knows no such time"},
        Refusal{"Iso8601InADictionaryKey", timed("rt", "@export_time", TimeForm::iso8601),
                "m:1:30: rt.time: expected epoch_ms or a text of CEF, which knows no such time"},
        Refusal{"UnitOfACounter", in_unit("XA", "octetDeltaCount", TimeUnit::seconds),
                "m:1:40: XA.unit: expected a duration, got octetDeltaCount, which is of type unsigned64 (the column "
                "`units` of its table says whether it is one)"},
        Refusal{"UnitOfATime", in_unit("XA", "flowStartSeconds", TimeUnit::milliseconds),
                "m:1:40: XA.unit: expected a duration, got flowStartSeconds, which is of type dateTimeSeconds (the "
                "column `units` of its table says whether it is one)"},
        Refusal{"UnitOfAFloat", in_unit("XA", "ratio", TimeUnit::milliseconds),
                "m:1:40: XA.unit: expected a duration, got ratio, which is of type float64 (the column `units` of its "
                "table says whether it is one)"},
        Refusal{
            "LimitOfANumber", key_of("XA", {"octetDeltaCount"}, ValueForm::plain, 10),
            "m:1:1: XA.max_length: expected text or bytes to cut, got octetDeltaCount, which is of type unsigned64"},
        Refusal{"LimitOfAnAddress", key_of("src", {"sourceIPv4Address"}, ValueForm::plain, 10),
                "m:1:1: src.max_length: expected text or bytes to cut, got sourceIPv4Address, which is of type "
                "ipv4Address"},
        Refusal{"LimitOfAnApplicationId", key_of("XA", {"applicationId"}, ValueForm::plain, 10),
                "m:1:1: XA.max_length: expected text or bytes to cut, got applicationId, which is of type octetArray"},
        Refusal{"LimitOfTheEventId", key_of("XA", {"@event_id"}, ValueForm::plain, 10),
                "m:1:1: XA.max_length: expected text or bytes to cut, got @event_id, which is a string"},
        Refusal{"LimitBesideATable", with_table(key_of("proto", {"protocolIdentifier"}, ValueForm::plain, 10)),
                "m:1:1: proto.max_length: expected no limit beside a table ([tables] can give its rows shorter texts)"},
        Refusal{"LimitAboveTheDictionary", key_of("proto", {"interfaceName"}, ValueForm::plain, 32),
                "m:1:1: proto.max_length: expected at most 31, got 32 (the CEF dictionary gives the key no more)"},
        Refusal{"UnknownElementIsNamedOnce", key_of("XA", {"nope-nope-nope"}, ValueForm::number),
                "m:1:5: XA: expected an information element, got \"nope-nope-nope\" (a name, a number, or pen:id)"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(MappingTime, ThatCefDoesNotKnowNeedsAnotherForItsOwnKeys) {
  MappingSpec spec = spec_of({key_of("rt", {"@export_time"}), key_of("XExport", {"@export_time"})});
  spec.time = TimeForm::iso8601;
  const ElementRegistry registry;
  const auto mapping = resolve_mapping(spec, registry);
  ASSERT_FALSE(mapping);
  ASSERT_EQ(mapping.error().size(), 1U);
  EXPECT_EQ(mapping.error().front().to_string(),
            "m:1:1: rt.time: expected epoch_ms or a text of CEF, which knows no such time (cef.time is for other keys: "
            "add time = \"epoch_ms\")");
}

}  // namespace
}  // namespace flowcef::test
