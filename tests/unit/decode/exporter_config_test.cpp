#include "flowcef/decode/exporter_config.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

ExporterConfig config_of(const char* prefix) {
  ExporterConfig config;
  config.match = *IpPrefix::parse(prefix);
  return config;
}

TEST(ExporterSettings, AreByTheLongestPrefixThatHasEach) {
  const auto classes = std::make_shared<const NumberNames>(NumberNames{{1, "Inbound"}});
  const auto interfaces = std::make_shared<const NumberNames>(NumberNames{{1, "inside"}});
  ExporterConfig one = config_of("10.1.2.3");
  one.keep = KeptRecords::all;
  ExporterConfig net = config_of("10.1.0.0/16");
  net.keep = KeptRecords::netflow5;
  net.counters = CounterMeaning::total;
  net.classes = classes;
  ExporterConfig all = config_of("10.0.0.0/8");
  all.sequence = SequenceRule::off;
  all.counters = CounterMeaning::delta;
  all.own_exports = false;
  all.interfaces = interfaces;
  for (const auto& configs : {std::vector{one, net, all}, std::vector{all, net, one}}) {
    const ExporterSettings settings = settings_for(configs, *IpAddress::parse("10.1.2.3"));
    EXPECT_EQ(settings.sequence, SequenceRule::off);
    EXPECT_EQ(settings.keep, KeptRecords::all);
    EXPECT_EQ(settings.counters, CounterMeaning::total);
    EXPECT_FALSE(settings.own_exports);
    EXPECT_EQ(settings.classes, classes);
    EXPECT_EQ(settings.interfaces, interfaces);
    const ExporterSettings other = settings_for(configs, *IpAddress::parse("10.2.0.1"));
    EXPECT_EQ(other.keep, KeptRecords::automatic);
    EXPECT_EQ(other.counters, CounterMeaning::delta);
    EXPECT_EQ(other.classes, nullptr);
    EXPECT_EQ(other.interfaces, interfaces);
    const ExporterSettings none = settings_for(configs, *IpAddress::parse("192.0.2.1"));
    EXPECT_EQ(none.sequence, SequenceRule::standard);
    EXPECT_TRUE(none.own_exports);
  }
}

TEST(FindName, ComparesNumbersWhateverTheirLength) {
  const NumberNames names = {{7, "http"}, {0xffff'ffff, "last"}};
  const auto name = [&](const std::vector<std::uint8_t>& bytes) {
    const std::string* found = find_name(names, bytes);
    return found == nullptr ? std::string("-") : *found;
  };
  EXPECT_EQ(name({7}), "http");
  EXPECT_EQ(name({0, 0, 0, 0, 0, 0, 0, 7}), "http");
  EXPECT_EQ(name({0xff, 0xff, 0xff, 0xff}), "last");
  EXPECT_EQ(name({1, 0, 0, 0, 7}), "-");
  EXPECT_EQ(name({0, 0, 0, 0, 0, 0, 0, 0, 7}), "-");
  EXPECT_EQ(name({8}), "-");
  EXPECT_EQ(name({}), "-");
}

}  // namespace
}  // namespace flowcef
