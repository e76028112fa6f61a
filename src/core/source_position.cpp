#include "flowcef/core/source_position.hpp"

namespace flowcef {

std::string ConfigError::to_string() const {
  std::string text = where.file;
  if (where.line != 0) text += ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
  text += ": ";
  if (!key.empty()) text += key + ": ";
  text += problem;
  if (!hint.empty()) text += " (" + hint + ')';
  return text;
}

}  // namespace flowcef
