// Takes finished CEF lines apart the way receivers do.
#pragma once

#include <array>
#include <string_view>

namespace flowcef {

struct CefPair {
  std::string_view key;
  std::string_view value;  ///< as it stands on the line, escaped
};

/// Lifetime: views the line.
struct CefLine {
  /// Version, vendor, product, device version, signature, name, severity; escaped, the version without `CEF:`.
  std::array<std::string_view, 7> header;
  std::string_view extension;
};

/// Input:   a line without syslog header and line end
/// Returns: false if it has no whole CEF header
[[nodiscard]] bool split_cef(std::string_view line, CefLine& parts) noexcept;

/// Takes the next pair off the extension: a key ends at a `=` that is not escaped, its value at the last blank before the
/// next such `=`, so that values may hold blanks and be empty.
/// Returns: false if there is none left
/// Source:  CEF Implementation Standard, "Extension Field"
[[nodiscard]] bool next_pair(std::string_view& extension, CefPair& pair) noexcept;

}  // namespace flowcef
