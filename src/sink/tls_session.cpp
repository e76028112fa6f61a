#include "flowcef/sink/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "flowcef/sink/tls_errors.hpp"
#include "flowcef/sink/tls_resumption.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;

/// Of answers that a peer may have us owe it, such as alerts, while it takes nothing.
constexpr std::size_t kMaxWaiting = std::size_t{1} << 20;

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const noexcept {
  // Else OpenSSL would not resume a session whose connection broke, an SSL 3 rule that RFC 4346 section 7.2.1 dropped.
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN);
  SSL_free(ssl);
}

TlsSession::TlsSession(SslPtr ssl, TlsServerCheck check)
    : ssl_(std::move(ssl)), check_(std::move(check)), incoming_(BIO_new(BIO_s_mem())), outgoing_(BIO_new(BIO_s_mem())) {
  if (ssl_ == nullptr || incoming_ == nullptr || outgoing_ == nullptr) throw std::bad_alloc();
  SSL_set_bio(ssl_.get(), incoming_, outgoing_);
  SSL_set_msg_callback(ssl_.get(), &TlsSession::on_message);
  SSL_set_msg_callback_arg(ssl_.get(), this);
  check_.attach(*ssl_);
}

/// OpenSSL reports a record of TLS 1.3 by its inner content type (RFC 8446 section 5.2), once that is authenticated.
void TlsSession::on_message(int is_ours, int, int type, const void* bytes, std::size_t, ssl_st*, void* session) {
  if (is_ours != 0 || type != SSL3_RT_INNER_CONTENT_TYPE) return;
  auto& self = *static_cast<TlsSession*>(session);
  if (self.secured_ && *static_cast<const unsigned char*>(bytes) != SSL3_RT_ALERT) self.accepted_ = true;
}

StreamLayer::Status TlsSession::start() {
  resuming_ = would_resume(*ssl_);
  return handshake();
}

StreamLayer::Status TlsSession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return fail(result);
  secured_ = true;
  accepted_ = SSL_version(ssl_.get()) < TLS1_3_VERSION;
  keep_resumed_session(*ssl_);
  return Status::secured;
}

void TlsSession::offer(std::string_view plaintext) {
  ERR_clear_error();
  while (!plaintext.empty()) {
    std::size_t taken = 0;
    if (SSL_write_ex(ssl_.get(), plaintext.data(), std::min(plaintext.size(), kRecordBytes), &taken) != 1) {
      // It does not write between two records of a message that changes its state.
      if (fail(0) == Status::ok) refuse("the receiver did not end a handshake message");
      return;
    }
    offered_ += taken;
    records_.push_back({BIO_number_written(outgoing_), offered_});
    plaintext.remove_prefix(taken);
  }
}

std::string_view TlsSession::next_output() {
  if (output_at_ == output_.size()) {
    output_.resize(BIO_ctrl_pending(outgoing_));
    output_at_ = 0;
    if (!output_.empty()) BIO_read(outgoing_, output_.data(), static_cast<int>(output_.size()));
  }
  return std::string_view(output_.data(), output_.size()).substr(output_at_);
}

std::size_t TlsSession::sent(std::size_t bytes) {
  sent_ += bytes;
  output_at_ += bytes;
  const std::uint64_t before = out_;
  while (next_out_ < records_.size() && records_[next_out_].ciphertext_end <= sent_) {
    out_ = records_[next_out_++].plaintext_end;
  }
  return static_cast<std::size_t>(out_ - before);
}

std::uint64_t TlsSession::plaintext_within(std::uint64_t wire_bytes) {
  while (next_out_ > 0 && records_.front().ciphertext_end <= wire_bytes) {
    acknowledged_ = records_.front().plaintext_end;
    records_.pop_front();
    --next_out_;
  }
  return acknowledged_;
}

StreamLayer::Status TlsSession::received(std::string_view bytes) {
  BIO_write(incoming_, bytes.data(), static_cast<int>(bytes.size()));
  if (secured_) return read();
  const Status status = handshake();
  if (status != Status::secured) return status;
  // Application data, tickets or an alert may have come with the end of the handshake.
  const Status after = read();
  return after == Status::ok ? Status::secured : after;
}

StreamLayer::Status TlsSession::read() {
  std::array<char, 4096> data;
  for (;;) {
    std::size_t length = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), data.data(), data.size(), &length);
    if (BIO_ctrl_pending(outgoing_) > kMaxWaiting) return refuse("the receiver asks for answers and takes none");
    if (result != 1) return fail(result);
    discarded_ += length;
  }
}

void TlsSession::close() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // before the end of the handshake there is nothing to close, and this does nothing
}

/// Tells "needs more input" and the peer's goodbye from failures.
StreamLayer::Status TlsSession::fail(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Status::ok;
    case SSL_ERROR_ZERO_RETURN:
      return Status::closed;
    default:
      if (resuming_ && !secured_) stop_resumption(*ssl_);
      if (!check_.error().empty()) return refuse(check_.error());
      return refuse(describe_failure(ERR_peek_error(), SSL_get0_peer_certificate(ssl_.get()) != nullptr,
                                     check_.config(), check_.name()));
  }
}

StreamLayer::Status TlsSession::refuse(std::string error) {
  ERR_clear_error();
  error_ = std::move(error);
  return Status::failed;
}

std::optional<CertificateTime> TlsSession::peer_certificate_expires() const {
  const X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  return certificate != nullptr ? certificate_expires(*certificate) : std::nullopt;
}

std::string_view TlsSession::name() const {
  return SSL_get_version(ssl_.get());
}

}  // namespace flowcef
