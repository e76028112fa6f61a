#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "lookup_fixture.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using test::address_key;
using test::ask;
using test::kNow;
using test::kNowMs;
using test::make_lookups;
using test::put;
using test::web_lookup;

TEST(RecordTable, finds_what_was_put_in_escaped) {
  const auto lookups = make_lookups({web_lookup()});
  LookupReader reader(*lookups);
  put(*lookups, address_key(1), {"alice", R"(/a?b=c\d)"});
  EXPECT_EQ(ask(reader, address_key(1), 0), "alice");
  EXPECT_EQ(ask(reader, address_key(1), 1), R"(/a?b\=c\\d)");
  EXPECT_EQ(ask(reader, address_key(2)), "-");
  const LookupCounts counts = lookups->counts()[0];
  EXPECT_EQ(counts.hits, 2U);
  EXPECT_EQ(counts.misses, 1U);
  EXPECT_EQ(counts.updates, 1U);
  EXPECT_EQ(counts.entries, 1U);
}

TEST(RecordTable, texts_can_be_copied_in_blocks) {
  const auto lookups = make_lookups({web_lookup()});
  LookupReader reader(*lookups);
  put(*lookups, address_key(1), {"", "x"});
  reader.begin();
  const LookupEntry* const entry = reader.find(0, address_key(1), kNow);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(text_of(*entry, 0), "");
  const std::string_view text = text_of(*entry, 1);
  EXPECT_EQ(std::string(text.data(), 49), 'x' + std::string(48, ' '));
  reader.end();
}

TEST(RecordTable, newer_replaces_older_whenever_it_comes) {
  const auto lookups = make_lookups({web_lookup()});
  LookupReader reader(*lookups);
  put(*lookups, address_key(1), {"alice", "/1"}, kNowMs);
  put(*lookups, address_key(1), {"bob", "/2"}, kNowMs + 1);
  EXPECT_EQ(ask(reader, address_key(1)), "bob");
  put(*lookups, address_key(1), {"late", "/0"}, kNowMs);
  EXPECT_EQ(ask(reader, address_key(1)), "bob");
  EXPECT_EQ(lookups->counts()[0].updates, 2U);
  EXPECT_EQ(lookups->counts()[0].refused, 1U);
  EXPECT_EQ(lookups->counts()[0].entries, 1U);
}

// A line whose clock was far ahead must not keep all true ones out.
TEST(RecordTable, a_time_out_of_reason_is_replaced_by_the_next) {
  const auto lookups = make_lookups({web_lookup()});
  LookupReader reader(*lookups);
  for (const std::int64_t ahead : {std::int64_t{3'600'001}, std::numeric_limits<std::int64_t>::max() - kNowMs}) {
    put(*lookups, address_key(1), {"mallory", "/"}, kNowMs + ahead);
    EXPECT_EQ(ask(reader, address_key(1)), "-") << ahead;
    put(*lookups, address_key(1), {"alice", "/"}, kNowMs);
    EXPECT_EQ(ask(reader, address_key(1)), "alice") << ahead;
  }
  EXPECT_EQ(lookups->counts()[0].refused, 0U);
}

TEST(RecordTable, empty_records_are_refused) {
  const auto lookups = make_lookups({web_lookup()});
  put(*lookups, address_key(1), {"", " \t"});
  EXPECT_EQ(lookups->counts()[0].refused, 1U);
  EXPECT_EQ(lookups->counts()[0].entries, 0U);
}

// BC-20
TEST(RecordTable, entry_suits_flows_of_its_time) {
  LookupConfig config = web_lookup();
  config.window = 15min;
  config.after = 1min;
  const auto lookups = make_lookups({config});
  LookupReader reader(*lookups);
  put(*lookups, address_key(1), {"alice", ""}, kNowMs);
  const FlowTime flow{kNowMs, kNowMs + 10'000};
  const struct {
    std::int64_t shift_ms;  ///< of the flow
    bool suits;
  } cases[] = {{0, true}, {900'000, true}, {900'001, false}, {-70'000, true}, {-70'001, false}};
  for (const auto& c : cases) {
    const FlowTime shifted{flow.start_ms + c.shift_ms, flow.end_ms + c.shift_ms};
    EXPECT_EQ(ask(reader, address_key(1), 0, shifted), c.suits ? "alice" : "-") << c.shift_ms;
  }
  EXPECT_EQ(lookups->counts()[0].expired, 2U);
  EXPECT_EQ(lookups->counts()[0].misses, 2U);
  EXPECT_EQ(lookups->counts()[0].hits, 3U);
}

TEST(RecordTable, same_texts_only_move_the_time) {
  const auto lookups = make_lookups({web_lookup()});
  LookupReader reader(*lookups);
  put(*lookups, address_key(1), {"alice", "/"}, kNowMs - 3'600'000);
  EXPECT_EQ(ask(reader, address_key(1)), "-");
  reader.begin();
  const LookupEntry* const before = reader.find(0, address_key(1), {kNowMs - 3'600'000, kNowMs - 3'600'000});
  put(*lookups, address_key(1), {"alice", "/"}, kNowMs);
  EXPECT_EQ(reader.find(0, address_key(1), kNow), before);
  reader.end();
}

TEST(RecordTable, least_recently_used_make_room) {
  const auto lookups = make_lookups({web_lookup(100)});
  LookupReader reader(*lookups);
  for (std::uint32_t i = 0; i < 100; ++i) put(*lookups, address_key(i), {std::to_string(i), ""});
  for (std::uint32_t i = 0; i < 50; ++i) EXPECT_EQ(ask(reader, address_key(i)), std::to_string(i));
  for (std::uint32_t i = 100; i < 150; ++i) put(*lookups, address_key(i), {std::to_string(i), ""});
  for (std::uint32_t i = 0; i < 150; ++i) {
    const bool is_gone = i >= 50 && i < 100;
    EXPECT_EQ(ask(reader, address_key(i)), is_gone ? "-" : std::to_string(i));
  }
  EXPECT_EQ(lookups->counts()[0].entries, 100U);
  EXPECT_EQ(lookups->counts()[0].evicted, 50U);
}

TEST(RecordTable, makes_room_when_all_are_in_use) {
  const auto lookups = make_lookups({web_lookup(100)});
  LookupReader reader(*lookups);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    put(*lookups, address_key(i), {"user", ""});
    ask(reader, address_key(i));
  }
  EXPECT_EQ(lookups->counts()[0].entries, 100U);
  EXPECT_EQ(ask(reader, address_key(999)), "user");
}

TEST(RecordTable, memory_is_bounded_whatever_texts_are_sent) {
  const auto lookups = make_lookups({web_lookup(1'000)});
  const std::string long_text(5'000, '\\');
  for (std::uint32_t i = 0; i < 1'200; ++i) put(*lookups, address_key(i), {long_text, long_text});
  EXPECT_LE(lookups->counts()[0].bytes, std::size_t{24} << 20);
  EXPECT_GE(lookups->counts()[0].entries, 900U);
  LookupReader reader(*lookups);
  EXPECT_EQ(ask(reader, address_key(1'199)), std::string(2 * 4096, '\\'));
}

TEST(RecordTable, long_text_is_cut_at_a_character) {
  const auto lookups = make_lookups({web_lookup()});
  LookupReader reader(*lookups);
  std::string text(4095, 'x');
  text.append("\xc3\xa9");
  put(*lookups, address_key(1), {text, ""});
  EXPECT_EQ(ask(reader, address_key(1)), std::string(4095, 'x'));
}

}  // namespace
}  // namespace flowcef
