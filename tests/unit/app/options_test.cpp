#include "flowcef/app/options.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

Options parse(std::vector<const char*> words) {
  words.insert(words.begin(), "flowcef");
  return parse_options(static_cast<int>(words.size()), words.data());
}

// GG-31
TEST(CommandLineTest, TestSendTakesASizeAndAnOutput) {
  const Options whole = parse({"test-send", "--config", "f.toml", "--size", "65507", "--output", "siem"});
  ASSERT_TRUE(std::holds_alternative<TestSendOptions>(whole));
  const auto& options = std::get<TestSendOptions>(whole);
  EXPECT_EQ(options.config, "f.toml");
  EXPECT_EQ(options.output, "siem");
  EXPECT_EQ(options.size, 65'507U);
  const auto least = std::get<TestSendOptions>(parse({"test-send", "--config", "f.toml"}));
  EXPECT_EQ(least.output, "");
  EXPECT_FALSE(least.size);
}

TEST(CommandLineTest, StatusTakesTheConfigurationOfTheBridge) {
  EXPECT_EQ(std::get<StatusOptions>(parse({"status", "--config", "f.toml"})).config, "f.toml");
}

TEST(CommandLineTest, WhatIsWrongEndsTheProgram) {
  using Words = std::vector<const char*>;
  for (const Words& words :
       {Words{"test-send"}, Words{"status"}, Words{"test-send", "--config", "f.toml", "--size", "0"},
        Words{"test-send", "--config", "f.toml", "--size", "1048577"},
        Words{"test-send", "--config", "f.toml", "--size", "-1"},
        Words{"test-send", "--config", "f.toml", "--size", "8k"},
        Words{"status", "--config", "f.toml", "--size", "300"}}) {
    const Options options = parse(words);
    ASSERT_TRUE(std::holds_alternative<ExitNow>(options)) << words.back();
    EXPECT_EQ(std::get<ExitNow>(options).status, kExitUsage) << words.back();
  }
}

}  // namespace
}  // namespace flowcef::test
