// A TLS output's session and a server of OpenSSL's, in memory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <optional>

#include "flowcef/sink/tls_context.hpp"
#include "support/made_certificate.hpp"
#include "support/sink_support.hpp"

namespace flowcef::test {

class TlsFixture : public testing::Test {
 protected:
  using Status = StreamLayer::Status;

  Certificates certificates_;
  TlsConfig config_;
  std::optional<TlsContext> context_;
  std::shared_ptr<SSL_CTX> server_context_;
  std::unique_ptr<TlsSession> client_, server_;
  SSL* server_ssl_ = nullptr;  ///< server_'s
  Status client_status_ = Status::ok;
  Status server_status_ = Status::ok;

  TlsFixture() { config_.ca = certificates_.file("ca.pem"); }

  void make(const std::string& host, ServerOptions options = {}) {
    context_.emplace(config_, host);
    server_context_ = server_context(certificates_, options);
    connect();
  }

  /// Another connection between the same two.
  void connect() {
    client_ = context_->new_session();
    serve();
  }

  void serve() {
    SslPtr ssl(SSL_new(server_context_.get()));
    server_ssl_ = ssl.get();
    SSL_set_accept_state(server_ssl_);
    server_ = std::make_unique<TlsSession>(std::move(ssl));
    client_status_ = server_status_ = Status::ok;
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

  /// Writes NAME.pem and NAME.key beside the certificates, signed by their authority unless it is `self_signed`.
  MadeCertificate make_certificate(const std::string& name, const CertificateOptions& options,
                                   bool self_signed = false) {
    MadeCertificate made = self_signed ? MadeCertificate(options) : MadeCertificate(options, certificates_.file("ca"));
    made.write(certificates_.file(name));
    return made;
  }
};

}  // namespace flowcef::test
