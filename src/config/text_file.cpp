#include "flowcef/config/text_file.hpp"

#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

namespace flowcef {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::expected<std::ifstream, std::string> open(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return std::unexpected("Is a directory");
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected(std::generic_category().message(errno));
  return stream;
}

}  // namespace

std::expected<std::string, ConfigError> read_text_file(const std::filesystem::path& file) {
  auto stream = open(file);
  if (!stream) return std::unexpected(unreadable(file, stream.error()));
  std::string text;
  char block[4096];
  while (stream->read(block, sizeof block) || stream->gcount() > 0) {
    text.append(block, static_cast<std::size_t>(stream->gcount()));
    if (text.size() > kMaxTextFile) return std::unexpected(unreadable(file, "larger than 16 MiB"));
  }
  if (stream->bad()) return std::unexpected(unreadable(file, "Input/output error"));
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return text;
}

std::size_t hash_of_files(std::initializer_list<std::string_view> files) {
  std::string bytes;
  for (const std::string_view file : files) {
    std::error_code ignored;  // a pipe would be empty for its user
    const auto text = std::filesystem::is_regular_file(file, ignored) ? read_text_file(file).value_or("") : "";
    bytes += std::to_string(text.size()) + ':' + text;
  }
  return std::hash<std::string>{}(bytes);
}

std::optional<std::string> why_unreadable(const std::filesystem::path& file) {
  if (const auto stream = open(file); !stream) return stream.error();
  return std::nullopt;
}

ConfigError unreadable(const std::filesystem::path& file, std::string_view reason) {
  ConfigError error;
  error.where.file = file.string();
  error.problem = "cannot be read: " + std::string(reason);
  return error;
}

}  // namespace flowcef
