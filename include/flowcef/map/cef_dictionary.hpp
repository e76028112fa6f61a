// The keys that CEF defines: type, length and version of each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace flowcef {

enum class CefType : std::uint8_t {
  string,
  integer,       ///< 31 bits: all keys of 32 bits hold what is not negative
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

/// What a key that holds numbers may hold.
struct CefRange {
  std::int64_t smallest = 0;
  std::int64_t largest = 0;
};

/// Input:   a CEF version, 0 or 1; a higher one counts as 1.
/// Returns: the key's newest row up to that version, or null.
[[nodiscard]] const CefKey* find_cef_key(std::string_view key, unsigned version);
[[nodiscard]] std::span<const CefKey> cef_keys();
/// Input: a key of the dictionary, and its type: integer or long_integer. Counters, ports and the like are not negative.
[[nodiscard]] CefRange range_of(std::string_view key, CefType type);

}  // namespace flowcef
