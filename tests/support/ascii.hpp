#pragma once

namespace flowcef::test {

/// Of ASCII, whatever the locale.
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace flowcef::test
