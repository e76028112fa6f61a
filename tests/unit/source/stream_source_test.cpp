#include "flowcef/source/stream_source.hpp"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "stream_test_support.hpp"

namespace flowcef::test {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StreamFamilies : public Stream, public testing::WithParamInterface<const char*> {};

TEST_P(StreamFamilies, HandsOnPayloadEndpointsTimeAndSession) {
  open({.listen = {endpoint(std::string(GetParam()) + ":0")}});
  const auto before = now_ns();
  Client client(reachable(listener()));
  client.send(ipfix(100));
  ASSERT_TRUE(run_until([&] { return idle_ > 0; }));
  ASSERT_THAT(payloads(), ElementsAre(ipfix(100)));
  EXPECT_EQ(seen_[0].exporter, (Endpoint{reachable(listener()).address, client.port()}));
  EXPECT_EQ(seen_[0].listener, listener());
  EXPECT_NE(listener().port, 0);
  EXPECT_GE(seen_[0].received_ns, before);
  EXPECT_LE(seen_[0].received_ns, now_ns());
  EXPECT_NE(seen_[0].session, 0U);
  EXPECT_THAT(ended_, IsEmpty());
  client.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(ended_, ElementsAre(std::pair(seen_[0].session, seen_[0].exporter)));
  expect_books_to_balance();
}

INSTANTIATE_TEST_SUITE_P(Addresses, StreamFamilies, testing::Values("127.0.0.1", "[::1]", "0.0.0.0", "[::]"),
                         [](const auto& tested) { return "at" + std::to_string(tested.index); });

// PX-15: who stops the worker need not wait until all sessions have brought what they have.
TEST_F(Stream, YieldsToWhatWasPostedBeforeTheNextRead) {
  bool is_to_yield = false;
  std::optional<std::uint64_t> read_before, read_after;
  StreamSourceHandlers yielding = handlers();
  yielding.is_to_yield = [&] { return is_to_yield; };
  source_ = std::make_unique<StreamSource>(context_, StreamSourceConfig{.listen = {endpoint("127.0.0.1:0")}},
                                           log_.logger(), yielding);
  source_->start();
  on_datagram_ = [&] {
    if (read_before) return;
    read_before = counts().bytes.value();
    is_to_yield = true;
    boost::asio::post(context_, [&] {
      read_after = counts().bytes.value();
      is_to_yield = false;
    });
  };
  Client client(listener());
  client.send(joined(std::vector<ByteVector>(200, ipfix(1000))));
  client.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(seen_.size(), 200U);
  EXPECT_EQ(read_after, read_before);
  EXPECT_LT(read_before, 200'000U);
  expect_books_to_balance();
}

// SS-04
TEST_F(Stream, NetFlow5BackToBackWithAStrayByte) {
  open();
  Client client(listener());
  const std::vector<ByteVector> all{netflow5(30), netflow5(1), netflow5(2), netflow5(30)};
  client.send(joined({all[0], all[1], {0x17}, all[2], all[3]}));
  client.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(payloads(), all);
  EXPECT_EQ(counts().skipped_bytes.value(), 1U);
  EXPECT_EQ(counts().skips.value(), 1U);
  EXPECT_EQ(counts().rubbish.value(), 0U);
  EXPECT_THAT(log_.text(), AllOf(HasSubstr("bytes that belong to no message"), HasSubstr("127.0.0.1")));
  expect_books_to_balance();
}

TEST_F(Stream, SeveralMessagesInOneWriteAndOneInSeveral) {
  open();
  Client client(listener());
  const ByteVector stream = joined({ipfix(16), ipfix(65535), ipfix(100), ipfix(200)});
  const std::size_t cuts[] = {0, 1, 20, 40'000, 65'600, stream.size()};
  for (std::size_t i = 0; i + 1 < std::size(cuts); ++i) {
    client.send(slice(stream, cuts[i], cuts[i + 1] - cuts[i]));
    ASSERT_TRUE(run_until([&] { return counts().bytes.value() == cuts[i + 1]; }));
  }
  EXPECT_THAT(payloads(), ElementsAre(ipfix(16), ipfix(65535), ipfix(100), ipfix(200)));
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(Stream, SessionsInterleavedStayApart) {
  open();
  Client one(listener());
  Client two(listener());
  const ByteVector first = ipfix(1000, 1);
  const ByteVector second = ipfix(2000, 2);
  one.send(slice(first, 0, 500));
  two.send(slice(second, 0, 900));
  ASSERT_TRUE(run_until([&] { return counts().bytes.value() == 1400; }));
  EXPECT_THAT(seen_, IsEmpty());
  one.send(slice(first, 500, 500));
  ASSERT_TRUE(run_until_seen(1));
  two.send(slice(second, 900, 1100));
  ASSERT_TRUE(run_until_seen(2));
  EXPECT_THAT(payloads(), ElementsAre(first, second));
  EXPECT_NE(seen_[0].session, seen_[1].session);
  EXPECT_EQ(seen_[0].exporter.port, one.port());
  two.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(ended_[0].first, seen_[1].session);
}

TEST_F(Stream, NumbersAreNeverUsedTwice) {
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 3; ++i) {
    open();  // another source
    for (int j = 0; j < 2; ++j) {
      Client client(listener());
      client.send(ipfix(16));
      ASSERT_TRUE(run_until_seen(seen_.size() + 1));
      numbers.insert(seen_.back().session);
    }
  }
  EXPECT_EQ(numbers.size(), 6U);
}

TEST_F(Stream, HalfClosedPeerIsReadToTheEnd) {
  open();
  const Client client(listener());
  client.send(joined({ipfix(100), ipfix(60'000), ipfix(60'000)}));
  client.half_close();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(seen_.size(), 3U);
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(log_.text(), "");
  expect_books_to_balance();
}

TEST_F(Stream, ResetEndsTheSession) {
  open();
  Client client(listener());
  client.send(ipfix(100));
  ASSERT_TRUE(run_until_seen(1));
  client.reset();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(log_.text(), HasSubstr("lost session"));
}

TEST_F(Stream, MessageThatLacksItsEndIsCounted) {
  open();
  Client client(listener());
  client.send(joined({ipfix(100), slice(ipfix(100), 0, 60)}));
  client.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_EQ(counts().skipped_bytes.value(), 60U);
  EXPECT_EQ(counts().rubbish.value(), 0U);
  EXPECT_THAT(log_.text(), HasSubstr("it ends within a message"));
  expect_books_to_balance();
}

struct RubbishCase {
  const char* name;
  ByteVector bytes;
  std::size_t messages;
  const char* reason;
};

void PrintTo(const RubbishCase& rubbish, std::ostream* out) {
  *out << rubbish.name;
}

class Rubbish : public Stream, public testing::WithParamInterface<RubbishCase> {};

// RFC 7011 section 9.1
TEST_P(Rubbish, ClosesTheSession) {
  open();
  Client other(listener());
  const Client client(listener());
  client.send(GetParam().bytes);
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(seen_.size(), GetParam().messages);
  EXPECT_EQ(counts().rubbish.value(), 1U);
  EXPECT_THAT(log_.text(), AllOf(HasSubstr(GetParam().reason), HasSubstr(":" + std::to_string(client.port()))));
  other.send(ipfix(20));
  EXPECT_TRUE(run_until_seen(GetParam().messages + 1)) << "the other sessions go on";
  other.end();
  ASSERT_TRUE(run_until_ended(2));
  expect_books_to_balance();
}

INSTANTIATE_TEST_SUITE_P(
    Streams, Rubbish,
    testing::Values(RubbishCase{"ipfixLengthBelow16", joined({ipfix(50), {0, 10, 0, 15}, ipfix(50)}), 1,
                                "states a length below 16"},
                    RubbishCase{"strayByteAfterIpfix", joined({ipfix(50), {1}, ipfix(50)}), 1,
                                "what follows an IPFIX message is none"},
                    RubbishCase{"netflow9", joined({{0, 9, 0, 1}, ByteVector(60)}), 0, "NetFlow v9 states no"},
                    RubbishCase{"anotherProtocol", ByteVector(300, 'x'), 0, "it brings no export messages"},
                    RubbishCase{"afterNetFlow5", joined({netflow5(1), ByteVector(70'000, 'x')}), 1,
                                "it brings no export messages"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(Stream, OverTheLimitIsRefused) {
  open({.max_sessions = 2});
  Client one(listener());
  const Client two(listener());
  const Client three(listener());
  ASSERT_TRUE(run_until([&] { return counts().refused.value() == 1; }));
  EXPECT_TRUE(three.is_closed_by_peer());
  EXPECT_EQ(counts().opened.value(), 2U);
  EXPECT_THAT(log_.text(), HasSubstr("too many sessions"));
  one.end();
  ASSERT_TRUE(run_until_ended(1));
  const Client four(listener());
  four.send(ipfix(16));
  EXPECT_TRUE(run_until_seen(1)) << "there is room again";
}

// PX-16
TEST_F(Stream, OneAddressCannotTakeAllSessions) {
  open({.listen = {endpoint("0.0.0.0:0")}, .max_sessions_per_address = 2});
  const Client one(reachable(listener()));
  const Client two(reachable(listener()));
  const Client three(reachable(listener()));
  ASSERT_TRUE(run_until([&] { return counts().refused.value() == 1; }));
  EXPECT_THAT(log_.text(), HasSubstr("too many sessions of this address"));
  const Client other(reachable(listener()), endpoint("127.0.0.2:0"));
  ASSERT_TRUE(run_until([&] { return counts().opened.value() == 3; }));
}

// PX-16
TEST_F(Stream, AddressThatIsNotAllowedIsRefused) {
  open({.allowed = {*IpPrefix::parse("192.0.2.0/24"), *IpPrefix::parse("2001:db8::/32")}});
  const Client client(listener());
  ASSERT_TRUE(run_until([&] { return counts().refused.value() == 1; }));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_THAT(log_.text(), HasSubstr("not allowed"));
}

TEST_F(Stream, SilentSessionEndsAfterTheIdleTimeout) {
  open({.idle_timeout = milliseconds(100)});
  const Client client(listener());
  client.send(ipfix(16));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(Stream, SlowHandlerDoesNotMakeOtherSessionsIdle) {
  open({.idle_timeout = milliseconds(600)});
  const Client one(listener());
  const Client two(listener());
  ASSERT_TRUE(run_until([&] { return counts().opened.value() == 2; }));
  on_datagram_ = [&] {
    if (seen_.size() > 1) return;
    std::this_thread::sleep_for(milliseconds(650));
    two.send(ipfix(17));
  };
  one.send(ipfix(16));
  std::this_thread::sleep_for(milliseconds(160));  // the sweep is due together with the datagram
  ASSERT_TRUE(run_until([&] { return seen_.size() == 2 || ended_.size() == 2; }));
  EXPECT_EQ(seen_.size(), 2U);
}

TEST_F(Stream, IdleOncePerBurst) {
  open();
  Client one(listener());
  Client two(listener());
  ASSERT_TRUE(run_until([&] { return counts().opened.value() == 2; }));
  ByteVector burst;
  for (int i = 0; i < 2000; ++i) append(burst, ipfix(400));
  auto sent = std::async(std::launch::async, [&] {
    one.send(burst);
    two.send(burst);
  });
  ASSERT_TRUE(run_until([&] { return seen_.size() == 4000 && idle_ > 0; }));
  sent.get();
  EXPECT_LT(idle_, 1000) << "flushed when drained, not for every message";
}

TEST_F(Stream, StopReadsWhatHasCome) {
  open();
  const Client one(listener());
  one.send(ipfix(16));
  ASSERT_TRUE(run_until_seen(1));
  for (int i = 0; i < 50; ++i) one.send(ipfix(1000));
  one.send(slice(ipfix(100), 0, 10));
  const Client not_accepted_yet(listener());
  not_accepted_yet.send(ipfix(17));
  source_->stop();
  EXPECT_EQ(seen_.size(), 52U);
  EXPECT_EQ(counts().skipped_bytes.value(), 10U);
  EXPECT_GE(idle_, 1);
  expect_books_to_balance();
  EXPECT_TRUE(one.is_closed_by_peer());
  const int idle = idle_;
  context_.run();
  EXPECT_EQ(idle_, idle);
  EXPECT_EQ(ended_.size(), 2U);
}

TEST_F(Stream, MayBeDestroyedWithinItsHandler) {
  open();
  const Client client(listener());
  on_datagram_ = [this] { source_.reset(); };
  for (int i = 0; i < 10; ++i) client.send(ipfix(16));
  ASSERT_TRUE(run_until([&] { return source_ == nullptr; }));
  context_.run();
  EXPECT_EQ(seen_.size(), 1U);
  EXPECT_EQ(idle_, 0);
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(Stream, ContextMayGoWithSessionsOpen) {
  auto context = std::make_unique<boost::asio::io_context>(1);
  auto source = std::make_unique<StreamSource>(*context, StreamSourceConfig{.listen = {endpoint("127.0.0.1:0")}},
                                               log_.logger(), handlers());
  source->start();
  const Client client(source->local_endpoints()[0]);
  client.send(ipfix(16));
  while (seen_.empty()) context->run_one_for(milliseconds(20));
  source.reset();
  context.reset();
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(Stream, TakenPortIsAClearError) {
  open();
  try {
    const StreamSource second(context_, {.listen = {listener()}}, log_.logger(), handlers());
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.what(), "cannot listen on " + listener().to_string() +
                                ": Address already in use (is another collector running? ss -ltnp shows it)");
  }
}

}  // namespace
}  // namespace flowcef::test
