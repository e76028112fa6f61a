#include "mapping_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;

class LoadMapping : public MappingFiles {};

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
  EXPECT_EQ(spec.dictionary, std::nullopt);
  EXPECT_TRUE(spec.event_id);
  EXPECT_FALSE(spec.swap_bytes);
  EXPECT_EQ(spec.time, TimeForm::epoch_ms);
  EXPECT_FALSE(spec.local_time);
  EXPECT_EQ(spec.unmapped, Unmapped::emit);
  EXPECT_THAT(spec.drop, testing::IsEmpty());
  EXPECT_THAT(spec.omit_zero, testing::IsEmpty());
  EXPECT_THAT(spec.tables, testing::IsEmpty());
}

// GG-15, GG-17
TEST_F(LoadMapping, TakesAnyVersion) {
  for (const unsigned version : {0U, 1U, 23U, 999U}) {
    const std::string cef = "[cef]\nvendor = 'V'\nproduct = 'P'\nversion = " + std::to_string(version) + '\n';
    EXPECT_EQ(load_good(joined({cef, kEvent})).version, version);
  }
}

TEST_F(LoadMapping, ReadsHowValuesAreShown) {
  const auto spec =
      load_good(joined({"[cef]\nvendor = 'V'\nproduct = 'P'\nversion = 23\ndictionary = 1\nevent_id = false\n"
                        "bytes = 'swapped'\ntime = 'MMM dd yyyy HH:mm:ss.SSS zzz'\nzone = 'local'\n",
                        kEvent}));
  EXPECT_EQ(spec.version_where, at(4, 11));
  EXPECT_EQ(spec.dictionary, 1U);
  EXPECT_FALSE(spec.event_id);
  EXPECT_TRUE(spec.swap_bytes);
  EXPECT_EQ(spec.time, TimeForm::text_year_ms_zone);
  EXPECT_TRUE(spec.local_time);
}

TEST_F(LoadMapping, KnowsEveryFormOfATime) {
  constexpr std::pair<std::string_view, TimeForm> kForms[] = {
      {"epoch_ms", TimeForm::epoch_ms},
      {"epoch_s", TimeForm::epoch_s},
      {"iso8601", TimeForm::iso8601},
      {"MMM dd HH:mm:ss", TimeForm::text},
      {"MMM dd HH:mm:ss.SSS", TimeForm::text_ms},
      {"MMM dd HH:mm:ss zzz", TimeForm::text_zone},
      {"MMM dd HH:mm:ss.SSS zzz", TimeForm::text_ms_zone},
      {"MMM dd yyyy HH:mm:ss", TimeForm::text_year},
      {"MMM dd yyyy HH:mm:ss.SSS", TimeForm::text_year_ms},
      {"MMM dd yyyy HH:mm:ss zzz", TimeForm::text_year_zone},
      {"MMM dd yyyy HH:mm:ss.SSS zzz", TimeForm::text_year_ms_zone},
  };
  for (const auto& [word, form] : kForms) {
    const std::string cef = "[cef]\nvendor = 'V'\nproduct = 'P'\ntime = '" + std::string(word) + "'\n";
    EXPECT_EQ(load_good(joined({cef, kEvent})).time, form) << word;
  }
}

// PX-03
TEST_F(LoadMapping, ReadsWhatBecomesOfUnmappedFields) {
  const auto spec = load_good(joined(
      {"unmapped = 'warn-once'\ndrop = 'paddingOctets'\nomit_zero = ['bgpSourceAsNumber', '9:1']\n", kCef, kEvent}));
  EXPECT_EQ(spec.unmapped, Unmapped::warn_once);
  EXPECT_THAT(texts_of(spec.drop), ElementsAre("paddingOctets"));
  EXPECT_EQ(spec.drop[0].where, at(2, 8));
  EXPECT_THAT(texts_of(spec.omit_zero), ElementsAre("bgpSourceAsNumber", "9:1"));
  EXPECT_EQ(spec.omit_zero[1].where, at(3, 35));
  EXPECT_EQ(load_good(joined({"unmapped = 'drop'\n", kCef, kEvent})).unmapped, Unmapped::drop);
}

