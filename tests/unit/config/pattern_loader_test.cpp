#include "flowcef/config/pattern_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;

class PatternLoaderTest : public testing::Test {
 protected:
  auto load(std::string_view text) { return load_patterns(files_.write("p.toml", text)); }

  std::vector<std::string> errors_of(std::string_view text) {
    const auto loaded = load(text);
    return loaded ? std::vector<std::string>() : files_.texts(loaded.error());
  }

  ConfigFiles files_;
};

TEST_F(PatternLoaderTest, PatternsComeInTheOrderOfTheFile) {
  const auto loaded = load(R"([[pattern]]
name = "b"
match = '(?P<userName>\S+)'
[[pattern]]
name = "a"
match = "x"
types = { octets = "unsigned64", text = "string" }
)");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 2U);
  const LogPatternSpec& first = loaded->front();
  EXPECT_EQ(first.name.text, "b");
  EXPECT_EQ(first.match.text, "(?P<userName>\\S+)");
  EXPECT_EQ(first.match.where.line, 3U);
  EXPECT_TRUE(first.types.empty());
  const LogPatternSpec& second = loaded->back();
  ASSERT_EQ(second.types.size(), 2U);
  EXPECT_EQ(second.types[0].name.text, "octets");
  EXPECT_EQ(second.types[0].type.text, "unsigned64");
  EXPECT_EQ(second.types[0].type.where.line, 7U);
}

TEST_F(PatternLoaderTest, AllErrorsAreTold) {
  EXPECT_THAT(
      errors_of(R"([[pattern]]
name = "a b"
match = 7
[[pattern]]
name = "a"
match = "x"
types = "string"
[[pattern]]
name = "a"
mtch = "x"
types = { octets = 64 }
[other]
)"),
      ElementsAre("p.toml:2:8: pattern[0].name: expected 1..63 letters, digits, - or _, got \"a b\"",
                  "p.toml:3:9: pattern[0].match: expected text, got 7",
                  "p.toml:7:9: pattern.a.types: expected a table such as { octets = \"unsigned64\" }, got \"string\"",
                  "p.toml:8:1: pattern.a.match: missing, expected a regular expression with named groups",
                  "p.toml:9:8: pattern[2].name: expected each only once, got \"a\" again (first at line 5)",
                  "p.toml:10:1: pattern.a.mtch: unknown key (did you mean \"match\"?)",
                  "p.toml:11:20: pattern.a.types.octets: expected text, got 64",
                  "p.toml:12:2: other: unknown key (known keys: pattern)"));
}

TEST_F(PatternLoaderTest, FileWithoutPatternsIsAnError) {
  EXPECT_THAT(errors_of(""), ElementsAre("p.toml: pattern: missing, expected at least one [[pattern]]"));
  EXPECT_FALSE(load_patterns("/no/such/file.toml"));
}

}  // namespace
}  // namespace flowcef
