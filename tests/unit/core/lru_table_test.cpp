#include "flowcef/core/lru_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <list>

namespace flowcef {
namespace {

using Table = LruTable<int, int, std::hash<int>>;

TEST(LruTable, WhatWasNotAskedForLongestMakesRoom) {
  Table table(3);
  EXPECT_EQ(table.find(1), nullptr);
  for (const int key : {1, 2, 3}) table.insert(key, 10 * key);
  EXPECT_TRUE(table.full());
  EXPECT_EQ(table.oldest(), 10);
  ASSERT_NE(table.find(1), nullptr);
  EXPECT_EQ(table.oldest(), 20);
  EXPECT_EQ(table.insert(4, 40), 40);
  EXPECT_EQ(table.find(2), nullptr);
  EXPECT_EQ(table.size(), 3U);
  for (const int key : {1, 3, 4}) {
    ASSERT_NE(table.find(key), nullptr) << key;
    EXPECT_EQ(*table.find(key), 10 * key);
  }
}

TEST(LruTable, HoldsOneEntry) {
  Table table(1);
  for (int key = 0; key < 3; ++key) {
    table.insert(key, key);
    ASSERT_NE(table.find(key), nullptr);
    EXPECT_EQ(table.find(key - 1), nullptr);
  }
  table.drop_oldest();
  EXPECT_EQ(table.find(2), nullptr);
  table.insert(3, 3);
  EXPECT_EQ(table.oldest(), 3);
}

struct FewBuckets {
  std::size_t operator()(int key) const { return static_cast<std::size_t>(key % 3); }
};

/// Against a list that is searched from its front; keys share few buckets.
TEST(LruTable, DoesAsAListWould) {
  constexpr std::size_t kCapacity = 50;
  LruTable<int, int, FewBuckets> table(kCapacity);
  std::list<int> newest_first;
  unsigned random = 1;
  for (int i = 0; i < 5'000; ++i) {
    random = random * 1'664'525 + 1'013'904'223;
    const int key = static_cast<int>(random >> 16) % 80;
    const bool known = std::find(newest_first.begin(), newest_first.end(), key) != newest_first.end();
    int* const found = table.find(key);
    ASSERT_EQ(found != nullptr, known) << i;
    if (known) {
      ASSERT_EQ(*found, key);
      newest_first.remove(key);
    } else {
      table.insert(key, key);
    }
    newest_first.push_front(key);
    if (newest_first.size() > kCapacity) newest_first.pop_back();
    if (random % 7 == 0) {
      for (unsigned drops = random % 20; drops-- > 0 && newest_first.size() > 1;) {
        table.drop_oldest();
        newest_first.pop_back();
      }
    }
    ASSERT_EQ(table.oldest(), newest_first.back());
    ASSERT_EQ(table.size(), newest_first.size());
  }
}

}  // namespace
}  // namespace flowcef
