// Structured data: lists inside a field, flattened to the values in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// Finds the templates that lists name.
class TemplateLookup {
 public:
  /// Returns: null if the exporter's domain has no such template.
  [[nodiscard]] virtual std::shared_ptr<const Template> find_template(std::uint16_t id) noexcept = 0;

 protected:
  ~TemplateLookup() = default;
};

/// Lists within lists are followed this deep; what is deeper is one item of bytes.
inline constexpr std::size_t kMaxListDepth = 8;
/// A record's lists yield no more items than this, and one per list that did not fit.
inline constexpr std::size_t kMaxListItems = 1024;

/// Source: RFC 6313 section 4.5. The semantic of a list is not kept.
/// Lifetime: keeps a reference to the registry, which knows the elements of basicLists.
class ListReader {
 public:
  explicit ListReader(const ElementRegistry& registry) : registry_(registry) {}

  /// The field of a record that holds a list.
  struct Value {
    const Field& field;
    std::uint16_t field_index;  ///< of `field` in its template
    Bytes bytes;                ///< its value, as long as the record says
    std::size_t offset;         ///< of the value from the start of DataSet::records
  };

  /// Appends what the list holds, in order; a list without elements yields nothing. A list that is malformed, too deep
  /// or too long for the record's limit is one item instead: its own element with all its bytes. So are the records of
  /// a template that is not known, with no element and the id of their list.
  /// Input: `items` of this data set so far, those of this record from `record_begin` on
  void flatten(const Value& list, TemplateLookup& templates, std::size_t record_begin,
               std::vector<ListItem>& items) const;

 private:
  const ElementRegistry& registry_;
};

}  // namespace flowcef
