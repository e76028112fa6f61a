// PX-12: several receivers over real sockets: they die, come back, or show the wrong certificate.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio.hpp>
#include <optional>

#include "flowcef/sink/output.hpp"
#include "flowcef/sink/receiver_probe.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::eventually;
using test::StreamReceiver;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

/// Returns: a port where nobody listens, but somebody may later.
std::uint16_t free_port() {
  return StreamReceiver().port();
}

class ReceiverProbeTest : public testing::Test {
 protected:
  boost::asio::io_context io_;

  /// Returns: what the probe found.
  std::string probe(std::uint16_t port, const TlsContext* tls = nullptr, const std::string& host = "127.0.0.1",
                    const std::string& source = "") {
    ReceiverProbe probe(io_, {host, port}, source, 200ms, tls);
    std::optional<std::string> found;
    probe.start([&found](const std::string& error) { found = error; });
    io_.restart();
    while (!found && io_.run_one_for(10s) > 0) {
    }
    io_.poll();  // what was cancelled looks at the probe once more
    return found.value_or("nothing");
  }
};

TEST_F(ReceiverProbeTest, ReceiverOverTcpIsReachedAndLeftInOrder) {
  StreamReceiver receiver;
  EXPECT_EQ(probe(receiver.port()), "");
  EXPECT_EQ(probe(receiver.port(), nullptr, "127.0.0.1", "127.0.0.2"), "");
  EXPECT_EQ(receiver.orderly_ends(), 2);
  EXPECT_EQ(receiver.text(), "");
}

TEST_F(ReceiverProbeTest, ReceiverThatIsNotThereIsNotReached) {
  EXPECT_EQ(probe(free_port()), "Connection refused");
  EXPECT_THAT(probe(1, nullptr, "no-such-host.invalid"), Not(""));
  EXPECT_THAT(probe(1, nullptr, "127.0.0.1", "192.0.2.1"), HasSubstr("assign"));
}

TEST_F(ReceiverProbeTest, ReceiverThatDoesNotCloseIsReached) {
  StreamReceiver receiver(0, nullptr, 0);
  EXPECT_EQ(probe(receiver.port()), "");
}

TEST_F(ReceiverProbeTest, ReceiverThatHangsUpAtOnceIsNotReached) {
  using boost::asio::ip::tcp;
  tcp::acceptor acceptor(io_, {boost::asio::ip::address_v4::loopback(), 0});
  acceptor.async_accept([](boost::system::error_code, tcp::socket) {});
  EXPECT_EQ(probe(acceptor.local_endpoint().port()), "closed by the receiver");
}

TEST_F(ReceiverProbeTest, EveryAddressOfAReceiverIsTried) {
  if (!test::localhost_resolves()) GTEST_SKIP() << "localhost has no address here";
  StreamReceiver receiver;
  EXPECT_EQ(probe(receiver.port(), nullptr, "localhost"), "") << "nobody listens at ::1";
}

class TlsReceiverProbeTest : public ReceiverProbeTest {
 protected:
  test::Certificates certificates_;

  TlsConfig tls() {
    TlsConfig config;
    config.ca = certificates_.file("ca.pem");
    return config;
  }
};

TEST_F(TlsReceiverProbeTest, HandshakeIsPartOfIt) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    StreamReceiver receiver(0, test::server_context(certificates_, {.version = version}));
    const TlsContext context(tls(), "127.0.0.1");
    EXPECT_EQ(probe(receiver.port(), &context), "");
    EXPECT_EQ(probe(receiver.port(), &context), "") << "resumed";
    EXPECT_TRUE(eventually([&] { return receiver.orderly_ends() == 2; })) << version;
  }
}

TEST_F(TlsReceiverProbeTest, ReceiverWithAnotherNameIsNotReached) {
  StreamReceiver receiver(0, test::server_context(certificates_));
  const TlsContext context(tls(), "siem.example");
  EXPECT_THAT(probe(receiver.port(), &context), HasSubstr("hostname mismatch"));
}

TEST_F(TlsReceiverProbeTest, ReceiverThatRefusesOurCertificateIsNotReached) {
  StreamReceiver receiver(0, test::server_context(certificates_, {.ask_for_certificate = true}));
  const TlsContext context(tls(), "127.0.0.1");
  EXPECT_THAT(probe(receiver.port(), &context), HasSubstr("certificate"));
}

