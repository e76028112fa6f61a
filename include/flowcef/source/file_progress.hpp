// How far files have been read, and how that is written down. Reads no file.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace flowcef {

/// What has been taken of one file. It is known by device and inode, and by its first bytes, as a file that was cut to
/// nothing and written anew has the same inode.
struct FileMark {
  static constexpr std::size_t kHeadBytes = 64;

  std::uint64_t head_length = 0;  ///< of the bytes that head_hash is made of, at most kHeadBytes
  std::uint64_t head_hash = 0;
  std::uint64_t size = 0;       ///< of the file when it was read
  std::uint64_t frames = 0;     ///< read
  bool is_refused = false;      ///< it is no capture
  std::int64_t changed_ns = 0;  ///< when it was written last, nanoseconds since 1970 UTC; 0: unknown

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

/// Thread: one.
class FileProgress {
 public:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  ///< device, inode

  /// Errors: what is wrong with the text
  [[nodiscard]] static std::expected<FileProgress, std::string> parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;

  [[nodiscard]] std::map<Key, FileMark>& marks() noexcept { return marks_; }

 private:
  std::map<Key, FileMark> marks_;
};

/// Returns: FNV-1a of the bytes
[[nodiscard]] std::uint64_t head_hash(std::string_view bytes) noexcept;

}  // namespace flowcef
