#include "flowcef/app/state_keeper.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <limits>

#include "flowcef/app/state_store.hpp"

namespace flowcef::test {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

class StateTimes : public testing::Test {
 protected:
  StateTimes() {
    std::string name = (std::filesystem::temp_directory_path() / "flowcef-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~StateTimes() override { std::filesystem::remove_all(folder_); }

  static std::int64_t now_ns() {
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  static DomainKey domain() {
    DomainKey key;
    key.exporter = {*IpAddress::parse("192.0.2.1"), 50000};
    return key;
  }
  /// A template of one element: packets, 4 bytes.
  static SavedTemplate saved(std::uint16_t id, std::int64_t last_used_ms) {
    return {id, false, 0, {0, 2, 0, 4}, last_used_ms};
  }

  void load(InputState& input, const std::vector<SavedTemplate>& templates) {
    const SavedState state{{{"a", {{domain(), templates, {}}}}}};
    ASSERT_TRUE(write_state_file(folder_ / "state", encode_state(state)));
    keeper(input).load(registry_);
  }
  StateKeeper keeper(InputState& input) {
    const auto logger = std::make_shared<spdlog::logger>("state", std::make_shared<spdlog::sinks::null_sink_mt>());
    return {folder_ / "state", {{"a", &input}}, logger};
  }

  ElementRegistry registry_;
  std::filesystem::path folder_;
};

// SS-08: the idle time is that of the exporter, not that of a bridge which was down, or had nothing to write for weeks.
TEST_F(StateTimes, TimeWhileNothingWasSavedIsNoIdleTime) {
  InputState input;
  const std::int64_t long_ago_ms = now_ns() / 1'000'000 - 1'000 * kHourMs;
  load(input,
       {saved(256, long_ago_ms), saved(257, long_ago_ms - 100 * kHourMs), saved(258, long_ago_ms - 200 * kHourMs)});
  EXPECT_EQ(input.templates.size(), 3U);
  EXPECT_EQ(input.templates.expire(now_ns()), 1U) << "one was idle for longer than the others by more than the timeout";
  EXPECT_NE(input.templates.find(domain(), 256), nullptr);
  EXPECT_NE(input.templates.find(domain(), 257), nullptr);
}

// A clock that was wrong, or a file of another origin, makes no template immortal.
TEST_F(StateTimes, TimesThatCannotBeDoNoHarm) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t time_ms : {kMax, now_ns() / 1'000'000 + 1'000 * kHourMs, std::int64_t{0}, -kMax - 1}) {
    InputState input;
    load(input, {saved(256, time_ms), saved(257, kMax), saved(258, -kMax)});
    const std::int64_t now = now_ns();
    for (std::uint16_t id = 256; id < 259; ++id) {
      const std::int64_t used_ns = input.templates.find(domain(), id)->last_used_ns;
      EXPECT_GE(used_ns, 0) << time_ms;
      EXPECT_LE(used_ns, now) << time_ms;
    }
  }
}

// What one run knew the next one knows: templates by their own definition, rows, and their order of use.
TEST_F(StateTimes, BringsBackWhatItSaved) {
  InputState before;
  load(before, {saved(256, 1'000), saved(257, 2'000)});
  const OptionsRow row{OptionsTable::interface_name, std::string("\x07", 1), "ge-0/0/7", 0};
  before.templates.put_row(domain(), row);
  {
    StateKeeper first = keeper(before);
    first.start();
    first.stop();
  }
  InputState after;
  keeper(after).load(registry_);
  const auto content = after.templates.content_of(domain());
  EXPECT_EQ(content.templates.size(), 2U);
  ASSERT_EQ(content.rows.size(), 1U);
  EXPECT_EQ(content.rows[0], row);
  EXPECT_LT(after.templates.find(domain(), 256)->last_used_ns, after.templates.find(domain(), 257)->last_used_ns);
}

}  // namespace
}  // namespace flowcef::test
