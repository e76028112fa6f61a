// Finds the records in the body of a data set, and in those of variable length every field.
#pragma once

#include <cstdint>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/list_reader.hpp"

namespace flowcef {

/// Lifetime: what it found is valid until the next call.
/// Thread:   one.
class RecordLocator {
 public:
  explicit RecordLocator(const ElementRegistry& registry) : lists_(registry) {}

  struct Found {
    std::uint32_t records;
    std::uint32_t bytes;  ///< that they take
  };
  /// Input: `sub_templates` knows the domain's templates, for structured data.
  Found locate(const Template& layout, Bytes body, TemplateLookup& sub_templates);

  [[nodiscard]] std::span<const FieldPosition> positions() const noexcept { return positions_; }
  [[nodiscard]] std::span<const ListItem> list_items() const noexcept { return items_; }
  [[nodiscard]] std::span<const std::uint32_t> list_ends() const noexcept { return ends_; }

 private:
  Found locate_fixed(const Template& layout, Bytes body) const;
  Found locate_variable(const Template& layout, Bytes body);
  void read_lists(const Template& layout, Bytes body, std::uint32_t records, TemplateLookup& sub_templates);

  ListReader lists_;
  std::vector<FieldPosition> positions_;
  std::vector<ListItem> items_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace flowcef
