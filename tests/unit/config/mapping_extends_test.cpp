#include "mapping_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kBase =
    "unmapped = 'drop'\ndrop = 'a'\nomit_zero = 'b'\n"
    "[cef]\nversion = 1\ndictionary = 0\nvendor = 'V'\nproduct = 'P'\ndevice_version = '1.2'\nevent_id = false\n"
    "bytes = 'swapped'\ntime = 'iso8601'\nzone = 'local'\n"
    "[[event]]\nwhen = { natEvent = 1 }\nsignature = 'nat'\nname = 'N'\nseverity = 1\nset = { VPKind = 'nat', cat = "
    "'c' }\n"
    "[[event]]\nsignature = 'base'\nname = 'N'\nseverity = 1\n"
    "[keys]\nsrc = { from = 'sourceIPv4Address', custom = true }\nVPBytes = 'octetDeltaCount'\nspt = "
    "'sourceTransportPort'\n"
    "[tables.t]\n1 = 'one'\n2 = 'two'\n";

class ExtendMapping : public MappingFiles {
 protected:
  void SetUp() override { files.write("shipped/base.toml", kBase); }

  /// Returns: the mapping that extends `base` and says this.
  MappingSpec extended(std::string_view text) { return load_good(joined({"extends = 'base'\n", text})); }
};

TEST_F(ExtendMapping, TakesWhatItDoesNotSayFromTheBase) {
  const auto spec = extended("");
  EXPECT_EQ(spec.file, (files.folder() / "m.toml").string());
  EXPECT_EQ(spec.version, 1U);
  EXPECT_EQ(spec.version_where, at(5, 11, "shipped/base.toml"));
  EXPECT_EQ(spec.dictionary, 0U);
  EXPECT_EQ(spec.vendor.text, "V");
  EXPECT_EQ(spec.vendor.where, at(7, 10, "shipped/base.toml"));
  EXPECT_EQ(spec.product.text, "P");
  EXPECT_EQ(spec.device_version.text, "1.2");
  EXPECT_EQ(spec.prefix.text, "VP");
  EXPECT_FALSE(spec.event_id);
  EXPECT_TRUE(spec.swap_bytes);
  EXPECT_EQ(spec.time, TimeForm::iso8601);
  EXPECT_TRUE(spec.local_time);
  EXPECT_EQ(spec.unmapped, Unmapped::drop);
  EXPECT_THAT(texts_of(spec.drop), ElementsAre("a"));
  EXPECT_THAT(texts_of(spec.omit_zero), ElementsAre("b"));
  EXPECT_THAT(signatures_of(spec), ElementsAre("nat", "base"));
  EXPECT_THAT(keys_of(spec), ElementsAre("src", "VPBytes", "spt"));
  EXPECT_EQ(spec.keys[0].from.at(0).where, at(25, 16, "shipped/base.toml"));
  EXPECT_EQ(spec.tables.size(), 1U);
}

TEST_F(ExtendMapping, OverridesTheHeaderKeyByKey) {
  const auto spec = extended(
      "unmapped = 'emit'\n[cef]\ndevice_version = '3'\nevent_id = true\nbytes = 'standard'\ntime = 'epoch_ms'\n"
      "dictionary = 1\n");
  EXPECT_EQ(spec.unmapped, Unmapped::emit);
  EXPECT_EQ(spec.version, 1U);
  EXPECT_EQ(spec.version_where, at(5, 11, "shipped/base.toml"));
  EXPECT_EQ(spec.dictionary, 1U);
  EXPECT_EQ(spec.vendor.text, "V");
  EXPECT_EQ(spec.device_version.text, "3");
  EXPECT_EQ(spec.device_version.where, at(4, 18));
  EXPECT_TRUE(spec.event_id);
  EXPECT_FALSE(spec.swap_bytes);
  EXPECT_EQ(spec.time, TimeForm::epoch_ms);
  EXPECT_TRUE(spec.local_time);
  const auto version = extended("[cef]\nversion = 0\nzone = 'UTC'\n");
  EXPECT_EQ(version.version, 0U);
  EXPECT_EQ(version.version_where, at(3, 11));
  EXPECT_FALSE(version.local_time);
}

TEST_F(ExtendMapping, AddsUpDroppedElements) {
  const auto spec = extended("drop = ['c', 'd']\nomit_zero = 'e'\n");
  EXPECT_THAT(texts_of(spec.drop), ElementsAre("a", "c", "d"));
  EXPECT_THAT(texts_of(spec.omit_zero), ElementsAre("b", "e"));
}

