#include "flowcef/config/path_option.hpp"

#include <string_view>
#include <system_error>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/text_file.hpp"

namespace flowcef {
namespace {

bool is_path(std::string_view text) {
  return !text.empty() && is_printable(text);
}

}  // namespace

std::optional<std::filesystem::path> path_option(const ValueReader& value, const std::filesystem::path& base) {
  const auto text = value.text("a path", is_path);
  if (!text) return std::nullopt;
  return (base / *text).lexically_normal();
}

std::optional<std::filesystem::path> readable_file_option(const ValueReader& value, const std::filesystem::path& base) {
  auto path = path_option(value, base);
  if (!path) return std::nullopt;
  if (const auto reason = why_unreadable(*path)) {
    value.refuse_as_not("a readable file", path->string() + ": " + *reason);
    return std::nullopt;
  }
  return path;
}

std::optional<std::filesystem::path> folder_option(const ValueReader& value, const std::filesystem::path& base) {
  auto path = path_option(value, base);
  if (!path) return std::nullopt;
  std::error_code error;
  if (!std::filesystem::is_directory(*path, error)) {
    value.refuse_as_not("a folder", path->string() + ": " + (error ? error.message() : "Not a directory"));
    return std::nullopt;
  }
  return path;
}

}  // namespace flowcef
