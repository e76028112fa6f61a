// Which files a path stands for: itself, those in a folder, those that fit a glob.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace flowcef {

/// A regular file, links followed.
struct ListedFile {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;  ///< nanoseconds since 1970 UTC
};

struct FileListing {
  std::vector<ListedFile> files;  ///< in natural order
  std::error_code error;          ///< what kept it from seeing all of them
};

/// Returns: whether a is before b, numbers in names by their value: `flow2` before `flow10`
[[nodiscard]] bool is_before_naturally(std::string_view a, std::string_view b) noexcept;

/// Input:   a folder, whose files are meant but for hidden ones and those in folders in it; or a glob
/// Returns: those that can be looked at; none, and no error, if there is no such folder
[[nodiscard]] FileListing list_files(const std::string& path);

/// Returns: what keeps this process from listing the files or from opening one of them. That there is none is no error.
[[nodiscard]] std::error_code find_unreadable(const std::string& path);

/// Returns: what a command line means by its arguments: a name of its own stands for itself, also where there is no such
///          file; a folder and a glob for their files, in natural order.
/// Errors:  std::runtime_error for a folder without files, or that cannot be listed
[[nodiscard]] std::vector<std::string> expand_files(const std::vector<std::string>& arguments);

}  // namespace flowcef
