// Exporters that connect over TCP and TLS on loopback, and certificates for them.
#pragma once

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/source/stream_source.hpp"
#include "stream_messages.hpp"
#include "support/capture_builder.hpp"
#include "udp_test_support.hpp"

namespace flowcef::test {

/// A connected TCP socket. Calls wait for kDeadline at most.
class Client {
 public:
  explicit Client(const Endpoint& to, const std::optional<Endpoint>& from = std::nullopt) {
    fd_ = ::socket(to.address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{std::chrono::seconds(kDeadline).count(), 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (from) {
      RawAddress own(*from);
      if (bind(fd_, own.get(), own.length) != 0) throw std::runtime_error(std::strerror(errno));
    }
    RawAddress address(to);
    if (connect(fd_, address.get(), address.length) != 0) throw std::runtime_error(std::strerror(errno));
    getsockname(fd_, address.get(), &address.length);
    port_ = ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);  // at the same place in both
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { end(); }

  void send(const ByteVector& bytes) const {
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error(std::strerror(errno));
    }
  }
  /// Ends its own direction only.
  void half_close() const { shutdown(fd_, SHUT_WR); }
  /// Ends by a reset.
  void reset() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    end();
  }
  /// Returns: whether the other side has closed; waits for it.
  [[nodiscard]] bool is_closed_by_peer() const {
    char byte = 0;
    const auto count = recv(fd_, &byte, 1, 0);
    return count == 0 || (count < 0 && errno == ECONNRESET);
  }
  void end() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

/// What certs/generate.sh makes, in a directory of its own.
class Certificates {
 public:
  Certificates() : path_((std::filesystem::temp_directory_path() / "flowcef-source-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error(std::strerror(errno));
    if (std::system((FLOWCEF_SOURCE_DIR "/certs/generate.sh " + path_).c_str()) != 0) {
      throw std::runtime_error("certs/generate.sh failed");
    }
  }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;
  ~Certificates() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct TlsClientOptions {
  const Certificates* trusted = nullptr;   ///< whose authority signed the server's certificate
  const Certificates* identity = nullptr;  ///< whose client certificate to show; null: none
  int max_version = TLS1_3_VERSION;
};

/// A TLS connection that trusts one authority. Calls wait for kDeadline at most.
class TlsClient {
 public:
  TlsClient(const Endpoint& to, const TlsClientOptions& options)
      : client_(to), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free), ssl_(nullptr, &SSL_free) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own sockets write without MSG_NOSIGNAL
    SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_load_verify_file(context_.get(), options.trusted->file("ca.pem").c_str());
    if (options.identity != nullptr) {
      SSL_CTX_use_certificate_chain_file(context_.get(), options.identity->file("client.pem").c_str());
      SSL_CTX_use_PrivateKey_file(context_.get(), options.identity->file("client.key").c_str(), SSL_FILETYPE_PEM);
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), client_.fd());
  }

  /// Returns: whether both sides took the other's certificate, as far as this side can tell.
  [[nodiscard]] bool connect() const { return SSL_connect(ssl_.get()) == 1; }
  [[nodiscard]] bool send(const ByteVector& bytes) const {
    return bytes.empty() || SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  /// Says goodbye and waits for the server to close. Returns: whether it did so in order.
  [[nodiscard]] bool close() const {
    SSL_shutdown(ssl_.get());
    char byte = 0;
    const int count = SSL_read(ssl_.get(), &byte, 1);
    return SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  Client client_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

/// Connects, writes, says goodbye, waits for the server to close.
/// Returns: whether the server took the handshake and closed in order.
inline bool send_by_tls(const Endpoint& to, const TlsClientOptions& options, const ByteVector& bytes) {
  const TlsClient client(to, options);
  return client.connect() && client.send(bytes) && client.close();
}

/// A datagram, kept.
struct Seen {
  ByteVector payload;
  Endpoint exporter;
  Endpoint listener;
  std::int64_t received_ns;
  std::uint64_t session;
};

/// A source whose handlers keep what they are given.
class Stream : public testing::Test {
 protected:
  void open(StreamSourceConfig config = {}) {
    if (config.listen.empty()) config.listen = {endpoint("127.0.0.1:0")};
    source_ = std::make_unique<StreamSource>(context_, config, log_.logger(), handlers());
    source_->start();
  }

  StreamSourceHandlers handlers() {
    return {[this](const Datagram& datagram) {
              EXPECT_EQ(datagram.frame, 0U);
              seen_.push_back({{datagram.payload.begin(), datagram.payload.end()},
                               datagram.exporter,
                               datagram.listener,
                               datagram.received_ns,
                               datagram.session});
              if (on_datagram_) on_datagram_();
            },
            [this](std::uint64_t session, const Endpoint& exporter) { ended_.emplace_back(session, exporter); },
            [this] { ++idle_; }};
  }

  [[nodiscard]] Endpoint listener() const { return source_->local_endpoints().at(0); }
  [[nodiscard]] const StreamSourceCounts& counts() const { return source_->counts(); }

  /// Runs the handlers until the condition holds. Returns: whether it did before the deadline.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (!condition() && std::chrono::steady_clock::now() < end) context_.run_one_for(std::chrono::milliseconds(20));
    return condition();
  }

  bool run_until_seen(std::size_t messages) {
    return run_until([&] { return seen_.size() >= messages; });
  }
  bool run_until_ended(std::size_t sessions) {
    return run_until([&] { return ended_.size() >= sessions; });
  }

  /// Runs the handlers until another thread is done with what takes its time. Returns: what that returned.
  template <class Task>
  auto while_running(Task task) {
    auto result = std::async(std::launch::async, task);
    run_until([&] { return result.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready; });
    return result.get();
  }

  bool send_by_tls_while_running(const TlsClientOptions& options, const ByteVector& bytes) {
    const Endpoint to = listener();
    return while_running([&] { return send_by_tls(to, options, bytes); });
  }

  void expect_books_to_balance() const {
    std::size_t message_bytes = 0;
    for (const auto& seen : seen_) message_bytes += seen.payload.size();
    EXPECT_EQ(counts().messages.value(), seen_.size());
    EXPECT_EQ(counts().opened.value(), counts().closed.value());
    EXPECT_EQ(counts().closed.value(), ended_.size());
    EXPECT_EQ(counts().bytes.value(), message_bytes + counts().skipped_bytes.value());
  }

  [[nodiscard]] std::vector<ByteVector> payloads() const {
    std::vector<ByteVector> all;
    for (const auto& seen : seen_) all.push_back(seen.payload);
    return all;
  }

  CapturedLog log_;
  boost::asio::io_context context_{1};
  std::unique_ptr<StreamSource> source_;
  std::vector<Seen> seen_;
  std::vector<std::pair<std::uint64_t, Endpoint>> ended_;
  int idle_ = 0;
  std::function<void()> on_datagram_;
};

}  // namespace flowcef::test
