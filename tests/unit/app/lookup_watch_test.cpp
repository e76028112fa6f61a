#include "flowcef/app/lookup_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "flowcef/decode/information_element.hpp"

namespace flowcef::test {
namespace {

using namespace std::chrono_literals;

TEST(LookupWatchTest, reads_files_that_have_changed) {
  const std::filesystem::path file = testing::TempDir() + "flowcef-lookup-watch.csv";
  std::ofstream(file) << "sourceIPv4Address,zone\n10.1.2.3,one\n";
  LookupConfig config;
  config.name.text = "zones";
  config.key = {{"sourceIPv4Address", {}}};
  config.file = file;
  config.check_every = 1ms;
  const ElementRegistry registry;
  const auto lookups = Lookups::make({config}, registry);
  ASSERT_TRUE(lookups);
  LogFactory logs(spdlog::level::off);
  {
    const LookupWatch watch(**lookups, logs.make("lookup"));
    std::ofstream(file) << "sourceIPv4Address,zone\n10.1.2.3,one\n10.1.2.4,two\n";
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while ((*lookups)->counts()[0].entries != 2 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  }
  EXPECT_EQ((*lookups)->counts()[0].entries, 2U);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace flowcef::test
