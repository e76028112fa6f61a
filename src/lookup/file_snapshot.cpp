#include "file_snapshot.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <fstream>
#include <functional>
#include <optional>
#include <ranges>
#include <system_error>
#include <utility>

#include "csv_reader.hpp"
#include "value_parser.hpp"
#include "value_text.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{512} << 20;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxColumns = 64;

ConfigError unreadable(const std::filesystem::path& file, std::string_view reason) {
  return {{file.string(), 0, 0}, "", "cannot be read: " + std::string(reason), ""};
}

std::expected<std::string, ConfigError> read_whole(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return std::unexpected(unreadable(file, "Is a directory"));
  if (std::filesystem::is_fifo(file, error)) return std::unexpected(unreadable(file, "is a pipe, which may never end"));
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected(unreadable(file, std::generic_category().message(errno)));
  std::string text;
  std::vector<char> block(kBlockBytes);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.size() > kMaxFileBytes) return std::unexpected(unreadable(file, "larger than 512 MiB"));
  }
  if (stream.bad()) return std::unexpected(unreadable(file, "Input/output error"));
  return text;
}

/// An address key is its length and the address; a prefix has the bits behind it cleared, and their number behind that.
using PrefixKey = std::array<std::uint8_t, 18>;

Bytes prefix_key(Bytes key, unsigned bits, PrefixKey& room) noexcept {
  std::ranges::copy(key, room.begin());
  for (std::size_t i = 1; i < key.size(); ++i) {
    const unsigned before = 8 * (static_cast<unsigned>(i) - 1);
    const unsigned kept = bits <= before ? 0 : std::min(8U, bits - before);
    room[i] = static_cast<std::uint8_t>(room[i] & (0xff00U >> kept));
  }
  room[key.size()] = static_cast<std::uint8_t>(bits);
  return {room.data(), key.size() + 1};
}

bool is_address(DataType type) noexcept {
  return type == DataType::ipv4_address || type == DataType::ipv6_address;
}

bool has_form_of_its_own(DataType type) noexcept {
  return is_address(type) || is_unsigned(type) || is_signed(type) || type == DataType::mac_address;
}

}  // namespace

void* FileSnapshot::Arena::allocate(std::size_t size) {
  size = (size + alignof(LookupEntry) - 1) / alignof(LookupEntry) * alignof(LookupEntry);
  if (left_ < size) {
    const std::size_t block = std::max(kBlockBytes, size);
    blocks_.push_back(std::make_unique<char[]>(block + kLookupTextSlack));
    at_ = blocks_.back().get();
    left_ = block;
    bytes_ += block;
  }
  left_ -= size;
  return std::exchange(at_, at_ + size);
}

class FileSnapshot::Loader {
 public:
  Loader(const LookupConfig& config, const ElementRegistry* registry, LookupSchema& schema, std::string_view text)
      : config_(config), registry_(registry), schema_(schema), rows_(config.file.string(), text, errors_) {}

  std::expected<std::unique_ptr<FileSnapshot>, ConfigErrors> load() {
    if (read_header()) read_rows();
    if (!errors_.empty()) {
      errors_.resize(std::min(errors_.size(), kMaxErrors));
      return std::unexpected(std::move(errors_));
    }
    for (auto& lengths : snapshot_->lengths_) std::ranges::sort(lengths, std::greater<>());
    snapshot_->link_all(entries_);
    return std::move(snapshot_);
  }

 private:
  bool read_header() {
    if (!rows_.next(row_)) {
      if (errors_.empty()) refuse({config_.file.string(), 1, 1}, "", "expected a first row with the columns' names");
      return false;
    }
    cells_ = row_.size();
    for (const PositionedText& name : config_.key) key_cells_.push_back(find_column(name.text));
    const bool is_first = schema_.columns.empty();
    for (std::size_t i = 0; is_first && i < cells_; ++i) {
      if (std::ranges::find(key_cells_, i) == key_cells_.end()) add_column(row_[i]);
    }
    for (const LookupColumn& column : schema_.columns) column_cells_.push_back(find_column(column.name));
    if (errors_.empty() && schema_.columns.empty()) {
      refuse(rows_.at(row_[0]), "", "expected columns besides those of the key");
    }
    return errors_.empty();
  }

