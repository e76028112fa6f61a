// What is known of a receiver's own CEF parser: rules as data, each with the source that it was read from
// (mappings/receivers/*.toml).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/source_position.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// How a receiver takes the extension apart.
enum class ReceiverReader : std::uint8_t {
  strict,   ///< from left to right; what does not fit costs the line
  search,   ///< looks for words that are followed by `=`
  recover,  ///< from left to right; what does not fit costs the key, and the next key is looked for
};

enum class ReceiverCheck : std::uint8_t {
  length,          ///< of the whole message; the rest is cut off
  routing,         ///< by the syslog header's program or a text in the message
  host,            ///< is the message's first word if it has a header that is no syslog header
  second_start,    ///< a text that may stand in the message once
  version,         ///< of CEF
  shortest,        ///< from `CEF:` on
  header,          ///< its bars; in its fields `\` and one of these characters
  severity,        ///< its characters
  first_letter,    ///< of the extension is lost unless it is a blank
  keys,            ///< their characters; a value runs to the next key
  values,          ///< `\` and one of these characters in values
  unescape,        ///< escapes stay as they are
  empty,           ///< values that are
  repeated,        ///< keys
  labels,          ///< a slot takes its label's text as key
  key_characters,  ///< that become another one in keys
  types,           ///< of keys; a value of another type is no value
  time,            ///< which key is the event's time
};

/// What breaking a rule costs.
enum class ReceiverEffect : std::uint8_t {
  line,      ///< is lost as a whole
  envelope,  ///< the line is not taken for CEF
  key,       ///< is lost
  value,     ///< arrives, but otherwise
};

enum class ReceiverType : std::uint8_t { integer, long_integer, floating, double_floating, ip, mac, timestamp };

struct ReceiverRule {
  std::string id;
  ReceiverCheck check{};
  ReceiverEffect effect{};
  std::string why;
  std::string source;  ///< where it was read, or how it was measured
  std::string advice;  ///< what to do about it
  // What the check is made of; what it has no use for is empty.
  std::vector<std::string> accepted;
  std::string characters;  ///< each once
  std::string first;       ///< characters that a key may begin with
  std::size_t bytes = 0;
  std::optional<Transport> transport;  ///< only over this one
  std::vector<std::string> keys;
  std::string program, text;
  std::map<std::string, ReceiverType, std::less<>> types;  ///< by key in lower case
};

struct ReceiverModel {
  std::string name;
  std::string description;
  ReceiverReader reader{};
  std::vector<ReceiverRule> rules;  ///< one of a kind each

  /// Returns: null if there is none of this kind.
  [[nodiscard]] const ReceiverRule* find(ReceiverCheck check) const;
};

/// Errors: all of them at once, each at its place in the file.
[[nodiscard]] std::expected<ReceiverModel, ConfigErrors> load_receiver_model(const std::filesystem::path& file);

/// Returns: the models of a folder, in the order of the names.
/// Errors:  those of the files; a name without a file, with the names that there are.
[[nodiscard]] std::expected<std::vector<ReceiverModel>, ConfigErrors> load_receiver_models(
    const std::filesystem::path& folder, const std::vector<std::string>& names);

}  // namespace flowcef
