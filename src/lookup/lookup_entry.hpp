// What a lookup knows under one key.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/lookup/lookup_reader.hpp"

namespace flowcef {

/// A text is cut there, at a character: a URL's beginning is worth more than nothing.
inline constexpr std::size_t kMaxLookupText = 4096;
/// How far behind a text may be read: those who copy it do so in blocks.
inline constexpr std::size_t kLookupTextSlack = 48;

/// Texts as they stand in a CEF extension, one after the other.
class LookupTexts {
 public:
  /// Input: one text per column, not escaped
  void assign(std::span<const std::string_view> texts);

  [[nodiscard]] std::string_view bytes() const noexcept { return {bytes_.data(), size()}; }
  [[nodiscard]] std::span<const std::uint32_t> ends() const noexcept { return ends_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

 private:
  [[nodiscard]] std::size_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }

  std::vector<char> bytes_;  ///< never shrinks
  std::vector<std::uint32_t> ends_;
};

/// One piece of memory: this, the key, the texts' ends, the texts, slack. All but time, mark and links stays as it is.
class LookupEntry {
 public:
  struct Delete {
    void operator()(LookupEntry* entry) const noexcept;
  };
  using Pointer = std::unique_ptr<LookupEntry, Delete>;

  [[nodiscard]] static Pointer make(std::uint64_t hash, Bytes key, const LookupTexts& texts, std::int64_t at_ms);
  /// Returns: the memory that make() takes for it.
  [[nodiscard]] static std::size_t size_of(Bytes key, const LookupTexts& texts) noexcept;
  /// Makes one in memory that the caller has: size_of() bytes, aligned as this type is, and behind them as many to read
  /// as the slack, which is not part of it.
  static LookupEntry* make_at(void* memory, std::uint64_t hash, Bytes key, const LookupTexts& texts,
                              std::int64_t at_ms) noexcept;

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] bool has_key(std::uint64_t hash, Bytes key) const noexcept {
    return hash_ == hash && key_bytes_ == key.size() && std::memcmp(key_begin(), key.data(), key.size()) == 0;
  }
  [[nodiscard]] bool has_texts(const LookupTexts& texts) const noexcept;
  [[nodiscard]] std::string_view text(std::size_t column) const noexcept;
  [[nodiscard]] Bytes key() const noexcept { return {key_begin(), key_bytes_}; }
  [[nodiscard]] std::size_t bytes() const noexcept;  ///< of memory

  std::atomic<LookupEntry*> next = nullptr;  ///< of the same bucket
  std::atomic<std::int64_t> at_ms;           ///< when the record that made it was made
  // Of the table's writers:
  LookupEntry* older = nullptr;
  LookupEntry* newer = nullptr;

  mutable std::atomic<bool> used = false;  ///< since it was last passed over for eviction

 private:
  LookupEntry(std::uint64_t hash, Bytes key, const LookupTexts& texts, std::int64_t at) noexcept;
  ~LookupEntry() = default;

  [[nodiscard]] static constexpr std::size_t aligned(std::size_t key_bytes) noexcept {
    return (key_bytes + alignof(std::uint32_t) - 1) / alignof(std::uint32_t) * alignof(std::uint32_t);
  }
  [[nodiscard]] const std::uint8_t* key_begin() const noexcept {
    return reinterpret_cast<const std::uint8_t*>(this + 1);
  }
  [[nodiscard]] const std::uint32_t* ends() const noexcept {
    return reinterpret_cast<const std::uint32_t*>(key_begin() + aligned(key_bytes_));
  }
  [[nodiscard]] const char* texts() const noexcept { return reinterpret_cast<const char*>(ends() + columns_); }
  [[nodiscard]] std::size_t text_bytes() const noexcept { return columns_ == 0 ? 0 : ends()[columns_ - 1]; }

  std::uint64_t hash_;
  std::uint16_t columns_;
  std::uint16_t key_bytes_;
};

}  // namespace flowcef
