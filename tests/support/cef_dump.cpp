// Reads CEF lines from its input by the strict reader and prints a JSON object for each: what a comparison with other
// readers reads. `{"header":[version, ...],"keys":{...}}` in the line's order, or `{"error":...}`.
#include <iostream>
#include <string>

#include "support/cef_reader.hpp"
#include "support/json_text.hpp"

namespace flowcef::test {
namespace {

std::string as_json(const CefEvent& event) {
  std::string json = "{\"header\":[" + json_text(event.version);
  for (const std::string& field : event.header) json += ',' + json_text(field);
  json += "],\"keys\":{";
  std::string_view separator;
  for (const std::string& key : event.order) {
    json += std::string(separator) + json_text(key) + ':' + json_text(event.value(key));
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
                        : "{\"error\":" +
                              flowcef::test::json_text(event.error().substr(0, event.error().find(" of: "))) + '}')
              << '\n';
  }
}
