// All lookups of a bridge: filled by any thread, read by any, neither waiting for the other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/source_position.hpp"
#include "flowcef/lookup/lookup_config.hpp"
#include "flowcef/lookup/lookup_reader.hpp"
#include "flowcef/lookup/lookup_schema.hpp"

namespace flowcef {

struct LookupCounts {
  std::uint64_t hits = 0;  ///< once for each record, lookup and key elements of a rendering
  std::uint64_t misses = 0;
  std::uint64_t expired = 0;  ///< entries that were there, but not of the flow's time; misses too
  std::uint64_t updates = 0;  ///< records or rows taken
  std::uint64_t evicted = 0;  ///< entries that made room
  std::uint64_t refused = 0;  ///< records without a usable key or value, or older than what is known
  std::uint64_t entries = 0;  ///< now
  std::uint64_t bytes = 0;    ///< of memory, now
};

class Lookups {
 public:
  /// Input:  the registry has every element; the files are read now.
  /// Errors: all at once, of the configuration's words and of the files' rows
  [[nodiscard]] static std::expected<std::shared_ptr<Lookups>, ConfigErrors> make(std::vector<LookupConfig> configs,
                                                                                  const ElementRegistry& registry);
  ~Lookups();

  /// In the order of the configuration.
  [[nodiscard]] const std::vector<LookupSchema>& schemas() const noexcept;
  /// Takes over the content of lookups that have the same name, key and columns. No thread may be reading or filling
  /// either.
  void adopt(Lookups& previous);
  /// Puts in, or replaces, what was known under a key, unless that is of a later time. Waits for no reader.
  /// Input:  one text per column, as a line shows it, not escaped, cut behind 4096 bytes; at_ms since 1970 UTC
  /// Thread: any
  void put(std::size_t lookup, const LookupKey& key, std::span<const std::string_view> texts, std::int64_t at_ms);
  /// Returns: how often files are to be looked at; nothing: there are none.
  [[nodiscard]] std::optional<std::chrono::milliseconds> check_interval() const;
  /// Reads the files that have changed; one that cannot be read leaves its lookup as it was.
  /// Thread:  one at a time
  /// Returns: what went wrong, and what was read, in words for the log; the first time, also what make() read
  struct FileNews {
    bool failed = false;
    std::string text;
  };
  [[nodiscard]] std::vector<FileNews> check_files(std::int64_t now_ns);
  /// In the order of the configuration. Thread: any.
  [[nodiscard]] std::vector<LookupCounts> counts() const;

 private:
  friend class LookupFeeder;
  friend class LookupReader;
  struct Impl;
  explicit Lookups(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace flowcef
