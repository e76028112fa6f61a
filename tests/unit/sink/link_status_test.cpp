#include "flowcef/sink/link_status.hpp"

#include <gtest/gtest.h>

#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using enum LinkState;

LinkStatus::Time now() {
  return std::chrono::system_clock::now();
}

TEST(LinkNotes, AnOutageBeganWithTheFirstAttemptAndNotWithTheLatest) {
  LinkNotes notes;
  notes.enter(open);
  notes.enter(waiting);
  const LinkStatus::Time began = notes.status().since;
  EXPECT_TRUE(test::eventually([&] { return now() > began; })) << "time has passed";
  for (const LinkState state : {resolving, connecting, securing, waiting, resolving}) {
    notes.enter(state);
    EXPECT_EQ(notes.status().state, state);
    EXPECT_EQ(notes.status().since, began);
  }
  notes.enter(open);
  const LinkStatus::Time opened = notes.status().since;
  EXPECT_GT(opened, began);
  EXPECT_TRUE(test::eventually([&] { return now() > opened; }));
  notes.enter(open);
  EXPECT_EQ(notes.status().since, opened);
  notes.enter(stalled);
  EXPECT_GT(notes.status().since, opened);
}

}  // namespace
}  // namespace flowcef