TEST_F(ExtendMapping, PutsItsRulesFirst) {
  const auto spec = extended("[[event]]\nwhen = { x = 1 }\nsignature = 'x'\nname = 'X'\nseverity = 2\n");
  EXPECT_THAT(signatures_of(spec), ElementsAre("x", "nat", "base"));
  EXPECT_EQ(spec.events[0].where, at(2, 1));
  EXPECT_EQ(spec.events[1].where, at(14, 1, "shipped/base.toml"));
}

TEST_F(ExtendMapping, DropsTheRulesOfTheBaseIfOneOfItsOwnTakesEverything) {
  const auto spec = extended(
      "[[event]]\nwhen = { x = 1 }\nsignature = 'x'\nname = 'X'\nseverity = 2\n"
      "[[event]]\nsignature = 'all'\nname = 'A'\nseverity = 2\n");
  EXPECT_THAT(signatures_of(spec), ElementsAre("x", "all"));
}

TEST_F(ExtendMapping, ReplacesKeysAtTheirPlaceAndAddsNewOnesBehind) {
  const auto spec = extended("[keys]\ndpt = 'd'\nspt = 's'\nsrc = 'i'\nVPNew = 'n'\n");
  EXPECT_THAT(keys_of(spec), ElementsAre("src", "VPBytes", "spt", "dpt", "VPNew"));
  EXPECT_THAT(texts_of(spec.keys[0].from), ElementsAre("i"));
  EXPECT_FALSE(spec.keys[0].custom);  // of the base's entry nothing is left
  EXPECT_EQ(spec.keys[0].key.where, at(5, 1));
  EXPECT_THAT(texts_of(spec.keys[2].from), ElementsAre("s"));
}

TEST_F(ExtendMapping, TakesKeysOut) {
  EXPECT_THAT(keys_of(extended("[keys]\nspt = false\ndpt = 'd'\nsrc = false\n")), ElementsAre("VPBytes", "dpt"));
}

TEST_F(ExtendMapping, RefusesToTakeOutWhatTheBaseLacks) {
  EXPECT_THAT(errors_of("extends = 'base'\n[keys]\nsrk = false\nVPPackets = false\nsrc = 's'\n"),
              ElementsAre("m.toml:3:1: keys.srk: expected a key of the extended mapping, got \"srk\" (did you mean "
                          "\"src\"?)",
                          "m.toml:4:1: keys.VPPackets: expected a key of the extended mapping, got \"VPPackets\" "
                          "(false takes out a key that it has)"));
  EXPECT_THAT(errors_of(joined({kCef, kEvent, "[keys]\nsrc = false\n"})),
              ElementsAre("m.toml:11:7: keys.src: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, "
                          "got false (false takes a "
                          "key of an extended mapping out, and this one extends none)"));
}

TEST_F(ExtendMapping, MergesTablesRowByRow) {
  const auto spec = extended("[tables.t]\n3 = 'three'\n1 = 'uno'\n[tables.u]\n1 = 'x'\n");
  ASSERT_EQ(spec.tables.size(), 2U);
  EXPECT_EQ(spec.tables[0].name.text, "t");
  ASSERT_EQ(spec.tables[0].rows.size(), 3U);
  EXPECT_EQ(spec.tables[0].rows[0].value, 1U);
  EXPECT_EQ(spec.tables[0].rows[0].text.text, "uno");
  EXPECT_EQ(spec.tables[0].rows[0].text.where, at(4, 5));
  EXPECT_EQ(spec.tables[0].rows[1].text.text, "two");
  EXPECT_EQ(spec.tables[0].rows[2].value, 3U);
  EXPECT_EQ(spec.tables[1].name.text, "u");
}

// GG-20, GG-21
TEST_F(ExtendMapping, RenamesKeysWhenThePrefixChanges) {
  const auto spec = extended("[cef]\nprefix = 'My'\n[keys]\nMyBytes = 'octetTotalCount'\nMyOwn = 'x'\n");
  EXPECT_EQ(spec.prefix.text, "My");
  EXPECT_EQ(spec.prefix.where, at(3, 10));
  EXPECT_THAT(keys_of(spec), ElementsAre("src", "MyBytes", "spt", "MyOwn"));
  EXPECT_THAT(texts_of(spec.keys[1].from), ElementsAre("octetTotalCount"));
  const auto& set = spec.events.at(0).set;
  ASSERT_EQ(set.size(), 2U);
  EXPECT_EQ(set[0].key.text, "MyKind");
  EXPECT_EQ(set[0].key.where, at(19, 9, "shipped/base.toml"));
  EXPECT_EQ(set[1].key.text, "cat");
}

