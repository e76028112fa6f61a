#include "flowcef/config/size_and_duration.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

using namespace std::chrono_literals;

TEST(ParseSize, KnowsItsUnits) {
  EXPECT_EQ(parse_size("0B"), 0);
  EXPECT_EQ(parse_size("512B"), 512);
  EXPECT_EQ(parse_size("64KiB"), 65536);
  EXPECT_EQ(parse_size("16MiB"), 16 << 20);
  EXPECT_EQ(parse_size("2GiB"), std::int64_t{2} << 30);
  EXPECT_EQ(parse_size("8589934591GiB"), std::int64_t{8589934591} << 30);
}

TEST(ParseSize, RefusesOtherText) {
  for (const std::string_view text : {"", "MiB", "16", "16MB", "16mib", "1.5MiB", "-1B", "+1B", " 1B", "1 B", "1B ",
                                      "8589934592GiB", "9223372036854775808B"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(ParseDuration, KnowsItsUnits) {
  EXPECT_EQ(parse_duration("0s"), 0ms);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("5s"), 5000ms);
  EXPECT_EQ(parse_duration("2m"), 120000ms);
  EXPECT_EQ(parse_duration("1h"), 3600000ms);
  EXPECT_EQ(parse_duration("7d"), parse_duration("168h"));
}

TEST(ParseDuration, RefusesOtherText) {
  for (const std::string_view text :
       {"", "5", "s", "5S", "5 s", "1.5s", "-5s", "5sec", "106751991168d", "9223372036854775807s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(SizeAndDurationText, ReadBack) {
  EXPECT_EQ(size_text(0), "0B");
  EXPECT_EQ(size_text(1000), "1000B");
  EXPECT_EQ(size_text(65536), "64KiB");
  EXPECT_EQ(size_text(std::int64_t{64} << 30), "64GiB");
  EXPECT_EQ(duration_text(0ms), "0ms");
  EXPECT_EQ(duration_text(1500ms), "1500ms");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(10min), "10m");
  EXPECT_EQ(duration_text(168h), "7d");
}

}  // namespace
}  // namespace flowcef
