// SK-04, SK-05, SK-06, SK-07, PX-09, FD-22: what the SIEM is told that it does not see of exporters. Real messages are
// decoded and surveyed once a second; the clock is that of the test, so an hour takes no time.
#include <gmock/gmock.h>

#include <array>
#include <random>

#include "watch_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// SK-04, SK-06, FD-22: one of every kind, restarts and reordering among them, for an hour.
TEST_F(WatchTest, AHealthyHourHasNoEvents) {
  std::mt19937 random(9);
  std::uint32_t late = 1;
  std::uint32_t v9 = 1;
  std::uint32_t v5 = 1;
  std::uint32_t asa = 1;
  std::uint32_t nat = 1;
  int next_asa = 3;
  int next_nat = 5;
  run(3600, [&](int second) {
    // Each second, and each pair of datagrams in the wrong order.
    auto ipfix = static_cast<std::uint32_t>(second % 2 == 0 ? second + 2 : second);
    flows("192.0.2.1", ipfix);
    // Every 30 s, and every 60 s with a little more or less, by one that is started anew.
    if (second % 30 == 0) {
      send("192.0.2.2", MessageBuilder::netflow9(clock(), 1000 * static_cast<std::uint32_t>(second), 1, v9++)
                            .templates(template_record(300, {{4, 1}}))
                            .set(300, ByteWriter().u8(6).u8(17).u8(1).u8(6)));
    }
    if (second % 60 == second / 60 % 5) {
      const int up_since = second < 1800 ? 0 : 1800;
      if (second >= 1800 && second < 1860) v5 = 1;
      send("192.0.2.3",
           netflow5_header(
               {.uptime = static_cast<std::uint32_t>(1000 * (second - up_since)), .seconds = clock(), .sequence = v5++})
               .append(netflow5_record({}).bytes())
               .bytes());
    }
    // UDP flows that ended an hour ago.
    if (second % 20 == 0) {
      send("192.0.2.4", MessageBuilder::ipfix(clock(), 1, late++)
                            .templates(template_record(256, {{4, 1}, {150, 4}, {151, 4}}))
                            .set(256, ByteWriter().u8(17).u32(clock(-3660)).u32(clock(-3600))));
    }
    // Events as they happen: hours may go by without one.
    if (second == next_asa) {
      send("192.0.2.5", MessageBuilder::netflow9(clock(), 1000, 1, asa++)
                            .templates(template_record(263, {{233, 1}, {4, 1}}))
                            .set(263, ByteWriter().u8(2).u8(6).u16(0)));
      next_asa += second < 60 ? 1 : 200 + static_cast<int>(random() % 900);
    }
    if (second == next_nat) {
      send("192.0.2.6", MessageBuilder::ipfix(clock(), 1, nat++)
                            .templates(template_record(263, {{230, 1}, {4, 1}}))
                            .set(263, ByteWriter().u8(4).u8(6)));
      next_nat += second < 60 ? 1 : 200 + static_cast<int>(random() % 900);
    }
  });
  for (const Told& told : told_) ADD_FAILURE() << told.second << ' ' << told.event.signature << ": " << told.event.text;
  EXPECT_EQ(decoder_.exporters().size(), 6U);
}

