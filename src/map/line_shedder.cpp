#include "line_shedder.hpp"

#include <cstring>

#include "flowcef/core/decimal.hpp"
#include "flowcef/map/value_form.hpp"

namespace flowcef {
namespace {

/// The first one that stays: those of lower priority go, of its own priority those behind it.
struct Border {
  unsigned priority = 0;
  std::size_t index = 0;

  [[nodiscard]] bool keeps(const LinePiece& piece, std::size_t at) const noexcept {
    return piece.instruction->priority > priority || (piece.instruction->priority == priority && at < index);
  }
};

/// In keys' values and labels `=` has a backslash in front. A list has several keys.
std::uint64_t count_keys(const LinePiece& piece) noexcept {
  std::uint64_t keys = 0;
  for (const char* at = piece.begin + 1; at != piece.end; ++at) keys += *at == '=' && at[-1] != '\\' ? 1 : 0;
  return keys;
}

/// With the blank that stands behind every piece, also behind the last one.
std::size_t size_of(const LinePiece& piece) noexcept {
  return static_cast<std::size_t>(piece.end - piece.begin) + 1;
}

char* close_up(char* out, std::span<const LinePiece> pieces, const Border& border) noexcept {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!border.keeps(pieces[i], i)) continue;
    const std::size_t size = size_of(pieces[i]);
    std::memmove(out, pieces[i].begin, size);
    out += size;
  }
  return out;
}

}  // namespace

ShedMessage shed_keys(const Program& program, char* message, const char* end, std::span<const LinePiece> pieces,
                      std::size_t limit) noexcept {
  if (pieces.empty()) return {nullptr, 0};
  std::size_t length = static_cast<std::size_t>(end - message) + 1 + program.shed_keys.length;
  std::uint64_t keys = 0;
  for (unsigned priority = 0; priority <= kMaxPriority; ++priority) {
    for (std::size_t i = pieces.size(); i-- > 0;) {
      if (pieces[i].instruction->priority != priority) continue;
      length -= size_of(pieces[i]);
      keys += count_keys(pieces[i]);
      if (length + static_cast<std::size_t>(count_digits(keys)) > limit) continue;
      char* out = close_up(message + (pieces.front().begin - message), pieces, {priority, i});
      std::memcpy(out, program.literals.data() + program.shed_keys.offset, program.shed_keys.length);
      out += program.shed_keys.length;
      return {write_u64(out, keys), keys};
    }
  }
  return {nullptr, 0};
}

}  // namespace flowcef
