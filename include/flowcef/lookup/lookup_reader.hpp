// How one thread looks into the lookups while others fill them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/information_element.hpp"

namespace flowcef {

/// What a lookup is asked by: values of one or several elements in a form that is the same however they were sent:
/// addresses by family (IPv4 in IPv6 form is IPv4), numbers without leading zeros, texts without padding.
class LookupKey {
 public:
  static constexpr std::size_t kMaxBytes = 128;

  void clear() noexcept { size_ = 0; }
  /// Input:   the value as it stands in a record, big-endian
  /// Returns: false if it is empty or the key would be longer than kMaxBytes: such a record has no key
  [[nodiscard]] bool append(DataType type, Bytes value) noexcept;
  [[nodiscard]] Bytes bytes() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, kMaxBytes> bytes_;
  std::size_t size_ = 0;
};

/// When a flow was, in milliseconds since 1970 UTC.
struct FlowTime {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

class LookupEntry;
class Lookups;
struct LookupReaderSlot;

/// Thread:   one.
/// Lifetime: keeps a reference to the lookups, which count on what it counted.
class LookupReader {
 public:
  explicit LookupReader(Lookups& lookups);
  LookupReader(const LookupReader&) = delete;
  LookupReader& operator=(const LookupReader&) = delete;
  ~LookupReader();

  /// Between these two what find() returned stays as it is, for as long as it may take: to be called once for a data set.
  void begin() noexcept;
  void end() noexcept;

  /// Neither waits nor allocates. Counts a hit, a miss or an expired entry.
  /// Input:   index into Lookups::schemas()
  /// Returns: null if no entry has the key and suits the flow's time
  [[nodiscard]] const LookupEntry* find(std::size_t lookup, const LookupKey& key, FlowTime flow) noexcept;

 private:
  Lookups& lookups_;
  LookupReaderSlot& slot_;
};

/// Input:   index into LookupSchema::columns
/// Returns: the text as it stands in a CEF extension, escaped; empty: none. Readable 48 bytes on (kCopyBlock).
[[nodiscard]] std::string_view text_of(const LookupEntry& entry, std::size_t column) noexcept;

}  // namespace flowcef
