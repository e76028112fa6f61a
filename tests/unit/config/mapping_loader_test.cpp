#include "flowcef/config/mapping_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;

class LoadMapping : public testing::Test {
 protected:
  std::expected<MappingSpec, ConfigErrors> load(std::string_view text) {
    return load_mapping(files.write("m.toml", text));
  }

  MappingSpec load_good(std::string_view text) {
    auto spec = load(text);
    if (spec) return std::move(*spec);
    ADD_FAILURE() << testing::PrintToString(files.texts(spec.error()));
    return {};
  }

  std::vector<std::string> errors_of(std::string_view text) {
    const auto spec = load(text);
    return spec ? std::vector<std::string>{} : files.texts(spec.error());
  }

  SourcePosition at(unsigned line, unsigned column) const {
    return {(files.folder() / "m.toml").string(), line, column};
  }

  ConfigFiles files;
};

/// Five lines.
constexpr std::string_view kCef = "[cef]\nvendor = 'V'\nproduct = 'P'\n\n\n";
/// Four lines.
constexpr std::string_view kEvent = "[[event]]\nsignature = 'flow'\nname = 'Flow record'\nseverity = 3\n";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

std::vector<std::string> texts_of(const std::vector<PositionedText>& texts) {
  std::vector<std::string> result;
  result.reserve(texts.size());
  for (const auto& text : texts) result.push_back(text.text);
  return result;
}

TEST_F(LoadMapping, ReadsTheHeader) {
  const auto spec = load_good(
      joined({"[cef]\nversion = 1\nvendor = 'Ve'\nproduct = 'Pr'\ndevice_version = '2.1'\nprefix = 'My7'\n", kEvent}));
  EXPECT_EQ(spec.file, (files.folder() / "m.toml").string());
  EXPECT_EQ(spec.version, 1U);
  EXPECT_EQ(spec.version_where, at(2, 11));
  EXPECT_EQ(spec.vendor.text, "Ve");
  EXPECT_EQ(spec.vendor.where, at(3, 10));
  EXPECT_EQ(spec.product.text, "Pr");
  EXPECT_EQ(spec.device_version.text, "2.1");
  EXPECT_EQ(spec.prefix.text, "My7");
  EXPECT_EQ(spec.prefix.where, at(6, 10));
}

TEST_F(LoadMapping, FillsInDefaults) {
  const auto spec = load_good(joined({"[cef]\nvendor = 'Flow cef!'\nproduct = 'Bridge 2'\n", kEvent}));
  EXPECT_EQ(spec.version, 0U);
  EXPECT_EQ(spec.device_version.text, "");
  EXPECT_EQ(spec.prefix.text, "FlowcefBridge2");
  EXPECT_THAT(spec.keys, testing::IsEmpty());
}

TEST_F(LoadMapping, ReadsEventsInOrder) {
  const auto spec =
      load_good(joined({kCef,
                        "[[event]]\n"
                        "when = { kind = 'options', present = ['natEvent', '9:12232'], natEvent = [4, 6], "
                        "firewallEvent = 3 }\n"
                        "signature = 'nat-1.0_a'\nname = 'NAT'\nseverity = 10\n"
                        "[[event]]\nwhen = { kind = 'data' }\nsignature = 'd'\nname = 'D'\nseverity = 0\n",
                        kEvent}));
  ASSERT_EQ(spec.events.size(), 3U);
  const EventSpec& first = spec.events[0];
  EXPECT_EQ(first.where, at(6, 1));
  EXPECT_EQ(first.options_record, true);
  EXPECT_THAT(texts_of(first.present), ElementsAre("natEvent", "9:12232"));
  EXPECT_EQ(first.present[1].where, at(7, 51));
  ASSERT_EQ(first.equals.size(), 2U);
  EXPECT_EQ(first.equals[0].element.text, "natEvent");
  EXPECT_EQ(first.equals[0].element.where, at(7, 63));
  EXPECT_THAT(first.equals[0].values, ElementsAre(4, 6));
  EXPECT_EQ(first.equals[1].element.text, "firewallEvent");
  EXPECT_THAT(first.equals[1].values, ElementsAre(3));
  EXPECT_EQ(first.signature.text, "nat-1.0_a");
  EXPECT_EQ(first.name.text, "NAT");
  EXPECT_EQ(first.severity, 10U);
  EXPECT_EQ(first.severity_where, at(10, 12));
  EXPECT_EQ(spec.events[1].options_record, false);
  EXPECT_EQ(spec.events[2].options_record, std::nullopt);
}

