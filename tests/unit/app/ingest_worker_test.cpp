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

}  // namespace
}  // namespace flowcef::test
