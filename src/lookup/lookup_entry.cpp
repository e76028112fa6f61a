#include "lookup_entry.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "flowcef/core/cef_escape.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kEscapeSlack = 8;  // of write_extension_value()

}  // namespace

void LookupTexts::assign(std::span<const std::string_view> texts) {
  ends_.clear();
  std::size_t end = 0;
  for (const std::string_view text : texts) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const std::size_t length = cut_at_code_point(bytes, text.size(), kMaxLookupText);
    const std::size_t room = end + length * kMaxEscapeGrowth + kEscapeSlack;
    if (bytes_.size() < room) bytes_.resize(room);
    char* const out = bytes_.data() + end;
    end += static_cast<std::size_t>(write_extension_value(out, bytes, length) - out);
    ends_.push_back(static_cast<std::uint32_t>(end));
  }
}

std::size_t LookupEntry::size_of(Bytes key, const LookupTexts& texts) noexcept {
  return sizeof(LookupEntry) + aligned(key.size()) + texts.ends().size_bytes() + texts.bytes().size();
}

LookupEntry::LookupEntry(std::uint64_t hash, Bytes key, const LookupTexts& texts, std::int64_t at) noexcept
    : at_ms(at),
      hash_(hash),
      columns_(static_cast<std::uint16_t>(texts.ends().size())),
      key_bytes_(static_cast<std::uint16_t>(key.size())) {
  auto* out = reinterpret_cast<std::uint8_t*>(this + 1);
  const auto append = [&out](const void* bytes, std::size_t size) {
    if (size != 0) std::memcpy(out, bytes, size);
    out += size;
  };
  append(key.data(), key.size());
  out += aligned(key.size()) - key.size();
  append(texts.ends().data(), texts.ends().size_bytes());
  append(texts.bytes().data(), texts.bytes().size());
}

LookupEntry* LookupEntry::make_at(void* memory, std::uint64_t hash, Bytes key, const LookupTexts& texts,
                                  std::int64_t at_ms) noexcept {
  return new (memory) LookupEntry(hash, key, texts, at_ms);
}

LookupEntry::Pointer LookupEntry::make(std::uint64_t hash, Bytes key, const LookupTexts& texts, std::int64_t at_ms) {
  const std::size_t size = size_of(key, texts);
  void* const memory = ::operator new(size + kLookupTextSlack);
  std::memset(static_cast<char*>(memory) + size, ' ', kLookupTextSlack);
  return Pointer(make_at(memory, hash, key, texts, at_ms));
}

void LookupEntry::Delete::operator()(LookupEntry* entry) const noexcept {
  entry->~LookupEntry();
  ::operator delete(entry);
}

bool LookupEntry::has_texts(const LookupTexts& texts) const noexcept {
  return std::ranges::equal(std::span(ends(), columns_), texts.ends()) &&
         std::string_view(this->texts(), text_bytes()) == texts.bytes();
}

std::string_view LookupEntry::text(std::size_t column) const noexcept {
  const std::uint32_t begin = column == 0 ? 0 : ends()[column - 1];
  return {texts() + begin, ends()[column] - begin};
}

std::size_t LookupEntry::bytes() const noexcept {
  return sizeof(LookupEntry) + aligned(key_bytes_) + columns_ * sizeof(std::uint32_t) + text_bytes() + kLookupTextSlack;
}

std::string_view text_of(const LookupEntry& entry, std::size_t column) noexcept {
  return entry.text(column);
}

}  // namespace flowcef
