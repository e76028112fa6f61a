// Where in a text file something stands, and a problem found there.
#pragma once

#include <string>
#include <vector>

namespace flowcef {

struct SourcePosition {
  std::string file;
  unsigned line = 0;    ///< from 1; 0: the file as a whole
  unsigned column = 0;  ///< from 1

  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

/// A word of a configuration file and where it stands.
struct PositionedText {
  std::string text;
  SourcePosition where;

  friend bool operator==(const PositionedText&, const PositionedText&) = default;
};

/// One problem with a configuration, mapping or table file.
struct ConfigError {
  SourcePosition where;
  std::string key;      ///< dotted path such as `output.siem.to`; may be empty
  std::string problem;  ///< `expected ..., got ...`
  std::string hint;     ///< what to do about it; may be empty

  /// Returns: `flowcef.toml:14:8: output.port: expected 1..65535, got 70000 (hint)`.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const ConfigError&, const ConfigError&) = default;
};

using ConfigErrors = std::vector<ConfigError>;

}  // namespace flowcef
