// A folder of files for one test, and errors as text without the folder's name.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Lifetime: removes the folder and everything in it.
class ConfigFiles {
 public:
  ConfigFiles() {
    std::string pattern = testing::TempDir() + "flowcef-config-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ConfigFiles(const ConfigFiles&) = delete;
  ConfigFiles& operator=(const ConfigFiles&) = delete;
  ~ConfigFiles() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  std::filesystem::path write(std::string_view name, std::string_view text) const {
    const auto file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  /// Returns: each error as a user sees it, with `FOLDER/` taken out.
  [[nodiscard]] std::vector<std::string> texts(const ConfigErrors& errors) const {
    std::vector<std::string> texts;
    for (const auto& error : errors) texts.push_back(without_folder(error.to_string()));
    return texts;
  }

 private:
  [[nodiscard]] std::string without_folder(std::string text) const {
    const std::string prefix = folder_.string() + '/';
    for (std::size_t at; (at = text.find(prefix)) != std::string::npos;) text.erase(at, prefix.size());
    return text;
  }

  std::filesystem::path folder_;
};

}  // namespace flowcef