  std::size_t find_column(const std::string& name) {
    const auto found = std::ranges::find(row_, name, &CsvCell::text);
    if (found == row_.end()) refuse(rows_.at(row_[0]), name, "expected a column of this name");
    return static_cast<std::size_t>(found - row_.begin());
  }

  void add_column(const CsvCell& cell) {
    if (schema_.columns.size() == kMaxColumns) return refuse(rows_.at(cell), cell.text, "expected at most 64 columns");
    if (cell.text.empty()) return refuse(rows_.at(cell), "", "expected the name of a column");
    if (std::ranges::find(schema_.columns, cell.text, &LookupColumn::name) != schema_.columns.end()) {
      return refuse(rows_.at(cell), cell.text, "expected each column only once");
    }
    const InformationElement* const element = registry_ != nullptr ? registry_->find_by_name(cell.text) : nullptr;
    schema_.columns.push_back({cell.text, element != nullptr && element->name == cell.text && !is_list(element->type)
                                              ? element->type
                                              : DataType::string});
  }

  void read_rows() {
    while (errors_.size() < kMaxErrors && rows_.next(row_)) {
      if (entries_.size() == kMaxRows) return refuse(rows_.at(row_[0]), "", "expected at most 5000000 rows");
      read_row();
    }
  }

  void read_row() {
    if (row_.size() != cells_) {
      return refuse(rows_.at(row_[0]), "",
                    "expected " + std::to_string(cells_) + " cells, got " + std::to_string(row_.size()));
    }
    const std::size_t errors = errors_.size();
    read_key();
    texts_.resize(column_cells_.size());
    views_.clear();
    for (std::size_t i = 0; i < column_cells_.size(); ++i) {
      read_text(row_[column_cells_[i]], schema_.columns[i], texts_[i]);
      views_.emplace_back(texts_[i]);
    }
    if (errors_.size() != errors) return;
    PrefixKey room;
    const Bytes key = bits_ ? prefix_key(key_.bytes(), *bits_, room) : key_.bytes();
    escaped_.assign(views_);
    void* const memory = snapshot_->arena_.allocate(LookupEntry::size_of(key, escaped_));
    entries_.push_back(LookupEntry::make_at(memory, snapshot_->hash_(key), key, escaped_, 0));
  }

  void read_key() {
    key_.clear();
    bits_.reset();
    for (std::size_t i = 0; i < key_cells_.size(); ++i) {
      const CsvCell& cell = row_[key_cells_[i]];
      const DataType type = schema_.key[i];
      std::string_view text = cell.text;
      const bool may_be_prefix = key_cells_.size() == 1 && is_address(type);
      if (may_be_prefix && text.find('/') != std::string_view::npos && !read_prefix(text)) {
        return refuse_value(cell, config_.key[i].text, "an address, or a prefix with no bits set behind it");
      }
      if (!parse_value(type, text, value_) || !key_.append(type, value_)) {
        return refuse_value(cell, config_.key[i].text, form_of(type));
      }
    }
  }

  /// Leaves the address in `text`. One of all bits is no prefix.
  bool read_prefix(std::string_view& text) {
    const auto prefix = IpPrefix::parse(text);
    if (!prefix) return false;
    text = text.substr(0, text.find('/'));
    const bool v4 = IpAddress::parse(text)->is_v4();
    const unsigned bits = v4 && prefix->bits() >= 96 ? prefix->bits() - 96 : prefix->bits();
    if (bits == (v4 ? 32 : 128)) return true;
    bits_ = bits;
    auto& lengths = snapshot_->lengths_[v4 ? 0 : 1];
    if (std::ranges::find(lengths, bits) == lengths.end()) lengths.push_back(bits);
    return true;
  }

