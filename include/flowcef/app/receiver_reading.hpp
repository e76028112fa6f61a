// What a receiver makes of a line, by its model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/receiver_model.hpp"

namespace flowcef {

struct ReadPair {
  std::string key;
  std::string value;
};

/// A rule that a line broke.
struct ReceiverFinding {
  const ReceiverRule* rule;
  std::string key;    ///< empty: the line as a whole
  std::string shown;  ///< what it broke it with, or what the receiver has instead; fit for a terminal
};

/// Lifetime: refers to the model's rules.
struct ReceiverReading {
  bool taken = true;
  std::vector<ReadPair> pairs;  ///< what it keeps, each key once
  std::vector<ReceiverFinding> findings;
};

/// Input: a message without its framing, and how it is sent.
[[nodiscard]] ReceiverReading read_as(const ReceiverModel& model, std::string_view message, Transport transport);

}  // namespace flowcef
