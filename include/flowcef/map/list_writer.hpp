// Values out of structured data (RFC 6313) as keys of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/program.hpp"

namespace flowcef {

/// A value's key is its element's generated key, numbered where the record has that key already. Further values of the
/// same basicList are joined to the first by commas, unless they are texts or bytes, which may hold commas.
/// Keys are kept from record to record, so that known ones cost no allocation.
/// Thread: one.
class ListWriter {
 public:
  /// Keys that are kept, of all programs together; beyond that all are forgotten and made anew.
  static constexpr std::size_t kMaxKeys = 16'384;

  explicit ListWriter(std::string_view prefix) : prefix_(prefix) {}

  /// Finds the key of each value of record `index`, whose items stand in the order of their fields.
  /// Returns: a bound for the bytes that write() writes of them
  [[nodiscard]] std::size_t prepare(const Program& program, const DataSet& set, std::uint32_t index);

  /// Writes the values of one list as `key=value`, with blanks between. Lists are written in the order of their fields.
  /// Returns: the end, behind the last value; `out` itself if there is none
  [[nodiscard]] char* write(const Program& program, const ListField& list, char* out) noexcept;

 private:
  struct Keys {
    std::vector<const std::string*> texts;  ///< of the record's first value, of its second ...; in `taken`
    unsigned last = 0;                      ///< number that the last of them ends in; 1: none
    std::uint64_t record = 0;               ///< the last that used one
    std::size_t used = 0;                   ///< by that record
  };
  struct IdHash {
    std::size_t operator()(const ElementId& id) const noexcept {
      return std::hash<std::uint64_t>{}(std::uint64_t{id.pen} << 16 | id.id);
    }
  };
  struct ProgramKeys {
    std::set<std::string> taken;  ///< no two values of a record have the same key
    std::unordered_map<ElementId, Keys, IdHash> by_element;
  };
  enum class Place : std::uint8_t { nowhere, own_key, joined, list_key };
  struct Prepared {
    Place place = Place::nowhere;
    std::string_view key;  ///< if own_key
  };

  ProgramKeys& keys_of(const Program& program);
  std::string_view next_key(ProgramKeys& keys, const ListItem& item);

  std::string prefix_;
  std::unordered_map<std::uint64_t, ProgramKeys> programs_;  ///< by serial
  std::size_t kept_ = 0;                                     ///< keys in all of them
  std::uint64_t record_ = 0;
  const std::uint8_t* records_ = nullptr;
  std::span<const ListItem> items_;
  std::vector<Prepared> prepared_;  ///< by item
  std::size_t next_ = 0;            ///< item that write() has not passed yet
};

}  // namespace flowcef