// SK-04: within the stated time, once, and again when it is back.
TEST_F(WatchTest, AnExporterThatStopsIsTold) {
  std::uint32_t sequence = 1;
  run(300, [&](int) { flows("192.0.2.1", sequence); });
  run(59);
  EXPECT_THAT(signatures(), IsEmpty());
  run(1000);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-exporter-silent"));
  EXPECT_LE(told_[0].second, 300 + 61);
  EXPECT_EQ(told_[0].event.exporter, IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(told_[0].value("cs1"), "flows");
  run(10, [&](int) { flows("192.0.2.1", sequence); });
  ASSERT_THAT(signatures(), ElementsAre("flowcef-exporter-silent", "flowcef-exporter-back"));
  EXPECT_EQ(told_[1].value("SilentSeconds"), "1060");
}

// SK-04: three times its usual gap where that is more.
TEST_F(WatchTest, SilenceIsMeasuredByWhatIsUsual) {
  std::uint32_t sequence = 1;
  run(600, [&](int second) {
    if (second % 60 == 0) flows("192.0.2.1", sequence);
  });
  run(119);
  EXPECT_THAT(signatures(), IsEmpty());
  run(70);
  EXPECT_THAT(signatures(), ElementsAre("flowcef-exporter-silent"));
}

// SK-04: an outage is not what is usual from then on, so the next one is told of as soon.
TEST_F(WatchTest, OutagesDoNotTeachPatience) {
  std::uint32_t sequence = 1;
  std::vector<int> ends;
  for (const int outage : {2000, 300, 1200, 1200}) {
    run(1500, [&](int) { flows("192.0.2.1", sequence); });
    ends.push_back(second_);
    run(outage);
  }
  std::erase_if(told_, [](const Told& told) { return told.event.signature != "flowcef-exporter-silent"; });
  ASSERT_EQ(told_.size(), ends.size());
  for (std::size_t i = 0; i < ends.size(); ++i) EXPECT_LE(told_[i].second, ends[i] + 61) << i;
}

// SK-04: nor do those that the limit kept from being told, and they leave no turn to themselves.
TEST_F(WatchTest, OutagesOfManyDoNotHoldUpTheNextOne) {
  config_.max_per_minute = 1;
  std::array<std::uint32_t, 3> sequences{};
  const auto all_but = [&](std::size_t silent) {
    return [&, silent](int) {
      for (std::size_t i = 0; i < 3; ++i) {
        if (i != silent) flows("192.0.2." + std::to_string(i), sequences[i]);
      }
    };
  };
  run(300, all_but(3));
  run(90);
  run(1500, all_but(3));
  EXPECT_EQ(std::ranges::count(signatures(), "flowcef-exporter-silent"), 1);
  for (const std::size_t silent : {0U, 2U}) {
    told_.clear();
    const int begin = second_;
    run(600, all_but(silent));
    ASSERT_FALSE(told_.empty());
    EXPECT_EQ(told_[0].event.signature, "flowcef-exporter-silent");
    EXPECT_LE(told_[0].second, begin + 61) << silent;
    run(900, all_but(3));
  }
}

// SK-04: silent twice, and then that is its interval, of which it is told once (SK-05).
TEST_F(WatchTest, AnExporterMayTakeToALongerInterval) {
  std::uint32_t sequence = 1;
  run(600, [&](int) { flows("192.0.2.1", sequence); });
  run(4 * 3600, [&](int second) {
    if (second % 600 < 3) flows("192.0.2.1", sequence);
  });
  EXPECT_THAT(signatures(), ElementsAre("flowcef-exporter-silent", "flowcef-exporter-back", "flowcef-exporter-silent",
                                        "flowcef-exporter-back", "flowcef-exporter-interval"));
}

// SK-05: every ten minutes is accepted, with one warning.
TEST_F(WatchTest, AnExporterThatSendsSeldomIsToldOnce) {
  std::uint32_t sequence = 1;
  run(6 * 3600, [&](int second) {
    if (second % 600 < 3) flows("192.0.2.1", sequence);
  });
  EXPECT_THAT(signatures(), ElementsAre("flowcef-exporter-interval"));
}

// SK-04: an exporter has its own limit, or none; SK-06: also one that tells events.
TEST_F(WatchTest, AnExporterHasItsOwnLimit) {
  input_.exporters = {{.match = *IpPrefix::parse("192.0.2.1"), .silent_after = std::chrono::seconds(300)},
                      {.match = *IpPrefix::parse("192.0.2.2"), .silent_after = std::chrono::seconds(0)}};
  std::uint32_t first = 1;
  std::uint32_t second = 1;
  run(100, [&](int) {
    send("192.0.2.1", MessageBuilder::ipfix(clock(), 1, first++)
                          .templates(template_record(263, {{230, 1}}))
                          .set(263, ByteWriter().u8(4)));
    flows("192.0.2.2", second);
  });
  run(298);
  EXPECT_THAT(signatures(), IsEmpty());
  run(5);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-exporter-silent"));
  EXPECT_EQ(told_[0].event.exporter, IpAddress::parse("192.0.2.1"));
}

// SK-06: PAN-OS says firewallEvent of each flow, with counters and times: that is no exporter of events.
TEST_F(WatchTest, AFirewallThatTellsOfFlowsIsTimed) {
  std::uint32_t sequence = 1;
  run(100, [&](int) {
    ByteWriter flow;
    flow.u8(2).u32(1000).number(1'700'000'000'000, 8).number(1'700'000'030'000, 8);
    send("192.0.2.1", MessageBuilder::ipfix(clock(), 1, sequence++)
                          .templates(template_record(264, {{233, 1}, {1, 4}, {152, 8}, {153, 8}}))
                          .set(264, flow));
  });
  run(70);
  EXPECT_THAT(signatures(), ElementsAre("flowcef-exporter-silent"));
}

// SK-04, PX-14: one that only a mediator's records name.
TEST_F(WatchTest, AnExporterThatRecordsNameIsTold) {
  input_.identities = {{*IpPrefix::parse("192.0.2.1"), std::nullopt, std::nullopt, std::nullopt}};
  config_.books_every = std::chrono::seconds(30);
  std::uint32_t sequence = 1;
  const auto named = [&](std::initializer_list<std::uint32_t> exporters) {
    ByteWriter records;
    for (const std::uint32_t exporter : exporters) records.u32(exporter).u16(80);
    send("192.0.2.1", MessageBuilder::ipfix(clock(), 1, sequence)
                          .templates(template_record(257, {{130, 4}, {7, 2}}))
                          .set(257, records));
    sequence += static_cast<std::uint32_t>(exporters.size());
  };
  run(100, [&](int) { named({0x0a000001, 0x0a000002}); });
  EXPECT_THAT(signatures(), Contains("flowcef-exporter-books"));
  told_.clear();
  config_.books_every = std::chrono::milliseconds(0);
  run(70, [&](int) { named({0x0a000001}); });
  ASSERT_THAT(signatures(), ElementsAre("flowcef-exporter-silent"));
  EXPECT_EQ(told_[0].event.exporter, IpAddress::parse("10.0.0.2"));
}

// Many are back at once, and few of them are told in a minute: the others later, with what was true.
TEST_F(WatchTest, HowLongItWasSilentIsToldLaterToo) {
  constexpr int kExporters = 12;
  config_.max_per_minute = 10;
  std::array<std::uint32_t, kExporters> sequences{};
  const auto all = [&](int) {
    for (int i = 0; i < kExporters; ++i) flows("192.0.2." + std::to_string(i), sequences[static_cast<std::size_t>(i)]);
  };
  run(100, all);
  run(200);
  told_.clear();
  run(90, all);
  std::size_t back = 0;
  for (const Told& told : told_) {
    if (told.event.signature != "flowcef-exporter-back") continue;
    ++back;
    EXPECT_EQ(told.value("SilentSeconds"), told_.front().value("SilentSeconds"));
  }
  EXPECT_EQ(back, std::size_t{kExporters});
}

// PX-09: there is always more to tell than may be told, and yet each has its turn.
TEST_F(WatchTest, TheFirstExportersDoNotUseUpTheLimit) {
  constexpr int kExporters = 12;
  config_.max_per_minute = 4;
  std::array<std::uint32_t, kExporters> sequences{};
  run(600, [&](int) {
    for (int i = 0; i < kExporters; ++i) {
      flows("192.0.2." + std::to_string(i), sequences[static_cast<std::size_t>(i)]);
      sequences[static_cast<std::size_t>(i)] += 3;
    }
  });
  std::map<std::string, int> told_of;
  for (const Told& told : told_) {
    if (told.event.signature == "flowcef-sequence-gap") ++told_of[told.event.exporter->to_string()];
  }
  ASSERT_EQ(told_of.size(), std::size_t{kExporters});
  for (const auto& [exporter, times] : told_of) EXPECT_THAT(times, AllOf(testing::Ge(2), testing::Le(5))) << exporter;
}

// PX-16: a flood of made-up addresses is none of the exporters that are known.
TEST_F(WatchTest, MadeUpAddressesAreNoExporters) {
  std::uint32_t sequence = 1;
  std::uint32_t made_up = 0;
  run(120, [&](int) {
    flows("192.0.2.1", sequence);
    for (int i = 0; i < 40; ++i, ++made_up) {
      std::uint32_t first = 1;
      flows("10." + std::to_string(made_up >> 16) + '.' + std::to_string(made_up >> 8 & 255) + '.' +
                std::to_string(made_up & 255),
            first);
    }
  });
  run(600);
  EXPECT_THAT(signatures(), ElementsAre("flowcef-exporter-silent"));
}

// A worker that waits for an output hears nobody, and that is not the exporters' fault.
TEST_F(WatchTest, WhoHearsNothingTellsOfNoSilence) {
  std::uint32_t sequence = 1;
  run(120, [&](int) { flows("192.0.2.1", sequence); });
  decodes_ = false;
  for (int i = 0; i < 600; ++i) {
    stuck_ns_ = 10 * kSecond;
    look();
  }
  EXPECT_THAT(signatures(), IsEmpty());
}

// PX-09: how many, since the last event; late ones are none.
TEST_F(WatchTest, LossesAreTold) {
  std::uint32_t sequence = 1;
  run(100, [&](int) { flows("192.0.2.1", sequence); });
  sequence += 7;
  run(12, [&](int second) {
    if (second % 2 == 0) flows("192.0.2.1", sequence);
  });
  ASSERT_THAT(signatures(), ElementsAre("flowcef-sequence-gap"));
  EXPECT_LE(told_[0].second, 100 + 12);
  EXPECT_EQ(told_[0].value("cnt"), "7");
  run(100, [&](int) { flows("192.0.2.1", sequence); });
  sequence += 3;
  run(100, [&](int) { flows("192.0.2.1", sequence); });
  ASSERT_THAT(signatures(), ElementsAre("flowcef-sequence-gap", "flowcef-sequence-gap"));
  EXPECT_EQ(told_[1].value("cnt"), "3");
}

TEST_F(WatchTest, TemplatesAreTold) {
  std::uint32_t sequence = 1;
  run(30, [&](int) { flows("192.0.2.1", sequence); });
  send("192.0.2.1", MessageBuilder::ipfix(clock(), 1, sequence)
                        .templates(template_record(256, {{4, 1}, {11, 2}}))
                        .set(256, ByteWriter().u8(6).u16(80)));
  look();
  ASSERT_THAT(signatures(), ElementsAre("flowcef-template-redefined"));
  EXPECT_EQ(told_[0].value("TemplateId"), "256");
  send("192.0.2.1", MessageBuilder::ipfix(clock(), 1, sequence + 1).set(999, ByteWriter().u8(6).u16(80)));
  run(59);
  EXPECT_EQ(told_.size(), 1U);
  run(3);
  ASSERT_EQ(told_.size(), 2U);
  const auto missing =
      std::ranges::find(told_, "flowcef-template-missing", [](const Told& told) { return told.event.signature; });
  ASSERT_NE(missing, told_.end());
  EXPECT_EQ(missing->value("WaitingSets"), "1");
}

TEST_F(WatchTest, ChangedSamplingIsTold) {
  const auto options = [&](std::uint32_t interval, std::uint32_t sequence) {
    return MessageBuilder::ipfix(clock(), 1, sequence)
        .options_templates(ipfix_options_record(400, {{302, 4}}, {{50, 4}}))
        .set(400, ByteWriter().u32(1).u32(interval));
  };
  send("192.0.2.1", options(100, 1));
  look();
  send("192.0.2.1", options(100, 2));
  look();
  EXPECT_THAT(signatures(), IsEmpty());
  send("192.0.2.1", options(1000, 3));
  look();
  ASSERT_THAT(signatures(), ElementsAre("flowcef-sampling-changed"));
  EXPECT_EQ(told_[0].value("SamplingIntervalBefore"), "100");
  EXPECT_EQ(told_[0].value("SamplingIntervalNow"), "1000");
  const auto v5 = [&](std::uint16_t sampling, std::uint32_t sequence) {
    return netflow5_header({.seconds = clock(), .sequence = sequence, .sampling = sampling})
        .append(netflow5_record({}).bytes())
        .bytes();
  };
  send("192.0.2.2", v5(0x4000 | 10, 1));
  look();
  send("192.0.2.2", v5(0x4000 | 20, 2));
  look();
  EXPECT_EQ(told_.size(), 2U);
  send("192.0.2.3", v5(0x4000 | 20, 1));
  look();
  send("192.0.2.3", v5(0, 2));
  look();
  ASSERT_EQ(told_.size(), 3U);
  EXPECT_EQ(told_[2].value("SamplingIntervalBefore"), "20");
  EXPECT_EQ(told_[2].value("SamplingIntervalNow"), "1");
}

TEST_F(WatchTest, InterfacesThatAreSampledDifferentlyAreNoChange) {
  const auto options = [&](std::uint32_t second, std::uint32_t sequence) {
    return MessageBuilder::ipfix(clock(), 1, sequence)
        .options_templates(ipfix_options_record(400, {{10, 4}}, {{34, 4}}))
        .set(400, ByteWriter().u32(1).u32(100).u32(2).u32(second));
  };
  for (std::uint32_t sequence = 1; sequence < 7; sequence += 2) {
    send("192.0.2.1", options(1000, sequence));
    look();
  }
  EXPECT_THAT(signatures(), IsEmpty());
  send("192.0.2.1", options(0, 7));
  look();
  ASSERT_THAT(signatures(), ElementsAre("flowcef-sampling-changed"));
  EXPECT_EQ(told_[0].value("SamplingIntervalBefore"), "1000");
  EXPECT_EQ(told_[0].value("SamplingIntervalNow"), "1");
}

// SK-07: a clock that is wrong from the start, one that steps, and one that is right again.
TEST_F(WatchTest, ClocksAreTold) {
  std::uint32_t wrong = 1;
  std::uint32_t steps = 1;
  run(120, [&](int) {
    flows("192.0.2.1", wrong, -3600);
    flows("192.0.2.2", steps);
  });
  ASSERT_THAT(signatures(), ElementsAre("flowcef-clock-skew"));
  EXPECT_THAT(told_[0].event.text, AllOf(HasSubstr("3600 s"), HasSubstr("behind")));
  run(120, [&](int) {
    flows("192.0.2.1", wrong);
    flows("192.0.2.2", steps, 30);
  });
  auto found = signatures();
  std::ranges::sort(found);
  EXPECT_THAT(found,
              ElementsAre("flowcef-clock-right", "flowcef-clock-skew", "flowcef-clock-step", "flowcef-clock-step"));
}

// SK-07: what waited in a buffer comes late, and the clock is right.
TEST_F(WatchTest, DelaysAreNoClocks) {
  std::uint32_t sequence = 1;
  run(120, [&](int) { flows("192.0.2.1", sequence); });
  run(55);
  for (int ago = 55; ago > 0; --ago) flows("192.0.2.1", sequence, -ago);
  run(300, [&](int) { flows("192.0.2.1", sequence); });
  EXPECT_THAT(signatures(), IsEmpty());
}

TEST_F(WatchTest, KernelDropsAreTold) {
  run(10);
  kernel_drops_ = 5;
  look();
  kernel_drops_ = 12;
  run(30);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-kernel-drops")) << "once a minute";
  run(40);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-kernel-drops", "flowcef-kernel-drops"));
  EXPECT_EQ(told_[0].value("cnt"), "5");
  EXPECT_EQ(told_[1].value("cnt"), "7");
}

// Of each kind so many a minute, and how many had to wait.
TEST_F(WatchTest, EventsAreFew) {
  config_.max_per_minute = 2;
  std::array<std::uint32_t, 5> sequences{1, 1, 1, 1, 1};
  const auto all = [&](int) {
    for (std::size_t i = 0; i < sequences.size(); ++i) flows("192.0.2." + std::to_string(i), sequences[i]);
  };
  run(100, all);
  run(62);
  EXPECT_EQ(told_.size(), 2U);
  run(180);
  ASSERT_EQ(told_.size(), 5U);
  EXPECT_EQ(told_[2].value("HeldBackEvents"), "3");
}

TEST_F(WatchTest, BooksAreTold) {
  config_.books_every = std::chrono::minutes(5);
  outputs_.emplace_back().config.name = "siem";
  outputs_.back().counts.delivered = 42;
  std::uint32_t sequence = 1;
  run(602, [&](int) { flows("192.0.2.1", sequence); });
  ASSERT_THAT(signatures(), ElementsAre("flowcef-exporter-books", "flowcef-output-books", "flowcef-exporter-books",
                                        "flowcef-output-books"));
  EXPECT_EQ(told_[2].value("BooksRecords"), "300");
  EXPECT_EQ(told_[3].value("BooksDelivered"), "42");
}

}  // namespace
}  // namespace flowcef::test
