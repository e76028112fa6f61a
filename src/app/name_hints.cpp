#include "flowcef/app/name_hints.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kMaxHints = 3;
/// Who wants a longer name than any there is gets no hint.
constexpr std::size_t kMaxWanted = 100;

}  // namespace

std::vector<std::string_view> similar_names(std::string_view wanted, const std::vector<std::string_view>& candidates) {
  if (wanted.empty() || wanted.size() > kMaxWanted) return {};
  const std::size_t limit = std::max<std::size_t>(1, wanted.size() / 4);
  std::vector<std::tuple<std::size_t, std::size_t, std::string_view>> found;
  for (const std::string_view name : candidates) {
    const std::size_t distance =
        std::min(edit_distance(wanted, name), edit_distance(wanted, name.substr(0, wanted.size())));
    if (distance <= limit) found.emplace_back(distance, name.size(), name);
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::string_view> names;
  for (const auto& entry : found) {
    if (names.size() < kMaxHints) names.push_back(std::get<2>(entry));
  }
  return names;
}

std::string did_you_mean(std::string_view wanted, const std::vector<std::string_view>& candidates,
                         std::string_view otherwise) {
  const auto names = similar_names(wanted, candidates);
  if (names.empty()) return "; " + std::string(otherwise);
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text + '?';
}

}  // namespace flowcef
