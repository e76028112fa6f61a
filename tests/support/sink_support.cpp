#include "support/sink_support.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace flowcef::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);
constexpr int kPatienceMs = 10'000;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const std::string& text, std::uint16_t port) {
  SocketAddress address;
  if (text.find(':') == std::string::npos) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    inet_pton(AF_INET, text.c_str(), &v4.sin_addr);
    address.length = sizeof v4;
    std::memcpy(&address.storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr);
    address.length = sizeof v6;
    std::memcpy(&address.storage, &v6, sizeof v6);
  }
  return address;
}

int bound_socket(int type, const std::string& text, std::uint16_t& port) {
  SocketAddress address = socket_address(text, port);
  const int number = ::socket(address.storage.ss_family, type | SOCK_CLOEXEC, 0);
  const int one = 1;
  if (type == SOCK_STREAM) ::setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (::bind(number, address.get(), address.length) != 0) throw std::runtime_error(std::strerror(errno));
  ::getsockname(number, address.get(), &address.length);
  sockaddr_in v4;  // the port has the same place in both families
  std::memcpy(&v4, &address.storage, sizeof v4);
  port = ntohs(v4.sin_port);
  return number;
}

}  // namespace

BatchRef make_batch(BatchPool& pool, const std::vector<std::string>& lines, Framing framing, bool of_events) {
  LineBatch* batch = pool.acquire();
  if (of_events) batch->set_of_events();
  for (const std::string& line : lines) {
    const bool counted = framing == Framing::octet_counting;
    const std::string before = counted ? std::to_string(line.size()) + " " : "";
    const std::string frame = before + line + (counted ? "" : "\n");
    batch->grow_to_fit(frame.size());
    const std::uint32_t begin = batch->used();
    std::memcpy(batch->tail(), frame.data(), frame.size());
    batch->commit({static_cast<std::uint32_t>(begin + before.size()), static_cast<std::uint32_t>(line.size()),
                   static_cast<std::uint32_t>(begin + frame.size()), 0});
  }
  return pool.seal(batch);
}

std::string numbered_line(std::size_t number, std::size_t length) {
  std::string line = "line " + std::to_string(number) + " ";
  line.resize(std::max(length, line.size()), 'x');
  return line;
}

bool localhost_resolves() {
  addrinfo* found = nullptr;
  const bool good = getaddrinfo("localhost", nullptr, nullptr, &found) == 0;
  if (good) freeaddrinfo(found);
  return good;
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

CapturedLog::CapturedLog()
    : logger_(
          LogFactory(spdlog::level::debug, std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_)).make("sink")) {}

TemporaryDirectory::TemporaryDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "flowcef-sink-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error(std::strerror(errno));
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Certificates::Certificates() {
  const std::string command = FLOWCEF_SOURCE_DIR "/certs/generate.sh " + directory_.path();
  if (std::system(command.c_str()) != 0) throw std::runtime_error("certs/generate.sh failed");
}

std::shared_ptr<SSL_CTX> server_context(const Certificates& certificates, ServerOptions options) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own sockets write without MSG_NOSIGNAL
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  const std::string file = certificates.file(options.certificate);
  SSL_CTX_use_certificate_chain_file(context.get(), (file + ".pem").c_str());
  SSL_CTX_use_PrivateKey_file(context.get(), (file + ".key").c_str(), SSL_FILETYPE_PEM);
  if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context.get(), options.ciphers);
  if (options.version != 0) {
    SSL_CTX_set_min_proto_version(context.get(), options.version);
    SSL_CTX_set_max_proto_version(context.get(), options.version);
  }
  if (options.ask_for_certificate) {
    SSL_CTX_load_verify_file(context.get(), certificates.file("ca.pem").c_str());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // Else OpenSSL ends a connection that would resume a session.
    const unsigned char application[] = "flowcef";
    SSL_CTX_set_session_id_context(context.get(), application, sizeof application);
  }
  return context;
}

StreamReceiver::StreamReceiver(std::uint16_t port, std::shared_ptr<SSL_CTX> tls, std::size_t read_limit, int buffer)
    : tls_(std::move(tls)),
      read_limit_(read_limit),
      listener_(bound_socket(SOCK_STREAM, "127.0.0.1", port)),
      port_(port) {
  if (buffer != 0) ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  ::listen(listener_, 8);
  thread_ = std::thread([this] { run(); });
}

StreamReceiver::~StreamReceiver() {
  die();
}

void StreamReceiver::die() {
  dying_ = true;
  if (!thread_.joinable()) return;
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> StreamReceiver::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::string StreamReceiver::text() const {
  std::string all;
  for (const std::string& connection : connections()) all += connection;
  return all;
}

void StreamReceiver::idle() const {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void StreamReceiver::run() {
  while (!dying_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 5) <= 0) continue;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const timeval patience{0, 5000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    {
      const std::lock_guard lock(mutex_);
      connections_.emplace_back();
    }
    tls_ ? receive_tls(socket) : receive(socket);
    const linger reset{1, 0};
    if (dying_) ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    ::close(socket);
  }
}

void StreamReceiver::keep(const char* bytes, std::size_t count) {
  const std::lock_guard lock(mutex_);
  connections_.back().append(bytes, count);
}

void StreamReceiver::receive(int socket) {
  std::vector<char> bytes(65536);
  std::size_t total = 0;
  while (!dying_) {
    if (total >= read_limit_) {
      idle();
      continue;
    }
    const ssize_t count = ::recv(socket, bytes.data(), std::min(bytes.size(), read_limit_ - total), 0);
    if (count > 0) {
      keep(bytes.data(), static_cast<std::size_t>(count));
      total += static_cast<std::size_t>(count);
    } else if (count == 0) {
      ++orderly_ends_;
      return;
    } else if (errno != EAGAIN && errno != EINTR) {
      return;
    }
  }
}

void StreamReceiver::receive_tls(int socket) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(tls_.get()), &SSL_free);
  SSL_set_fd(ssl.get(), socket);
  SSL_set_accept_state(ssl.get());
  std::vector<char> bytes(65536);
  std::size_t total = 0;
  while (!dying_) {
    if (total >= read_limit_) {
      idle();
      continue;
    }
    const int count = SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (count > 0) {
      keep(bytes.data(), static_cast<std::size_t>(count));
      total += static_cast<std::size_t>(count);
      continue;
    }
    const int error = SSL_get_error(ssl.get(), count);
    if (error == SSL_ERROR_WANT_READ) continue;
    if (error == SSL_ERROR_ZERO_RETURN) {
      ++orderly_ends_;
      SSL_shutdown(ssl.get());
    }
    return;
  }
}

DatagramReceiver::DatagramReceiver(const std::string& address, std::uint16_t port)
    : socket_(bound_socket(SOCK_DGRAM, address, port)), port_(port) {
  const int buffer = 4 * 1024 * 1024;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
}

DatagramReceiver::~DatagramReceiver() {
  ::close(socket_);
}

std::string DatagramReceiver::receive() {
  pollfd waiting{socket_, POLLIN, 0};
  if (::poll(&waiting, 1, kPatienceMs) <= 0) throw std::runtime_error("no datagram came");
  std::string bytes(70'000, '\0');
  const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count < 0) throw std::runtime_error(std::strerror(errno));
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

SinkConfig loopback_config(Transport transport, std::uint16_t port) {
  SinkConfig config;
  config.name = "test";
  config.transport = transport;
  config.host = "127.0.0.1";
  config.port = port;
  config.backoff_min = std::chrono::milliseconds(5);
  config.backoff_max = std::chrono::milliseconds(50);
  return config;
}

}  // namespace flowcef::test
