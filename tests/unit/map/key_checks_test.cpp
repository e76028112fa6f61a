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

// Nothing that may stand on a line is called like a label: keys of the dictionary, generated keys, keys that rules set.
TEST_F(KeyChecks, LabelsAreNoKeys) {
  spec_.events.front().set.push_back({{"Xsite", {"m.toml", 5, 1}}, {"1", {}}, {}});
  const char* const slots[] = {"cs1", "cs2", "cs3", "cs4"};
  const char* const labels[] = {"src ", "XOctetDeltaCount2", "Xsite", "cs2 "};
  for (std::size_t i = 0; i < std::size(slots); ++i) add_labelled_key(slots[i], {"interfaceName"}, labels[i]);
  const auto found = errors();
  ASSERT_EQ(found.size(), std::size(slots));
  for (std::size_t i = 0; i < std::size(slots); ++i) {
    EXPECT_EQ(found[i], "m.toml:" + std::to_string(11 + i) + ":30: " + slots[i] +
                            ".label: expected a label of its own, got \"" + labels[i] +
                            "\" (some SIEMs rename the slot to its label, so that equal names overwrite each other)");
  }
  spec_.keys.clear();
  add_labelled_key("cs1", {"interfaceName"}, "Xen");
  add_labelled_key("cs2", {"interfaceName"}, "XOctetDeltaCount of both");
  EXPECT_THAT(errors(), IsEmpty());
}

TEST_F(KeyChecks, LabelsHaveTheirOwnLimit) {
  add_labelled_key("flexString1", {"interfaceName"}, std::string(129, 'x'));
  add_labelled_key("cs1", {"userName"}, std::string(129, 'y'));
  EXPECT_THAT(errors(), ElementsAre("m.toml:11:30: flexString1.label: expected at most 128 bytes, got one of 129 "
                                    "bytes"));
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

INSTANTIATE_TEST_SUITE_P(
    All, Constants,
    testing::Values(
        ConstantRow{"Text", "deviceFacility", "local0", nullptr},
        ConstantRow{"Own", "XSite", std::string(3000, 'x'), nullptr}, ConstantRow{"Port", "spt", "65535", nullptr},
        ConstantRow{"Blank", "deviceFacility", " ", "expected a text, got \" \""},
        ConstantRow{"TooLong", "act", std::string(64, 'x'), "expected at most 63 bytes, got one of 64 bytes"},
        ConstantRow{"NoNumber", "spt", "x", "expected a number 0..65535, got \"x\""},
        ConstantRow{"PortTooLarge", "spt", "65536", "expected a number 0..65535, got \"65536\""},
        ConstantRow{"Direction", "deviceDirection", "2", "expected a number 0..1, got \"2\""},
        ConstantRow{"CountTooLarge", "cnt", "2147483648", "expected a number 0..2147483647, got \"2147483648\""},
        ConstantRow{"NegativeCount", "cnt", "-1", "expected a number 0..2147483647, got \"-1\""},
        ConstantRow{"ZeroInFront", "cnt", "010", "expected a number 0..2147483647, got \"010\""},
        ConstantRow{"Time", "rt", "00", "expected milliseconds since 1970, got \"00\""},
        ConstantRow{"Ipv6", "src", "::1", "expected an IPv4 address, got \"::1\""}),
    [](const auto& row) { return std::string(row.param.name); });

struct SlotConstantRow {
  const char* key;
  const char* value;
  bool suits;
};

class SlotConstants : public SpecLines, public testing::WithParamInterface<SlotConstantRow> {};

TEST_P(SlotConstants, AreWrittenAsReadersWantThem) {
  KeySpec& key = add_constant(GetParam().key, GetParam().value);
  key.label = at(key, "L", 30);
  EXPECT_EQ(errors().empty(), GetParam().suits) << GetParam().key << '=' << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    All, SlotConstants,
    testing::Values(SlotConstantRow{"cn1", "-9223372036854775808", true}, SlotConstantRow{"cn1", "-0", false},
                    SlotConstantRow{"cn1", "9223372036854775808", false}, SlotConstantRow{"cfp1", "-1.5e3", true},
                    SlotConstantRow{"cfp1", "0.5", true}, SlotConstantRow{"cfp1", ".5", false},
                    SlotConstantRow{"cfp1", "-.5", false}, SlotConstantRow{"cfp1", "5.", false},
                    SlotConstantRow{"cfp1", "05", false}, SlotConstantRow{"cfp1", "1.e5", false},
                    SlotConstantRow{"cfp1", "inf", false}, SlotConstantRow{"cfp1", "-nan", false},
                    SlotConstantRow{"c6a1", "2001:db8::1", true}, SlotConstantRow{"c6a1", "2001:DB8::1", false},
                    SlotConstantRow{"c6a1", "::ffff:192.0.2.1", false}));

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
