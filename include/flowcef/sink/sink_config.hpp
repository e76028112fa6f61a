// What an output can be told: where lines go and by which transport. Plain data with its defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace flowcef {

enum class Transport : std::uint8_t { standard_output, file, udp, tcp, tls };

/// What to give up when the queue between the workers and an output is full and the producer does not wait.
enum class QueueFull : std::uint8_t {
  drop_oldest,  ///< make room: the receiver gets the newest lines
  drop_newest,  ///< refuse the new batch: the receiver gets an unbroken run of old lines
};

struct TlsConfig {
  bool verify = true;       ///< check the server's certificate chain and name
  std::string ca;           ///< PEM file of trusted authorities; empty: the system's
  std::string certificate;  ///< PEM file with the client's chain; empty: none is sent
  std::string key;          ///< PEM file with the client's private key
  std::string server_name;  ///< name to ask for and to check; empty: the host of `to`
  /// Differs, but for rare chance, once the bytes of one of the files do: a renewed certificate is another setting.
  std::size_t files_hash = 0;

  friend bool operator==(const TlsConfig&, const TlsConfig&) = default;
};

struct SinkConfig {
  std::string name;  ///< for logs and counters
  Transport transport = Transport::standard_output;
  std::string host;  ///< name or numeric address; udp, tcp, tls
  std::uint16_t port = 0;
  std::string path;  ///< file
  TlsConfig tls;

  std::size_t queue_bytes = std::size_t{64} * 1024 * 1024;  ///< bound of the queue in front of the output
  QueueFull queue_full = QueueFull::drop_oldest;
  bool required = false;  ///< a full queue holds back the producers that can wait
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds write_timeout{60'000};  ///< a stream that takes no byte for so long is given up
  std::chrono::milliseconds backoff_min{500};       ///< wait before the second attempt to connect; doubles up to
  std::chrono::milliseconds backoff_max{30'000};

  friend bool operator==(const SinkConfig&, const SinkConfig&) = default;
};

}  // namespace flowcef
