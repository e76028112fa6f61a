#include "flowcef/app/parking.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace flowcef::test {
namespace {

TEST(ParkingTest, RunsTasksOnTheParkedThreadAndLetsItGo) {
  Parking parking;
  for (int round = 0; round < 100; ++round) {
    std::atomic<bool> left = false;
    std::thread worker([&] {
      parking.enter();
      left = true;
    });
    const auto id = worker.get_id();
    parking.wait_entered();
    int tasks = 0;
    for (int i = 0; i < 3; ++i) {
      parking.run([&] { tasks += std::this_thread::get_id() == id ? 1 : 0; });
      EXPECT_EQ(tasks, i + 1);
      EXPECT_FALSE(left);
    }
    parking.leave();
    worker.join();
    EXPECT_TRUE(left);
  }
}

}  // namespace
}  // namespace flowcef::test
