// What a CSV file said when it was read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/ip_prefix.hpp"
#include "flowcef/core/source_position.hpp"
#include "flowcef/lookup/lookup_config.hpp"
#include "flowcef/lookup/lookup_schema.hpp"
#include "key_hash.hpp"
#include "lookup_entry.hpp"

namespace flowcef {

/// Thread: immutable once it is read; any.
class FileSnapshot {
 public:
  static constexpr std::size_t kMaxRows = 5'000'000;
  static constexpr std::size_t kMaxErrors = 100;

  /// Input:  a schema with the types of the key; without columns it gets those that the file has, in its order
  /// Errors: all at once, up to kMaxErrors
  [[nodiscard]] static std::expected<std::unique_ptr<FileSnapshot>, ConfigErrors> read(const LookupConfig& config,
                                                                                       const ElementRegistry* registry,
                                                                                       LookupSchema& schema);

  /// The same of a text that the file has.
  [[nodiscard]] static std::expected<std::unique_ptr<FileSnapshot>, ConfigErrors> parse(const LookupConfig& config,
                                                                                        const ElementRegistry* registry,
                                                                                        std::string_view text,
                                                                                        LookupSchema& schema);

  /// Returns: the entry of the key, or else that of the longest prefix which holds it.
  [[nodiscard]] const LookupEntry* find(Bytes key) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t repeated_keys() const noexcept { return repeated_; }

 private:
  /// Entries one behind the other in large pieces of memory.
  class Arena {
   public:
    void* allocate(std::size_t size);
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

   private:
    std::vector<std::unique_ptr<char[]>> blocks_;
    char* at_ = nullptr;
    std::size_t left_ = 0;
    std::size_t bytes_ = 0;
  };
  class Loader;

  [[nodiscard]] const LookupEntry* find_exact(Bytes key) const noexcept;
  void link_all(std::span<LookupEntry* const> entries);

  KeyHash hash_ = KeyHash::of_process();
  Arena arena_;
  std::vector<LookupEntry*> buckets_;             ///< a power of two
  std::array<std::vector<unsigned>, 2> lengths_;  ///< of IPv4 and IPv6 prefixes, in bits of their own, longest first
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  std::size_t repeated_ = 0;  ///< rows whose key came again later
};

}  // namespace flowcef
