#include "flowcef/config/state_dir.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

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

// A bridge that was started as root has another user when it reloads.
TEST(DefaultStateDir, StaysWhenRightsAreGivenUp) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can";
  EXPECT_TRUE(StateDirEnvironment::of_this_process().root);
  ASSERT_EQ(seteuid(65534), 0);
  const bool root = StateDirEnvironment::of_this_process().root;
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_TRUE(root);
}

}  // namespace
}  // namespace flowcef
