#include "flowcef/source/file_list.hpp"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>

#include "flowcef/source/file_handle.hpp"

namespace flowcef {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Takes the digits that the text begins with off it, without zeros in front.
std::string_view take_number(std::string_view& text) noexcept {
  while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.remove_prefix(1);
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view number(text.begin(), end);
  text.remove_prefix(number.size());
  return number;
}

bool is_absence(int error) noexcept {
  return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

void note(int error, FileListing& listing) {
  if (!listing.error && !is_absence(error)) listing.error = std::error_code(error, std::generic_category());
}

void add_file(const std::string& path, FileListing& listing) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return note(errno, listing);
  if (!S_ISREG(status.st_mode)) return;
  listing.files.push_back({path, status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                           std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec});
}

void add_folder(const std::string& path, FileListing& listing) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with('.')) add_file(entry->path().string(), listing);
  }
  if (error) note(error.value(), listing);
}

void add_glob(const std::string& pattern, FileListing& listing) {
  glob_t found{};
  errno = 0;
  const int status = ::glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  if (status != 0 && status != GLOB_NOMATCH) note(errno != 0 ? errno : EIO, listing);
  for (std::size_t i = 0; i < found.gl_pathc; ++i) add_file(found.gl_pathv[i], listing);
  ::globfree(&found);
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

}  // namespace

bool is_before_naturally(std::string_view a, std::string_view b) noexcept {
  const std::string_view whole_a = a;
  const std::string_view whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const std::string_view number_a = take_number(a);
      const std::string_view number_b = take_number(b);
      if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
      if (number_a != number_b) return number_a < number_b;
      continue;
    }
    if (a[0] != b[0]) return a[0] < b[0];
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;
}

FileListing list_files(const std::string& path) {
  FileListing listing;
  struct stat status{};
  const int error = ::stat(path.c_str(), &status) == 0 ? 0 : errno;
  if (error == 0 && S_ISDIR(status.st_mode)) {
    add_folder(path, listing);
  } else if (error == 0 || is_absence(error)) {
    add_glob(path, listing);
  } else {
    note(error, listing);
  }
  std::ranges::sort(listing.files, is_before_naturally, &ListedFile::path);
  return listing;
}

std::error_code find_unreadable(const std::string& path) {
  const FileListing listing = list_files(path);
  if (listing.error) return listing.error;
  for (const ListedFile& file : listing.files) {
    const auto opened = open_known(file.path, file.device, file.inode);
    if (!opened && !is_absence(opened.error().value())) return opened.error();
  }
  return {};
}

std::vector<std::string> expand_files(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const std::string& argument : arguments) {
    std::error_code error;
    const bool is_there = std::filesystem::exists(argument, error);
    if (is_there && !is_folder(argument)) {
      names.push_back(argument);
      continue;
    }
    const auto [files, problem] = list_files(argument);
    if (problem) throw std::runtime_error(argument + ": " + problem.message());
    if (files.empty() && is_there) throw std::runtime_error(argument + ": the folder has no files");
    if (files.empty()) names.push_back(argument);
    for (const ListedFile& file : files) names.push_back(file.path);
  }
  return names;
}

}  // namespace flowcef
