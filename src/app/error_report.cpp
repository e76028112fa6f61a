#include "flowcef/app/error_report.hpp"

#include <fstream>
#include <string>

namespace flowcef {
namespace {

constexpr std::size_t kMaxShown = 120;

std::string read_line(const SourcePosition& where) {
  std::ifstream file(where.file);
  std::string line;
  for (unsigned i = 0; i < where.line; ++i) {
    if (!std::getline(file, line)) return {};
  }
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return line.substr(0, kMaxShown);
}

}  // namespace

void print_errors(std::ostream& out, const ConfigErrors& errors) {
  for (const ConfigError& error : errors) {
    out << error.to_string() << '\n';
    const std::string line = read_line(error.where);
    if (line.empty() || error.where.column == 0 || error.where.column > line.size()) continue;
    out << "  " << line << "\n  " << std::string(error.where.column - 1, ' ') << "^\n";
  }
}

}  // namespace flowcef
