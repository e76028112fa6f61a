#include "csv_reader.hpp"

#include <algorithm>
#include <utility>

namespace flowcef {

CsvReader::CsvReader(std::string file, std::string_view text, ConfigErrors& errors)
    : file_(std::move(file)), text_(text), errors_(errors) {
  static constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

bool CsvReader::next(std::vector<CsvCell>& row) {
  while (at_ < text_.size() && errors_.size() < kMaxErrors) {
    if (is_at_line_end() || text_[at_] == '#') {
      skip_line();
      continue;
    }
    if (separator_ == 0) find_separator();
    if (read_row(row)) return true;
    skip_line();
  }
  return false;
}

bool CsvReader::is_at_line_end() const noexcept {
  return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
}

void CsvReader::skip_line() {
  at_ = std::min(text_.find('\n', at_), text_.size());
  skip_line_end();
}

void CsvReader::skip_line_end() {
  if (at_ == text_.size()) return;
  at_ += text_[at_] == '\r' ? 2U : 1U;
  line_begin_ = at_;
  ++line_;
}

void CsvReader::find_separator() {
  const std::string_view header = text_.substr(at_, text_.find('\n', at_) - at_);
  separator_ = ',';
  for (const char candidate : {',', ';', '\t'}) {
    if (header.find(candidate) == std::string_view::npos) continue;
    separator_ = candidate;
    return;
  }
}

bool CsvReader::read_row(std::vector<CsvCell>& row) {
  const std::size_t begin = at_;
  std::size_t cells = 0;
  while (true) {
    if (row.size() == cells) row.emplace_back();
    CsvCell& cell = row[cells++];
    cell.text.clear();
    cell.line = line_;
    cell.column = static_cast<std::uint32_t>(at_ - line_begin_ + 1);
    if (!read_cell(cell)) return false;
    if (at_ - begin > kMaxRowBytes) return refuse(row[0], "expected at most 64 KiB in a row", "is a quote missing?");
    if (is_at_line_end()) break;
    ++at_;  // the separator
  }
  skip_line_end();
  row.resize(cells);
  return true;
}

bool CsvReader::read_cell(CsvCell& cell) {
  if (at_ < text_.size() && text_[at_] == '"') return read_quoted(cell);
  while (!is_at_line_end() && text_[at_] != separator_) cell.text += text_[at_++];
  return true;
}

bool CsvReader::read_quoted(CsvCell& cell) {
  const std::size_t begin = at_++;
  while (at_ < text_.size() && at_ - begin <= kMaxRowBytes) {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      line_begin_ = at_;
    }
    if (c == '"' && (at_ == text_.size() || text_[at_] != '"')) {
      if (is_at_line_end() || text_[at_] == separator_) return true;
      return refuse(cell, "expected nothing behind the closing quote", "a quote within quotes is written twice");
    }
    if (c == '"') ++at_;
    cell.text += c;
  }
  return refuse(cell, "expected a closing quote", "a cell may be 64 KiB long");
}

bool CsvReader::refuse(const CsvCell& cell, std::string problem, std::string hint) {
  errors_.push_back({at(cell), "", std::move(problem), std::move(hint)});
  return false;
}

}  // namespace flowcef
