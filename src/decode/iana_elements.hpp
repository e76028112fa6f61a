// The compiled-in element table; only the registry reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "flowcef/decode/information_element.hpp"

namespace flowcef {

struct IanaElement {
  std::uint16_t id;
  const char* name;
  DataType type;
};

extern const IanaElement kIanaElements[];
extern const std::size_t kIanaElementCount;

}  // namespace flowcef
