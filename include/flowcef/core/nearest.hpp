// Finds the known word nearest to a misspelt one, for hints in error messages.
#pragma once

#include <optional>
#include <string_view>

namespace flowcef {

/// Returns: edit distance with neighbouring letters swapped as one step, upper and lower case alike.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// Collects candidates for `wanted` and keeps the nearest one that is near enough to be meant.
class NearestWord {
 public:
  explicit NearestWord(std::string_view wanted);
  void offer(std::string_view candidate);
  /// Lifetime: views the candidate that was offered.
  [[nodiscard]] std::optional<std::string_view> result() const;

 private:
  std::string_view wanted_;
  std::string_view best_;
  std::size_t distance_;
};

}  // namespace flowcef
