// What is said of lookups that a mapping asks wrongly.
#include <gmock/gmock.h>

#include <string>

#include "probe_lines.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kRule = "signature = \"s\"\nname = \"n\"\nseverity = 3\n";

struct ErrorCase {
  const char* name;
  const char* key;
  const char* error;  ///< empty: none
};

void PrintTo(const ErrorCase& row, std::ostream* out) {
  *out << row.name;
}

class ProbeErrors : public ProbeLines, public testing::WithParamInterface<ErrorCase> {};

TEST_P(ProbeErrors, SayWhatIsWrong) {
  const auto errors = load(with_rules(kRule, GetParam().key));
  if (GetParam().error == std::string_view()) {
    EXPECT_THAT(errors, IsEmpty());
  } else {
    EXPECT_THAT(errors, ElementsAre(GetParam().error));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ProbeErrors,
    testing::Values(
        ErrorCase{"Good", R"(suser = "@web(sourceIPv4Address).userName")", ""},
        ErrorCase{"Blanks", R"(suser = "@pair( sourceIPv4Address , destinationTransportPort ).userName")", ""},
        ErrorCase{"EitherFamily", R"(suser = "@web(sourceIPv6Address).userName")", ""},
        ErrorCase{"EitherNumber", R"(suser = "@pair(sourceIPv4Address, octetDeltaCount).userName")", ""},
        ErrorCase{"UnknownLookup", R"(suser = "@wbe(sourceIPv4Address).userName")",
                  R"x(m.toml:12:9: suser: expected a lookup, got "wbe" (did you mean web?))x"},
        ErrorCase{"UnknownColumn", R"(suser = "@web(sourceIPv4Address).usrName")",
                  R"x(m.toml:12:9: suser: expected a column of web, got "usrName" (did you mean userName?))x"},
        ErrorCase{
            "UnknownElement", R"(suser = "@web(sourceIPv4Adress).userName")",
            R"x(m.toml:12:9: suser: expected an information element, got "sourceIPv4Adress" (did you mean sourceIPv4Address?))x"},
        ErrorCase{"TooManyElements", R"(suser = "@web(sourceIPv4Address, destinationIPv4Address).userName")",
                  R"x(m.toml:12:9: suser: expected 1 element to ask web by, got 2 elements)x"},
        ErrorCase{"TooFewElements", R"(suser = "@pair(sourceIPv4Address).userName")",
                  R"x(m.toml:12:9: suser: expected 2 elements to ask pair by, got 1 element)x"},
        ErrorCase{
            "ElementOfOtherType", R"(suser = "@web(octetDeltaCount).userName")",
            R"x(m.toml:12:9: suser: expected an address to ask web by, got octetDeltaCount, which is of type unsigned64)x"},
        ErrorCase{
            "NoColumn", R"x(suser = "@web(sourceIPv4Address)")x",
            R"x(m.toml:12:9: keys.suser: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, got "@web(sourceIPv4Address)")x"},
        ErrorCase{
            "NoElement", R"(suser = "@web().userName")",
            R"x(m.toml:12:9: keys.suser: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, got "@web().userName")x"},
        ErrorCase{
            "FiveElements",
            R"(suser = "@web(octetDeltaCount, octetDeltaCount, octetDeltaCount, octetDeltaCount, octetDeltaCount).userName")",
            R"x(m.toml:12:9: keys.suser: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, got "@web(octetDeltaCount, octetDeltaCount, octetDeltaCount, octe...")x"},
        ErrorCase{
            "TextForAddress", R"(dst = "@web(sourceIPv4Address).userName")",
            R"x(m.toml:12:7: dst: expected an IPv4 address, got @web(sourceIPv4Address).userName, which is of type string (lookups fill keys of texts, whole numbers and addresses))x"},
        ErrorCase{
            "FloatForFloat", R"(cfp1 = { from = "@web(sourceIPv4Address).samplingProbability", label = "P" })",
            R"x(m.toml:12:17: cfp1: expected a floating-point number, got @web(sourceIPv4Address).samplingProbability, which is of type float64 (lookups fill keys of texts, whole numbers and addresses))x"},
        ErrorCase{
            "Table", R"(app = { from = "@web(sourceIPv4Address).octetDeltaCount", table = "protocol" })",
            R"x(m.toml:12:16: app.table: expected an element to look up in a table, got @web(sourceIPv4Address).octetDeltaCount)x"},
        ErrorCase{
            "Text", R"(XUser = { from = "@web(sourceIPv4Address).userName", text = "protocol" })",
            R"x(m.toml:12:18: XUser: expected an element to look up in a table, got @web(sourceIPv4Address).userName)x"},
        ErrorCase{
            "Form", R"(XUser = { from = "@web(sourceIPv4Address).userName", as = "hex" })",
            R"x(m.toml:12:59: XUser.as: expected an element, got @web(sourceIPv4Address).userName, which is a text of a lookup)x"},
        ErrorCase{
            "Time", R"(XUser = { from = "@web(sourceIPv4Address).userName", time = "iso8601" })",
            R"x(m.toml:12:61: XUser.time: expected a time, got @web(sourceIPv4Address).userName, which is a text of a lookup)x"},
        ErrorCase{
            "Unit", R"(XUser = { from = "@web(sourceIPv4Address).userName", unit = "seconds" })",
            R"x(m.toml:12:61: XUser.unit: expected a duration, got @web(sourceIPv4Address).userName, which is a text of a lookup (the column `units` of its table says whether it is one))x"},
        ErrorCase{
            "CutAddress", R"(XUser = { from = "@web(sourceIPv4Address).destinationIPv4Address", max_length = 6 })",
            R"x(m.toml:12:1: XUser.max_length: expected text or bytes to cut, got @web(sourceIPv4Address).destinationIPv4Address, which is a text of a lookup)x"},
        ErrorCase{
            "Custom", R"(suser = { from = "@web(sourceIPv4Address).userName", custom = true })",
            R"x(m.toml:12:1: suser.custom: expected an element, got values of lookups alone (they go out under this key only: leave custom out))x"}),
    [](const auto& row) { return std::string(row.param.name); });

struct RuleErrorCase {
  const char* name;
  const char* when;
  const char* error;
};

void PrintTo(const RuleErrorCase& row, std::ostream* out) {
  *out << row.name;
}

class ProbeRuleErrors : public ProbeLines, public testing::WithParamInterface<RuleErrorCase> {};

TEST_P(ProbeRuleErrors, SayWhatIsWrong) {
  const auto errors =
      load(with_rules("when = { " + std::string(GetParam().when) +
                          " }\nsignature = \"hit\"\nname = \"n\"\nseverity = 3\n[[event]]\n" + std::string(kRule),
                      "src = \"sourceIPv4Address\""));
  EXPECT_THAT(errors, ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, ProbeRuleErrors,
    testing::Values(
        RuleErrorCase{"UnknownLookup", R"x(found = "@wbe(sourceIPv4Address)")x",
                      R"x(m.toml:8:18: event.when.found: expected a lookup, got "wbe" (did you mean web?))x"},
        RuleErrorCase{
            "FoundColumn", R"(found = "@web(sourceIPv4Address).userName")",
            R"x(m.toml:8:18: event[0].when.found: expected @LOOKUP(ELEMENT), got "@web(sourceIPv4Address).userName")x"},
        RuleErrorCase{
            "TestWithoutColumn", R"x("@web(sourceIPv4Address)" = "x")x",
            R"x(m.toml:8:10: event[0].when."@web(sourceIPv4Address)": expected kind, present, absent, exporter, format, found, any, not, "@LOOKUP(ELEMENT).COLUMN", an element name or pen:id as the key)x"},
        RuleErrorCase{"UnknownColumn", R"("@web(sourceIPv4Address).usrName" = "x")",
                      R"x(m.toml:8:10: event.when: expected a column of web, got "usrName" (did you mean userName?))x"},
        RuleErrorCase{
            "Range", R"("@web(sourceIPv4Address).userName" = { min = 1 })",
            R"x(m.toml:8:47: event.when: expected a text that is not empty, or a number, for @web(sourceIPv4Address).userName (lookups are compared as texts))x"},
        RuleErrorCase{
            "Blank", R"("@web(sourceIPv4Address).userName" = " ")",
            R"x(m.toml:8:47: event.when: expected a text that is not empty, or a number, for @web(sourceIPv4Address).userName (lookups are compared as texts))x"},
        RuleErrorCase{
            "Never", R"x(found = "@web(sourceIPv4Address)", not = { found = "@web(sourceIPv4Address)" })x",
            R"x(m.toml:8:61: event.when: can never match: no record fulfils this and the condition at line 8, column 18)x"},
        RuleErrorCase{
            "NeverThatColumn",
            R"x(not = { found = "@web(sourceIPv4Address)" }, "@web(sourceIPv4Address).userName" = "x")x",
            R"x(m.toml:8:55: event.when: can never match: no record fulfils this and the condition at line 8, column 26)x"}),
    [](const auto& row) { return std::string(row.param.name); });

using ProbeLimits = ProbeLines;

TEST_F(ProbeLimits, SixteenQuestions) {
  std::string keys;
  for (int i = 1; i <= 17; ++i) {
    const std::string source = "\"@pair(sourceIPv4Address, " + std::to_string(i) + ").userName\"\n";
    if (i == 3 || i == 8 || i == 9 || i == 12 || i == 13 || i == 15) continue;
    keys += "XUser" + std::to_string(i) + " = " + source;
  }
  for (const char* element :
       {"ingressInterface", "egressInterface", "sourceTransportPort", "destinationTransportPort", "vlanId"}) {
    keys += "X" + std::string(element) + " = \"@pair(sourceIPv4Address, " + element + ").userName\"\n";
  }
  EXPECT_THAT(load(with_rules(kRule, keys)), IsEmpty());
  EXPECT_EQ(translation_->mapping.probes.size(), kMaxProbes);
  keys += "XOne = \"@web(sourceIPv4Address).userName\"\nXAgain = \"@pair(sourceIPv4Address, vlanId).userName\"\n";
  EXPECT_THAT(load(with_rules(kRule, keys)), ElementsAre("m.toml:28:8: XOne: expected at most 16 different questions "
                                                         "to lookups, got @web(sourceIPv4Address) as one more"));
}

TEST_F(ProbeLimits, UnknownLookupsNeverHaveAValue) {
  EXPECT_THAT(load(with_rules(kRule, "src = \"sourceIPv4Address\"\nrt = \"@any(sourceIPv4Address).thing\""), nullptr),
              IsEmpty());
  put("10.1.2.3", {"jane"});
  EXPECT_EQ(extension(flow_layout(), flow(0x0a010203, 1)), "src=10.1.2.3");
}

}  // namespace
}  // namespace flowcef::test
