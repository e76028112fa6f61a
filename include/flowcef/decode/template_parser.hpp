// Reads template records off the wire and compiles them; keeps nothing and knows no cache.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// More fields than any known exporter sends; bounds what one template can make us keep.
inline constexpr std::size_t kMaxTemplateFields = 2048;

/// Why a template record was not taken.
struct TemplateRefusal {
  Refusal reason;
  bool skippable;  ///< `in` stands behind the record, so the next one of the set can be read
  /// Of a template whose new layout cannot be used, so that the old one is out of date, or that is withdrawn; 0: none.
  std::uint16_t id = 0;
};

/// A template record off the wire.
struct TemplateRecord {
  std::uint16_t id = 0;
  std::shared_ptr<Template> layout;
};

class TemplateParser {
 public:
  /// Lifetime: keeps a pointer to the registry, and so do the templates made.
  explicit TemplateParser(const ElementRegistry& registry) : registry_(&registry) {}

  /// Each reads one template record and compiles it; the caller gives it its serial.
  /// Input:   bytes of a template set after its header, big-endian, possibly cut off
  /// Returns: the template; `in` then stands behind its record
  /// Errors:  bad_template, too_many_fields, zero_length_record, ignored_withdrawal
  /// Source:  RFC 3954 sections 5.2 and 6.1; RFC 7011 sections 3.4.1 and 3.4.2
  using Result = std::expected<TemplateRecord, TemplateRefusal>;
  [[nodiscard]] Result netflow9_template(ByteReader& in) const;
  [[nodiscard]] Result netflow9_options_template(ByteReader& in) const;
  [[nodiscard]] Result ipfix_template(ByteReader& in) const;
  [[nodiscard]] Result ipfix_options_template(ByteReader& in) const;

  /// What is needed to compile a template that was taken before.
  struct Definition {
    ExportFormat format = ExportFormat::ipfix;
    std::uint16_t id = 0;
    bool options = false;
    std::uint16_t scope_fields = 0;
    Bytes fields;  ///< Template::definition
  };
  /// Compiles a template out of its definition, which may mean something else to today's element tables.
  /// Errors: as above, and bad_template if the definition does not end with a field
  [[nodiscard]] Result restore(const Definition& definition) const;

 private:
  struct Shape {
    ExportFormat format;
    std::uint16_t id;
    bool options;
    std::size_t scope_fields;
    std::size_t fields;
  };
  [[nodiscard]] Result compile(const Shape& shape, ByteReader& in) const;
  [[nodiscard]] bool read_field(const Shape& shape, bool scope, ByteReader& in, Field& field) const;

  const ElementRegistry* registry_;
};

}  // namespace flowcef
