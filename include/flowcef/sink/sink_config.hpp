// What an output can be told: where lines go and by which transport. Plain data with its defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/spool/spool_config.hpp"

namespace flowcef {

enum class Transport : std::uint8_t { standard_output, file, udp, tcp, tls };

/// What to give up when the queue between the workers and an output is full and the producer does not wait.
enum class QueueFull : std::uint8_t {
  drop_oldest,  ///< make room: the receiver gets the newest lines
  drop_newest,  ///< refuse the new batch: the receiver gets an unbroken run of old lines
};

/// What becomes of a datagram that is larger than a packet may be.
enum class Fragment : std::uint8_t {
  allow,     ///< it leaves as one datagram in several IP fragments, don't-fragment clear
  path_mtu,  ///< there is none: messages keep to the path MTU as the kernel learns it
};

/// The largest UDP payloads. IPv6 could take 40 bytes more, but not every receiver's reassembly does. RFC 768, RFC 8200.
inline constexpr std::size_t kMaxDatagramIpv4 = 65'507;
inline constexpr std::size_t kMaxDatagramIpv6 = 65'487;

struct UdpConfig {
  Fragment fragment = Fragment::allow;
  std::size_t ipv6_mtu = 1280;  ///< fragments over IPv6 are no larger; 0: the path MTU as the kernel learns it
  std::size_t rate_limit = 0;   ///< lines a second; 0: unlimited
  std::size_t rate_burst = 0;   ///< lines at once after a pause; at least 1 with a rate_limit
  std::chrono::milliseconds resolve_interval{300'000};  ///< a host name is looked up again
  std::size_t max_message_bytes =
      kMaxDatagramIpv4;       ///< longer ones go over TCP if tcp_fallback, and are dropped if not
  bool tcp_fallback = false;  ///< to the same host and port, for messages that no datagram may hold

  friend bool operator==(const UdpConfig&, const UdpConfig&) = default;
};

struct TlsConfig {
  bool verify = true;       ///< check the server's certificate chain and name
  std::string ca;           ///< PEM file of trusted authorities; empty: the system's
  std::string certificate;  ///< PEM file with the client's chain; empty: none is sent
  std::string key;          ///< PEM file with the client's private key
  std::string server_name;  ///< name to ask for and to check; empty: the host of `to`
  /// SHA-256 of server certificates in DER, 64 lower-case hex digits each: the server must show one of them. With a `ca`
  /// its chain and name are checked as well, without one this is the whole check (RFC 5425 section 4.2.2). Empty: any.
  std::vector<std::string> fingerprints;
  /// TLS 1.3: how long a connection must last until a peer that says nothing is taken to have accepted our certificate.
  std::chrono::milliseconds accepted_after{2'000};
  /// Differs, but for rare chance, once the bytes of one of the files do: a renewed certificate is another setting.
  std::size_t files_hash = 0;

  friend bool operator==(const TlsConfig&, const TlsConfig&) = default;
};

/// One of those that an output may send to.
struct Receiver {
  std::string host;  ///< name or numeric address
  std::uint16_t port = 0;

  friend bool operator==(const Receiver&, const Receiver&) = default;
};

/// How several receivers share the lines.
enum class Distribution : std::uint8_t {
  failover,  ///< all to the first that can be reached
  balance,   ///< to each of them, as fast as it takes them
};

struct SinkConfig {
  std::string name;  ///< for logs and counters
  Transport transport = Transport::standard_output;
  std::string host;  ///< name or numeric address; udp, tcp, tls
  std::uint16_t port = 0;
  std::vector<Receiver> more_receivers;  ///< after `host` and `port`, in the order of preference; tcp, tls
  Distribution distribution = Distribution::failover;
  /// The first receiver gets the lines again once it could be reached for so long.
  std::chrono::milliseconds failback_after{60'000};
  std::string source_address;     ///< numeric, to send from; empty: the kernel chooses; udp, tcp, tls
  std::uint16_t source_port = 0;  ///< 0: the kernel chooses; udp
  std::string path;               ///< file
  UdpConfig udp;
  TlsConfig tls;

  std::size_t queue_bytes = std::size_t{64} * 1024 * 1024;  ///< bound of what waits for the receiver
  QueueFull queue_full = QueueFull::drop_oldest;
  bool required = false;        ///< a full queue holds back the producers that can wait
  std::size_t connections = 1;  ///< to the one receiver at a time; tcp, tls
  std::chrono::milliseconds connect_timeout{10'000};
  /// A stream whose peer acknowledges nothing for so long, and is not alive with a full buffer, is given up.
  std::chrono::milliseconds peer_timeout{60'000};
  std::chrono::milliseconds backoff_min{500};  ///< wait before the second attempt to connect; doubles up to
  std::chrono::milliseconds backoff_max{30'000};
  /// Acknowledged bytes that go again after a broken connection, as the receiver may not have read them; nothing: twice
  /// the largest send window seen on the connection, and a TLS record.
  std::optional<std::size_t> replay_acked;
  std::size_t replay_max_bytes = std::size_t{8} * 1024 * 1024;  ///< at most so much where replay_acked says nothing
  std::optional<SpoolConfig> spool;                             ///< nothing: lines wait in memory only; udp, tcp, tls

  friend bool operator==(const SinkConfig&, const SinkConfig&) = default;
};

/// Returns: all receivers, the most preferred one first.
[[nodiscard]] inline std::vector<Receiver> receivers_of(const SinkConfig& config) {
  std::vector<Receiver> all = {{config.host, config.port}};
  all.insert(all.end(), config.more_receivers.begin(), config.more_receivers.end());
  return all;
}

}  // namespace flowcef
