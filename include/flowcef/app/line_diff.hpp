// What two mappings make of the same records, compared line by line and summed up by key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flowcef/app/cef_pairs.hpp"

namespace flowcef {

/// A number of each side: of mapping A, then of mapping B.
using Both = std::array<std::uint64_t, 2>;

/// One key on all lines.
struct KeyDiff {
  std::string key;
  Both lines{};  ///< that have it
  Both bytes{};  ///< of `key=value` and a blank, which the first key of a line does not have
  /// Records whose lines differ in it: one side lacks it, or the values are not the same. Records that only one side
  /// sends are not counted.
  std::uint64_t differs = 0;
  /// Its value in the first of these, or else in the first line; nothing: not there. Shortened.
  std::array<std::optional<std::string>, 2> example;
};

/// A key of A alone and a key of B alone: what B shows there is what A showed.
struct Renamed {
  const KeyDiff* from;
  const KeyDiff* to;
};

/// One change of a header field.
struct HeaderChange {
  std::size_t field;  ///< index into CefLine::header
  std::string from;
  std::string to;
  std::uint64_t lines;
};

/// Records that only one side sends.
struct OneSided {
  std::size_t side;
  std::string signature;
  std::uint64_t lines;
};

/// What is different in one record.
struct RecordDiff {
  std::string id;
  std::vector<std::string> lines;  ///< `- key=value` of A, `+ key=value` of B
};

/// Lifetime: what the accessors return views it.
class LineDiff {
 public:
  static constexpr std::size_t kExamples = 5;
  /// Exporters can make up keys without end: those beyond that are one row.
  static constexpr std::size_t kMaxKeys = 4096;
  /// Of each header field.
  static constexpr std::size_t kMaxChanges = 20;
  static constexpr const char* kFurtherKeys = "(further keys)";

  /// Input: prefixes of generated keys
  LineDiff(std::string prefix_a, std::string prefix_b);

  /// Adds a record by its lines, of which either may be empty: not sent.
  /// Input: CEF lines without syslog header and line end; `id` for the user
  void add(std::string_view id, std::string_view a, std::string_view b);

  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }  ///< that at least one side sends
  [[nodiscard]] std::uint64_t differing() const noexcept { return differing_; }
  [[nodiscard]] std::uint64_t reordered() const noexcept {
    return reordered_;
  }  ///< that differ in the keys' order only
  [[nodiscard]] const Both& lines() const noexcept { return lines_; }
  [[nodiscard]] const Both& bytes() const noexcept { return bytes_; }
  [[nodiscard]] const Both& header_bytes() const noexcept { return header_bytes_; }
  /// In the order in which they were first seen.
  [[nodiscard]] std::vector<const KeyDiff*> keys() const;
  /// Input: what keys() returned; takes out what it returns
  [[nodiscard]] std::vector<Renamed> take_renamed(std::vector<const KeyDiff*>& keys) const;
  /// In the order in which they were first seen, at most kMaxChanges of each field; the others are left out.
  [[nodiscard]] const std::vector<HeaderChange>& header_changes() const noexcept { return header_changes_; }
  [[nodiscard]] const std::vector<OneSided>& one_sided() const noexcept { return one_sided_; }
  /// The first records that differ in a way of their own.
  [[nodiscard]] const std::vector<RecordDiff>& examples() const noexcept { return examples_; }

 private:
  struct Entry;
  /// A key of B that showed an entry's value wherever both were there.
  struct Successor {
    Entry* entry;
    std::uint64_t lines;
    std::size_t first_value;  ///< its hash
    bool telling;             ///< values differ from line to line, or are too long to be the same by chance
  };
  struct Entry : KeyDiff {
    std::array<std::uint64_t, 2> record{};  ///< the last one that has it
    std::array<std::string_view, 2> value;  ///< there
    std::vector<Successor> successors;
  };
  struct Side {
    CefLine line;
    std::vector<Entry*> keys;  ///< of the line, in their order
  };

  void read(std::size_t side, std::string_view line);
  Entry* entry_of(std::string_view key, Entry* likely);
  void compare(std::string_view id);
  void compare_headers();
  void find_successors(Entry& entry);
  void keep_example(std::string_view id);
  void add_one_sided(std::string_view id, std::size_t side);
  [[nodiscard]] bool is_on(const Entry& entry, std::size_t side) const { return entry.record[side] == records_; }
  /// Returns: whether a generated key and another key end in the same name.
  [[nodiscard]] bool same_element(const std::string& a, const std::string& b) const;

  std::array<std::string, 2> prefixes_;
  std::deque<Entry> entries_;
  std::unordered_map<std::string_view, Entry*> by_key_;
  Entry* further_ = nullptr;
  std::array<Side, 2> sides_;
  std::vector<Entry*> differences_;  ///< of this record
  std::vector<Entry*> fresh_;        ///< keys that B has in this record for the first time
  std::uint64_t records_ = 0;
  std::uint64_t differing_ = 0;
  std::uint64_t reordered_ = 0;
  Both lines_{};
  Both bytes_{};
  Both header_bytes_{};
  std::vector<HeaderChange> header_changes_;
  std::array<std::size_t, 7> changes_of_field_{};
  std::vector<OneSided> one_sided_;
  std::vector<RecordDiff> examples_;
  std::vector<std::size_t> kinds_;  ///< of the examples: which keys differ
};

}  // namespace flowcef
