// Reads CEF lines from its input by the model of a receiver and prints a JSON object for each, for a comparison with the
// receiver itself: `{"keys":{...}}` as it keeps them, or `{"refused":"the rule's id"}`. Bytes that are not ASCII stand as
// they came.
//
//     receiver_dump mappings/receivers/NAME.toml < LINES
#include <iostream>
#include <string>

#include "flowcef/app/receiver_reading.hpp"
#include "support/json_text.hpp"

namespace flowcef::test {
namespace {

std::string as_json(const ReceiverReading& reading) {
  if (!reading.taken) return "{\"refused\":" + json_text(reading.findings.back().rule->id) + '}';
  std::string json = "{\"keys\":{";
  std::string_view separator;
  for (const ReadPair& pair : reading.pairs) {
    json += std::string(separator) + json_text(pair.key) + ':' + json_text(pair.value);
    separator = ",";
  }
  return json + "}}";
}

}  // namespace
}  // namespace flowcef::test

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto model = flowcef::load_receiver_model(argv[1]);
  if (!model) {
    for (const auto& error : model.error()) std::cerr << error.to_string() << '\n';
    return 2;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << flowcef::test::as_json(flowcef::read_as(*model, line, flowcef::Transport::tcp)) << '\n';
  }
}
