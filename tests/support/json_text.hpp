// Texts for programs that print JSON.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace flowcef::test {

/// Returns: the text in quotes; bytes from 0x80 on stand as they are, so that UTF-8 stays UTF-8.
[[nodiscard]] inline std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      (void)std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      json += code;
      continue;
    }
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + '"';
}

}  // namespace flowcef::test
