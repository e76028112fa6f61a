#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "lookup_fixture.hpp"

namespace flowcef {
namespace {

using test::address_key;
using test::kNow;
using test::kNowMs;

constexpr std::uint32_t kKeys = 200;
constexpr int kPutsOfAWriter = 20'000;

/// What may stand under a key: nobody else has it, and it shows if a piece of it was overwritten.
std::string text_for(std::uint32_t key, std::uint32_t round) {
  return std::to_string(key) + '/' + std::string(1 + (key + round) % 90, static_cast<char>('a' + round % 26));
}

bool belongs_to(std::string_view text, std::uint32_t key) {
  const std::string begin = std::to_string(key) + '/';
  return text.starts_with(begin) && text.find_first_not_of(text[begin.size()], begin.size()) == std::string_view::npos;
}

/// Readers hold what they found while writers replace and evict it. To be run with the sanitizers too.
TEST(LookupStress, readers_see_whole_entries_while_writers_replace_them) {
  const auto lookups = test::make_lookups({test::web_lookup(kKeys / 2)});
  std::atomic<int> writers = 2;
  std::atomic<std::uint64_t> hits = 0;
  std::atomic<int> wrong = 0;
  const auto write = [&](std::uint32_t seed) {
    for (std::uint32_t i = 0; i < kPutsOfAWriter; ++i) {
      const std::uint32_t key = (i * 7919 + seed) % kKeys;
      test::put(*lookups, address_key(key), {text_for(key, i), text_for(key, i + 1)}, kNowMs);
    }
    --writers;
  };
  const auto read = [&](std::uint32_t seed) {
    LookupReader reader(*lookups);
    std::vector<std::pair<const LookupEntry*, std::uint32_t>> held;
    for (std::uint32_t i = seed; writers != 0; ++i) {
      reader.begin();
      held.clear();
      for (std::uint32_t j = 0; j < 30; ++j) {
        const std::uint32_t key = (i * 30 + j * 13) % kKeys;
        if (const LookupEntry* const entry = reader.find(0, address_key(key), kNow)) held.emplace_back(entry, key);
      }
      for (const auto& [entry, key] : held) {
        if (!belongs_to(text_of(*entry, 0), key) || !belongs_to(text_of(*entry, 1), key)) ++wrong;
      }
      hits += held.size();
      reader.end();
    }
  };
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < 2; ++i) threads.emplace_back(write, i);
  for (std::uint32_t i = 0; i < 2; ++i) threads.emplace_back(read, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const LookupCounts counts = lookups->counts()[0];
  EXPECT_EQ(counts.hits, hits);
  EXPECT_EQ(counts.updates + counts.refused, 2U * kPutsOfAWriter);
  EXPECT_EQ(counts.entries, kKeys / 2);
}

/// A worker that waits for a receiver in the middle of a data set keeps what was replaced since; that has a bound too.
TEST(LookupStress, memory_is_bounded_while_a_reader_stays) {
  const auto lookups = test::make_lookups({test::web_lookup()});
  LookupReader reader(*lookups);
  test::put(*lookups, address_key(0), {"first", ""});
  reader.begin();
  const LookupEntry* const held = reader.find(0, address_key(0), kNow);
  const std::string text(4000, 'x');
  for (std::uint32_t i = 0; i < 5'000; ++i) test::put(*lookups, address_key(0), {std::to_string(i), text});
  EXPECT_EQ(text_of(*held, 0), "first");
  EXPECT_LE(lookups->counts()[0].bytes, std::size_t{17} << 20);
  EXPECT_GT(lookups->counts()[0].refused, 0U);
  reader.end();
  test::put(*lookups, address_key(0), {"last", ""});
  EXPECT_EQ(test::ask(reader, address_key(0)), "last");
  EXPECT_LE(lookups->counts()[0].bytes, std::size_t{1} << 20);
}

/// One that reads nothing holds up nothing.
TEST(LookupStress, idle_readers_keep_nothing) {
  const auto lookups = test::make_lookups({test::web_lookup()});
  LookupReader idle(*lookups);
  const std::string text(4000, 'x');
  for (std::uint32_t i = 0; i < 5'000; ++i) test::put(*lookups, address_key(0), {std::to_string(i), text});
  EXPECT_LE(lookups->counts()[0].bytes, std::size_t{1} << 20);
  EXPECT_EQ(lookups->counts()[0].refused, 0U);
}

}  // namespace
}  // namespace flowcef
