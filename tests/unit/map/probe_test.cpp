// Values and conditions out of lookups, in the lines of flows.
#include <gmock/gmock.h>

#include <string>

#include "flowcef/config/element_table_loader.hpp"
#include "probe_lines.hpp"
#include "support/capture_lines.hpp"
#include "support/random_source.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint32_t kHost = 0x0a010203;  // 10.1.2.3
constexpr std::uint32_t kServer = 0xc6336407;
constexpr std::string_view kUsers = R"(
src = "sourceIPv4Address"
suser = "@web(sourceIPv4Address).userName"
request = "@web(sourceIPv4Address).httpRequestTarget"
duser = "@web(destinationIPv4Address).userName"
)";

using Probes = ProbeLines;

// BC-20, BC-24
TEST_F(Probes, PutUserAndUrlOnTheLine) {
  use(kUsers);
  put("10.1.2.3", {R"(corp\jane)", "/a?q=1|2&n=Ä"});
  EXPECT_EQ(extension(flow_layout(), flow(kHost, kServer)), R"(src=10.1.2.3 suser=corp\\jane request=/a?q\=1|2&n\=Ä)");
}

// BC-21, BC-14: no empty keys
TEST_F(Probes, LeaveTheLineAsItIsWithoutAMatch) {
  put("10.9.9.9", {"jane"});
  use(kUsers);
  const std::string line_with = line(flow_layout(), flow(kHost, kServer));
  use("src = \"sourceIPv4Address\"");
  EXPECT_EQ(line_with, line(flow_layout(), flow(kHost, kServer)));
  EXPECT_TRUE(line_with.ends_with("|src=10.1.2.3")) << line_with;
}

TEST_F(Probes, AreLeftOutWhereTheColumnIsEmpty) {
  use(kUsers);
  put("10.1.2.3", {"jane"});
  EXPECT_EQ(extension(flow_layout(), flow(kHost, kServer)), "src=10.1.2.3 suser=jane");
}

TEST_F(Probes, TellSourceFromDestination) {
  use(kUsers);
  put("10.1.2.3", {"jane"});
  EXPECT_EQ(extension(flow_layout(), flow(kServer, kHost)), "src=198.51.100.7 duser=jane");
}

TEST_F(Probes, AreTriedInTurn) {
  use(R"(suser = ["userName", "@web(sourceIPv4Address).userName", "@web(destinationIPv4Address).userName", "@exporter"])");
  const auto with_user = layout({{8, 4}, {12, 4}, {371, 4}});
  const auto record = [](const char* user) { return flow(kHost, kServer).text(user); };
  put("198.51.100.7", {"server"});
  EXPECT_EQ(extension(flow_layout(), flow(kHost, kServer)), "suser=server");
  put("10.1.2.3", {"jane"});
  EXPECT_EQ(extension(flow_layout(), flow(kHost, kServer)), "suser=jane");
  EXPECT_EQ(extension(with_user, record("john")), "suser=john");
  EXPECT_EQ(extension(flow_layout(), flow(1, 2)), "suser=192.0.2.1");
}

