#include "flowcef/sink/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "flowcef/log/log.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;

std::string_view hint_for_check(long check) {
  switch (check) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "set tls.server_name to a name in the certificate";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
      return "set tls.ca to the authority that issued it";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "check the certificate's dates and this machine's clock";
    default:
      return "see tls.ca, tls.server_name and tls.verify";
  }
}

std::string_view hint_for_reason(int reason) {
  switch (reason) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "the receiver may ask for a client certificate: set tls.certificate and tls.key";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return "the receiver refuses tls.certificate";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
      return "the receiver does not speak TLS on this port";
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "TLS 1.2 or 1.3 is needed";
    default:
      return {};
  }
}

std::string with_hint(std::string text, std::string_view hint) {
  if (!hint.empty()) text.append(" (").append(hint).append(")");
  return text;
}

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}

TlsSession::TlsSession(SslPtr ssl)
    : ssl_(std::move(ssl)), incoming_(BIO_new(BIO_s_mem())), outgoing_(BIO_new(BIO_s_mem())) {
  if (ssl_ == nullptr || incoming_ == nullptr || outgoing_ == nullptr) throw std::bad_alloc();
  SSL_set_bio(ssl_.get(), incoming_, outgoing_);
}

StreamLayer::Status TlsSession::start() {
  return handshake();
}

StreamLayer::Status TlsSession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? Status::secured : fail(result);
}

void TlsSession::offer(std::string_view plaintext) {
  ERR_clear_error();
  while (!plaintext.empty()) {
    std::size_t taken = 0;
    if (SSL_write_ex(ssl_.get(), plaintext.data(), std::min(plaintext.size(), kRecordBytes), &taken) != 1) {
      fail(0);
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
  if (SSL_is_init_finished(ssl_.get()) == 1) return read();
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
      error_ = describe_failure();
      ERR_clear_error();
      return Status::failed;
  }
}

std::string TlsSession::describe_failure() const {
  const long check = SSL_get_verify_result(ssl_.get());
  const bool checked = (SSL_get_verify_mode(ssl_.get()) & SSL_VERIFY_PEER) != 0;
  if (checked && check != X509_V_OK) {
    return with_hint(std::string("certificate check failed: ") + X509_verify_cert_error_string(check),
                     hint_for_check(check));
  }
  const unsigned long code = ERR_peek_error();
  const char* reason = ERR_reason_error_string(code);
  return with_hint(reason != nullptr ? reason : "protocol error", hint_for_reason(ERR_GET_REASON(code)));
}

std::string_view TlsSession::name() const {
  return SSL_get_version(ssl_.get());
}

}  // namespace flowcef
