// The keys that CEF defines: type, length and version of each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace flowcef {

enum class CefType : std::uint8_t {
  string,
  integer,       ///< 32 bits, signed
  long_integer,  ///< 64 bits, signed
  floating,
  ipv4,
  ipv6,
  ip,  ///< either family
  mac,
  timestamp,
};

struct CefKey {
  std::string_view key;
  CefType type;
  std::uint16_t max_length;  ///< of a string, in characters; 0: no limit is published
  std::uint8_t version;      ///< the first that has the key with this type: 0 (0.1) or 1 (1.0 and later)
  bool producer;             ///< false: set by ArcSight's own connectors only
};

/// Input:   a CEF version, 0 or 1; a higher one counts as 1.
/// Returns: the key's newest row up to that version, or null.
[[nodiscard]] const CefKey* find_cef_key(std::string_view key, unsigned version);
[[nodiscard]] std::span<const CefKey> cef_keys();

}  // namespace flowcef
