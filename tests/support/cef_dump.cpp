// Reads CEF lines from its input by the strict reader and prints a JSON object for each: what a comparison with other
// readers reads. `{"header":[version, ...],"keys":{...}}` in the line's order, or `{"error":...}`.
#include <cstdio>
#include <iostream>
#include <string>

#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

/// Input: well-formed UTF-8.
std::string quoted(std::string_view text) {
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

std::string as_json(const CefEvent& event) {
  std::string json = "{\"header\":[" + quoted(event.version);
  for (const std::string& field : event.header) json += ',' + quoted(field);
  json += "],\"keys\":{";
  std::string_view separator;
  for (const std::string& key : event.order) {
    json += std::string(separator) + quoted(key) + ':' + quoted(event.value(key));
    separator = ",";
  }
  return json + "}}";
}

}  // namespace
}  // namespace flowcef::test

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto event = flowcef::test::read_cef(line);
    // Of what cannot be read, the reason without the line.
    std::cout << (event ? flowcef::test::as_json(*event)
                        : "{\"error\":" + flowcef::test::quoted(event.error().substr(0, event.error().find(" of: "))) +
                              '}')
              << '\n';
  }
}
