// What the sink tests share: batches from text, a captured log, waiting with a deadline, receivers on loopback.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "flowcef/log/log.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/sink_config.hpp"

struct ssl_ctx_st;

namespace flowcef::test {

BatchRef make_batch(BatchPool& pool, const std::vector<std::string>& lines, Framing framing = Framing::newline,
                    bool of_events = false);

/// Returns: `line <number> xxxx...`, `length` bytes long.
std::string numbered_line(std::size_t number, std::size_t length);

/// Returns: whether `condition` became true within ten seconds.
/// False on a system without /etc/hosts, such as a bare chroot.
bool localhost_resolves();
bool eventually(const std::function<bool()>& condition);

class CapturedLog {
 public:
  CapturedLog();
  [[nodiscard]] Logger logger() const { return logger_; }
  /// Thread: while nothing logs, so after the output was stopped.
  [[nodiscard]] std::string text() const { return stream_.str(); }

 private:
  std::ostringstream stream_;
  Logger logger_;
};

/// A directory of its own under the system's temporary one, removed with all it holds.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// What certs/generate.sh makes.
class Certificates {
 public:
  Certificates();
  [[nodiscard]] std::string file(const std::string& name) const { return directory_.file(name); }

 private:
  TemporaryDirectory directory_;
};

struct ServerOptions {
  int version = 0;  ///< the only one offered; 0: any
  bool ask_for_certificate = false;
  const char* certificate = "server";  ///< NAME of NAME.pem and NAME.key
  const char* ciphers = nullptr;       ///< up to TLS 1.2; nullptr: OpenSSL's choice
};
/// Returns: a server's settings with one of the certificates.
std::shared_ptr<ssl_ctx_st> server_context(const Certificates& certificates, ServerOptions options = {});

/// Listens on 127.0.0.1 and keeps all that comes, by connection.
class StreamReceiver {
 public:
  /// Input: `port` 0: any; `read_limit`: stop reading a connection after so many bytes, but keep it open; `buffer`: as
  ///        SO_RCVBUF, 0: the kernel's choice.
  explicit StreamReceiver(std::uint16_t port = 0, std::shared_ptr<ssl_ctx_st> tls = nullptr,
                          std::size_t read_limit = SIZE_MAX, int buffer = 0);
  ~StreamReceiver();
  StreamReceiver(const StreamReceiver&) = delete;
  StreamReceiver& operator=(const StreamReceiver&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::vector<std::string> connections() const;
  [[nodiscard]] std::string text() const;
  /// Connections that the peer ended in order: FIN, after close_notify if it is TLS.
  [[nodiscard]] int orderly_ends() const { return orderly_ends_; }
  /// Ends the connection and the listening, the connection by a reset, as a killed process with unread data does.
  void die();

 private:
  void run();
  void receive(int socket);
  void receive_tls(int socket);
  void keep(const char* bytes, std::size_t count);
  void idle() const;

  std::shared_ptr<ssl_ctx_st> tls_;
  std::size_t read_limit_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> dying_{false};
  std::atomic<int> orderly_ends_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> connections_;
  std::thread thread_;
};

/// A bound UDP socket. receive() waits up to ten seconds for a datagram.
class DatagramReceiver {
 public:
  explicit DatagramReceiver(const std::string& address = "127.0.0.1", std::uint16_t port = 0);
  ~DatagramReceiver();
  DatagramReceiver(const DatagramReceiver&) = delete;
  DatagramReceiver& operator=(const DatagramReceiver&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string receive();

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

/// Returns: settings with short waits, for an output on loopback.
SinkConfig loopback_config(Transport transport, std::uint16_t port);

}  // namespace flowcef::test