  void read_text(const CsvCell& cell, const LookupColumn& column, std::string& text) {
    text = cell.text;
    if (text.empty() || column.type == DataType::string) return;
    if (!parse_value(column.type, text, value_)) return refuse_value(cell, column.name, form_of(column.type));
    if (has_form_of_its_own(column.type)) assign_text(text, column.type, value_);
  }

  void refuse_value(const CsvCell& cell, const std::string& column, std::string_view expected) {
    std::string got = cell.text.substr(0, 40);
    std::ranges::replace_if(got, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    refuse(rows_.at(cell), column, "expected " + std::string(expected) + ", got \"" + got + '"');
  }

  void refuse(SourcePosition where, const std::string& column, std::string problem) {
    errors_.push_back({std::move(where), column, std::move(problem), ""});
  }

  const LookupConfig& config_;
  const ElementRegistry* registry_;
  LookupSchema& schema_;
  ConfigErrors errors_;
  CsvReader rows_;
  std::unique_ptr<FileSnapshot> snapshot_ = std::make_unique<FileSnapshot>();
  std::vector<CsvCell> row_;
  std::size_t cells_ = 0;  ///< of each row
  std::vector<std::size_t> key_cells_;
  std::vector<std::size_t> column_cells_;
  LookupKey key_;
  std::optional<unsigned> bits_;  ///< of a prefix
  std::vector<std::uint8_t> value_;
  std::vector<std::string> texts_;
  std::vector<std::string_view> views_;
  LookupTexts escaped_;
  std::vector<LookupEntry*> entries_;
};

std::expected<std::unique_ptr<FileSnapshot>, ConfigErrors> FileSnapshot::read(const LookupConfig& config,
                                                                              const ElementRegistry* registry,
                                                                              LookupSchema& schema) {
  const auto text = read_whole(config.file);
  if (!text) return std::unexpected(ConfigErrors{text.error()});
  return parse(config, registry, *text, schema);
}

std::expected<std::unique_ptr<FileSnapshot>, ConfigErrors> FileSnapshot::parse(const LookupConfig& config,
                                                                               const ElementRegistry* registry,
                                                                               std::string_view text,
                                                                               LookupSchema& schema) {
  return Loader(config, registry, schema, text).load();
}

/// The last row of a key counts.
void FileSnapshot::link_all(std::span<LookupEntry* const> entries) {
  buckets_.resize(std::bit_ceil(std::max<std::size_t>(1, entries.size())));
  for (LookupEntry* const entry : std::views::reverse(entries)) {
    if (find_exact(entry->key()) != nullptr) {
      ++repeated_;
      continue;
    }
    LookupEntry*& bucket = buckets_[entry->hash() & (buckets_.size() - 1)];
    entry->next.store(bucket, std::memory_order_relaxed);
    bucket = entry;
    ++size_;
  }
  bytes_ = arena_.bytes() + buckets_.size() * sizeof(LookupEntry*);
}

const LookupEntry* FileSnapshot::find_exact(Bytes key) const noexcept {
  const std::uint64_t hash = hash_(key);
  const LookupEntry* entry = buckets_[hash & (buckets_.size() - 1)];
  while (entry != nullptr && !entry->has_key(hash, key)) entry = entry->next.load(std::memory_order_relaxed);
  return entry;
}

const LookupEntry* FileSnapshot::find(Bytes key) const noexcept {
  if (const LookupEntry* const entry = find_exact(key)) return entry;
  if (key.size() != 5 && key.size() != 17) return nullptr;
  PrefixKey room;
  for (const unsigned bits : lengths_[key.size() == 5 ? 0 : 1]) {
    if (const LookupEntry* const entry = find_exact(prefix_key(key, bits, room))) return entry;
  }
  return nullptr;
}

}  // namespace flowcef
