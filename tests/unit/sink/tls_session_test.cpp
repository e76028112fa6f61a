#include "flowcef/sink/tls_session.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <fstream>

#include "flowcef/sink/tls_context.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using Status = StreamLayer::Status;
using testing::HasSubstr;

class TlsSessionTest : public testing::Test {
 protected:
  test::Certificates certificates_;
  TlsConfig config_;
  std::unique_ptr<TlsSession> client_, server_;
  Status client_status_ = Status::ok;
  Status server_status_ = Status::ok;

  TlsSessionTest() { config_.ca = certificates_.file("ca.pem"); }

  void make(const std::string& host, test::ServerOptions options = {}) {
    client_ = TlsContext(config_, host).new_session();
    SslPtr ssl(SSL_new(test::server_context(certificates_, options).get()));
    SSL_set_accept_state(ssl.get());
    server_ = std::make_unique<TlsSession>(std::move(ssl));
  }

  /// Hands over what `from` has, at most `limit` bytes of it.
  static Status carry(TlsSession& from, TlsSession& to, std::size_t limit = SIZE_MAX) {
    Status status = Status::ok;
    while (limit > 0) {
      const std::string_view bytes = from.next_output().substr(0, limit);
      if (bytes.empty()) break;
      limit -= bytes.size();
      const Status next = to.received(bytes);
      if (next != Status::ok) status = next;
      from.sent(bytes.size());
      if (status == Status::failed) break;
    }
    return status;
  }

  void handshake() {
    client_->start();
    for (int i = 0; i < 4; ++i) {
      if (const Status status = carry(*client_, *server_); status != Status::ok) server_status_ = status;
      if (const Status status = carry(*server_, *client_); status != Status::ok) client_status_ = status;
      if (client_status_ == Status::failed) {
        server_status_ = carry(*client_, *server_);  // its alert
        return;
      }
    }
  }
};

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

TEST_F(TlsSessionTest, OlderVersionsAreRefused) {
  make("localhost", {.version = TLS1_1_VERSION});
  handshake();
  EXPECT_NE(server_status_, Status::secured);
  EXPECT_NE(client_status_, Status::secured);
}

struct NameCase {
  const char* name;
  const char* host;
  const char* server_name;
  const char* failure;  ///< empty: accepted
};

class TlsSessionName : public TlsSessionTest, public testing::WithParamInterface<NameCase> {};

TEST_P(TlsSessionName, IsCheckedAgainstTheCertificate) {
  config_.server_name = GetParam().server_name;
  make(GetParam().host);
  handshake();
  if (*GetParam().failure == '\0') {
    EXPECT_EQ(client_status_, Status::secured) << client_->error();
  } else {
    EXPECT_EQ(client_status_, Status::failed);
    EXPECT_THAT(client_->error(), HasSubstr(GetParam().failure));
    EXPECT_THAT(client_->error(), HasSubstr("tls.server_name"));
    EXPECT_EQ(server_status_, Status::failed) << "it is told by an alert";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Names, TlsSessionName,
    testing::Values(NameCase{"Dns", "localhost", "", ""}, NameCase{"Ipv4", "127.0.0.1", "", ""},
                    NameCase{"Ipv6", "::1", "", ""}, NameCase{"NameOfItsOwn", "192.0.2.1", "localhost", ""},
                    NameCase{"OtherDns", "siem.example", "", "hostname mismatch"},
                    NameCase{"OtherIp", "127.0.0.2", "", "IP address mismatch"},
                    NameCase{"OtherNameOfItsOwn", "localhost", "siem.example", "hostname mismatch"}),
    [](const auto& param) { return param.param.name; });

TEST_F(TlsSessionTest, UnknownAuthorityIsRefused) {
  const test::Certificates others;
  config_.ca = others.file("ca.pem");
  make("localhost");
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("certificate check failed"));
  EXPECT_THAT(client_->error(), HasSubstr("tls.ca"));
}

TEST_F(TlsSessionTest, SystemAuthoritiesDoNotKnowOurs) {
  config_.ca.clear();
  make("localhost");
  handshake();
  EXPECT_EQ(client_status_, Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("tls.ca"));
}

TEST_F(TlsSessionTest, ChecksCanBeSwitchedOff) {
  config_.verify = false;
  config_.ca.clear();
  make("siem.example");
  handshake();
  EXPECT_EQ(client_status_, Status::secured) << client_->error();
}

TEST_F(TlsSessionTest, PlainTextFromTheReceiverIsNamed) {
  make("localhost");
  client_->start();
  EXPECT_EQ(client_->received("HTTP/1.1 400 Bad Request\r\n"), Status::failed);
  EXPECT_THAT(client_->error(), HasSubstr("does not speak TLS"));
}

struct BadFileCase {
  const char* name;
  const char* ca;
  const char* certificate;
  const char* key;
  const char* text;
};

class TlsContextFiles : public TlsSessionTest, public testing::WithParamInterface<BadFileCase> {};

TEST_P(TlsContextFiles, AreNamedWhenTheyCannotBeUsed) {
  std::ofstream(certificates_.file("garbage.pem")) << "not a certificate\n";
  const auto file = [this](const char* name) { return *name ? certificates_.file(name) : std::string(); };
  config_.ca = file(GetParam().ca);
  config_.certificate = file(GetParam().certificate);
  config_.key = file(GetParam().key);
  try {
    const TlsContext context(config_, "localhost");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().text));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bad, TlsContextFiles,
    testing::Values(BadFileCase{"MissingCa", "nowhere.pem", "", "", "nowhere.pem: no such file"},
                    BadFileCase{"GarbageCa", "garbage.pem", "", "", "tls.ca"},
                    BadFileCase{"MissingCertificate", "ca.pem", "nowhere.pem", "client.key", "tls.certificate"},
                    BadFileCase{"GarbageCertificate", "ca.pem", "garbage.pem", "client.key", "tls.certificate"},
                    BadFileCase{"MissingKey", "ca.pem", "client.pem", "nowhere.key", "tls.key"},
                    BadFileCase{"KeyOfAnother", "ca.pem", "client.pem", "server.key", "key values mismatch"},
                    BadFileCase{"KeyAlone", "ca.pem", "", "client.key", "without tls.certificate"}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace flowcef