TEST_F(TlsReceiverProbeTest, ReceiverThatSpeaksNoTlsIsNotReached) {
  StreamReceiver receiver;
  const TlsContext context(tls(), "127.0.0.1");
  EXPECT_EQ(probe(receiver.port(), &context), "TLS handshake timed out");
}

TEST_F(ReceiverProbeTest, NothingIsSaidAfterACancel) {
  StreamReceiver receiver;
  ReceiverProbe probe(io_, {"127.0.0.1", receiver.port()}, "", 10s, nullptr);
  int said = 0;
  probe.start([&said](const std::string&) { ++said; });
  io_.run_one_for(1s);
  probe.cancel();
  io_.run_for(100ms);
  EXPECT_EQ(said, 0);
  io_.restart();
  probe.start([&said](const std::string&) { said += 10; });
  probe.start([&said](const std::string&) { said += 100; });
  io_.run_for(5s);
  EXPECT_EQ(said, 100) << "the later one replaces the other";
}

class ReceiversTest : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;
  std::size_t next_number_ = 0;

  static SinkConfig config(Transport transport, const std::vector<std::uint16_t>& ports) {
    SinkConfig config = test::loopback_config(transport, ports.front());
    for (std::size_t i = 1; i < ports.size(); ++i) config.more_receivers.push_back({"127.0.0.1", ports[i]});
    config.failback_after = 300ms;
    return config;
  }
  /// Returns: the bytes of the lines.
  std::string submit(Output& output, std::size_t lines, std::size_t length = 100) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < lines; ++i) texts.push_back(test::numbered_line(next_number_++, length));
    const BatchRef batch = test::make_batch(pool_, texts);
    output.submit(batch, Producer::cannot_wait);
    return std::string(batch->bytes());
  }
  static std::string target(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }
};

TEST_F(ReceiversTest, FirstThatCannotBeReachedIsPassedOver) {
  const std::uint16_t first = free_port();
  StreamReceiver second;
  const auto output = make_output(config(Transport::tcp, {first, second.port()}), log_.logger());
  output->start();
  const std::string lines = submit(*output, 10);
  EXPECT_TRUE(eventually([&] { return second.text() == lines; }));
  EXPECT_EQ(output->links().front().target, target(second.port()));
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 10U);
  EXPECT_EQ(output->counts().failovers, 1U);
  EXPECT_THAT(log_.text(),
              HasSubstr("cannot connect output=test to=" + target(first) + " reason=\"Connection refused\" wait_ms=0"));
  EXPECT_THAT(log_.text(), HasSubstr("failover output=test from=" + target(first) + " to=" + target(second.port()) +
                                     " reason=\"Connection refused\""));
  EXPECT_THAT(log_.text(), HasSubstr("connected output=test to=" + target(second.port())));
}

class ReceiversBoth : public ReceiversTest, public testing::WithParamInterface<Transport> {
 protected:
  test::Certificates certificates_;
  std::shared_ptr<ssl_ctx_st> tls_ = GetParam() == Transport::tls ? test::server_context(certificates_) : nullptr;

  SinkConfig config(const std::vector<std::uint16_t>& ports) {
    SinkConfig config = ReceiversTest::config(GetParam(), ports);
    config.tls.ca = certificates_.file("ca.pem");
    return config;
  }
};

TEST_P(ReceiversBoth, NextOneGetsAllThatTheFirstHadNotAcknowledgedUntilThatIsBack) {
  static constexpr std::size_t kBytesOfLine = 60'000;
  auto first = std::make_unique<StreamReceiver>(0, tls_, 1000);  // reads little, so that much is unacknowledged
  StreamReceiver second(0, tls_);
  StreamReceiver third(0, tls_);
  const std::uint16_t first_port = first->port();
  const auto output = make_output(config({first_port, second.port(), third.port()}), log_.logger());
  output->start();
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += submit(*output, 1, kBytesOfLine);
  EXPECT_TRUE(eventually([&] { return output->links().front().state == LinkState::stalled; }));
  const std::uint64_t delivered = output->counts().delivered;
  ASSERT_LT(delivered, 200U);

  first->die();
  EXPECT_TRUE(eventually([&] { return second.text().size() >= (200 - delivered) * (kBytesOfLine + 1); }));
  EXPECT_TRUE(lines.ends_with(second.text())) << "whole lines, in order, none left out";
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == 200; }));
  EXPECT_EQ(output->counts().failovers, 1U);

  first = std::make_unique<StreamReceiver>(first_port, tls_);
  EXPECT_TRUE(
      eventually([&] { return output->links().front().target == target(first_port) && output->counts().connected; }));
  EXPECT_TRUE(eventually([&] { return second.orderly_ends() == 1; }));
  const std::string new_lines = submit(*output, 10);
  EXPECT_TRUE(eventually([&] { return first->text() == new_lines; })) << "nothing again that the second has read";
  output->stop(steady_clock::now() + 10s);
  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.delivered, 210U);
  EXPECT_EQ(counts.failovers, 2U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_EQ(third.connections().size(), 0U);
  EXPECT_THAT(log_.text(), HasSubstr("back at the first receiver output=test to=" + target(first_port)));
}

