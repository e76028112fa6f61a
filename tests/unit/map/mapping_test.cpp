// What is refused when a mapping is loaded: each with its place and what to do.
#include <gmock/gmock.h>

#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

struct MappingError {
  const char* name;
  const char* keys;  ///< the first of them stands in line 12
  const char* error;
};

void PrintTo(const MappingError& row, std::ostream* out) {
  *out << row.name;
}

class MappingErrors : public testing::TestWithParam<MappingError> {};

std::vector<std::string> errors_of(const std::string& keys) {
  std::string toml(kPlainHead);
  toml.append("[keys]\n").append(keys);
  const auto result = translation_of(toml);
  std::vector<std::string> errors;
  if (result) return errors;
  for (const ConfigError& error : result.error()) errors.push_back(error.to_string());
  return errors;
}

TEST_P(MappingErrors, NameTheirPlaceAndCause) {
  EXPECT_THAT(errors_of(GetParam().keys), testing::ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, MappingErrors,
    testing::Values(
        MappingError{"UnknownElement", "src = \"sourceIPv4Adress\"",
                     "mapping.toml:12:7: src: expected an information element, got \"sourceIPv4Adress\" "
                     "(did you mean sourceIPv4Address?)"},
        MappingError{"UnknownKey", "srd = \"sourceIPv4Address\"",
                     "mapping.toml:12:1: srd: expected a key of the CEF dictionary or one that begins with X "
                     "(did you mean src?)"},
        MappingError{
            "TypeMismatch", "src = \"octetDeltaCount\"",
            "mapping.toml:12:7: src: expected an IPv4 address, got octetDeltaCount, which is of type unsigned64"},
        MappingError{
            "Ipv6InSrcOfVersion0", "src = \"sourceIPv6Address\"",
            "mapping.toml:12:7: src: expected an IPv4 address, got sourceIPv6Address, which is of type ipv6Address"},
        MappingError{"ConsumerKey", "agt = \"sourceIPv4Address\"",
                     "mapping.toml:12:1: agt: expected a key that a device may set (CEF keeps this one for ArcSight's "
                     "connectors)"},
        MappingError{
            "LabelAsKey", "cs1Label = \"interfaceName\"",
            "mapping.toml:12:1: cs1Label: expected a key that does not end in Label (give the label with the key "
            "it belongs to: cs1 = { from = ..., label = \"...\" })"},
        MappingError{"MissingLabel", "cs1 = \"interfaceName\"",
                     "mapping.toml:12:1: cs1: expected a label (add label = \"what it holds\")"},
        MappingError{
            "UnknownTable", "proto = { from = \"protocolIdentifier\", table = \"protocols\" }",
            "mapping.toml:12:48: proto.table: expected a value table, got \"protocols\" (did you mean protocol?)"},
        MappingError{
            "UnknownContext", "dvc = \"@exportr\"",
            "mapping.toml:12:7: dvc: expected a value of the export, got \"@exportr\" (did you mean @exporter?)"},
        MappingError{"ContextOfAnotherType", "src = \"@start\"",
                     "mapping.toml:12:7: src: expected an IPv4 address, got a time"},
        MappingError{"ContextTooWide", "cnt = \"@uptime\"",
                     "mapping.toml:12:7: cnt: expected a 32-bit number, got a 64-bit number"},
        MappingError{
            "LabelEqualToAKey", "cs1 = { from = \"interfaceName\", label = \"msg\" }\nmsg = \"interfaceDescription\"",
            "mapping.toml:12:41: cs1.label: expected a label of its own, got \"msg\" (some SIEMs rename the slot to "
            "its label, so that equal names overwrite each other)"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Mapping, AllErrorsAreReportedAtOnce) {
  EXPECT_EQ(errors_of("src = \"nope\"\ndst = \"@nope\"\nspt = \"interfaceName\"").size(), 3U);
}

TEST(Mapping, Version1TakesIpv6InSrc) {
  std::string head(kPlainHead);
  head.replace(head.find("[cef]\n"), 6, "[cef]\nversion = 1\n");
  EXPECT_TRUE(translation_of(head + "[keys]\nsrc = [\"sourceIPv4Address\", \"sourceIPv6Address\"]\n"));
}

// Corrected counters are left out of a key that cannot hold them.
TEST(Mapping, TakesNumbersOfTheExport) {
  EXPECT_THAT(errors_of("in = \"@corrected_octets\"\ncnt = \"@version\"\ncn1 = { from = \"@version\", label = \"V\" }\n"
                        "dpt = \"@listener_port\"\nmsg = \"@header_bytes\""),
              testing::IsEmpty());
}

TEST(Mapping, TakesElementsByNumber) {
  EXPECT_TRUE(errors_of("src = \"8\"\nXVendor = \"4711:12\"").empty());
}

}  // namespace
}  // namespace flowcef::test
