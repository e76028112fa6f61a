#include "flowcef/map/line_batch.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace flowcef::test {
namespace {

void add(LineBatch& batch, std::string_view text) {
  batch.grow_to_fit(text.size() + 1);
  std::memcpy(batch.tail(), text.data(), text.size());
  batch.tail()[text.size()] = '\n';
  const auto length = static_cast<std::uint32_t>(text.size());
  batch.commit({batch.used(), length, batch.used() + length + 1, 0});
}

TEST(LineBatch, IndexesItsMessages) {
  BatchPool pool;
  LineBatch* batch = pool.acquire();
  add(*batch, "one");
  add(*batch, "three");
  const BatchRef ref(batch);
  EXPECT_EQ(ref->bytes(), "one\nthree\n");
  EXPECT_EQ(ref->message(ref->lines()[1]), "three");
}

TEST(BatchPool, TakesABatchBackWithItsLastReference) {
  BatchPool pool;
  LineBatch* batch = pool.acquire();
  add(*batch, "x");
  {
    const BatchRef first(batch);
    BatchRef second = first;
    const BatchRef third = std::move(second);
    EXPECT_FALSE(second);
    EXPECT_TRUE(third);
  }
  LineBatch* again = pool.acquire();
  EXPECT_EQ(again, batch) << "reused";
  EXPECT_TRUE(again->empty());
  EXPECT_EQ(again->used(), 0U);
  pool.release(again);
}

TEST(BatchPool, DoesNotKeepABatchThatGrew) {
  BatchPool pool;
  LineBatch* batch = pool.acquire();
  batch->grow_to_fit(BatchPool::kBatchBytes * 2);
  pool.release(batch);
  LineBatch* next = pool.acquire();
  EXPECT_EQ(next->room(), BatchPool::kBatchBytes);
  pool.release(next);
}

}  // namespace
}  // namespace flowcef::test
