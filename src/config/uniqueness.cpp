#include "flowcef/config/uniqueness.hpp"

#include "flowcef/config/quoted_text.hpp"

namespace flowcef {

void Uniqueness::check(const ValueReader& value, const std::string& text) {
  const auto [first, is_new] = first_.try_emplace(text, value.place());
  if (is_new) return;
  value.refuse("expected each only once, got " + in_quotes(text) + " again",
               "first at line " + std::to_string(first->second.line));
}

}  // namespace flowcef
