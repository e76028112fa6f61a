#include "flowcef/map/value_table.hpp"

#include <algorithm>

#include "built_in_tables.hpp"
#include "flowcef/core/cef_escape.hpp"
#include "flowcef/core/decimal.hpp"
#include "flowcef/map/program.hpp"
#include "value_writers.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kMaxDigits = 20;

std::vector<ValueTable> make_tables() {
  std::vector<ValueTable> made;
  for (const auto tables : {flow_tables(), packet_tables(), dns_tables(), tls_tables()}) {
    for (const BuiltInTable& table : tables) made.emplace_back(table.name, table.shape).add(table.rows);
  }
  return made;
}

}  // namespace

void ValueTable::add(std::span<const ValueRow> rows) {
  texts_.resize(texts_.size() - std::min(texts_.size(), kCopyBlock));
  for (const ValueRow& row : rows) {
    const Text text = keep(row.text);
    if (shape_.bits) {
      add_bit({row.number, text});
    } else if (row.number < small_.size()) {
      small_[row.number] = text;
    } else {
      rows_.push_back({row.number, text});
    }
  }
  texts_.append(kCopyBlock, ' ');
  if (!shape_.bits) put_in_order();
  measure();
}

ValueTable::Text ValueTable::keep(std::string_view text) {
  const std::string escaped = escape_extension_value(text);
  const Text kept{static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(escaped.size())};
  texts_ += escaped;
  return kept;
}

void ValueTable::add_bit(const Row& row) {
  const auto same = std::ranges::find(rows_, row.number, &Row::number);
  if (same == rows_.end()) {
    rows_.push_back(row);
  } else {
    same->text = row.text;
  }
}

/// Of rows with the same number the last one stays.
void ValueTable::put_in_order() {
  std::ranges::stable_sort(rows_, {}, &Row::number);
  const auto same = [](const Row& a, const Row& b) { return a.number == b.number; };
  const auto kept = std::unique(rows_.rbegin(), rows_.rend(), same);
  rows_.erase(rows_.begin(), kept.base());
}

void ValueTable::measure() {
  longest_text_ = shape_.unknown.empty() ? 0 : shape_.unknown.size() + kMaxDigits;
  for (const Text& text : small_) longest_text_ = std::max<std::size_t>(longest_text_, text.length);
  for (const Row& row : rows_) {
    const std::size_t length = row.text.length;
    longest_text_ = shape_.bits ? longest_text_ + length + 1 : std::max(longest_text_, length);
  }
}

NumberPart ValueTable::part_of(ElementId element) const noexcept {
  const bool known = element.pen == 0 || element.pen == kReversePen;
  for (const auto& [id, part] : shape_.parts) {
    if (id == 0 || (known && id == element.id)) return part;
  }
  return {};
}

std::vector<ValueRow> ValueTable::rows() const {
  const std::string_view texts = texts_;
  std::vector<ValueRow> rows;
  for (std::size_t number = 0; number < small_.size(); ++number) {
    const Text text = small_[number];
    if (text.length != 0) rows.push_back({number, texts.substr(text.offset, text.length)});
  }
  for (const Row& row : rows_) rows.push_back({row.number, texts.substr(row.text.offset, row.text.length)});
  return rows;
}

char* ValueTable::write(char* out, std::uint64_t number) const noexcept {
  if (number < small_.size() && small_[number].length != 0) return copy(out, small_[number]);
  return write_other(out, number);
}

char* ValueTable::copy(char* out, const Text& text) const noexcept {
  return copy_blocks(out, texts_.data() + text.offset, text.length);
}

char* ValueTable::write_other(char* out, std::uint64_t number) const noexcept {
  if (shape_.bits) return write_bits(out, number);
  if (const Text text = find_large(number); text.length != 0) return copy(out, text);
  if (shape_.unknown.empty()) return out;
  return write_u64(std::ranges::copy(shape_.unknown, out).out, number);
}

ValueTable::Text ValueTable::find_large(std::uint64_t number) const noexcept {
  const auto found = std::ranges::lower_bound(rows_, number, {}, &Row::number);
  return found != rows_.end() && found->number == number ? found->text : Text{};
}

char* ValueTable::write_bits(char* out, std::uint64_t number) const noexcept {
  char* const begin = out;
  for (const Row& row : rows_) {
    if ((number & row.number) == 0) continue;
    if (out != begin) *out++ = ',';
    out = copy(out, row.text);
  }
  return out;
}

std::span<const ValueTable> value_tables() {
  static const std::vector<ValueTable> kTables = make_tables();
  return kTables;
}

const ValueTable* find_value_table(std::string_view name) {
  const auto tables = value_tables();
  const auto found = std::ranges::find(tables, name, &ValueTable::name);
  return found == tables.end() ? nullptr : &*found;
}

}  // namespace flowcef
