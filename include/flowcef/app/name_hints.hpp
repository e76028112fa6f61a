// Hints for names that users look for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flowcef {

/// Returns: up to three names that are like `wanted`, or begin like it, the nearest first; each once.
/// Lifetime: they view the candidates.
[[nodiscard]] std::vector<std::string_view> similar_names(std::string_view wanted,
                                                          const std::vector<std::string_view>& candidates);

/// Returns: `; did you mean a, b or c?`, or `; ` and `otherwise` if no name is similar.
[[nodiscard]] std::string did_you_mean(std::string_view wanted, const std::vector<std::string_view>& candidates,
                                       std::string_view otherwise);

}  // namespace flowcef
