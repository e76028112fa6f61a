// What lookups and their readers share.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "epochs.hpp"
#include "file_table.hpp"
#include "flowcef/core/counter.hpp"
#include "flowcef/decode/template.hpp"
#include "flowcef/lookup/lookups.hpp"
#include "key_hash.hpp"
#include "record_table.hpp"

namespace flowcef {

/// What one reader found in one lookup.
struct FoundCounts {
  Counter hits;
  Counter misses;
  Counter expired;
};

struct LookupReaderSlot {
  Epochs::Reader epoch;
  std::vector<FoundCounts> found;  ///< by lookup
};

/// An element of records by its name, which may stand under several numbers, or by one number.
struct WantedElement {
  std::string name;             ///< empty: by number
  std::optional<ElementId> id;  ///< nothing: by name

  [[nodiscard]] bool matches(const Field& field) const noexcept;
};

struct WantedElements {
  std::vector<WantedElement> key;
  std::vector<WantedElement> columns;
};

struct Lookups::Impl {
  std::vector<LookupConfig> configs;
  std::vector<LookupSchema> schemas;
  std::vector<WantedElements> wanted;
  std::vector<std::unique_ptr<RecordTable>> tables;  ///< null: the lookup has a file
  std::vector<std::unique_ptr<FileTable>> files;     ///< null: records fill it
  KeyHash hash = KeyHash::of_process();
  Epochs epochs;
  mutable std::mutex slots_mutex;
  std::list<LookupReaderSlot> slots;
  std::vector<LookupCounts> ended;  ///< hits, misses and expired of readers that are gone, by lookup

  /// Input: slots_mutex is held.
  void add_found(const LookupReaderSlot& slot, std::vector<LookupCounts>& counts) const;
};

}  // namespace flowcef
