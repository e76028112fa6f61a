// The compiled-in element table; only the registry reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "flowcef/decode/information_element.hpp"

namespace flowcef {

struct IanaElement {
  std::uint16_t id;
  const char* name;
  DataType type;
  std::optional<TimeUnit> unit = std::nullopt;  ///< of a number that is a duration
};

extern const IanaElement kIanaElements[];
extern const std::size_t kIanaElementCount;

}  // namespace flowcef