TEST_F(LoadMapping, ReadsKeysInTheOrderOfTheFile) {
  const auto spec = load_good(joined({kCef, kEvent,
                                      "[keys]\n"
                                      "src = 'sourceIPv4Address'\n"
                                      "in = { from = ['octetDeltaCount', 'octetTotalCount'], custom = true }\n"
                                      "c6a2 = { from = 'sourceIPv6Address', label = 'Source IPv6 Address' }\n"
                                      "proto = { from = 'protocolIdentifier', table = 'protocol' }\n"
                                      "act = ['9:1', 'x']\n"
                                      "externalId = '@event_id'\n"}));
  std::vector<std::string> order;
  order.reserve(spec.keys.size());
  for (const auto& key : spec.keys) order.push_back(key.key.text);
  ASSERT_THAT(order, ElementsAre("src", "in", "c6a2", "proto", "act", "externalId"));
  EXPECT_EQ(spec.keys[0].key.where, at(11, 1));
  EXPECT_EQ(spec.keys[0].from[0].where, at(11, 7));
  EXPECT_THAT(texts_of(spec.keys[1].from), ElementsAre("octetDeltaCount", "octetTotalCount"));
  EXPECT_TRUE(spec.keys[1].custom);
  EXPECT_EQ(spec.keys[1].label, std::nullopt);
  EXPECT_EQ(spec.keys[2].label->text, "Source IPv6 Address");
  EXPECT_EQ(spec.keys[2].label->where, at(13, 46));
  EXPECT_EQ(spec.keys[3].table->text, "protocol");
  EXPECT_FALSE(spec.keys[3].custom);
  EXPECT_THAT(texts_of(spec.keys[4].from), ElementsAre("9:1", "x"));
  EXPECT_THAT(texts_of(spec.keys[5].from), ElementsAre("@event_id"));
}

