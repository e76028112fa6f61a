// What an input over TCP or TLS can be told. Plain data with its defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {

struct ListenTlsConfig {
  std::string certificate;  ///< PEM file with the server's chain
  std::string key;          ///< PEM file with its private key; empty: in the file of the certificate
  std::string client_ca;    ///< PEM file of authorities; set: exporters must show a certificate that one of them issued
  /// Differs, but for rare chance, once the bytes of one of the files do: a renewed certificate is another setting.
  std::size_t files_hash = 0;

  friend bool operator==(const ListenTlsConfig&, const ListenTlsConfig&) = default;
};

/// What a connection carries.
enum class StreamContent : std::uint8_t {
  exports,
  syslog,  ///< messages with octet counts or ending in LF, NUL or CR LF, told apart by what comes (RFC 6587)
};

struct StreamSourceConfig {
  std::vector<Endpoint> listen = {};
  StreamContent content = StreamContent::exports;
  std::optional<ListenTlsConfig> tls = {};  ///< unset: plain TCP
  std::vector<IpPrefix> allowed = {};       ///< addresses that may connect; empty: all
  std::size_t max_sessions = 1024;          ///< each takes up to 80 KiB, with TLS another 50
  std::size_t max_sessions_per_address = 64;
  std::chrono::milliseconds handshake_timeout{10'000};         ///< of TLS
  std::optional<std::chrono::milliseconds> idle_timeout = {};  ///< a session that sends nothing for so long ends

  friend bool operator==(const StreamSourceConfig&, const StreamSourceConfig&) = default;
};

}  // namespace flowcef
