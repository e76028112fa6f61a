#include "flowcef/config/state_dir.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

TEST(DefaultStateDir, FollowsTheUser) {
  EXPECT_EQ(default_state_dir({true, "/x", "/root"}), "/var/lib/flowcef");
  EXPECT_EQ(default_state_dir({false, "/x", "/home/u"}), "/x/flowcef");
  EXPECT_EQ(default_state_dir({false, nullptr, "/home/u"}), "/home/u/.local/state/flowcef");
  EXPECT_EQ(default_state_dir({false, "", "/home/u"}), "/home/u/.local/state/flowcef");
  EXPECT_EQ(default_state_dir({false, "relative", "/home/u"}), "/home/u/.local/state/flowcef");
  EXPECT_EQ(default_state_dir({false, nullptr, nullptr}), std::nullopt);
}

}  // namespace
}  // namespace flowcef
