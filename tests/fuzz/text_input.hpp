// An input as a file, for what reads files.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "flowcef/core/source_position.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {

/// A folder of its own, in memory if the machine has such a place: a file is written for every input.
class InputFolder {
 public:
  InputFolder() {
    const std::filesystem::path memory = "/dev/shm";
    path_ = (std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path()) /
            ("flowcef-fuzz-" + std::to_string(getpid()));
    std::filesystem::create_directories(path_);
  }
  ~InputFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  InputFolder(const InputFolder&) = delete;
  InputFolder& operator=(const InputFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Returns: the file, which the next call overwrites.
inline std::filesystem::path write_input(const std::uint8_t* data, std::size_t size) {
  static const InputFolder kFolder;
  std::filesystem::path file = kFolder.path() / "input.toml";
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return file;
}

/// Every mistake is told, and where it is.
inline void check_errors(const ConfigErrors& errors) {
  require(!errors.empty(), "a file that is refused has errors");
  for (const ConfigError& error : errors) {
    require(!error.where.file.empty(), "an error names its file");
    require(!error.problem.empty(), "an error says what is wrong");
    require(error.to_string().find('\n') == std::string::npos, "an error is one line");
  }
}

}  // namespace flowcef::test
