// Keys, labels, constants and prefixes that are refused when a mapping is loaded.
#include "spec_lines.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class KeyChecks : public SpecLines {};

TEST_F(KeyChecks, TextsHaveKeysOfTheirOwn) {
  add_key_with_text("XName", {"protocolIdentifier"}, "protocol");
  add_key("XNameText", {"interfaceName"});
  EXPECT_THAT(errors(), ElementsAre("m.toml:11:40: XName.text: expected a key of its own, got XNameText, which line 12 "
                                    "has (each key stands on a line once)"));
}

TEST_F(KeyChecks, TextsAreForNumbersAndOwnKeys) {
  add_key_with_text("proto", {"protocolIdentifier"}, "protocol");
  add_key_with_text("XName", {"interfaceName"}, "protocol");
  add_key_with_text("XType", {"@icmp_type"}, "protocol");
  add_key_with_text("XOther", {"protocolIdentifier"}, "protocols");
  const auto found = errors();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0],
            "m.toml:11:40: proto.text: expected no text beside a key of the CEF dictionary (use table = ... to send "
            "the text in place of the number)");
  EXPECT_EQ(found[1], "m.toml:12:10: XName: expected a number to look up in a table, got interfaceName");
  EXPECT_EQ(found[2], "m.toml:13:10: XType: expected an element to look up in a table, got @icmp_type");
  EXPECT_THAT(found[3], testing::StartsWith("m.toml:14:40: XOther.text: expected a value table, got \"protocols\""));
}

TEST_F(KeyChecks, LabelsDifferFromTextsAndKeys) {
  add_key_with_text("XName", {"protocolIdentifier"}, "protocol");
  add_labelled_key("cs1", {"interfaceName"}, "XNameText");
  add_labelled_key("cs2", {"userName"}, "Name");
  add_labelled_key("cs3", {"applicationName"}, "Name");
  EXPECT_THAT(errors(),
              ElementsAre("m.toml:12:30: cs1.label: expected a label of its own, got \"XNameText\" (some SIEMs rename "
                          "the slot to its label, so that equal names overwrite each other)",
                          "m.toml:14:30: cs3.label: expected a label of its own, got \"Name\" (some SIEMs rename the "
                          "slot to its label, so that equal names overwrite each other)"));
}

TEST_F(KeyChecks, AKeyStandsOnce) {
  add_key("spt", {"sourceTransportPort"});
  add_key("spt", {"udpSourcePort"});
  EXPECT_THAT(errors(), ElementsAre("m.toml:12:1: spt: expected a key of its own, got spt, which line 11 has (each key "
                                    "stands on a line once)"));
}

TEST_F(KeyChecks, KeysOfALaterDictionary) {
  add_key("frameworkName", {"interfaceName"});
  EXPECT_THAT(errors(), ElementsAre("m.toml:11:1: frameworkName: expected a key that the CEF dictionary of version 0 "
                                    "has or that is your own (dictionary = 1 under [cef] has this one)"));
  spec_.prefix.text = "framework";
  EXPECT_EQ(errors().size(), 1U) << "a prefix does not make it one's own";
  spec_.dictionary = 1;
  EXPECT_THAT(errors(), IsEmpty());
}

// GG-21: nothing that is generated is a key of the dictionary.
TEST_F(KeyChecks, Prefixes) {
  spec_.prefix.text = "src";
  EXPECT_THAT(errors(), ElementsAre("m.toml:2:1: cef.prefix: expected a beginning of your own, got \"src\", a key of "
                                    "the CEF dictionary (it stands before every generated key)"));
  spec_.prefix.text = "MyLabel";
  EXPECT_THAT(errors(), ElementsAre("m.toml:2:1: cef.prefix: expected a beginning that does not end in Label (it "
                                    "stands before every generated key)"));
  spec_.prefix.text = "s";
  EXPECT_THAT(errors(), IsEmpty());
}

