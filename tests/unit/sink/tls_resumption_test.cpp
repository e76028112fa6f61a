#include "flowcef/sink/tls_resumption.hpp"

#include "support/tls_fixture.hpp"

// PX-12: a connection is made again without a full handshake, and never by a session that stands in its way.
namespace flowcef {
namespace {

class TlsResumption : public test::TlsFixture, public testing::WithParamInterface<int> {
 protected:
  void use_certificate() {
    config_.certificate = certificates_.file("client.pem");
    config_.key = certificates_.file("client.key");
  }
  /// Returns: whether the next connection was resumed.
  bool resumes() {
    connect();
    handshake();
    EXPECT_EQ(client_status_, Status::secured) << client_->error();
    EXPECT_EQ(server_status_, Status::secured) << server_->error();
    return SSL_session_reused(server_ssl_) == 1;
  }
};

TEST_P(TlsResumption, EachConnectionResumesTheOneBefore) {
  make("localhost", {.version = GetParam()});
  SSL_CTX_set_max_early_data(server_context_.get(), 16'384);
  EXPECT_FALSE(resumes());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(resumes()) << "though the connection before had no orderly end";
    EXPECT_EQ(SSL_get_early_data_status(server_ssl_), SSL_EARLY_DATA_NOT_SENT);
    EXPECT_TRUE(client_->accepted());
    EXPECT_TRUE(client_->peer_certificate_expires().has_value());
  }
}

TEST_P(TlsResumption, ClientIsStillKnownByItsCertificate) {
  use_certificate();
  make("localhost", {.version = GetParam(), .ask_for_certificate = true});
  EXPECT_FALSE(resumes());
  EXPECT_TRUE(resumes());
  EXPECT_NE(SSL_get0_peer_certificate(server_ssl_), nullptr);
}

TEST_P(TlsResumption, ReceiverThatWasRestartedGetsAFullHandshake) {
  make("localhost", {.version = GetParam()});
  EXPECT_FALSE(resumes());
  server_context_ = test::server_context(certificates_, {.version = GetParam()});
  EXPECT_FALSE(resumes());
  EXPECT_TRUE(resumes());
}

TEST_P(TlsResumption, ReceiverMayChangeItsVersion) {
  make("localhost", {.version = GetParam()});
  EXPECT_FALSE(resumes());
  const int other = GetParam() == TLS1_3_VERSION ? TLS1_2_VERSION : TLS1_3_VERSION;
  server_context_ = test::server_context(certificates_, {.version = other});
  EXPECT_FALSE(resumes());
}

TEST_P(TlsResumption, ReceiverThatFailsAtItFailsOnce) {
  use_certificate();
  make("localhost", {.version = GetParam(), .ask_for_certificate = true});
  SSL_CTX_set_session_id_context(server_context_.get(), nullptr, 0);  // an oversight that OpenSSL punishes
  EXPECT_FALSE(resumes());
  connect();
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(resumes());
}

TEST_P(TlsResumption, NewSettingsForgetTheSession) {
  make("localhost", {.version = GetParam()});
  EXPECT_FALSE(resumes());
  context_.emplace(config_, "localhost");
  EXPECT_FALSE(resumes());
}

TEST_P(TlsResumption, ExpiredReceiverIsCheckedEachTime) {
  const auto made = make_certificate("expired", {.begins_in = -80L * 86'400, .expires_in = -40L * 86'400}, true);
  config_.ca.clear();
  config_.fingerprints = {certificate_sha256(made.certificate())};
  make("localhost", {.version = GetParam(), .certificate = "expired"});
  EXPECT_FALSE(resumes());
  EXPECT_FALSE(resumes());
}

INSTANTIATE_TEST_SUITE_P(Both, TlsResumption, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& param) { return param.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

}  // namespace
}  // namespace flowcef
