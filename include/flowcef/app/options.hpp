// The command line as plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "flowcef/map/rendering_config.hpp"

namespace flowcef {

struct RunOptions {
  std::filesystem::path config;
};

struct CheckOptions {
  std::filesystem::path config;
  std::vector<std::string> against;  ///< names of receivers
  std::vector<std::string> files;    ///< captures whose lines the receivers are shown; none: made-up records
};

struct ReloadOptions {
  std::filesystem::path config;
};

struct StatusOptions {
  std::filesystem::path config;
  bool all = false;  ///< at most one of the three
  bool json = false;
  bool books = false;
};

struct TestSendOptions {
  std::filesystem::path config;
  std::string output;               ///< name; empty: all of them
  std::optional<std::size_t> size;  ///< of the message in bytes, its framing not included; nothing: as it comes
};

/// Recorded exports and what to read them with.
struct FileOptions {
  std::vector<std::string> files;
  std::filesystem::path config;  ///< empty: default settings
  std::string input;             ///< name of the configuration's input to take the settings of; empty: the first
  std::optional<std::uint16_t> port;
};

struct ConvertOptions {
  FileOptions source;
  std::filesystem::path mapping;  ///< empty: that of the configuration, or the default mapping
  std::string output;             ///< empty: stdout
  SyslogHeader header = SyslogHeader::none;
};

struct ExplainOptions {
  FileOptions source;
  std::filesystem::path mapping;  ///< as in ConvertOptions
};

struct DiffOptions {
  FileOptions source;
  std::vector<std::filesystem::path> mappings;  ///< the old one, if it is not the usual one, and the new one
};

/// What is known, by default to the default mapping.
struct ElementsOptions {
  std::string pattern;  ///< empty: all
  std::filesystem::path config;
  std::filesystem::path mapping;
};

struct TablesOptions {
  std::string name;  ///< empty: all of them
  std::filesystem::path config;
  std::filesystem::path mapping;
};

/// Lines come from stdin.
struct PatternsOptions {
  std::vector<std::filesystem::path> files;
  std::filesystem::path config;  ///< empty: the element tables of the default mapping
};

/// All is done, or nothing can be: the program ends with this status.
struct ExitNow {
  int status;
};

using Options = std::variant<RunOptions, CheckOptions, ReloadOptions, StatusOptions, TestSendOptions, ConvertOptions,
                             ExplainOptions, DiffOptions, ElementsOptions, TablesOptions, PatternsOptions, ExitNow>;

/// The longest message that can be asked for, in bytes; no receiver takes longer ones.
inline constexpr std::size_t kMaxTestSize = std::size_t{1} << 20;

/// Exit statuses: the program did what it was asked; a run failed; the command line or a configuration is wrong.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// Prints help, version or what is wrong with the command line, in which case it returns ExitNow.
[[nodiscard]] Options parse_options(int argc, const char* const* argv);

}  // namespace flowcef
