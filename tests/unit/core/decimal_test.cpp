#include "flowcef/core/decimal.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace flowcef {
namespace {

template <class Write, class Number>
std::string written(Write write, Number number) {
  char text[kMaxDecimal + kDecimalSlack];
  return {text, write(text, number)};
}

/// Each power of ten with its neighbours, where the number of digits changes.
std::vector<std::uint64_t> edge_numbers() {
  std::vector<std::uint64_t> numbers = {0, std::numeric_limits<std::uint64_t>::max()};
  std::uint64_t power = 1;
  for (int digits = 1; digits <= 20; ++digits, power *= 10) {
    for (const std::uint64_t number : {power - 1, power, power + 1}) numbers.push_back(number);
  }
  return numbers;
}

TEST(Decimal, WritesEveryNumberOfDigits) {
  for (const std::uint64_t number : edge_numbers()) {
    const std::string expected = std::to_string(number);
    EXPECT_EQ(written(write_u64, number), expected);
    EXPECT_EQ(count_digits(number), static_cast<int>(expected.size()));
  }
}

TEST(Decimal, WritesAllBytes) {
  for (unsigned number = 0; number < 256; ++number) {
    EXPECT_EQ(written(write_u8, static_cast<std::uint8_t>(number)), std::to_string(number));
  }
}

TEST(Decimal, WritesSignedNumbersToBothEnds) {
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-100}, std::int64_t{7},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(written(write_i64, number), std::to_string(number));
  }
}

TEST(Decimal, PadsToTwoAndThreeDigits) {
  EXPECT_EQ(written(write_two_digits, 0U), "00");
  EXPECT_EQ(written(write_two_digits, 7U), "07");
  EXPECT_EQ(written(write_two_digits, 99U), "99");
  EXPECT_EQ(written(write_three_digits, 0U), "000");
  EXPECT_EQ(written(write_three_digits, 42U), "042");
  EXPECT_EQ(written(write_three_digits, 999U), "999");
}

}  // namespace
}  // namespace flowcef