TEST_F(Probes, AskByIpv6) {
  use(R"(suser = ["@web(sourceIPv4Address).userName", "@web(sourceIPv6Address).userName"])");
  put("2001:db8::1", {"jane"});
  put("10.1.2.3", {"john"});
  const auto ipv6 = layout({{27, 16}});
  ByteWriter record;
  EXPECT_EQ(extension(ipv6, record.u64(0x20010db8'00000000).u64(1)), "suser=jane");
  ByteWriter mapped;
  EXPECT_EQ(extension(ipv6, mapped.u64(0).u32(0xffff).u32(kHost)), "suser=john");
}

TEST_F(Probes, AskBySeveralElements) {
  use(R"(suser = "@pair(sourceIPv4Address, destinationTransportPort).userName")");
  LookupKey key;
  const std::uint8_t port[2] = {1, 187};
  ASSERT_TRUE(append_address(key, "10.1.2.3") && key.append(DataType::unsigned16, port));
  lookups_->put(1, key, std::vector<std::string_view>{"jane"}, kExported);
  const auto both = layout({{8, 4}, {11, 2}});
  EXPECT_EQ(extension(both, ByteWriter().u32(kHost).u16(443)), "suser=jane");
  EXPECT_EQ(extension(both, ByteWriter().u32(kHost).u16(444)), "");
}

TEST_F(Probes, AskByText) {
  use(R"(shost = "@name(userName).httpRequestHost")");
  LookupKey key;
  const std::string_view name = "jane";
  ASSERT_TRUE(key.append(DataType::string, {reinterpret_cast<const std::uint8_t*>(name.data()), name.size()}));
  lookups_->put(2, key, std::vector<std::string_view>{"pc7"}, kExported);
  ByteWriter padded;
  EXPECT_EQ(extension(layout({{371, 8}}), padded.text("jane").u32(0)), "shost=pc7");
}

TEST_F(Probes, CostNothingWhereTheTemplateLacksAnElement) {
  use(R"(suser = ["@pair(sourceIPv4Address, destinationTransportPort).userName", "@web(sourceIPv4Address).userName"])");
  const Program both = compile(translation_->mapping, *layout({{8, 4}, {11, 2}}), {});
  EXPECT_EQ(both.probes.size(), 2U);
  const Program one = compile(translation_->mapping, *layout({{8, 4}}), {});
  EXPECT_EQ(one.probes.size(), 1U);
  EXPECT_EQ(one.code.size(), 1U);
  const Program none = compile(translation_->mapping, *layout({{12, 4}}), {});
  EXPECT_TRUE(none.probes.empty());
  EXPECT_TRUE(none.code.empty());
}

TEST_F(Probes, AskOnceForARecord) {
  use_rules(R"x(when = { found = "@web(sourceIPv4Address)" }
signature = "known"
name = "n"
severity = 3
[[event]]
signature = "s"
name = "n"
severity = 3
)x",
            kUsers);
  put("10.1.2.3", {"jane", "/"});
  EXPECT_TRUE(line(flow_layout(), flow(kHost, kServer)).ends_with("|known|n|3|src=10.1.2.3 suser=jane request=/"));
  const LookupCounts counts = lookups_->counts().front();
  EXPECT_EQ(counts.hits, 1U);    // of the source
  EXPECT_EQ(counts.misses, 1U);  // of the destination
}

TEST_F(Probes, HaveNoValueWithoutReader) {
  use(kUsers);
  put("10.1.2.3", {"jane"});
  EXPECT_EQ(extension(flow_layout(), flow(kHost, kServer)), "src=10.1.2.3 suser=jane");
  renderer().look_up_in(nullptr);
  EXPECT_EQ(extension(flow_layout(), flow(kHost, kServer)), "src=10.1.2.3");
}

// ---- when

struct TimeCase {
  const char* name;
  std::vector<FieldSpec> times;
  std::vector<std::uint64_t> values;  ///< milliseconds
  std::int64_t start_ms;
  std::int64_t end_ms;
};

void PrintTo(const TimeCase& row, std::ostream* out) {
  *out << row.name;
}

class ProbeTimes : public ProbeLines, public testing::WithParamInterface<TimeCase> {};

// BC-20: an entry suits from the window before the flow's start to the grace behind its end, both included.
TEST_P(ProbeTimes, AreThoseOfTheFlow) {
  const LookupConfig defaults;
  std::vector<FieldSpec> fields = {{8, 4}};
  fields.insert(fields.end(), GetParam().times.begin(), GetParam().times.end());
  const std::int64_t first = GetParam().start_ms - defaults.window.count();
  const std::int64_t last = GetParam().end_ms + defaults.after.count();
  std::uint32_t host = 0x0a000000;
  for (const auto& [at_ms, suits] : {std::pair(first - 1, false), {first, true}, {last, true}, {last + 1, false}}) {
    use("suser = \"@web(sourceIPv4Address).userName\"");
    ByteWriter record;
    record.u32(++host);
    for (const std::uint64_t value : GetParam().values) record.u64(value);
    put("10.0.0." + std::to_string(host & 0xff), {"jane"}, at_ms);
    EXPECT_EQ(extension(layout(fields), record), suits ? "suser=jane" : "") << at_ms;
  }
}

constexpr std::uint64_t kStart = kExported - 500'000;
constexpr std::uint64_t kEnd = kExported - 100'000;

INSTANTIATE_TEST_SUITE_P(All, ProbeTimes,
                         testing::Values(TimeCase{"Both", {{152, 8}, {153, 8}}, {kStart, kEnd}, kStart, kEnd},
                                         TimeCase{"StartAlone", {{152, 8}}, {kStart}, kStart, kStart},
                                         TimeCase{"EndAlone", {{153, 8}}, {kEnd}, kEnd, kEnd},
                                         TimeCase{"NoStart", {{152, 8}, {153, 8}}, {0, kEnd}, kEnd, kEnd},
                                         TimeCase{"EndFirst", {{152, 8}, {153, 8}}, {kEnd, kStart}, kEnd, kEnd},
                                         TimeCase{"Duration", {{153, 8}, {161, 8}}, {kEnd, 400'000}, kStart, kEnd},
                                         TimeCase{"None", {}, {}, kExported, kExported}),
                         [](const auto& row) { return std::string(row.param.name); });

// ---- how

struct ShownCase {
  const char* name;
  const char* keys;
  std::vector<std::string_view> texts;
  const char* extension;
};

void PrintTo(const ShownCase& row, std::ostream* out) {
  *out << row.name;
}

class ShownTexts : public ProbeLines, public testing::WithParamInterface<ShownCase> {};

TEST_P(ShownTexts, SuitTheirKey) {
  use(GetParam().keys);
  put("10.1.2.3", GetParam().texts);
  EXPECT_EQ(extension(layout({{8, 4}}), ByteWriter().u32(kHost)), GetParam().extension);
}

INSTANTIATE_TEST_SUITE_P(
    All, ShownTexts,
    testing::Values(
        ShownCase{"Label",
                  R"(cs1 = { from = "@web(sourceIPv4Address).userName", label = "User" })",
                  {"jane"},
                  "cs1Label=User cs1=jane"},
        ShownCase{"Cut",
                  R"(XUser = { from = "@web(sourceIPv4Address).userName", max_length = 6 })",
                  {"a=b=c=d"},
                  R"(XUser=a\=b…)"},
        ShownCase{"CutByTheDictionary",
                  R"(requestMethod = "@web(sourceIPv4Address).userName")",
                  {std::string_view("Xzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
                                    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")
                       .substr(0, 70)},
                  "requestMethod=Xzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"},
        ShownCase{"Address",
                  R"(dst = "@web(sourceIPv4Address).destinationIPv4Address")",
                  {"", "", "192.0.2.7"},
                  "dst=192.0.2.7"},
        ShownCase{"Number",
                  R"(cn1 = { from = "@web(sourceIPv4Address).octetDeltaCount", label = "Bytes" })",
                  {"", "", "", "42"},
                  "cn1Label=Bytes cn1=42"},
        ShownCase{
            "NumberTooLarge", R"(cnt = "@web(sourceIPv4Address).octetDeltaCount")", {"", "", "", "2147483648"}, ""},
        ShownCase{"NumberOfMoreThan64Bits",
                  R"(cn1 = { from = "@web(sourceIPv4Address).octetDeltaCount", label = "Bytes" })",
                  {"", "", "", "99999999999999999999"},
                  ""},
        ShownCase{"LargestNumber",
                  R"(cnt = "@web(sourceIPv4Address).octetDeltaCount")",
                  {"", "", "", "2147483647"},
                  "cnt=2147483647"},
        ShownCase{
            "NumberAsText", R"(XBytes = "@web(sourceIPv4Address).octetDeltaCount")", {"", "", "", "42"}, "XBytes=42"},
        ShownCase{"OmitZero",
                  R"(cnt = { from = "@web(sourceIPv4Address).octetDeltaCount", omit = "zero" })",
                  {"", "", "", "0"},
                  ""},
        ShownCase{"OmitZeroOfOthers",
                  R"(cnt = { from = "@web(sourceIPv4Address).octetDeltaCount", omit = "zero" })",
                  {"", "", "", "10"},
                  "cnt=10"},
        ShownCase{
            "OmitNever", R"(XUser = { from = "@web(sourceIPv4Address).userName", omit = "never" })", {""}, "XUser="},
        ShownCase{
            "OptionsOnly", R"(XUser = { from = "@web(sourceIPv4Address).userName", kind = "options" })", {"jane"}, ""},
        ShownCase{"BesideCustom",
                  R"(suser = { from = ["userName", "@web(sourceIPv4Address).userName"], custom = true })",
                  {"jane"},
                  "suser=jane"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Probes, LinesThatAreTooLongLoseTextsByPriority) {
  rendering_.max_bytes = 80;
  use(R"(src = "sourceIPv4Address"
suser = { from = "@web(sourceIPv4Address).userName", priority = 9 }
request = { from = "@web(sourceIPv4Address).httpRequestTarget", priority = 2 })");
  put("10.1.2.3", {"jane", std::string(500, 'u')});
  EXPECT_TRUE(line(flow_layout(), flow(kHost, kServer)).ends_with("|src=10.1.2.3 suser=jane XShedKeys=1"));
}

TEST_F(Probes, TracesHaveThem) {
  use(kUsers);
  put("10.1.2.3", {"jane"});
  const auto record = flow(kHost, kServer);
  const auto made = flow_layout();
  const DataSet set{*made, context_, 300, record.bytes(), 1, {}, 0, {}, {}};
  renderer().look_up_in(reader_.get());
  reader_->begin();
  renderer().trace(set, {"7-", 1}, [](const TracedLine& traced) {
    EXPECT_TRUE(traced.text.ends_with("|src=10.1.2.3 suser=jane")) << traced.text;
    ASSERT_EQ(traced.pieces.size(), 2U);
    EXPECT_EQ(traced.pieces[1].instruction->op, Op::column);
  });
  reader_->end();
}

// BC-24: whatever a log line holds, it stays within its value.
TEST_F(Probes, RandomTextsAreEscaped) {
  use(kUsers);
  const auto made = flow_layout();
  RandomSource random(1);
  std::int64_t at_ms = kExported;
  for (int i = 0; i < 500; ++i) {
    std::string user = "u";
    const std::size_t length = random.below(200);
    while (user.size() < length) user += static_cast<char>(random.below(256));
    put("10.1.2.3", {user}, ++at_ms);
    const auto event = read_cef(line(made, flow(kHost, kServer)));
    ASSERT_TRUE(event) << event.error();
    ASSERT_EQ(event->extension.size(), 2U);
  }
}

/// One line may have several texts of the longest kind, each of which alone fills much of a batch.
TEST_F(Probes, LongTextsHaveRoom) {
  std::string keys;
  for (int i = 0; i < 40; ++i)
    keys += "XUrl" + std::to_string(i) + " = \"@web(sourceIPv4Address).httpRequestTarget\"\n";
  use(keys);
  put("10.1.2.3", {"", std::string(4096, '=')});
  const auto made = flow_layout();
  for (int i = 0; i < 20; ++i) {
    const std::string text = line(made, flow(kHost, kServer));
    ASSERT_GT(text.size(), 40U * 2 * 4096);
    ASSERT_TRUE(read_cef(text));
  }
}

// ---- event rules

std::string rules(std::string_view when) {
  return "when = { " + std::string(when) + R"( }
signature = "hit"
name = "n"
severity = 9
[[event]]
signature = "s"
name = "n"
severity = 3
)";
}

struct RuleCase {
  const char* name;
  const char* when;
  bool source;       ///< whether it fits flows from the host that the lookup knows
  bool destination;  ///< to that host
  bool unknown;      ///< of others
};

void PrintTo(const RuleCase& row, std::ostream* out) {
  *out << row.name;
}

class ProbeRules : public ProbeLines, public testing::WithParamInterface<RuleCase> {};

TEST_P(ProbeRules, ChooseTheEvent) {
  use_rules(rules(GetParam().when), R"(src = "sourceIPv4Address")");
  put("10.1.2.3", {"c2=x", "", "", "7"});
  const auto hits = [&](std::uint32_t source, std::uint32_t destination) {
    return line(flow_layout(), flow(source, destination)).find("|hit|n|9|") != std::string::npos;
  };
  EXPECT_EQ(hits(kHost, kServer), GetParam().source);
  EXPECT_EQ(hits(kServer, kHost), GetParam().destination);
  EXPECT_EQ(hits(1, 2), GetParam().unknown);
}

INSTANTIATE_TEST_SUITE_P(
    All, ProbeRules,
    testing::Values(
        RuleCase{"Found", R"x(found = "@web(sourceIPv4Address)")x", true, false, false},
        RuleCase{"FoundOther", R"x(found = "@web(destinationIPv4Address)")x", false, true, false},
        RuleCase{"FoundBoth", R"x(found = ["@web(sourceIPv4Address)", "@web(destinationIPv4Address)"])x", false, false,
                 false},
        RuleCase{"NotFound", R"x(not = { found = "@web(sourceIPv4Address)" })x", false, true, true},
        RuleCase{"Any",
                 R"x(any = [{ found = "@web(sourceIPv4Address)" }, { found = "@web(destinationIPv4Address)" }])x", true,
                 true, false},
        RuleCase{"Column", R"("@web(sourceIPv4Address).userName" = ["botnet", "c2=x"])", true, false, false},
        RuleCase{"ColumnOfNumber", R"("@web(sourceIPv4Address).octetDeltaCount" = 7)", true, false, false},
        RuleCase{"ColumnEmpty", R"("@web(sourceIPv4Address).httpRequestTarget" = "x")", false, false, false},
        RuleCase{"ColumnOther", R"("@web(sourceIPv4Address).userName" = "botnet")", false, false, false},
        RuleCase{"NotColumn", R"(not = { "@web(sourceIPv4Address).userName" = "c2=x" })", false, true, true},
        RuleCase{"WithElement", R"x(found = "@web(sourceIPv4Address)", destinationIPv4Address = "198.51.100.0/24")x",
                 true, false, false},
        RuleCase{"NoSuchElement", R"x(found = "@web(sourceIPv6Address)")x", false, false, false},
        RuleCase{"Together", R"x(found = "@web(sourceIPv4Address)", "@web(sourceIPv4Address).userName" = "c2=x")x",
                 true, false, false}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Probes, RulesDropWhatIsFound) {
  use_rules(
      "when = { found = \"@web(sourceIPv4Address)\" }\ndrop = true\n[[event]]\nsignature = \"s\"\nname = "
      "\"n\"\nseverity = 3\n",
      kUsers);
  put("10.1.2.3", {"jane"});
  EXPECT_EQ(line(flow_layout(), flow(kHost, kServer)), "");
  EXPECT_NE(line(flow_layout(), flow(kServer, kHost)), "");
  EXPECT_EQ(counters_.dropped_records.value(), 1U);
}

// BC-20: what ships for a PacketShaper with syslog lines.
TEST_F(Probes, OfTheShippedMapping) {
  const auto folder = source_dir() / "mappings";
  const LoadedMapping loaded = load_mapping(folder / "packetshaper-web.toml", folder);
  LookupConfig config;
  config.name.text = "web";
  config.inputs = {{"shaper-log", {}}};
  config.key = {{"sourceIPv4Address", {}}};
  for (const char* column : {"userName", "httpRequestMethod", "httpRequestTarget"}) {
    config.columns.push_back({column, {}});
  }
  auto made = std::make_unique<Translation>();
  ASSERT_TRUE(made->registry.add(*load_element_tables(folder / "elements")).empty());
  reader_.reset();  // before the lookups that it reads
  lookups_ = *Lookups::make({config}, made->registry);
  reader_ = std::make_unique<LookupReader>(*lookups_);
  auto mapping = resolve_mapping(loaded.spec, made->registry, &lookups_->schemas());
  ASSERT_TRUE(mapping) << mapping.error().front().to_string();
  made->mapping = *std::move(mapping);
  translation_ = std::move(made);
  put("10.1.2.3", {"jane", "GET", "http://h/a?q=1"});
  EXPECT_THAT(extension(flow_layout(), flow(kHost, kServer)),
              testing::EndsWith(R"( suser=jane requestMethod=GET request=http://h/a?q\=1)"));
  EXPECT_THAT(extension(flow_layout(), flow(kServer, kHost)),
              testing::EndsWith(R"( duser=jane requestMethod=GET request=http://h/a?q\=1)"));
}

}  // namespace
}  // namespace flowcef::test