TEST_F(ExtendMapping, DerivesThePrefixAnewFromVendorAndProduct) {
  const auto spec = extended("[cef]\nvendor = 'Acme'\n");
  EXPECT_EQ(spec.prefix.text, "AcmeP");
  EXPECT_EQ(spec.prefix.where, at(3, 10));
  EXPECT_THAT(keys_of(spec), ElementsAre("src", "AcmePBytes", "spt"));
}

TEST_F(ExtendMapping, KeepsAPrefixThatTheBaseGives) {
  files.write("given.toml", joined({"[cef]\nvendor = 'V'\nproduct = 'P'\nprefix = 'Pre'\n", kEvent,
                                    "[keys]\nPreX = 'x'\nVPX = 'y'\n"}));
  const auto spec = load_good("extends = 'given.toml'\n[cef]\nvendor = 'Acme'\n");
  EXPECT_EQ(spec.prefix.text, "Pre");
  EXPECT_THAT(keys_of(spec), ElementsAre("PreX", "VPX"));
}

TEST_F(ExtendMapping, HintsAtTheNewName) {
  EXPECT_THAT(errors_of("extends = 'base'\n[cef]\nprefix = 'My'\n[keys]\nVPBytes = false\n"),
              ElementsAre("m.toml:5:1: keys.VPBytes: expected a key of the extended mapping, got \"VPBytes\" (did you "
                          "mean \"MyBytes\"?)"));
  EXPECT_THAT(keys_of(extended("[cef]\nprefix = 'My'\n[keys]\nMyBytes = false\n")), ElementsAre("src", "spt"));
}

TEST_F(ExtendMapping, FollowsChains) {
  files.write("middle.toml",
              "extends = 'base'\n[cef]\nvendor = 'Mid'\n"
              "[[event]]\nwhen = { y = 1 }\nsignature = 'y'\nname = 'Y'\nseverity = 2\n"
              "[keys]\nspt = false\nMidPLate = 'late'\n");
  const auto spec = load_good(
      "extends = 'middle'\n[cef]\nproduct = 'Top'\n"
      "[[event]]\nwhen = { x = 1 }\nsignature = 'x'\nname = 'X'\nseverity = 2\n[keys]\nspt = 'again'\n");
  EXPECT_EQ(spec.vendor.where, at(3, 10, "middle.toml"));
  EXPECT_EQ(spec.product.where, at(3, 11));
  EXPECT_THAT(keys_of(spec), ElementsAre("src", "MidTopBytes", "MidTopLate", "spt"));
  EXPECT_THAT(signatures_of(spec), ElementsAre("x", "y", "nat", "base"));
}

TEST_F(ExtendMapping, BoundsChains) {
  files.write("c0.toml", joined({kCef, kEvent}));
  for (int i = 1; i <= 8; ++i) {
    files.write("c" + std::to_string(i) + ".toml", "extends = 'c" + std::to_string(i - 1) + "'\n");
  }
  EXPECT_THAT(errors_of("extends = 'c7'\n"), IsEmpty());
  EXPECT_THAT(errors_of("extends = 'c8'\n"),
              ElementsAre("c1.toml:1:11: extends: expected at most 8 mappings that extend one another, got \"c0\""));
}

TEST_F(ExtendMapping, RefusesCycles) {
  EXPECT_THAT(errors_of("extends = './m.toml'\n"),
              ElementsAre("m.toml:1:11: extends: expected a mapping that does not extend this one in turn, got "
                          "\"./m.toml\" (m.toml)"));
  files.write("sub/other.toml", "extends = '../m.toml'\n");
  EXPECT_THAT(errors_of("extends = 'sub/other.toml'\n"),
              ElementsAre("sub/other.toml:1:11: extends: expected a mapping that does not extend this one in turn, got "
                          "\"../m.toml\" (m.toml)"));
}

TEST_F(ExtendMapping, LooksBesideTheFileFirst) {
  files.write("base.toml", joined({kCef, kEvent}));
  EXPECT_THAT(signatures_of(extended("")), ElementsAre("flow"));
}

TEST_F(ExtendMapping, MayHaveTheNameOfAShippedOne) {
  const auto loaded = load_mapping(files.write("base.toml", "extends = 'base'\n"), files.folder() / "shipped");
  EXPECT_THAT(files.texts(loaded.errors), IsEmpty());
  EXPECT_THAT(signatures_of(loaded.spec), ElementsAre("nat", "base"));
}

