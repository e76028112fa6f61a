// What refused input means to whoever has to do something about it.
#pragma once

#include <string_view>

#include "flowcef/decode/refusal.hpp"

namespace flowcef {

struct RefusalText {
  std::string_view meaning;
  std::string_view advice;
};

[[nodiscard]] RefusalText text_of(Refusal reason);

}  // namespace flowcef