TEST_F(LoadMapping, ReportsEverythingAtOnce) {
  EXPECT_THAT(
      errors_of(
          joined({"[cef]\nversion = 2\nvendor = ''\nprodcut = 'P'\ndevice_version = '", std::string(32, '1'),
                  "'\nprefix = '1a'\n"
                  "[[event]]\nwhen = { kind = 'option', present = 'a b', natEvent = [4, -1], 'x y' = 1, z = [] }\n"
                  "signature = 'a b'\nname = \"a\\nb\"\nseverity = 11\n"
                  "[[event]]\nsignture = 'x'\n"
                  "[keys]\nsrc = 5\n'd.t' = 'x'\nin = { from = [], custom = 1, lable = 'x' }\n"
                  "out = { table = '1' }\ncs1 = { from = '@', label = '' }\n[key]\n"})),
      ElementsAre("m.toml:1:1: cef.product: missing, expected 1..63 printable characters",
                  "m.toml:2:11: cef.version: expected 0..1, got 2",
                  "m.toml:3:10: cef.vendor: expected 1..63 printable characters, got \"\"",
                  "m.toml:4:1: cef.prodcut: unknown key (did you mean \"product\"?)",
                  "m.toml:5:18: cef.device_version: expected 1..31 printable characters, got "
                  "\"11111111111111111111111111111111\"",
                  "m.toml:6:10: cef.prefix: expected 1..255 letters and digits, a letter first, got \"1a\"",
                  "m.toml:8:17: event[0].when.kind: expected options or data, got \"option\" (did you mean "
                  "\"options\"?)",
                  "m.toml:8:37: event[0].when.present: expected an element name or pen:id, got \"a b\"",
                  "m.toml:8:59: event[0].when.natEvent[1]: expected 0..9223372036854775807, got -1",
                  "m.toml:8:64: event[0].when.\"x y\": expected kind, present or an element name or pen:id as the "
                  "key",
                  "m.toml:8:79: event[0].when.z: expected an integer or an array of integers, got an empty array",
                  "m.toml:9:13: event[0].signature: expected 1..1023 letters, digits, -, _ or ., got \"a b\"",
                  "m.toml:10:8: event[0].name: expected 1..512 printable characters, got \"a\\x0ab\"",
                  "m.toml:11:12: event[0].severity: expected 0..10, got 11",
                  "m.toml:12:1: event[1].signature: missing, expected 1..1023 letters, digits, -, _ or .",
                  "m.toml:12:1: event[1].name: missing, expected 1..512 printable characters",
                  "m.toml:12:1: event[1].severity: missing, expected 0..10",
                  "m.toml:13:1: event[1].signture: unknown key (did you mean \"signature\"?)",
                  "m.toml:15:7: keys.src: expected an element name, pen:id or @name, got 5",
                  "m.toml:16:1: keys.\"d.t\": expected 1..255 letters and digits, a letter first as the key",
                  "m.toml:17:15: keys.in.from: expected an element name, pen:id or @name, got an empty array",
                  "m.toml:17:28: keys.in.custom: expected true or false, got 1",
                  "m.toml:17:31: keys.in.lable: unknown key (did you mean \"label\"?)",
                  "m.toml:18:7: keys.out.from: missing, expected an element name, pen:id or @name",
                  "m.toml:18:17: keys.out.table: expected the name of a value table, got \"1\"",
                  "m.toml:19:16: keys.cs1.from: expected an element name, pen:id or @name, got \"@\"",
                  "m.toml:19:29: keys.cs1.label: expected 1..1023 printable characters, got \"\"",
                  "m.toml:20:2: key: unknown key (did you mean \"keys\"?)"));
}

TEST_F(LoadMapping, NeedsHeaderAndEvent) {
  EXPECT_THAT(errors_of(""), ElementsAre("m.toml: cef: missing, expected the table [cef]",
                                         "m.toml: event: missing, expected at least one [[event]]"));
  EXPECT_THAT(errors_of("cef = 1\n[event]\n"),
              ElementsAre("m.toml:1:7: cef: expected the table [cef], got 1",
                          "m.toml:2:1: event: expected [[event]], got a table (double brackets, as there may be "
                          "several)"));
}

TEST_F(LoadMapping, NeedsALastRuleThatTakesEverything) {
  EXPECT_THAT(errors_of(joined({kCef, kEvent, "when = { kind = 'data' }\n"})),
              ElementsAre("m.toml:6:1: event[0]: expected a last rule without `when`, got a condition "
                          "(add an [[event]] that takes what no other rule takes)"));
  EXPECT_THAT(errors_of(joined({kCef, kEvent, "when = {}\n"})), testing::IsEmpty());
}

TEST_F(LoadMapping, RefusesRulesThatCanNeverMatch) {
  EXPECT_THAT(errors_of(joined({kCef, kEvent, kEvent, "when = { kind = 'data' }\n", kEvent})),
              ElementsAre("m.toml:10:1: event[1]: can never match: the rule at line 6 has no conditions and takes "
                          "everything (put that rule last)"));
}

TEST_F(LoadMapping, NeedsAPrefixThatCanBeAKey) {
  EXPECT_THAT(errors_of(joined({"[cef]\nvendor = '1'\nproduct = '2'\n", kEvent})),
              ElementsAre("m.toml:1:1: cef.prefix: missing, expected 1..255 letters and digits, a letter first "
                          "(vendor and product have no letters to make it of)"));
}

TEST_F(LoadMapping, ReportsSyntaxAlone) {
  EXPECT_THAT(errors_of("[cef\nversion = 7"), ElementsAre(testing::StartsWith("m.toml:1:5: not valid TOML: ")));
}

}  // namespace
}  // namespace flowcef