TEST_F(ExtendMapping, StartsPathsAtItsFolder) {
  files.write("x/y.toml", joined({kCef, kEvent}));
  EXPECT_THAT(errors_of("extends = 'x/y.toml'\n"), IsEmpty());
  EXPECT_THAT(errors_of("extends = '" + (files.folder() / "x/y.toml").string() + "'\n"), IsEmpty());
  EXPECT_THAT(errors_of("extends = 'base.toml'\n"),
              ElementsAre("m.toml:1:11: extends: expected a readable file, got \"base.toml\" (base.toml: No such file "
                          "or directory)"));
}

TEST_F(ExtendMapping, RefusesMappingsThatAreNotThere) {
  EXPECT_THAT(errors_of("extends = 'bas'\n"),
              ElementsAre("m.toml:1:11: extends: expected a mapping beside this file or one that comes with the "
                          "program, got \"bas\" (did you mean \"base\"?)"));
  EXPECT_THAT(errors_of("extends = 'nothing-like-it'\n"),
              ElementsAre("m.toml:1:11: extends: expected a mapping beside this file or one that comes with the "
                          "program, got \"nothing-like-it\" (there is no nothing-like-it.toml)"));
  EXPECT_THAT(errors_of("extends = ''\n"),
              ElementsAre("m.toml:1:11: extends: expected the name or path of a mapping, 1..1023 printable characters, "
                          "got \"\""));
  EXPECT_THAT(errors_of("extends = ['base']\n"),
              ElementsAre("m.toml:1:11: extends: expected the name or path of a mapping, 1..1023 printable characters, "
                          "got an array"));
}

TEST_F(ExtendMapping, KnowsNoShippedMappingsWithoutAFolder) {
  const auto loaded = load_mapping(files.write("m.toml", "extends = 'base'\n"), {});
  EXPECT_FALSE(loaded.merged);
  EXPECT_THAT(files.texts(loaded.errors), ElementsAre(testing::EndsWith("(there is no base.toml)")));
}

TEST_F(ExtendMapping, ReportsTheErrorsOfAllFiles) {
  files.write("bad.toml", "[cef]\nvendor = 1\nproduct = 'P'\n[[event]]\nsignature = 's'\nname = 'N'\nseverity = 11\n");
  EXPECT_THAT(
      errors_of("extends = 'bad'\nunmapped = 1\n[keys]\nsrc = 2\n"),
      ElementsAre("bad.toml:2:10: cef.vendor: expected 1..63 printable characters, got 1",
                  "bad.toml:7:12: event[0].severity: expected 0..10, got 11",
                  "m.toml:2:12: unmapped: expected emit, drop or warn-once, got 1",
                  "m.toml:4:7: keys.src: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, got 2"));
}

TEST_F(ExtendMapping, ReportsABaseThatIsNoToml) {
  files.write("bad.toml", "[cef\n");
  EXPECT_THAT(errors_of("extends = 'bad'\nunmapped = 1\n[keys]\nsrc = false\n"),
              ElementsAre(testing::StartsWith("bad.toml:1:5: not valid TOML: "),
                          "m.toml:2:12: unmapped: expected emit, drop or warn-once, got 1"));
}

TEST_F(ExtendMapping, MissesNothingInABaseThatTheFileAdds) {
  files.write("part.toml",
              "[keys]\nVPX = 'x'\n[[event]]\nwhen = { x = 1 }\nsignature = 'x'\nname = 'X'\nseverity = 1\n");
  const std::string text = joined({"extends = 'part'\n", kCef});
  EXPECT_THAT(signatures_of(load_good(joined({text, kEvent}))), ElementsAre("flow"));
  EXPECT_THAT(errors_of("extends = 'part'\n[cef]\nvendor = 'V'\n"),
              ElementsAre("part.toml:3:1: event[0]: expected a last rule without `when`, got a condition (add an "
                          "[[event]] that takes what no other rule takes)",
                          "m.toml:2:1: cef.product: missing, expected 1..63 printable characters"));
  files.write("none.toml", "[keys]\nVPX = 'x'\n");
  EXPECT_THAT(errors_of("extends = 'none'\n"), ElementsAre("m.toml: cef: missing, expected the table [cef]",
                                                           "m.toml: event: missing, expected at least one [[event]]"));
}

TEST_F(ExtendMapping, RefusesRulesBehindOneThatTakesEverything) {
  EXPECT_THAT(errors_of(joined({"extends = 'base'\n", kEvent,
                                "[[event]]\nwhen = { x = 1 }\nsignature = 'x'\nname = 'X'\nseverity = 2\n"})),
              ElementsAre("m.toml:6:1: event[1]: can never match: the rule at line 2 has no conditions and takes "
                          "everything (put that rule last)"));
}

}  // namespace
}  // namespace flowcef
