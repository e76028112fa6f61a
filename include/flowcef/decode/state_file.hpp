// What decode keeps over a restart, as plain data and as bytes. Knows no file.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/domain_key.hpp"
#include "flowcef/decode/options_tables.hpp"

namespace flowcef {

/// A template as its exporter defined it: it is compiled anew, as the element tables may be others by then.
struct SavedTemplate {
  std::uint16_t id = 0;
  bool options = false;
  std::uint16_t scope_fields = 0;
  std::vector<std::uint8_t> definition;  ///< Template::definition
  std::int64_t last_used_ms = 0;         ///< since 1970 UTC

  friend bool operator==(const SavedTemplate&, const SavedTemplate&) = default;
};

struct SavedDomain {
  DomainKey key;
  std::vector<SavedTemplate> templates;
  std::vector<OptionsRow> rows;

  friend bool operator==(const SavedDomain&, const SavedDomain&) = default;
};

struct SavedInput {
  std::string name;
  std::vector<SavedDomain> domains;

  friend bool operator==(const SavedInput&, const SavedInput&) = default;
};

struct SavedState {
  std::vector<SavedInput> inputs;

  friend bool operator==(const SavedState&, const SavedState&) = default;
};

/// The most that one state holds of each; more is not read back.
inline constexpr std::size_t kMaxSavedInputs = 10'000;
inline constexpr std::size_t kMaxSavedDomains = 2'000'000;
inline constexpr std::size_t kMaxSavedTemplates = 2'000'000;
inline constexpr std::size_t kMaxSavedRows = 4'000'000;

/// Returns: magic number, version, inputs, checksum; numbers big-endian, what varies in length behind its length.
/// Input:   definitions and rows as the template parser and the options tables let them pass; names up to 65535 bytes
[[nodiscard]] std::vector<std::uint8_t> encode_state(const SavedState& state);

/// Input:   bytes of any origin
/// Errors:  `is no state file`, `is of version 2, expected 1`, `is damaged ...`: a phrase to stand behind the file's
///          name
[[nodiscard]] std::expected<SavedState, std::string> decode_state(Bytes bytes);

}  // namespace flowcef
