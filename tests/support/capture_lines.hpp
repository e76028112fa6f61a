// The lines that the default mapping makes of a capture file, in process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "flowcef/app/translation.hpp"

namespace flowcef::test {

[[nodiscard]] std::filesystem::path source_dir();

/// The translation of mappings/<name>.toml; fails the program with its errors if it does not load.
[[nodiscard]] const Translation& shipped_translation(const std::string& name = "default");

struct CaptureLines {
  std::vector<std::string> lines;
  std::uint64_t records = 0;
  std::uint64_t refused = 0;
  std::vector<std::string> refusals;  ///< `template_missing 3`
};

[[nodiscard]] CaptureLines convert_capture(const std::filesystem::path& file, const Translation& translation,
                                           const RenderingConfig& rendering = {});

}  // namespace flowcef::test
