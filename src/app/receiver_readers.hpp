// How receivers take a message apart. Each follows its original byte by byte, so that it errs where that errs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/receiver_reading.hpp"

namespace flowcef {

struct ReadMessage {
  const ReceiverRule* refused = nullptr;  ///< by which rule the message was given up
  std::string problem;                    ///< what broke it
  std::vector<ReadPair> pairs;            ///< in order, repeated keys too
  std::vector<ReadPair> malformed;        ///< keys that were given up, and what broke them
};

/// Where the extension begins, or why there is none.
struct ReadHeader {
  const ReceiverRule* refused = nullptr;
  std::string problem;
  std::size_t extension = 0;
  std::string_view severity;
};

/// Input: `cef` begins with `CEF:`.
[[nodiscard]] ReadHeader read_header_as(const ReceiverModel& model, std::string_view cef);

/// Source: rsyslog/liblognorm 2.0.6, src/parser.c, cefParseExtensions, cefParseExtensionValue, cefParseName
[[nodiscard]] ReadMessage read_strictly(const ReceiverModel& model, std::string_view extension);
/// Source: splunk/splunk-connect-for-syslog, package/shared/pylib/parser_cef.py, _parse_cef_ext
[[nodiscard]] ReadMessage read_by_search(const ReceiverModel& model, std::string_view extension);
/// Source: elastic/beats, x-pack/filebeat/processors/decode_cef/cef/cef.rl and cef_actions.rl
[[nodiscard]] ReadMessage read_recovering(const ReceiverModel& model, std::string_view extension);

}  // namespace flowcef