TEST_F(LoadMapping, ReadsTables) {
  const auto spec = load_good(joined({kCef, kEvent,
                                      "[tables.protocol]\n6 = 'Tcp'\n18446744073709551615 = 'all'\n0 = 'n\u00fcll'\n"
                                      "[tables.my-own_1]\n7 = 'seven'\n"}));
  ASSERT_EQ(spec.tables.size(), 2U);
  EXPECT_EQ(spec.tables[0].name.text, "protocol");
  EXPECT_EQ(spec.tables[0].name.where, at(10, 9));
  ASSERT_EQ(spec.tables[0].rows.size(), 3U);
  EXPECT_EQ(spec.tables[0].rows[0].value, 6U);
  EXPECT_EQ(spec.tables[0].rows[0].text.text, "Tcp");
  EXPECT_EQ(spec.tables[0].rows[0].text.where, at(11, 5));
  EXPECT_EQ(spec.tables[0].rows[1].value, ~std::uint64_t{0});
  EXPECT_EQ(spec.tables[0].rows[2].text.text, "n\u00fcll");
  EXPECT_EQ(spec.tables[1].name.text, "my-own_1");
}

TEST_F(LoadMapping, RefusesUnfitTables) {
  const std::string long_text(256, 'x');
  EXPECT_THAT(
      errors_of(joined({kCef, kEvent,
                        "[tables.1a]\n[tables.t]\n0x6 = 'x'\n06 = 'x'\n-1 = 'x'\n18446744073709551616 = 'x'\nTCP = 6\n"
                        "1 = ''\n2 = \"a\\tb\"\n3 = '",
                        long_text, "'\n4 = 5\n[tables]\nu = 7\n"})),
      ElementsAre(
          "m.toml:10:9: tables.1a: expected 1..63 letters, digits, - or _, a letter first as the name",
          "m.toml:12:1: tables.t.0x6: expected a number 0..18446744073709551615 as the key (in decimal, as in 6)",
          "m.toml:13:1: tables.t.06: expected a number 0..18446744073709551615 as the key (in decimal, as in 6)",
          "m.toml:14:1: tables.t.-1: expected a number 0..18446744073709551615 as the key (in decimal, as in 6)",
          "m.toml:15:1: tables.t.18446744073709551616: expected a number 0..18446744073709551615 as the key (in "
          "decimal, as in 6)",
          "m.toml:16:1: tables.t.TCP: expected a number 0..18446744073709551615 as the key (in decimal, as in 6)",
          "m.toml:16:7: tables.t.TCP: expected 1..255 printable characters, got 6",
          "m.toml:17:5: tables.t.1: expected 1..255 printable characters, got \"\"",
          "m.toml:18:5: tables.t.2: expected 1..255 printable characters, got \"a\\x09b\"",
          "m.toml:19:5: tables.t.3: expected 1..255 printable characters, got \"" + std::string(60, 'x') + "...\"",
          "m.toml:20:5: tables.t.4: expected 1..255 printable characters, got 5",
          "m.toml:22:5: tables.u: expected a table of rows such as 6 = \"TCP\", got 7"));
  EXPECT_THAT(errors_of(joined({"tables = 1\n", kCef, kEvent})),
              ElementsAre("m.toml:1:10: tables: expected tables such as [tables.protocol], got 1"));
}

TEST_F(LoadMapping, RefusesUnfitWords) {
  EXPECT_THAT(
      errors_of(joined({"unmapped = 'warn_once'\ndrop = []\nomit_zero = ['a b', 1]\n"
                        "[cef]\nvendor = 'V'\nproduct = 'P'\nversion = -1\ndictionary = 2\nevent_id = 1\n"
                        "bytes = 'swaped'\ntime = 'iso'\nzone = 'utc'\n",
                        kEvent})),
      ElementsAre(
          "m.toml:1:12: unmapped: expected emit, drop or warn-once, got \"warn_once\" (did you mean \"warn-once\"?)",
          "m.toml:2:8: drop: expected an element name or pen:id, got an empty array",
          "m.toml:3:14: omit_zero[0]: expected an element name or pen:id, got \"a b\"",
          "m.toml:3:21: omit_zero[1]: expected an element name or pen:id, got 1",
          "m.toml:7:11: cef.version: expected 0..999, got -1", "m.toml:8:14: cef.dictionary: expected 0..1, got 2",
          "m.toml:9:12: cef.event_id: expected true or false, got 1",
          "m.toml:10:9: cef.bytes: expected standard or swapped, got \"swaped\" (did you mean \"swapped\"?)",
          "m.toml:11:8: cef.time: expected epoch_ms, epoch_s, iso8601, MMM dd HH:mm:ss, MMM dd HH:mm:ss.SSS, "
          "MMM dd HH:mm:ss zzz, MMM dd HH:mm:ss.SSS zzz, MMM dd yyyy HH:mm:ss, MMM dd yyyy HH:mm:ss.SSS, "
          "MMM dd yyyy HH:mm:ss zzz or MMM dd yyyy HH:mm:ss.SSS zzz, got \"iso\"",
          "m.toml:12:8: cef.zone: expected UTC or local, got \"utc\" (did you mean \"UTC\"?)"));
}

