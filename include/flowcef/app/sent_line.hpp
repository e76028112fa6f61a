// A message as the bridge sends it, taken apart by the standard: what a receiver's reading is compared with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowcef {

/// When a syslog header says that the message was made.
struct HeaderTime {
  std::int64_t ms = 0;          ///< since 1970, or since midnight if there is no date and zone
  bool is_time_of_day = false;  ///< of an unknown zone
};

struct SentPair {
  std::string key;
  std::string value;
  bool is_escaped = false;  ///< the value stands in the message with escapes
};

/// Lifetime: views the message that it was made of.
struct SentLine {
  std::string_view program;  ///< of the syslog header: the tag or APP-NAME; empty without one
  std::optional<HeaderTime> time;
  std::string_view cef;         ///< from `CEF:` on; empty: there is none
  std::size_t extension = 0;    ///< where it begins in `cef`; its end if bars are missing
  std::vector<SentPair> pairs;  ///< in order; a key that is repeated stands as often
};

/// Input: a message without its framing.
[[nodiscard]] SentLine take_apart(std::string_view message);

}  // namespace flowcef
