#include "flowcef/core/source_position.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

TEST(ConfigError, ShowsPlaceKeyProblemAndHint) {
  ConfigError error;
  error.where = {"flowcef.toml", 14, 8};
  error.key = "output.port";
  error.problem = "expected 1..65535, got 70000";
  error.hint = "too large";
  EXPECT_EQ(error.to_string(), "flowcef.toml:14:8: output.port: expected 1..65535, got 70000 (too large)");
}

TEST(ConfigError, LeavesOutWhatIsNotThere) {
  ConfigError error;
  error.where.file = "flowcef.toml";
  error.problem = "cannot be read";
  EXPECT_EQ(error.to_string(), "flowcef.toml: cannot be read");
}

}  // namespace
}  // namespace flowcef
