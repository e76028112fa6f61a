// A strict reader of CEF lines, written from the standard and not from the writer: what it refuses, some SIEM refuses.
#pragma once

#include <array>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowcef::test {

struct CefEvent {
  std::string version;
  std::array<std::string, 6> header;  ///< vendor, product, device version, signature, name, severity
  std::map<std::string, std::string> extension;
  std::vector<std::string> order;  ///< of the keys

  [[nodiscard]] const std::string& signature() const { return header[3]; }
  [[nodiscard]] bool has(const std::string& key) const { return extension.contains(key); }
  /// Returns: an empty text if the key is absent.
  [[nodiscard]] std::string value(const std::string& key) const;
};

/// What a line may be measured by where that does not follow from its version.
struct CefRules {
  std::optional<unsigned> dictionary = {};  ///< types of keys: 0 of CEF 0.1, 1 of 1.x; else 0 for version 0, 1 above
  bool empty_values = false;                ///< `KEY=` is let pass
};

/// Input:   a line without syslog header and line end.
/// Errors:  what breaks the standard, and at which byte: control characters, bad UTF-8, foreign escapes, a bare `=` in
///          a value, repeated or empty keys, keys that are no letters and digits, empty or untrimmed values, more than
///          one blank between pairs; header fields that are empty or too long, a severity that is none; a value that is
///          not of its key's type, a slot without label, a label without slot, a label that is a key or another label.
[[nodiscard]] std::expected<CefEvent, std::string> read_cef(std::string_view line, const CefRules& rules = {});

}  // namespace flowcef::test
