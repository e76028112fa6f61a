#include <variant>

#include "mapping_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;
using Kind = ConditionSpec::Kind;

class LoadEvents : public MappingFiles {
 protected:
  /// Input: the table of conditions, which begins at 7:8 of the file.
  static std::string mapping_with(std::string_view when) {
    return joined({kCef, "[[event]]\nwhen = ", when, "\nsignature = 's'\nname = 'N'\nseverity = 1\n", kEvent});
  }

  ConditionSpec load_when(std::string_view when) {
    const auto spec = load_good(mapping_with(when));
    if (spec.events.size() == 2 && spec.events[0].when) return *spec.events[0].when;
    ADD_FAILURE() << "no condition";
    return {};
  }

  /// Returns: the only part of the condition.
  ConditionSpec load_part(std::string_view when) {
    const auto all = load_when(when);
    EXPECT_EQ(all.kind, Kind::all);
    EXPECT_EQ(all.where, at(7, 8));
    if (all.parts.size() == 1) return all.parts[0];
    ADD_FAILURE() << all.parts.size() << " parts";
    return {};
  }

  std::vector<std::string> when_errors(std::string_view when) { return errors_of(mapping_with(when)); }
};

std::vector<std::uint64_t> numbers_of(const ConditionSpec& condition) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(condition.tests.size());
  for (const auto& test : condition.tests) numbers.push_back(std::get<std::uint64_t>(test.value));
  return numbers;
}

TEST_F(LoadEvents, ReadsThemInOrder) {
  const auto spec =
      load_good(joined({kCef,
                        "[[event]]\n"
                        "when = { kind = 'options', present = ['natEvent', '9:12232'], natEvent = [4, 6], "
                        "firewallEvent = 3 }\n"
                        "signature = 'nat-1.0_a'\nname = 'NAT'\nseverity = 10\n"
                        "[[event]]\nwhen = { kind = 'data' }\nsignature = 'd'\nname = 'D'\nseverity = 0\n",
                        kEvent}));
  ASSERT_THAT(signatures_of(spec), ElementsAre("nat-1.0_a", "d", "flow"));
  const EventSpec& first = spec.events[0];
  EXPECT_EQ(first.where, at(6, 1));
  EXPECT_EQ(first.name.text, "NAT");
  EXPECT_EQ(first.severity, 10U);
  EXPECT_EQ(first.severity_where, at(10, 12));
  EXPECT_EQ(first.vendor, std::nullopt);
  ASSERT_EQ(first.when->parts.size(), 4U);
  EXPECT_EQ(first.when->parts[0].kind, Kind::kind);
  EXPECT_TRUE(first.when->parts[0].options_record);
  EXPECT_EQ(first.when->parts[1].kind, Kind::present);
  EXPECT_THAT(texts_of(first.when->parts[1].words), ElementsAre("natEvent", "9:12232"));
  EXPECT_EQ(first.when->parts[1].words[1].where, at(7, 51));
  EXPECT_EQ(first.when->parts[2].kind, Kind::element);
  EXPECT_EQ(first.when->parts[2].element.text, "natEvent");
  EXPECT_EQ(first.when->parts[2].element.where, at(7, 63));
  EXPECT_EQ(first.when->parts[2].tests[1].where, at(7, 78));
  EXPECT_THAT(numbers_of(first.when->parts[2]), ElementsAre(4, 6));
  EXPECT_EQ(first.when->parts[3].element.text, "firewallEvent");
  EXPECT_THAT(numbers_of(first.when->parts[3]), ElementsAre(3));
  EXPECT_FALSE(spec.events[1].when->parts.at(0).options_record);
  EXPECT_FALSE(spec.events[2].when);
}

// GG-17
TEST_F(LoadEvents, ReadsHeaderFieldsOfTheirOwn) {
  const auto spec =
      load_good(joined({kCef, kEvent, "vendor = 'Gigamon'\nproduct = 'metadata'\ndevice_version = '5.3.00'\n"}));
  const EventSpec& event = spec.events.at(0);
  EXPECT_EQ(event.vendor->text, "Gigamon");
  EXPECT_EQ(event.vendor->where, at(10, 10));
  EXPECT_EQ(event.product->text, "metadata");
  EXPECT_EQ(event.device_version->text, "5.3.00");
}

TEST_F(LoadEvents, ReadsConstantsInTheirOrder) {
  const auto spec =
      load_good(joined({kCef, kEvent, "set = { cat = 'nat', cn1 = { value = 5, label = 'Five' }, VPx = -1.5 }\n"}));
  const auto& set = spec.events.at(0).set;
  ASSERT_EQ(set.size(), 3U);
  EXPECT_EQ(set[0].key.text, "cat");
  EXPECT_EQ(set[0].key.where, at(10, 9));
  EXPECT_EQ(set[0].value.text, "nat");
  EXPECT_EQ(set[0].value.where, at(10, 15));
  EXPECT_EQ(set[0].label, std::nullopt);
  EXPECT_EQ(set[1].value.text, "5");
  EXPECT_EQ(set[1].label->text, "Five");
  EXPECT_EQ(set[2].key.text, "VPx");
  EXPECT_EQ(set[2].value.text, "-1.5");
}

