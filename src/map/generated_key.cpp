#include <string>

#include "flowcef/map/mapping.hpp"

namespace flowcef {
namespace {

/// `packetDeltaCount` -> `PacketDeltaCount`, `CLIENT_TCP_FLAGS` -> `ClientTcpFlags`; letters and digits only.
std::string camel_case(std::string_view name) {
  const bool shouting = name.find('_') != std::string_view::npos &&
                        name.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  std::string text;
  bool upper = true;
  for (const char c : name) {
    const bool small = c >= 'a' && c <= 'z';
    const bool capital = c >= 'A' && c <= 'Z';
    if (!small && !capital && (c < '0' || c > '9')) {
      upper = true;
      continue;
    }
    if (upper && small) {
      text += static_cast<char>(c - 'a' + 'A');
    } else if (!upper && capital && shouting) {
      text += static_cast<char>(c - 'A' + 'a');
    } else {
      text += c;
    }
    upper = false;
  }
  return text;
}

}  // namespace

std::string generated_key(std::string_view prefix, ElementId id, const InformationElement* element) {
  std::string key(prefix);
  const std::string number = std::to_string(id.id);
  if (element != nullptr) {
    key += camel_case(element->name);
  } else if (id.pen == 0) {
    key += "Element" + number;
  } else if (id.pen == kNetflow9Pen) {
    key += "V9Field" + number;
  } else if (id.pen == kNetflow9ScopePen) {
    key += "Scope" + number;
  } else {
    key += "Pen" + std::to_string(id.pen) + "Id" + number;
  }
  // Splunk Connect for Syslog deletes every key that ends so, taking it for the label of a custom slot.
  if (key.ends_with("Label")) key += "Value";
  return key;
}

}  // namespace flowcef