TEST_F(KeyChecks, PrefixesThatMakeAKeyOfTheDictionary) {
  spec_.prefix.text = "device";
  auto registry = std::make_unique<ElementRegistry>();
  const std::vector<ElementRow> rows = {
      {.pen = 4711, .id = 1, .name = "facility", .type = "string", .units = {}, .where = {}}};
  ASSERT_TRUE(registry->add(rows).empty());
  const auto mapping = resolve_mapping(spec_, *registry);
  ASSERT_FALSE(mapping);
  EXPECT_EQ(mapping.error().at(0).to_string(),
            "m.toml:2:1: cef.prefix: expected another beginning: facility would go out as deviceFacility, a key of the "
            "CEF dictionary (it stands before every generated key)");
}

struct ConstantRow {
  const char* name;
  const char* key;
  std::string value;
  const char* error;  ///< behind the place; null: none
};

void PrintTo(const ConstantRow& row, std::ostream* out) {
  *out << row.name;
}

class Constants : public SpecLines, public testing::WithParamInterface<ConstantRow> {};

TEST_P(Constants, SuitTheirKey) {
  add_constant(GetParam().key, GetParam().value);
  const auto found = errors();
  if (GetParam().error == nullptr) {
    EXPECT_THAT(found, IsEmpty());
  } else {
    EXPECT_THAT(found, ElementsAre("m.toml:11:10: " + std::string(GetParam().key) + ".value: " + GetParam().error));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Constants,
                         testing::Values(ConstantRow{"Text", "deviceFacility", "local0", nullptr},
                                         ConstantRow{"Own", "XSite", std::string(3000, 'x'), nullptr},
                                         ConstantRow{"Number", "spt", "443", nullptr},
                                         ConstantRow{"Blank", "deviceFacility", " ", "expected a text, got \" \""},
                                         ConstantRow{"TooLong", "act", std::string(64, 'x'),
                                                     "expected at most 63 bytes, got one of 64 bytes"},
                                         ConstantRow{"NoNumber", "spt", "x", "expected a 32-bit number, got \"x\""},
                                         ConstantRow{"TooLarge", "spt", "2147483648",
                                                     "expected a 32-bit number, got \"2147483648\""},
                                         ConstantRow{"Ipv6", "src", "::1", "expected an IPv4 address, got \"::1\""}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(KeyChecks, UnknownElementsInDropAndOmitZero) {
  spec_.drop.push_back({"paddingOctet", {"m.toml", 1, 9}});
  spec_.omit_zero.push_back({"octetDeltaCounts", {"m.toml", 2, 14}});
  EXPECT_THAT(errors(),
              ElementsAre("m.toml:1:9: drop: expected an information element, got \"paddingOctet\" (did you mean "
                          "paddingOctets?)",
                          "m.toml:2:14: omit_zero: expected an information element, got \"octetDeltaCounts\" (did you "
                          "mean octetDeltaCount?)"));
}

TEST_F(KeyChecks, KeysThatRulesSet) {
  for (int i = 0; i < 33; ++i) {
    const std::string key = "XKey" + std::to_string(i);
    add_key(key, {"interfaceName"});
    spec_.events.front().set.push_back({{key, {"m.toml", 5, 1}}, {"1", {}}, {}});
  }
  EXPECT_THAT(errors(), ElementsAre("m.toml:5:1: event.set.XKey32: expected at most 32 keys of [keys] that rules set"));
}

TEST_F(KeyChecks, RulesDoNotSetTexts) {
  add_key_with_text("XName", {"protocolIdentifier"}, "protocol");
  spec_.events.front().set.push_back({{"XNameText", {"m.toml", 5, 1}}, {"1", {}}, {}});
  EXPECT_THAT(errors(),
              ElementsAre("m.toml:5:1: event.set.XNameText: expected a key that does not hold another key's text"));
}

}  // namespace
}  // namespace flowcef::test