TEST_F(LoadEvents, RefusesUnfitHeaderFieldsAndConstants) {
  EXPECT_THAT(
      errors_of(joined({kCef, kEvent,
                        "vendor = ''\nproduct = 1\ndevice_version = \"\\n\"\n"
                        "set = { 'a.b' = 1, c = true, d = {}, e = { value = '', lable = 'x' } }\n",
                        kEvent, "set = 1\n"})),
      testing::UnorderedElementsAre(
          "m.toml:10:10: event[0].vendor: expected 1..63 printable characters, got \"\"",
          "m.toml:11:11: event[0].product: expected 1..63 printable characters, got 1",
          "m.toml:12:18: event[0].device_version: expected 1..31 printable characters, got \"\\x0a\"",
          "m.toml:13:9: event[0].set.\"a.b\": expected 1..255 letters and digits, a letter first as the key",
          "m.toml:13:24: event[0].set.c: expected 1..4000 printable characters or a number, got true",
          "m.toml:13:34: event[0].set.d.value: missing, expected a text or a number",
          "m.toml:13:52: event[0].set.e.value: expected 1..4000 printable characters or a number, got \"\"",
          "m.toml:13:56: event[0].set.e.lable: unknown key (did you mean \"label\"?)",
          "m.toml:14:1: event[1]: can never match: the rule at line 6 has no conditions and takes everything (put "
          "that rule last)",
          "m.toml:18:7: event[1].set: expected a table such as { cat = \"nat\" }, got 1"));
}

TEST_F(LoadEvents, ReadsRulesThatDrop) {
  const auto spec = load_good(joined({kCef, "[[event]]\nwhen = { kind = 'options' }\ndrop = true\n", kEvent}));
  EXPECT_TRUE(spec.events.at(0).drop);
  EXPECT_FALSE(spec.events.at(1).drop);
  EXPECT_THAT(errors_of(joined({kCef, "[[event]]\ndrop = true\nseverity = 3\n"})),
              ElementsAre("m.toml:8:1: event[0].severity: not together with drop = true (the records that the rule "
                          "takes are not sent)"));
}

TEST_F(LoadEvents, ReadsConditionsOnTheTemplate) {
  const auto absent = load_part("{ absent = 'natEvent' }");
  EXPECT_EQ(absent.kind, Kind::absent);
  EXPECT_EQ(absent.where, at(7, 19));
  EXPECT_THAT(texts_of(absent.words), ElementsAre("natEvent"));
  const auto format = load_part("{ format = ['netflow1', 'netflow5', 'netflow7', 'netflow9', 'ipfix'] }");
  EXPECT_EQ(format.kind, Kind::format);
  EXPECT_THAT(texts_of(format.words), ElementsAre("netflow1", "netflow5", "netflow7", "netflow9", "ipfix"));
  EXPECT_EQ(format.words[1].where, at(7, 32));
  EXPECT_THAT(texts_of(load_part("{ format = 'ipfix' }").words), ElementsAre("ipfix"));
}

TEST_F(LoadEvents, ReadsExporters) {
  const auto exporter = load_part("{ exporter = ['10.0.0.0/8', '2001:db8::1'] }");
  EXPECT_EQ(exporter.kind, Kind::exporter);
  EXPECT_THAT(texts_of(exporter.words), ElementsAre("10.0.0.0/8", "2001:db8::1"));
  EXPECT_THAT(texts_of(load_part("{ exporter = '192.0.2.1' }").words), ElementsAre("192.0.2.1"));
}

TEST_F(LoadEvents, ReadsTestsOfElements) {
  const auto part =
      load_part("{ x = [6, true, 'aa:bb:cc:dd:ee:ff', { min = 1024, max = 65535 }, { min = 7 }, { max = 8 }] }");
  EXPECT_EQ(part.where, at(7, 10));
  ASSERT_EQ(part.tests.size(), 6U);
  EXPECT_EQ(std::get<std::uint64_t>(part.tests[0].value), 6U);
  EXPECT_EQ(std::get<bool>(part.tests[1].value), true);
  EXPECT_EQ(std::get<std::string>(part.tests[2].value), "aa:bb:cc:dd:ee:ff");
  EXPECT_EQ(part.tests[2].where, at(7, 24));
  const auto range = [&](std::size_t i) { return std::get<TestSpec::Range>(part.tests[i].value); };
  EXPECT_EQ(range(3).min, 1024U);
  EXPECT_EQ(range(3).max, 65535U);
  EXPECT_EQ(range(4).min, 7U);
  EXPECT_EQ(range(4).max, ~std::uint64_t{0});
  EXPECT_EQ(range(5).min, 0U);
  EXPECT_EQ(range(5).max, 8U);
}

