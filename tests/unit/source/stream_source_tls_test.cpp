#include <gmock/gmock.h>

#include "stream_test_support.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Certificates& certificates() {
  static const Certificates made;
  return made;
}

/// Of another authority.
const Certificates& foreign_certificates() {
  static const Certificates made;
  return made;
}

class StreamTls : public Stream {
 protected:
  static StreamSourceConfig config(bool ask_for_certificate) {
    StreamSourceConfig config;
    config.tls.emplace();
    config.tls->certificate = certificates().file("server.pem");
    config.tls->key = certificates().file("server.key");
    if (ask_for_certificate) config.tls->client_ca = certificates().file("ca.pem");
    return config;
  }
};

class StreamTlsVersion : public StreamTls, public testing::WithParamInterface<int> {};

// RFC 7011 section 11.1
TEST_P(StreamTlsVersion, CarriesMessages) {
  open(config(false));
  const ByteVector stream = joined({ipfix(16), ipfix(65535), ipfix(65534), ipfix(100)});
  EXPECT_TRUE(send_by_tls_while_running({.trusted = &certificates(), .max_version = GetParam()}, stream));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(payloads(), ElementsAre(ipfix(16), ipfix(65535), ipfix(65534), ipfix(100)));
  EXPECT_EQ(counts().tls_failures.value(), 0U);
  EXPECT_EQ(log_.text(), "");
  expect_books_to_balance();
}

TEST_P(StreamTlsVersion, TakesAClientWithACertificate) {
  open(config(true));
  const TlsClientOptions options{&certificates(), &certificates(), GetParam()};
  EXPECT_TRUE(send_by_tls_while_running(options, ipfix(100)));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(payloads(), ElementsAre(ipfix(100)));
}

TEST_P(StreamTlsVersion, RefusesAClientWithoutACertificate) {
  open(config(true));
  EXPECT_FALSE(send_by_tls_while_running({.trusted = &certificates(), .max_version = GetParam()}, ipfix(100)));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(seen_, IsEmpty());
  EXPECT_EQ(counts().tls_failures.value(), 1U);
  EXPECT_THAT(log_.text(), HasSubstr("peer did not return a certificate"));
  expect_books_to_balance();
}

TEST_P(StreamTlsVersion, RefusesAClientOfAnotherAuthority) {
  open(config(true));
  const TlsClientOptions options{&certificates(), &foreign_certificates(), GetParam()};
  EXPECT_FALSE(send_by_tls_while_running(options, ipfix(100)));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(seen_, IsEmpty());
  EXPECT_EQ(counts().tls_failures.value(), 1U);
  EXPECT_THAT(log_.text(), HasSubstr("client certificate: "));
}

INSTANTIATE_TEST_SUITE_P(Versions, StreamTlsVersion, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& tested) { return tested.param == TLS1_2_VERSION ? "tls12" : "tls13"; });

TEST_F(StreamTls, RefusesOldVersions) {
  open(config(false));
  EXPECT_FALSE(send_by_tls_while_running({.trusted = &certificates(), .max_version = TLS1_1_VERSION}, ipfix(100)));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(StreamTls, ClientThatDoesNotTrustTheServerIsLogged) {
  open(config(false));
  EXPECT_FALSE(send_by_tls_while_running({.trusted = &foreign_certificates()}, ipfix(100)));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(counts().tls_failures.value(), 1U);
  EXPECT_THAT(log_.text(), HasSubstr("unknown ca"));
}

TEST_F(StreamTls, PlainBytesFailTheHandshake) {
  open(config(false));
  const Client client(listener());
  client.send(ipfix(100));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(seen_, IsEmpty());
  EXPECT_EQ(counts().tls_failures.value(), 1U);
  EXPECT_THAT(log_.text(), HasSubstr("tls session fails"));
}

TEST_F(StreamTls, SilentClientRunsIntoTheHandshakeTimeout) {
  StreamSourceConfig with_timeout = config(false);
  with_timeout.handshake_timeout = std::chrono::milliseconds(100);
  open(with_timeout);
  const Client client(listener());
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(counts().tls_failures.value(), 1U);
  EXPECT_THAT(log_.text(), HasSubstr("the handshake takes too long"));
}

TEST_F(StreamTls, BrokenSettingsAreNamed) {
  const auto error_of = [&](const ListenTlsConfig& tls) {
    try {
      const StreamSource source(context_, {.listen = {endpoint("127.0.0.1:0")}, .tls = tls}, log_.logger(), handlers());
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const ListenTlsConfig good = *config(true).tls;
  EXPECT_EQ(error_of(good), "no error");
  ListenTlsConfig bad = good;
  bad.certificate = "";
  EXPECT_EQ(error_of(bad), "tls.certificate is missing");
  bad.certificate = "/nonexistent.pem";
  EXPECT_EQ(error_of(bad), "tls.certificate /nonexistent.pem: No such file or directory");
  bad = good;
  bad.key = certificates().file("client.key");
  EXPECT_THAT(error_of(bad), HasSubstr("it must belong to the certificate"));
  bad = good;
  bad.client_ca = certificates().file("ca.key");
  EXPECT_THAT(error_of(bad), HasSubstr("tls.client_ca"));
}

}  // namespace
}  // namespace flowcef::test
