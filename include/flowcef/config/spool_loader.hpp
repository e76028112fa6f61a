// Turns [output.spool] into a plain struct.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Input:  `output`: the table of the output; `base`: where relative paths start; `state_dir`: what the default folder
///         is below; `sink`: with its name, its target, if `has_target`, and what becomes of oversize messages
/// Errors: to the reader's collector.
void load_spool(TableReader& output, bool has_target, const std::filesystem::path& base,
                const std::filesystem::path& state_dir, SinkConfig& sink);

/// Returns: the folder of an output's spool that names none.
[[nodiscard]] std::string default_spool_dir(const std::filesystem::path& state_dir, const std::string& output);

/// Finds spools that would share a folder, or have one inside the other.
class SpoolFolders {
 public:
  /// Errors: adds one where `output` names its folder, or at its spool, if that is so with an output before it.
  void check(TableReader& output, const SinkConfig& sink);

 private:
  struct Owner {
    std::filesystem::path folder;
    std::string output;
  };
  std::vector<Owner> owners_;
};

}  // namespace flowcef
