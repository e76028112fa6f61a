#include "flowcef/source/file_progress.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace flowcef {
namespace {

constexpr std::string_view kFirstLine = "flowcef files 2";
constexpr std::string_view kEarlierFirstLine = "flowcef files 1";  // says nothing of changes
constexpr std::string_view kLastLine = "end";
constexpr std::size_t kNumbers = 8;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// Returns: whether the line is so many numbers, a blank between two of them.
bool read_numbers(std::string_view line, std::span<std::uint64_t> numbers) {
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i != 0) {
      if (at == end || *at != ' ') return false;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc()) return false;
    at = next;
  }
  return at == end;
}

}  // namespace

std::expected<FileProgress, std::string> FileProgress::parse(std::string_view text) {
  FileProgress progress;
  const std::string_view first = take_line(text);
  if (first != kFirstLine && first != kEarlierFirstLine) {
    return std::unexpected("it does not begin with \"" + std::string(kFirstLine) + '"');
  }
  const std::size_t count = first == kFirstLine ? kNumbers : kNumbers - 1;
  for (std::size_t number = 2; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line == kLastLine && text.empty()) return progress;
    std::array<std::uint64_t, kNumbers> values{};
    if (!read_numbers(line, std::span(values).first(count)) || values[2] > FileMark::kHeadBytes || values[6] > 1) {
      return std::unexpected("line " + std::to_string(number) + " is no line of it");
    }
    progress.marks_[{values[0], values[1]}] = {values[2], values[3],      values[4],
                                               values[5], values[6] == 1, static_cast<std::int64_t>(values[7])};
  }
  return std::unexpected("its end is missing");
}

std::string FileProgress::to_text() const {
  std::string text(kFirstLine);
  text += '\n';
  for (const auto& [key, mark] : marks_) {
    fmt::format_to(std::back_inserter(text), "{} {} {} {} {} {} {} {}\n", key.first, key.second, mark.head_length,
                   mark.head_hash, mark.size, mark.frames, mark.is_refused ? 1 : 0,
                   static_cast<std::uint64_t>(mark.changed_ns));
  }
  return text.append(kLastLine) + '\n';
}

std::uint64_t head_hash(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace flowcef
