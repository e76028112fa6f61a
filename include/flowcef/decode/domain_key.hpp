// Whose templates, options rows and sequence numbers they are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// An observation domain (IPFIX), source id (v9) or engine (v5) of an exporter, as a transport session shows it.
/// Source: RFC 3954 section 5.1 (names no port: it is 0 unless the input says match_port), RFC 7011 section 8.
struct DomainKey {
  Endpoint exporter;
  Endpoint listener;
  std::uint32_t domain = 0;
  ExportFormat format = ExportFormat::ipfix;
  std::uint64_t session = 0;  ///< of a TCP or TLS connection, with which everything in the domain ends; 0: UDP

  friend bool operator==(const DomainKey&, const DomainKey&) = default;
};

struct DomainKeyHash {
  [[nodiscard]] std::size_t operator()(const DomainKey& key) const noexcept;
};

struct IpAddressHash {
  [[nodiscard]] std::size_t operator()(const IpAddress& address) const noexcept;
};

}  // namespace flowcef
