#include "flowcef/app/ingest_worker.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace flowcef::test {
namespace {

// PX-15: the tick that fell due while the worker was parked comes after the stop, which must end the thread all the same.
TEST(IngestWorker, StopsAlthoughItsTickIsOverdue) {
  const ElementRegistry registry;
  BatchPool pool;
  IngestWorker worker(
      std::make_unique<RecordPath>(registry, pool, std::vector<RenderingPlan>(), std::vector<InputState*>(), nullptr),
      LogFactory(spdlog::level::off).make("source"));
  worker.start();
  worker.park();
  std::thread stopper([&] { worker.stop(); });
  worker.run_parked([] { std::this_thread::sleep_for(std::chrono::milliseconds(1100)); });
  worker.resume();
  stopper.join();
  EXPECT_TRUE(worker.inputs().empty());
}

TEST(IngestWorker, KnowsHowLongAnInputMayKeepWhatComes) {
  using std::chrono::milliseconds;
  InputState input;
  EXPECT_EQ(longest_delay(input), milliseconds(0));
  input.config.wait = milliseconds(500);
  EXPECT_EQ(longest_delay(input), milliseconds(500));
  for (const int merge : {60'000, 120'000}) input.exporters.emplace_back().merge = milliseconds(merge);
  EXPECT_EQ(longest_delay(input), milliseconds(130'500));
}

}  // namespace
}  // namespace flowcef::test