TEST_F(LoadEvents, ReadsConditionsInsideConditions) {
  const auto all = load_when("{ any = [{ x = 1 }, { y = 2, kind = 'data' }], not = { format = 'ipfix' }, z = 3 }");
  ASSERT_EQ(all.parts.size(), 3U);
  EXPECT_EQ(all.parts[0].kind, Kind::any);
  EXPECT_EQ(all.parts[0].where, at(7, 16));
  ASSERT_EQ(all.parts[0].parts.size(), 2U);
  EXPECT_EQ(all.parts[0].parts[0].kind, Kind::all);
  EXPECT_EQ(all.parts[0].parts[0].where, at(7, 17));
  EXPECT_EQ(all.parts[0].parts[1].parts.size(), 2U);
  EXPECT_EQ(all.parts[1].kind, Kind::negation);
  ASSERT_EQ(all.parts[1].parts.size(), 1U);
  EXPECT_EQ(all.parts[1].parts[0].kind, Kind::all);
  EXPECT_EQ(all.parts[1].parts[0].parts.at(0).kind, Kind::format);
  EXPECT_EQ(all.parts[2].element.text, "z");
}

TEST_F(LoadEvents, RefusesUnfitConditions) {
  EXPECT_THAT(
      when_errors(
          "{ absent = [], exporter = ['10.0.0.1/8', 'x', 1], format = ['i fx', 'v9'], any = { x = 1 }, not = [1], "
          "a = 1.5, b = '', c = { min = 2, max = 1 }, d = {}, e = { mn = 1, max = -1 }, f = [[1]] }"),
      ElementsAre(
          "m.toml:7:19: event[0].when.absent: expected an element name or pen:id, got an empty array",
          "m.toml:7:35: event[0].when.exporter[0]: expected a prefix such as \"10.0.0.0/8\", no bits set behind it, or "
          "an address, got \"10.0.0.1/8\"",
          "m.toml:7:49: event[0].when.exporter[1]: expected a prefix such as \"10.0.0.0/8\", no bits set behind it, or "
          "an address, got \"x\"",
          "m.toml:7:54: event[0].when.exporter[2]: expected a prefix such as \"10.0.0.0/8\", no bits set behind it, or "
          "an address, got 1",
          "m.toml:7:68: event[0].when.format[0]: expected netflow1, netflow5, netflow7, netflow9, ipfix, "
          "syslog or the name of a layout, got \"i fx\"",
          "m.toml:7:89: event[0].when.any: expected an array of tables of conditions, got a table",
          "m.toml:7:106: event[0].when.not: expected a table of conditions, got an array",
          "m.toml:7:115: event[0].when.a: expected a number, true, false, a text or a range such as { min = 1024, max "
          "= "
          "65535 }, got 1.5",
          "m.toml:7:124: event[0].when.b: expected 1..1023 printable characters, got \"\"",
          "m.toml:7:132: event[0].when.c: can never match: min 2 is above max 1",
          "m.toml:7:158: event[0].when.d: expected min, max or both, got neither",
          "m.toml:7:168: event[0].when.e.mn: unknown key (did you mean \"min\"?)",
          "m.toml:7:182: event[0].when.e.max: expected 0..9223372036854775807, got -1",
          "m.toml:7:193: event[0].when.f[0]: expected a number, true, false, a text or a range such as { min = 1024, "
          "max = 65535 }, got an array"));
}

TEST_F(LoadEvents, RefusesEmptyConditionsInsideConditions) {
  EXPECT_THAT(when_errors("{ any = [{}, { x = 1 }], not = {} }"),
              ElementsAre("m.toml:7:17: event[0].when.any[0]: expected a table of conditions, got an empty one",
                          "m.toml:7:39: event[0].when.not: expected a table of conditions, got an empty one"));
  EXPECT_THAT(when_errors("{ any = [] }"),
              ElementsAre("m.toml:7:16: event[0].when.any: expected an array of tables of conditions, got an empty "
                          "array"));
}

std::string nested(int depth) {
  std::string when = "{ x = 1 }";
  for (int i = 1; i < depth; ++i) when = "{ not = " + when + " }";
  return when;
}

TEST_F(LoadEvents, BoundsDepth) {
  EXPECT_THAT(when_errors(nested(16)), testing::IsEmpty());
  EXPECT_THAT(when_errors(nested(17)),
              ElementsAre(testing::EndsWith(": expected at most 16 tables of conditions inside one another")));
}

TEST_F(LoadEvents, TakesAnUnfitConditionForOne) {
  EXPECT_THAT(errors_of(mapping_with("1")),
              ElementsAre("m.toml:7:8: event[0].when: expected a table such as { kind = \"options\" }, got 1"));
  EXPECT_THAT(errors_of(mapping_with("{ 'x y' = 1 }")), testing::SizeIs(1));
}

}  // namespace
}  // namespace flowcef