TEST_F(LoadMapping, ReportsEverythingAtOnce) {
  EXPECT_THAT(
      errors_of(
          joined({"[cef]\nversion = 1000\nvendor = ''\nprodcut = 'P'\ndevice_version = '", std::string(32, '1'),
                  "'\nprefix = '1a'\n"
                  "[[event]]\nwhen = { kind = 'option', present = 'a b', natEvent = [4, -1], 'x y' = 1, z = [] }\n"
                  "signature = 'a b'\nname = \"a\\nb\"\nseverity = 11\n"
                  "[[event]]\nsignture = 'x'\n"
                  "[keys]\nsrc = 5\n'd.t' = 'x'\nin = { from = [], custom = 1, lable = 'x' }\n"
                  "out = { table = '1' }\ncs1 = { from = '@', label = '' }\n[key]\n"})),
      ElementsAre(
          "m.toml:1:1: cef.product: missing, expected 1..63 printable characters",
          "m.toml:2:11: cef.version: expected 0..999, got 1000",
          "m.toml:3:10: cef.vendor: expected 1..63 printable characters, got \"\"",
          "m.toml:4:1: cef.prodcut: unknown key (did you mean \"product\"?)",
          "m.toml:5:18: cef.device_version: expected 1..31 printable characters, got "
          "\"11111111111111111111111111111111\"",
          "m.toml:6:10: cef.prefix: expected 1..255 letters and digits, a letter first, got \"1a\"",
          "m.toml:8:17: event[0].when.kind: expected options or data, got \"option\" (did you mean "
          "\"options\"?)",
          "m.toml:8:37: event[0].when.present: expected an element name or pen:id, got \"a b\"",
          "m.toml:8:59: event[0].when.natEvent[1]: expected 0..9223372036854775807, got -1",
          "m.toml:8:64: event[0].when.\"x y\": expected kind, present, absent, exporter, format, found, any, not, "
          "\"@LOOKUP(ELEMENT).COLUMN\", an element name or pen:id as the key",
          "m.toml:8:79: event[0].when.z: expected a number, true, false, a text or a range such as "
          "{ min = 1024, max = 65535 }, got an empty array",
          "m.toml:9:13: event[0].signature: expected 1..1023 letters, digits, -, _ or ., got \"a b\"",
          "m.toml:10:8: event[0].name: expected 1..512 printable characters, got \"a\\x0ab\"",
          "m.toml:11:12: event[0].severity: expected 0..10, got 11",
          "m.toml:12:1: event[1].signature: missing, expected 1..1023 letters, digits, -, _ or .",
          "m.toml:12:1: event[1].name: missing, expected 1..512 printable characters",
          "m.toml:12:1: event[1].severity: missing, expected 0..10",
          "m.toml:13:1: event[1].signture: unknown key (did you mean \"signature\"?)",
          "m.toml:15:7: keys.src: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, got 5",
          "m.toml:16:1: keys.\"d.t\": expected 1..255 letters and digits, a letter first as the key",
          "m.toml:17:15: keys.in.from: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, got an "
          "empty array",
          "m.toml:17:28: keys.in.custom: expected true or false, got 1",
          "m.toml:17:31: keys.in.lable: unknown key (did you mean \"label\"?)",
          "m.toml:18:7: keys.out.from: missing, expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN (or "
          "value, for a constant)",
          "m.toml:18:17: keys.out.table: expected the name of a value table, got \"1\"",
          "m.toml:19:16: keys.cs1.from: expected an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN, got \"@\"",
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
