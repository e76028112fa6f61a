// PX-12: when a receiver has accepted our certificate, and when a line is with it.
#include <algorithm>
#include <deque>
#include <functional>
#include <random>

#include "support/tls_fixture.hpp"

namespace flowcef {
namespace {

using testing::HasSubstr;

class TlsAcceptance : public test::TlsFixture {
 protected:
  /// Ends as soon as the client's side is done.
  void client_handshake() {
    client_->start();
    for (int i = 0; i < 4 && client_status_ == Status::ok; ++i) {
      carry(*client_, *server_);
      client_status_ = carry(*server_, *client_);
    }
    ASSERT_EQ(client_status_, Status::secured) << client_->error();
  }
};

TEST_F(TlsAcceptance, IsAtTheEndOfTheHandshakeOfTls12) {
  make("localhost", {.version = TLS1_2_VERSION});
  EXPECT_FALSE(client_->accepted());
  client_handshake();
  EXPECT_TRUE(client_->accepted());
}

struct FirstRecord {
  const char* name;
  std::function<void(SSL*)> send;
  bool accepted;
};

class TlsFirstRecord : public TlsAcceptance, public testing::WithParamInterface<FirstRecord> {};

TEST_P(TlsFirstRecord, DecidesInTls13AlsoWhenResumed) {
  make("localhost", {.version = TLS1_3_VERSION});
  handshake();  // with tickets
  EXPECT_TRUE(client_->accepted());
  for (const int resumed : {1, 0}) {
    connect();
    SSL_set_num_tickets(server_ssl_, 0);
    client_handshake();
    EXPECT_EQ(carry(*client_, *server_), Status::secured);
    ASSERT_EQ(SSL_session_reused(server_ssl_), resumed);
    EXPECT_FALSE(client_->accepted());
    GetParam().send(server_ssl_);
    carry(*server_, *client_);
    EXPECT_EQ(client_->accepted(), GetParam().accepted);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, TlsFirstRecord,
                         testing::Values(FirstRecord{"Nothing", [](SSL*) {}, false},
                                         FirstRecord{"Data", [](SSL* ssl) { SSL_write(ssl, "x", 1); }, true},
                                         FirstRecord{"KeyUpdate",
                                                     [](SSL* ssl) {
                                                       SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
                                                       SSL_do_handshake(ssl);
                                                     },
                                                     true},
                                         FirstRecord{"Goodbye", [](SSL* ssl) { SSL_shutdown(ssl); }, false}),
                         [](const auto& param) { return param.param.name; });

struct Rejection {
  const char* name;
  const char* certificate;  ///< ours; empty: none
  const char* error;
};

class TlsRejection : public TlsAcceptance, public testing::WithParamInterface<Rejection> {};

TEST_P(TlsRejection, ComesAfterTheHandshakeOfTls13) {
  make_certificate("stranger", {}, true);
  make_certificate("expired", {.begins_in = -80L * 86'400, .expires_in = -40L * 86'400});
  if (*GetParam().certificate != '\0') {
    config_.certificate = certificates_.file(std::string(GetParam().certificate) + ".pem");
    config_.key = certificates_.file(std::string(GetParam().certificate) + ".key");
  }
  make("localhost", {.version = TLS1_3_VERSION, .ask_for_certificate = true});
  client_handshake();
  client_->offer("line\n");
  EXPECT_EQ(carry(*client_, *server_), Status::failed);
  EXPECT_EQ(carry(*server_, *client_), Status::failed);
  EXPECT_FALSE(client_->accepted());
  EXPECT_THAT(client_->error(), HasSubstr(GetParam().error));
  EXPECT_THAT(client_->error(), HasSubstr(config_.certificate));
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, TlsRejection,
    testing::Values(Rejection{"None", "",
                              "certificate required (it asks for a client certificate: set tls.certificate"},
                    Rejection{"Stranger", "stranger", "unknown ca (it refuses tls.certificate "},
                    Rejection{"Expired", "expired", "certificate expired (it refuses tls.certificate "}),
    [](const auto& param) { return param.param.name; });

class TlsRecords : public TlsAcceptance, public testing::WithParamInterface<int> {
 protected:
  /// What the server had decrypted when so many bytes had come.
  struct Seen {
    std::uint64_t wire;
    std::uint64_t plaintext;
  };

  std::mt19937 random_;
  SSL* client_ssl_ = nullptr;
  std::uint64_t offered_ = 0;
  std::uint64_t wire_ = 0;
  std::uint64_t out_ = 0;
  std::deque<Seen> unacknowledged_;

  std::size_t any(std::size_t from, std::size_t to) { return std::uniform_int_distribution(from, to)(random_); }

  void begin(unsigned seed) {
    random_.seed(seed);
    offered_ = wire_ = out_ = 0;
    unacknowledged_.clear();
    server_context_ = test::server_context(certificates_, {.version = GetParam()});
    serve();
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    SslPtr ssl(SSL_new(context.get()));
    client_ssl_ = ssl.get();
    SSL_set_connect_state(client_ssl_);
    client_ = std::make_unique<TlsSession>(std::move(ssl));
    client_->start();
    for (int i = 0; i < 4; ++i) {
      while (!client_->next_output().empty()) move(any(1, 400));
      carry(*server_, *client_);
    }
  }
  /// Takes up to `bytes` to the server.
  void move(std::size_t bytes) {
    const std::string_view output = client_->next_output().substr(0, bytes);
    if (output.empty()) return;
    ASSERT_NE(server_->received(output), Status::failed) << server_->error();
    wire_ += output.size();
    out_ += client_->sent(output.size());
    ASSERT_EQ(out_, server_->discarded());
    unacknowledged_.push_back({wire_, out_});
  }
  void acknowledge() {
    if (unacknowledged_.empty()) return;
    const std::size_t last = any(0, unacknowledged_.size() - 1);
    const Seen seen = unacknowledged_[last];
    ASSERT_EQ(client_->plaintext_within(seen.wire), seen.plaintext);
    unacknowledged_.erase(unacknowledged_.begin(), unacknowledged_.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  }
  void offer(std::size_t bytes) {
    if (!client_->next_output().empty()) return;
    client_->offer(std::string(bytes, 'x'));
    offered_ += bytes;
  }
  void server_says() {
    switch (any(0, 2)) {
      case 0:
        SSL_write(server_ssl_, "answer", 6);
        break;
      case 1:
        if (GetParam() == TLS1_3_VERSION) SSL_new_session_ticket(server_ssl_);
        break;
      default:
        SSL_key_update(server_ssl_, any(0, 1) == 0 ? SSL_KEY_UPDATE_NOT_REQUESTED : SSL_KEY_UPDATE_REQUESTED);
    }
    SSL_do_handshake(server_ssl_);
    ASSERT_NE(carry(*server_, *client_), Status::failed) << client_->error();
  }
  void step() {
    switch (any(0, 9)) {
      case 0:
        return offer(any(1, 100'000));
      case 1:
        return offer(any(1, 300));
      case 2:
        return server_says();
      case 3:
        SSL_key_update(client_ssl_, any(0, 1) == 0 ? SSL_KEY_UPDATE_NOT_REQUESTED : SSL_KEY_UPDATE_REQUESTED);
        return;
      case 4:
        return acknowledge();
      case 5:
        return move(any(1, 40));
      case 6:
        return move(std::max<std::size_t>(client_->next_output().size(), 1) - 1);  // all but the last byte
      default:
        return move(any(1, 20'000));
    }
  }
};

TEST_P(TlsRecords, AcknowledgedIsWhatTheReceiverCanRead) {
  std::uint64_t all = 0;
  for (unsigned seed = 0; seed < 30 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    begin(seed);
    for (int i = 0; i < 300 && !HasFatalFailure(); ++i) step();
    client_->close();
    while (!client_->next_output().empty() && !HasFatalFailure()) move(any(1, 20'000));
    while (!unacknowledged_.empty() && !HasFatalFailure()) acknowledge();
    EXPECT_EQ(client_->plaintext_within(wire_), offered_);
    EXPECT_EQ(server_->discarded(), offered_);
    all += offered_;
  }
  EXPECT_GT(all, 5'000'000U) << "too little to mean anything";
}

INSTANTIATE_TEST_SUITE_P(Both, TlsRecords, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& param) { return param.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

}  // namespace
}  // namespace flowcef
