#include "stream_session.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <atomic>
#include <boost/asio/ssl/error.hpp>
#include <utility>

namespace flowcef {

namespace asio = boost::asio;

namespace {

std::atomic<std::uint64_t> sessions_so_far{0};

}  // namespace

StreamSession::StreamSession(Socket from, StreamContent content, std::shared_ptr<asio::ssl::context> tls,
                             std::chrono::milliseconds timeout, const Endpoint& peer_endpoint,
                             const Endpoint& local_endpoint)
    : socket(std::move(from)),
      number(sessions_so_far.fetch_add(1, std::memory_order_relaxed) + 1),
      peer(peer_endpoint),
      local(local_endpoint),
      idle_timeout(timeout),
      framer(content),
      tls_settings_(std::move(tls)),
      secured_(tls_settings_ == nullptr) {
  if (tls_settings_ != nullptr) tls_.emplace(socket, *tls_settings_);
}

StreamSession::Error StreamSession::handshake() {
  Error error;
  static_cast<void>(tls_->handshake(asio::ssl::stream_base::server, error));
  secured_ = !error;
  return error;
}

std::size_t StreamSession::read(std::span<std::uint8_t> room, Error& error) {
  const auto buffer = asio::buffer(room.data(), room.size());
  return tls_ ? tls_->read_some(buffer, error) : socket.read_some(buffer, error);
}

std::string StreamSession::describe(const Error& error) {
  if (tls_) {
    const long check = SSL_get_verify_result(tls_->native_handle());
    if (check != X509_V_OK) return std::string("client certificate: ") + X509_verify_cert_error_string(check);
  }
  return error.message();
}

void StreamSession::close() {
  Error ignored;
  if (tls_ && secured_) static_cast<void>(tls_->shutdown(ignored));
  static_cast<void>(socket.close(ignored));
}

}  // namespace flowcef
