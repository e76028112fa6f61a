// SK-04: [events], and silent_after of [[exporter]].
#include "flowcef/config/events_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class LoadBridgeEvents : public testing::Test {
 protected:
  LoadBridgeEvents() { files.write("map.toml", ""); }

  /// Loads a complete file with `lines`, which begin in line 9.
  std::expected<Config, ConfigErrors> load(std::string_view lines) {
    return load_config(files.write("f.toml",
                                   "mapping = 'map.toml'\nstate_dir = 'state'\n[[input]]\ntype = 'udp'\n"
                                   "listen = '[::]:2055'\n[[output]]\nname = 'a'\nto = 'stdout:'\n" +
                                       std::string(lines)));
  }

  ConfigFiles files;
};

TEST_F(LoadBridgeEvents, AreOnUnlessTheFileSaysOtherwise) {
  const auto plain = load("");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->events, EventsConfig());
  EXPECT_TRUE(plain->events.enabled);
  const auto set = load(
      "[events]\nenabled = false\nsilent_after = '10m'\nclock_skew = false\nbooks_every = '1h'\n"
      "max_per_minute = 7\n[[exporter]]\nmatch = '192.0.2.1'\nsilent_after = false\n");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->events, (EventsConfig{false, minutes(10), seconds(0), minutes(60), 7}));
  EXPECT_EQ(set->exporters.at(0).silent_after, seconds(0));
}

TEST_F(LoadBridgeEvents, WhatIsUnfitIsRefused) {
  const auto loaded =
      load("[events]\nenabled = 'no'\nsilent_after = 60\nclock_skew = '1s'\nmax_per_minute = 0\nevery = '1m'\n");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(files.texts(loaded.error()),
              testing::ElementsAre(
                  testing::HasSubstr("f.toml:10:11: events.enabled: expected"),
                  testing::HasSubstr("f.toml:11:16: events.silent_after: expected a duration 1s..7d or false, got 60"),
                  testing::HasSubstr("f.toml:12:14: events.clock_skew: expected a duration 5s..7d or false"),
                  testing::HasSubstr("f.toml:13:18: events.max_per_minute: expected"),
                  testing::HasSubstr("f.toml:14:1: events.every: unknown key")));
}

}  // namespace
}  // namespace flowcef
