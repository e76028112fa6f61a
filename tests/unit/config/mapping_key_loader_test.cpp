#include "mapping_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;

class LoadKeys : public MappingFiles {
 protected:
  /// Input: one line of `[keys]`, which is line 11 of the file.
  KeySpec load_key(std::string_view line) {
    const auto spec = load_good(joined({kCef, kEvent, "[keys]\n", line, "\n"}));
    return spec.keys.size() == 1 ? spec.keys[0] : KeySpec{};
  }

  std::vector<std::string> key_errors(std::string_view line) {
    return errors_of(joined({kCef, kEvent, "[keys]\n", line, "\n"}));
  }
};

TEST_F(LoadKeys, ReadsKeysInTheOrderOfTheFile) {
  const auto spec = load_good(joined({kCef, kEvent,
                                      "[keys]\n"
                                      "src = 'sourceIPv4Address'\n"
                                      "in = { from = ['octetDeltaCount', 'octetTotalCount'], custom = true }\n"
                                      "c6a2 = { from = 'sourceIPv6Address', label = 'Source IPv6 Address' }\n"
                                      "proto = { from = 'protocolIdentifier', table = 'protocol' }\n"
                                      "act = ['9:1', 'x']\n"
                                      "externalId = '@event_id'\n"}));
  ASSERT_THAT(keys_of(spec), ElementsAre("src", "in", "c6a2", "proto", "act", "externalId"));
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

// GG-22, GG-25, GG-26
TEST_F(LoadKeys, ReadsHowAValueIsShown) {
  const KeySpec key = load_key(
      "VPa = { from = 'x', text = 'dns_type', as = 'asn1_time', time = 'iso8601', zone = 'local', unit = 'seconds', "
      "max_length = 30, omit = 'never', priority = 9, kind = 'data' }");
  EXPECT_EQ(key.text_table->text, "dns_type");
  EXPECT_EQ(key.text_table->where, at(11, 28));
  EXPECT_EQ(key.form, ValueForm::asn1_time);
  EXPECT_EQ(key.form_where, at(11, 45));
  EXPECT_EQ(key.time, TimeForm::iso8601);
  EXPECT_EQ(key.time_where, at(11, 65));
  EXPECT_EQ(key.local_time, true);
  EXPECT_EQ(key.unit, TimeUnit::seconds);
  EXPECT_EQ(key.unit_where, at(11, 99));
  EXPECT_EQ(key.max_length, 30);
  EXPECT_EQ(key.omit, Omit::never);
  EXPECT_EQ(key.priority, 9);
  EXPECT_EQ(key.options_record, false);
}

TEST_F(LoadKeys, HasDefaults) {
  const KeySpec key = load_key("src = { from = 'x' }");
  EXPECT_EQ(key.value, std::nullopt);
  EXPECT_EQ(key.text_table, std::nullopt);
  EXPECT_EQ(key.form, ValueForm::plain);
  EXPECT_EQ(key.time, std::nullopt);
  EXPECT_EQ(key.local_time, std::nullopt);
  EXPECT_EQ(key.unit, std::nullopt);
  EXPECT_EQ(key.max_length, std::nullopt);
  EXPECT_EQ(key.omit, Omit::empty);
  EXPECT_EQ(key.priority, kUsualPriority);
  EXPECT_EQ(key.options_record, std::nullopt);
}

// SS-19, SS-28
TEST_F(LoadKeys, KnowsEveryWord) {
  constexpr std::pair<std::string_view, ValueForm> kForms[] = {
      {"number", ValueForm::number}, {"signed", ValueForm::signed_number}, {"text", ValueForm::text},
      {"hex", ValueForm::hex},       {"base64", ValueForm::base64},        {"asn1_time", ValueForm::asn1_time}};
  for (const auto& [word, form] : kForms)
    EXPECT_EQ(load_key(joined({"k = { from = 'x', as = '", word, "' }"})).form, form);
  constexpr std::pair<std::string_view, TimeUnit> kUnits[] = {{"seconds", TimeUnit::seconds},
                                                              {"milliseconds", TimeUnit::milliseconds},
                                                              {"microseconds", TimeUnit::microseconds},
                                                              {"nanoseconds", TimeUnit::nanoseconds}};
  for (const auto& [word, unit] : kUnits)
    EXPECT_EQ(load_key(joined({"k = { from = 'x', unit = '", word, "' }"})).unit, unit);
  constexpr std::pair<std::string_view, Omit> kOmits[] = {
      {"empty", Omit::empty}, {"zero", Omit::zero}, {"never", Omit::never}};
  for (const auto& [word, omit] : kOmits)
    EXPECT_EQ(load_key(joined({"k = { from = 'x', omit = '", word, "' }"})).omit, omit);
  EXPECT_EQ(load_key("k = { from = 'x', zone = 'UTC' }").local_time, false);
  EXPECT_EQ(load_key("k = { from = 'x', kind = 'options' }").options_record, true);
}

TEST_F(LoadKeys, ReadsConstants) {
  const KeySpec key = load_key("cs1 = { value = 'a = b', label = 'L', kind = 'options', priority = 0 }");
  EXPECT_EQ(key.value->text, "a = b");
  EXPECT_EQ(key.value->where, at(11, 17));
  EXPECT_EQ(key.label->text, "L");
  EXPECT_EQ(key.options_record, true);
  EXPECT_EQ(key.priority, 0);
  EXPECT_THAT(key.from, testing::IsEmpty());
}

TEST_F(LoadKeys, WritesNumbersWithoutExponents) {
  EXPECT_EQ(load_key("cn1 = { value = -17 }").value->text, "-17");
  EXPECT_EQ(load_key("cn1 = { value = 0x1F }").value->text, "31");
  EXPECT_EQ(load_key("cfp1 = { value = 2.5 }").value->text, "2.5");
  EXPECT_EQ(load_key("cfp1 = { value = 1e3 }").value->text, "1000");
  EXPECT_EQ(load_key("cfp1 = { value = 1e-7 }").value->text, "0.0000001");
  EXPECT_EQ(load_key("cfp1 = { value = -5e-324 }").value->text.size(), 327U);
  EXPECT_EQ(load_key("cfp1 = { value = 1.7976931348623157e308 }").value->text.size(), 309U);
}

TEST_F(LoadKeys, RefusesConstantsThatAreNone) {
  constexpr std::pair<std::string_view, std::string_view> kUnfit[] = {{"''", "\"\""},   {"\"a\\nb\"", "\"a\\x0ab\""},
                                                                      {"true", "true"}, {"nan", "nan"},
                                                                      {"inf", "inf"},   {"[1]", "an array"}};
  for (const auto& [written, got] : kUnfit) {
    EXPECT_THAT(key_errors(joined({"k = { value = ", written, " }"})),
                ElementsAre(joined(
                    {"m.toml:11:15: keys.k.value: expected 1..4000 printable characters or a number, got ", got})));
  }
  EXPECT_EQ(load_key("k = { value = '" + std::string(4000, 'x') + "' }").value->text.size(), 4000U);
  EXPECT_THAT(key_errors("k = { value = '" + std::string(4001, 'x') + "' }"), testing::SizeIs(1));
}

TEST_F(LoadKeys, RefusesAConstantWithASource) {
  EXPECT_THAT(key_errors("k = { from = 'x', custom = true, value = 1 }"),
              ElementsAre("m.toml:11:42: keys.k.value: expected from or value, got both (value is a constant and "
                          "needs no element)"));
}

TEST_F(LoadKeys, RefusesAConstantWithAForm) {
  constexpr std::pair<std::string_view, std::string_view> kOptions[] = {
      {"custom", "true"},  {"table", "'t'"},      {"text", "'t'"},     {"as", "'hex'"},   {"time", "'epoch_s'"},
      {"zone", "'local'"}, {"unit", "'seconds'"}, {"max_length", "9"}, {"omit", "'zero'"}};
  for (const auto& [key, value] : kOptions) {
    const std::string begin = joined({"k = { value = 1, ", key, " = "});
    EXPECT_THAT(key_errors(joined({begin, value, " }"})),
                ElementsAre(joined({"m.toml:11:", std::to_string(begin.size() + 1), ": keys.k.", key,
                                    ": expected label, kind or priority beside value, got ", key,
                                    " (a constant shows no element)"})));
  }
}

TEST_F(LoadKeys, RefusesUnfitWords) {
  EXPECT_THAT(
      errors_of(joined({kCef, kEvent,
                        "[keys.k]\nfrom = 'x'\ntext = '1'\nas = 'base 64'\ntime = 5\nzone = 'CET'\nunit = 'second'\n"
                        "max_length = 4001\nomit = 'null'\npriority = 10\nkind = 'flow'\n"
                        "[keys.l]\nfrom = 'x'\nmax_length = 0\npriority = -1\n"})),
      ElementsAre(
          "m.toml:12:8: keys.k.text: expected the name of a value table, got \"1\"",
          "m.toml:13:6: keys.k.as: expected number, signed, text, hex, base64 or asn1_time, got \"base 64\" (did you "
          "mean \"base64\"?)",
          testing::StartsWith("m.toml:14:8: keys.k.time: expected epoch_ms, epoch_s, iso8601, "),
          "m.toml:15:8: keys.k.zone: expected UTC or local, got \"CET\"",
          "m.toml:16:8: keys.k.unit: expected seconds, milliseconds, microseconds or nanoseconds, got \"second\" (did "
          "you mean \"seconds\"?)",
          "m.toml:17:14: keys.k.max_length: expected 1..4000, got 4001",
          "m.toml:18:8: keys.k.omit: expected empty, zero or never, got \"null\"",
          "m.toml:19:12: keys.k.priority: expected 0..9, got 10",
          "m.toml:20:8: keys.k.kind: expected options or data, got \"flow\"",
          "m.toml:23:14: keys.l.max_length: expected 1..4000, got 0",
          "m.toml:24:12: keys.l.priority: expected 0..9, got -1"));
}

TEST_F(LoadKeys, SaysWhereKeysOfTheMappingItselfStand) {
  for (const std::string_view key : {"extends", "unmapped", "drop", "omit_zero"}) {
    EXPECT_THAT(key_errors(joined({key, " = 'x'"})),
                ElementsAre(joined({"m.toml:11:1: keys.", key,
                                    ": expected a CEF key, got a key of the mapping itself (move it before the first "
                                    "[table])"})));
  }
}

}  // namespace
}  // namespace flowcef
