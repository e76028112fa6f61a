#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "flowcef/sink/output.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::eventually;
using test::StreamReceiver;
using testing::HasSubstr;

class TlsSinkTest : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;
  test::Certificates certificates_;

  SinkConfig config(const StreamReceiver& receiver) {
    SinkConfig config = test::loopback_config(Transport::tls, receiver.port());
    config.tls.ca = certificates_.file("ca.pem");
    return config;
  }
  std::string submit(Output& output, std::size_t batches) {
    std::string expected;
    for (std::size_t b = 0; b < batches; ++b) {
      std::vector<std::string> lines;
      for (std::size_t i = 0; i < 200; ++i) lines.push_back(test::numbered_line(b * 200 + i, 300));
      const BatchRef batch = test::make_batch(pool_, lines, Framing::octet_counting);
      expected += batch->bytes();
      output.submit(batch, Producer::cannot_wait);
    }
    return expected;
  }
};

class TlsSinkVersion : public TlsSinkTest, public testing::WithParamInterface<int> {};

TEST_P(TlsSinkVersion, ReceiverGetsEveryByteAndCloseNotify) {
  StreamReceiver receiver(0, test::server_context(certificates_, {.version = GetParam(), .ask_for_certificate = true}));
  SinkConfig settings = config(receiver);
  settings.tls.certificate = certificates_.file("client.pem");
  settings.tls.key = certificates_.file("client.key");
  const auto output = make_output(settings, log_.logger());
  output->start();
  const std::string expected = submit(*output, 50);
  output->stop(steady_clock::now() + 10s);
  EXPECT_TRUE(eventually([&] { return receiver.orderly_ends() == 1; }));
  EXPECT_TRUE(receiver.text() == expected);
  EXPECT_EQ(output->counts().delivered, 10'000U);
  EXPECT_EQ(output->counts().bytes, expected.size());
  EXPECT_TRUE(output->counts().balanced());
}

INSTANTIATE_TEST_SUITE_P(Both, TlsSinkVersion, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& param) { return param.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

TEST_F(TlsSinkTest, ReceiverWithAnotherNameGetsNothing) {
  StreamReceiver receiver(0, test::server_context(certificates_));
  SinkConfig settings = config(receiver);
  settings.tls.server_name = "siem.example";
  const auto output = make_output(settings, log_.logger());
  output->start();
  submit(*output, 1);
  EXPECT_TRUE(eventually([&] { return receiver.connections().size() >= 2; })) << "it is tried again";
  output->stop(steady_clock::now() + 20ms);
  EXPECT_EQ(receiver.text(), "");
  EXPECT_EQ(output->counts().connects, 0U);
  EXPECT_EQ(output->counts().dropped.at("stopped"), 200U);
  EXPECT_TRUE(output->counts().balanced());
  EXPECT_THAT(log_.text(), HasSubstr("hostname mismatch: CN=flowcef test server"));
  EXPECT_THAT(log_.text(), HasSubstr("(set tls.server_name"));
}

TEST_F(TlsSinkTest, HandshakeEndsWithoutALineToSend) {
  StreamReceiver receiver(0, test::server_context(certificates_));
  const auto output = make_output(config(receiver), log_.logger());
  output->start();
  EXPECT_TRUE(eventually([&] { return output->counts().connected; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_TRUE(eventually([&] { return receiver.orderly_ends() == 1; }));
}

TEST_F(TlsSinkTest, ReceiverThatRefusesUsIsNamed) {
  StreamReceiver receiver(0, test::server_context(certificates_, {.ask_for_certificate = true}));
  const auto output = make_output(config(receiver), log_.logger());
  output->start();
  EXPECT_TRUE(eventually([&] { return receiver.connections().size() >= 2; }));
  output->stop(steady_clock::now() + 20ms);
  EXPECT_THAT(log_.text(), HasSubstr("set tls.certificate and tls.key"));
}

TEST_F(TlsSinkTest, ReceiverWithoutTlsTimesOut) {
  StreamReceiver receiver;  // swallows the ClientHello and says nothing
  SinkConfig settings = config(receiver);
  settings.connect_timeout = 50ms;
  const auto output = make_output(settings, log_.logger());
  output->start();
  EXPECT_TRUE(eventually([&] { return receiver.connections().size() >= 2; }));
  output->stop(steady_clock::now() + 20ms);
  EXPECT_THAT(log_.text(), HasSubstr("timed out"));
}

TEST_F(TlsSinkTest, BadFilesAreReportedBeforeAnythingStarts) {
  SinkConfig settings = test::loopback_config(Transport::tls, 6514);
  settings.tls.ca = certificates_.file("nowhere.pem");
  try {
    const auto output = make_output(settings, log_.logger());
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("output test: tls.ca"));
  }
}

TEST_F(TlsSinkTest, SwitchedOffChecksAreWarnedOf) {
  StreamReceiver receiver(0, test::server_context(certificates_));
  SinkConfig settings = test::loopback_config(Transport::tls, receiver.port());
  settings.tls.verify = false;
  settings.tls.server_name = "siem.example";
  const auto output = make_output(settings, log_.logger());
  output->start();
  EXPECT_TRUE(eventually([&] { return output->counts().connected; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_THAT(log_.text(), HasSubstr("certificate is not checked output=test"));
}

}  // namespace
}  // namespace flowcef
