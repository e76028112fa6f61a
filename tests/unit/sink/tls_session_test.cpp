#include "flowcef/sink/tls_session.hpp"

#include "support/tls_fixture.hpp"

namespace flowcef {
namespace {

using testing::HasSubstr;

using TlsSessionTest = test::TlsFixture;

struct Version {
  const char* name;
  int number;
};

class TlsSessionVersion : public TlsSessionTest, public testing::WithParamInterface<Version> {};

TEST_P(TlsSessionVersion, CarriesLinesAndAnOrderlyClose) {
  make("localhost", {.version = GetParam().number});
  handshake();
  ASSERT_EQ(client_status_, Status::secured) << client_->error();
  ASSERT_EQ(server_status_, Status::secured);
  EXPECT_EQ(client_->name(), GetParam().name);

  const std::string lines(100'000, 'x');
  client_->offer(lines);
  EXPECT_EQ(carry(*client_, *server_), Status::ok);
  EXPECT_EQ(server_->discarded(), lines.size());

  client_->close();
  EXPECT_EQ(carry(*client_, *server_), Status::closed);
  server_->close();
  EXPECT_EQ(carry(*server_, *client_), Status::closed);
}

TEST_P(TlsSessionVersion, PresentsTheClientCertificate) {
  config_.certificate = certificates_.file("client.pem");
  config_.key = certificates_.file("client.key");
  make("localhost", {.version = GetParam().number, .ask_for_certificate = true});
  handshake();
  EXPECT_EQ(client_status_, Status::secured) << client_->error();
  EXPECT_EQ(server_status_, Status::secured) << server_->error();
}

TEST_P(TlsSessionVersion, WithoutTheCertificateAskedForTellsWhichSettingIsMissing) {
  make("localhost", {.version = GetParam().number, .ask_for_certificate = true});
  client_->start();
  for (int i = 0; i < 4 && server_status_ != Status::failed; ++i) {
    server_status_ = carry(*client_, *server_);
    client_status_ = carry(*server_, *client_);
  }
  EXPECT_EQ(server_status_, Status::failed);
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("tls.certificate"));
}

TEST_P(TlsSessionVersion, CountsPlaintextOnlyWhenItsRecordIsWhollyOut) {
  make("localhost", {.version = GetParam().number});
  handshake();
  client_->offer(std::string(40'000, 'x'));
  std::size_t out = 0;
  std::size_t before_last_byte = 0;
  for (std::string_view rest = client_->next_output(); !rest.empty(); rest = client_->next_output()) {
    before_last_byte = out;
    out += client_->sent(1);
  }
  EXPECT_EQ(out, 40'000U);
  EXPECT_EQ(before_last_byte, 2U * 16384) << "two whole records until the last byte of the third";
}

TEST_P(TlsSessionVersion, TruncatedInputIsWaitedForAndDamagedInputRefused) {
  make("localhost", {.version = GetParam().number});
  handshake();
  client_->offer("line\n");
  const std::string record(client_->next_output());
  for (std::size_t i = 0; i + 1 < record.size(); ++i) {
    ASSERT_EQ(server_->received({&record[i], 1}), Status::ok);
  }
  EXPECT_EQ(server_->discarded(), 0U);
  const char damaged = static_cast<char>(record.back() ^ 1);
  EXPECT_EQ(server_->received({&damaged, 1}), Status::failed);
  EXPECT_FALSE(server_->error().empty());
}

INSTANTIATE_TEST_SUITE_P(Both, TlsSessionVersion,
                         testing::Values(Version{"TLSv1.2", TLS1_2_VERSION}, Version{"TLSv1.3", TLS1_3_VERSION}),
                         [](const auto& param) { return "Tls1" + std::string(1, param.param.name[6]); });

TEST_F(TlsSessionTest, HandshakeGoesOnByteByByte) {
  make("localhost");
  client_->start();
  for (int i = 0; i < 20'000 && client_status_ != Status::secured; ++i) {
    if (carry(*client_, *server_, 1) == Status::secured) server_status_ = Status::secured;
    client_status_ = carry(*server_, *client_, 1);
    ASSERT_NE(client_status_, Status::failed) << client_->error();
  }
  EXPECT_EQ(client_status_, Status::secured);
}

struct RefusedServer {
  const char* name;
  test::ServerOptions options;
  const char* error;
};

class TlsSessionRefused : public TlsSessionTest, public testing::WithParamInterface<RefusedServer> {};

// PX-12: a server of the RSA certificate `rsa` that offers what RFC 9662 leaves behind.
TEST_P(TlsSessionRefused, NamesWhatTheReceiverNeeds) {
  make_certificate("rsa", {.rsa = true});
  make("localhost", GetParam().options);
  handshake();
  EXPECT_NE(server_status_, Status::secured);
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_FALSE(client_->accepted());
  EXPECT_THAT(client_->error(), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Servers, TlsSessionRefused,
    testing::Values(RefusedServer{"Tls11",
                                  {.version = TLS1_1_VERSION, .certificate = "rsa", .ciphers = "ALL:@SECLEVEL=0"},
                                  "needs TLS 1.2 or 1.3"},
                    RefusedServer{"RsaKeyExchange",
                                  {.version = TLS1_2_VERSION, .certificate = "rsa", .ciphers = "AES128-GCM-SHA256"},
                                  "alert from the receiver: handshake failure (it needs TLS 1.3, or 1.2 with ECDHE"},
                    RefusedServer{
                        "Cbc",
                        {.version = TLS1_2_VERSION, .certificate = "rsa", .ciphers = "ECDHE-RSA-AES128-SHA256"},
                        "alert from the receiver: handshake failure (it needs TLS 1.3, or 1.2 with ECDHE"}),
    [](const auto& param) { return param.param.name; });

// PX-12
TEST_F(TlsSessionTest, SuiteOfRfc9662IsOffered) {
  make_certificate("rsa", {.rsa = true});
  make("localhost", {.version = TLS1_2_VERSION, .certificate = "rsa", .ciphers = "ECDHE-RSA-AES128-GCM-SHA256"});
  handshake();
  EXPECT_EQ(client_status_, Status::secured) << client_->error();
}

TEST_F(TlsSessionTest, PlainTextFromTheReceiverIsNamed) {
  make("localhost");
  client_->start();
  EXPECT_EQ(client_->received("HTTP/1.1 400 Bad Request\r\n"), Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("does not speak TLS"));
}

TEST_F(TlsSessionTest, RenegotiationIsDeclined) {  // PX-12
  make("localhost", {.version = TLS1_2_VERSION});
  handshake();
  SSL_renegotiate(server_ssl_);
  SSL_do_handshake(server_ssl_);
  EXPECT_EQ(carry(*server_, *client_), Status::ok);
  ASSERT_FALSE(client_->next_output().empty());
  EXPECT_EQ(client_->next_output().front(), SSL3_RT_ALERT) << "and no ClientHello";
  EXPECT_EQ(carry(*client_, *server_), Status::failed);
  EXPECT_THAT(server_->error(), HasSubstr("no renegotiation"));
}

TEST_F(TlsSessionTest, AnswersThatTheReceiverDoesNotTakeAreBounded) {
  make("localhost", {.version = TLS1_2_VERSION});
  handshake();
  Status status = Status::ok;
  for (int i = 0; i < 100'000 && status == Status::ok; ++i) {
    SSL_renegotiate(server_ssl_);
    SSL_do_handshake(server_ssl_);
    status = carry(*server_, *client_);
  }
  EXPECT_EQ(status, Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("takes none"));
}

class TlsTicketInTwoRecords : public TlsSessionTest {
 protected:
  /// The client is secured; the server has a ticket to send.
  TlsTicketInTwoRecords() {
    config_.certificate = certificates_.file("client.pem");  // makes the ticket longer than a record
    config_.key = certificates_.file("client.key");
    make("localhost", {.version = TLS1_3_VERSION, .ask_for_certificate = true});
    SSL_ctrl(server_ssl_, SSL_CTRL_SET_MAX_SEND_FRAGMENT, 512, nullptr);
    client_->start();
    carry(*client_, *server_);
    client_status_ = carry(*server_, *client_);
    carry(*client_, *server_);
  }
};

TEST_F(TlsTicketInTwoRecords, IsNoSecondHandshake) {
  ASSERT_EQ(client_status_, Status::secured) << client_->error();
  ASSERT_GT(server_->next_output().size(), 600U);
  while (!server_->next_output().empty()) ASSERT_EQ(carry(*server_, *client_, 1), Status::ok);
  EXPECT_TRUE(client_->accepted());
}

TEST_F(TlsTicketInTwoRecords, HoldsBackOurRecordsUntilItIsWhole) {
  carry(*server_, *client_, 600);
  client_->offer("line\n");
  EXPECT_EQ(client_->next_output(), "");
  EXPECT_THAT(client_->error(), HasSubstr("did not end a handshake message"));
}

TEST_F(TlsSessionTest, CertificateOfTheReceiverHasItsDate) {
  make_certificate("soon", {.expires_in = 10 * 86'400 + 3600});
  make("localhost", {.certificate = "soon"});
  EXPECT_FALSE(client_->peer_certificate_expires().has_value());
  handshake();
  ASSERT_TRUE(client_->peer_certificate_expires().has_value()) << client_->error();
  EXPECT_EQ(days_left(*client_->peer_certificate_expires(), std::chrono::system_clock::now()), 10);
}

}  // namespace
}  // namespace flowcef