TEST_P(ReceiversBoth, FailbackUnderLoadCutsNoLineAndRepeatsNone) {
  const std::uint16_t first_port = free_port();
  StreamReceiver second(0, tls_);
  const auto output = make_output(config({first_port, second.port()}), log_.logger());
  output->start();
  EXPECT_TRUE(eventually([&] { return output->counts().connected; }));
  StreamReceiver first(first_port, tls_);
  std::string lines;
  EXPECT_TRUE(eventually([&] {
    if (output->counts().queued < 10'000) lines += submit(*output, 100, 200);
    return output->counts().failovers == 2;
  }));
  lines += submit(*output, 10);
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(second.text().back(), '\n');
  EXPECT_TRUE(second.text() + first.text() == lines);
  EXPECT_EQ(output->counts().repeated, 0U);
  EXPECT_EQ(output->counts().delivered, next_number_);
}

INSTANTIATE_TEST_SUITE_P(Both, ReceiversBoth, testing::Values(Transport::tcp, Transport::tls),
                         [](const auto& param) { return param.param == Transport::tcp ? "Tcp" : "Tls"; });

TEST_F(ReceiversTest, EachThatDiesIsFollowedByTheNext) {
  std::array<std::unique_ptr<StreamReceiver>, 3> receivers;
  std::vector<std::uint16_t> ports;
  for (auto& receiver : receivers) {
    receiver = std::make_unique<StreamReceiver>();
    ports.push_back(receiver->port());
  }
  SinkConfig settings = config(Transport::tcp, ports);
  settings.failback_after = 60s;
  const auto output = make_output(settings, log_.logger());
  output->start();
  std::string lines;
  for (auto& receiver : receivers) {
    lines += submit(*output, 10);
    EXPECT_TRUE(eventually([&] { return receiver->text() == lines; })) << "with those that may be unread";
    receiver->die();
  }
  EXPECT_TRUE(eventually([&] { return output->counts().errors["ECONNREFUSED"] >= 6; })) << "one round after the other";
  StreamReceiver second(ports[1]);
  EXPECT_TRUE(eventually([&] { return second.text() == lines; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 30U);
  EXPECT_EQ(output->counts().failovers, 3U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(ReceiversTest, ReceiverThatStallsIsGivenUpForTheNext) {
  StreamReceiver first(0, nullptr, 1000);
  StreamReceiver second;
  SinkConfig settings = config(Transport::tcp, {first.port(), second.port()});
  settings.peer_timeout = 300ms;
  settings.failback_after = 60s;
  const auto output = make_output(settings, log_.logger());
  output->start();
  for (int i = 0; i < 200; ++i) submit(*output, 1, 60'000);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == 200; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_THAT(log_.text(), HasSubstr("failover output=test from=" + target(first.port()) +
                                     " to=" + target(second.port()) + " reason=\"it takes nothing\""));
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(ReceiversTest, FirstWithACertificateThatIsNotTrustedIsPassedOverAndNotGoneBackTo) {
  const test::Certificates certificates;
  const test::Certificates others;
  StreamReceiver first(0, test::server_context(others));
  StreamReceiver second(0, test::server_context(certificates));
  SinkConfig settings = config(Transport::tls, {first.port(), second.port()});
  settings.tls.ca = certificates.file("ca.pem");
  settings.failback_after = 100ms;
  const auto output = make_output(settings, log_.logger());
  output->start();
  const std::string lines = submit(*output, 10);
  EXPECT_TRUE(eventually([&] { return second.text() == lines; }));
  EXPECT_TRUE(eventually([&] { return first.connections().size() >= 4; })) << "it is probed";
  EXPECT_EQ(first.text(), "");
  EXPECT_EQ(output->counts().failovers, 1U);
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 10U);
  EXPECT_THAT(log_.text(), HasSubstr("first receiver is not back output=test to=" + target(first.port())));
}

// Each receiver is checked against its own name.
TEST_F(ReceiversTest, NameThatIsCheckedIsThatOfTheReceiver) {
  if (!test::localhost_resolves()) GTEST_SKIP() << "localhost has no address here";
  const test::Certificates certificates;
  StreamReceiver receiver(0, test::server_context(certificates));
  SinkConfig settings = config(Transport::tls, {free_port(), receiver.port()});
  settings.host = "siem.invalid";
  settings.more_receivers.front().host = "localhost";
  settings.tls.ca = certificates.file("ca.pem");
  const auto output = make_output(settings, log_.logger());
  output->start();
  const std::string lines = submit(*output, 10);
  EXPECT_TRUE(eventually([&] { return receiver.text() == lines; }));
  output->stop(steady_clock::now() + 10s);
}

TEST_F(ReceiversTest, SessionOfOneReceiverIsNotShownToAnother) {
  const test::Certificates certificates;
  const auto tls = test::server_context(certificates);  // with the same ticket keys for both
  auto first = std::make_unique<StreamReceiver>(0, tls);
  const std::uint16_t first_port = first->port();
  StreamReceiver second(0, tls);
  SinkConfig settings = config(Transport::tls, {first_port, second.port()});
  settings.tls.ca = certificates.file("ca.pem");
  const auto output = make_output(settings, log_.logger());
  output->start();
  const std::string lines = submit(*output, 10);
  EXPECT_TRUE(eventually([&] { return first->text() == lines; }));
  first->die();
  EXPECT_TRUE(eventually([&] { return second.text() == lines; }));
  EXPECT_EQ(SSL_CTX_sess_hits(tls.get()), 0);
  first = std::make_unique<StreamReceiver>(first_port, tls);
  EXPECT_TRUE(eventually([&] { return output->counts().failovers == 2; }));
  EXPECT_GT(SSL_CTX_sess_hits(tls.get()), 0) << "its own is good";
  output->stop(steady_clock::now() + 10s);
}

// One of several of a balanced output: it knows no other, but that there are others.
TEST_F(ReceiversTest, BalancedReceiverThatStallsIsGivenUp) {
  StreamReceiver receiver(0, nullptr, 1000);
  SinkConfig settings = config(Transport::tcp, {receiver.port()});
  settings.distribution = Distribution::balance;
  settings.peer_timeout = 200ms;
  const auto output = make_output(settings, log_.logger());
  output->start();
  for (int i = 0; i < 200; ++i) submit(*output, 1, 60'000);
  EXPECT_TRUE(eventually([&] { return output->counts().connects >= 2; }));
  EXPECT_EQ(output->links().front().target, target(receiver.port()));
  output->stop(steady_clock::now());
  const std::string lost = "lost connection output=test to=" + target(receiver.port()) + " reason=\"it ";
  EXPECT_THAT(log_.text(), AnyOf(HasSubstr(lost + "takes nothing"), HasSubstr(lost + "acknowledges nothing")));
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(ReceiversTest, StopWhileNobodyIsThereKeepsItsDeadline) {
  const auto output = make_output(config(Transport::tcp, {free_port(), free_port()}), log_.logger());
  output->start();
  submit(*output, 10);
  EXPECT_TRUE(eventually([&] { return output->counts().errors["ECONNREFUSED"] >= 4; }));
  const auto begin = steady_clock::now();
  output->stop(begin + 100ms);
  EXPECT_LT(steady_clock::now() - begin, 5s);
  EXPECT_EQ(output->counts().dropped.at("stopped"), 10U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(ReceiversTest, HostAndPortAreNeededOfEach) {
  EXPECT_THROW(static_cast<void>(make_output(config(Transport::tcp, {1, 0}), log_.logger())), std::runtime_error);
}

}  // namespace
}  // namespace flowcef
