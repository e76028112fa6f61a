#include "flowcef/source/udp_source.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "udp_source_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;

class SourceFamilies : public Source, public testing::WithParamInterface<const char*> {};

TEST_P(SourceFamilies, HandsOnPayloadEndpointsAndTime) {
  open(listen_on({endpoint(std::string(GetParam()) + ":0")}));
  const Endpoint listener = source_->local_endpoints().at(0);
  const Sender sender({reachable(listener).address, 0});
  const auto before = now_ns();
  sender.send("export", reachable(listener));
  ASSERT_TRUE(run_until([&] { return idle_ > 0; }));
  ASSERT_THAT(payloads(), ElementsAre("export"));
  EXPECT_EQ(seen_[0].exporter, (Endpoint{reachable(listener).address, sender.port()}));
  EXPECT_EQ(seen_[0].listener, listener);
  EXPECT_NE(listener.port, 0);
  EXPECT_GE(seen_[0].received_ns, before);
  EXPECT_LE(seen_[0].received_ns, now_ns());
  EXPECT_NE(seen_[0].hops, 0U);
  EXPECT_EQ(source_->counts().datagrams.value(), 1U);
  EXPECT_EQ(source_->counts().bytes.value(), 6U);
}

INSTANTIATE_TEST_SUITE_P(Addresses, SourceFamilies, testing::Values("127.0.0.1", "[::1]", "0.0.0.0", "[::]"),
                         [](const auto& tested) { return "at" + std::to_string(tested.index); });

TEST_F(Source, ManyDatagramsArriveInOrder) {
  open(listen_on({endpoint("127.0.0.1:0")}));
  if (!log_.text().empty()) GTEST_SKIP() << "no room to queue so many: " << log_.text();
  const Sender sender(endpoint("127.0.0.1:0"));
  constexpr std::size_t kCount = 3000;  // more than one turn takes
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < kCount; ++i) {
    sent.push_back(std::to_string(i));
    sender.send(sent.back(), source_->local_endpoints()[0]);
  }
  ASSERT_TRUE(run_until([&] { return seen_.size() == kCount && idle_ > 0; }));
  EXPECT_EQ(payloads(), sent);
  EXPECT_EQ(source_->counts().datagrams.value(), kCount);
  EXPECT_LE(idle_, 3) << "flushed when drained, not for every batch";
  EXPECT_EQ(source_->counts().kernel_drops.value(), 0U);
}

TEST_F(Source, BusySocketLetsTheOthersHaveTheirTurn) {
  open(listen_on({endpoint("127.0.0.1:0"), endpoint("127.0.0.1:0")}));
  const auto listeners = source_->local_endpoints();
  if (!log_.text().empty()) GTEST_SKIP() << "no room to queue so many: " << log_.text();
  const Sender sender(endpoint("127.0.0.1:0"));
  for (int i = 0; i < 3000; ++i) sender.send("busy", listeners[0]);
  sender.send("quiet", listeners[1]);
  ASSERT_TRUE(run_until([&] { return seen_.size() == 3001 && idle_ > 0; }));
  EXPECT_NE(seen_.back().payload, "quiet");
  EXPECT_EQ(idle_, 1);
}

TEST_F(Source, LargestDatagramsArriveWhole) {
  open(listen_on({endpoint("127.0.0.1:0"), endpoint("[::1]:0")}));
  const auto listeners = source_->local_endpoints();
  const std::string largest4(65507, 'a');
  const std::string largest6(65527, 'b');
  Sender(endpoint("127.0.0.1:0")).send(largest4, listeners[0]);
  Sender(endpoint("[::1]:0")).send(largest6, listeners[1]);
  ASSERT_TRUE(run_until([&] { return seen_.size() == 2; }));
  EXPECT_THAT(payloads(), testing::UnorderedElementsAre(largest4, largest6));
  EXPECT_EQ(source_->counts().truncated.value(), 0U);
}

TEST_F(Source, TruncatedIsCountedNotHandedOnAndEmptyIsHandedOn) {
  open(listen_on({endpoint("127.0.0.1:0")}), 100);
  const Sender sender(endpoint("127.0.0.1:0"));
  for (const auto& payload : {std::string(101, 'a'), std::string(), std::string(100, 'b')}) {
    sender.send(payload, source_->local_endpoints()[0]);
  }
  ASSERT_TRUE(run_until([&] { return seen_.size() == 2; }));
  EXPECT_THAT(payloads(), ElementsAre("", std::string(100, 'b')));
  EXPECT_EQ(source_->counts().datagrams.value(), 3U);
  EXPECT_EQ(source_->counts().truncated.value(), 1U);
  EXPECT_EQ(source_->counts().empty.value(), 1U);
}

TEST_F(Source, KernelDropsAreCounted) {
  UdpSourceConfig config = listen_on({endpoint("127.0.0.1:0")});
  config.receive_buffer_bytes = 20'000;
  open(config);
  const Sender sender(endpoint("127.0.0.1:0"));
  constexpr std::size_t kCount = 500;
  const std::string payload(1000, 'x');
  for (std::size_t i = 0; i < kCount; ++i) sender.send(payload, source_->local_endpoints()[0]);
  ASSERT_TRUE(run_until([&] { return idle_ > 0; }));
  EXPECT_GT(source_->counts().kernel_drops.value(), 0U);
  EXPECT_EQ(source_->counts().datagrams.value() + source_->counts().kernel_drops.value(), kCount);
}

TEST_F(Source, StopHandsOnWhatIsQueued) {
  open(listen_on({endpoint("127.0.0.1:0")}));
  if (!log_.text().empty()) GTEST_SKIP() << "no room to queue so many: " << log_.text();
  const Sender sender(endpoint("127.0.0.1:0"));
  for (int i = 0; i < 2000; ++i) sender.send("x", source_->local_endpoints()[0]);
  source_->stop();
  EXPECT_EQ(seen_.size(), 2000U);
  EXPECT_EQ(idle_, 1);
  context_.run();
  EXPECT_EQ(idle_, 1);
}

TEST_F(Source, MayBeDestroyedWithinItsHandler) {
  open(listen_on({endpoint("127.0.0.1:0")}));
  const Sender sender(endpoint("127.0.0.1:0"));
  on_datagram_ = [this] { source_.reset(); };
  for (int i = 0; i < 200; ++i) sender.send("x", source_->local_endpoints()[0]);
  ASSERT_TRUE(run_until([&] { return source_ == nullptr; }));
  context_.run();
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_EQ(idle_, 0);
}

TEST_F(Source, HandlersWaitingWhenDestroyedDoNothing) {
  open(listen_on({endpoint("127.0.0.1:0")}));
  Sender(endpoint("127.0.0.1:0")).send("x", source_->local_endpoints()[0]);
  source_.reset();
  context_.run();
  EXPECT_TRUE(seen_.empty());
}

}  // namespace
}  // namespace flowcef::test
