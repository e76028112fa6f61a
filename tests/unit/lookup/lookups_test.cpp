#include <gmock/gmock.h>

#include <chrono>

#include "lookup_fixture.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using test::address_key;
using test::ask;
using test::make_lookups;
using test::put;
using test::web_lookup;
using testing::ElementsAre;

TEST(Lookups, all_unknown_elements_are_shown_at_once) {
  LookupConfig config = web_lookup();
  config.key = test::words({"sourceIPv4Adress"});
  config.columns = test::words({"userName", "nothingLikeIt", "basicList"});
  for (PositionedText& column : config.columns) column.where = {"f.toml", 7, 1};
  const ElementRegistry registry;
  const auto made = Lookups::make({config}, registry);
  ASSERT_FALSE(made);
  std::vector<std::string> texts;
  for (const ConfigError& error : made.error()) texts.push_back(error.to_string());
  EXPECT_THAT(texts, ElementsAre(": lookup.web.key: expected the name of an element, got \"sourceIPv4Adress\" (did you "
                                 "mean \"sourceIPv4Address\"?)",
                                 "f.toml:7:1: lookup.web.columns: expected the name of an element, got "
                                 "\"nothingLikeIt\" (`flowcef elements` lists them)",
                                 "f.toml:7:1: lookup.web.columns: expected the name of an element, got \"basicList\" "
                                 "(it is a list)"));
}

TEST(Lookups, counts_outlive_readers) {
  const auto lookups = make_lookups({web_lookup()});
  put(*lookups, address_key(1), {"alice", "/"});
  for (int i = 0; i < 3; ++i) {
    LookupReader reader(*lookups);
    ask(reader, address_key(1));
    ask(reader, address_key(2));
  }
  EXPECT_EQ(lookups->counts()[0].hits, 3U);
  EXPECT_EQ(lookups->counts()[0].misses, 3U);
}

TEST(Lookups, a_reload_with_less_room_keeps_the_latest) {
  for (const std::size_t room : {4500U, 1000U}) {  // with the same number of buckets, and with fewer
    const auto before = make_lookups({web_lookup(5000)});
    for (std::uint32_t i = 0; i < 5000; ++i) put(*before, address_key(i), {std::to_string(i), "/"});
    const auto after = make_lookups({web_lookup(room)});
    after->adopt(*before);
    EXPECT_EQ(after->counts()[0].entries, room);
    EXPECT_EQ(after->counts()[0].evicted, 5000 - room);
    LookupReader reader(*after);
    for (std::uint32_t i = 4500; i < 5000; ++i) EXPECT_EQ(ask(reader, address_key(i)), std::to_string(i));
  }
}

// PX-15
TEST(Lookups, a_reload_keeps_content_of_same_name_key_and_columns) {
  const auto changed = [](auto change) {
    LookupConfig config = web_lookup();
    change(config);
    return config;
  };
  const struct {
    const char* name;
    LookupConfig config;
    bool keeps;
  } cases[] = {
      {"nothing", web_lookup(), true},
      {"window", changed([](LookupConfig& config) { config.window = 1h; }), true},
      {"more entries", web_lookup(100'000), true},
      {"fewer entries", web_lookup(10), true},
      {"inputs", changed([](LookupConfig& config) { config.inputs = test::words({"other"}); }), true},
      {"name", changed([](LookupConfig& config) { config.name.text = "other"; }), false},
      {"key", changed([](LookupConfig& config) { config.key = test::words({"destinationIPv4Address"}); }), false},
      {"columns", changed([](LookupConfig& config) { config.columns = test::words({"userName"}); }), false},
  };
  for (const auto& c : cases) {
    auto before = make_lookups({web_lookup()});
    for (std::uint32_t i = 0; i < 5; ++i) put(*before, address_key(i), {std::to_string(i), "/"});
    put(*before, address_key(4), {"new 4", "/"});
    {
      LookupReader reader(*before);
      ask(reader, address_key(1));
    }
    const auto after = make_lookups({c.config});
    after->adopt(*before);
    before.reset();
    LookupReader reader(*after);
    EXPECT_EQ(ask(reader, address_key(1)), c.keeps ? "1" : "-") << c.name;
    EXPECT_EQ(ask(reader, address_key(4)), c.keeps ? "new 4" : "-") << c.name;
    const LookupCounts counts = after->counts()[0];
    EXPECT_EQ(counts.entries, c.keeps ? 5U : 0U) << c.name;
    EXPECT_EQ(counts.updates, c.keeps ? 6U : 0U) << c.name;
    EXPECT_EQ(counts.hits, c.keeps ? 3U : 0U) << c.name;
    for (std::uint32_t i = 100; i < 120; ++i) put(*after, address_key(i), {"later", "/"});
    EXPECT_EQ(ask(reader, address_key(119)), "later") << c.name;
    EXPECT_LE(after->counts()[0].entries, c.config.max_entries) << c.name;
  }
}

}  // namespace
}  // namespace flowcef
