#include "flowcef/core/crc32c.hpp"

#include <gmock/gmock.h>

#include <string>

namespace flowcef::test {
namespace {

std::string counting(int first, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(first + i * step);
  return bytes;
}

/// RFC 3720, appendix B.4, where the sums stand lowest byte first.
TEST(Crc32c, SumsOfTheRfc) {
  struct Case {
    std::string bytes;
    std::uint32_t sum;
  };
  const Case cases[] = {
      {std::string(32, '\0'), 0x8a91'36aa}, {std::string(32, '\xff'), 0x62a8'ab43},
      {counting(0, 1), 0x46dd'794e},        {counting(31, -1), 0x113f'db5c},
      {"123456789", 0xe306'9283},           {"", 0},
  };
  for (const Case& c : cases) EXPECT_EQ(crc32c(c.bytes), c.sum) << c.bytes;
}

TEST(Crc32c, GoesOnFromTheSumOfWhatIsAhead) {
  const std::string bytes = counting(7, 5) + counting(200, 3) + "x";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc32c(bytes.substr(cut), crc32c(bytes.substr(0, cut))), crc32c(bytes)) << cut;
  }
}

TEST(Crc32c, IsTheSameAtEveryAlignment) {
  const std::string bytes = counting(1, 9) + counting(3, 1);
  for (std::size_t shift = 0; shift < 16; ++shift) {
    const std::string shifted = std::string(shift, 'x') + bytes;
    EXPECT_EQ(crc32c(std::string_view(shifted).substr(shift)), crc32c(bytes)) << shift;
  }
}

}  // namespace
}  // namespace flowcef::test
