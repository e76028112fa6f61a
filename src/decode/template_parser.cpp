#include "flowcef/decode/template_parser.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace flowcef {
namespace {

constexpr std::uint16_t kFirstTemplateId = 256;
constexpr std::uint16_t kEnterpriseBit = 0x8000;
constexpr std::uint16_t kPaddingOctets = 210;

const InformationElement* find_scope(std::uint16_t type) {
  static const std::array<InformationElement, 5> kScopes{{
      {{kNetflow9ScopePen, 1}, "scopeSystem", DataType::unsigned64},
      {{kNetflow9ScopePen, 2}, "scopeInterface", DataType::unsigned64},
      {{kNetflow9ScopePen, 3}, "scopeLineCard", DataType::unsigned64},
      {{kNetflow9ScopePen, 4}, "scopeCache", DataType::unsigned64},
      {{kNetflow9ScopePen, 5}, "scopeTemplate", DataType::unsigned64},
  }};
  return type >= 1 && type <= kScopes.size() ? &kScopes[type - 1U] : nullptr;
}

/// Returns: how many field specifiers there are; 0 if the bytes do not end with one.
std::size_t count_fields(ExportFormat format, Bytes definition) {
  ByteReader in(definition);
  std::size_t count = 0;
  for (; !in.empty(); ++count) {
    std::uint16_t type = 0;
    std::uint16_t length = 0;
    std::uint32_t pen = 0;
    if (!in.read(type) || !in.read(length)) return 0;
    if (format == ExportFormat::ipfix && (type & kEnterpriseBit) != 0 && !in.read(pen)) return 0;
  }
  return count;
}

/// Bytes that carry no value.
bool is_padding(ExportFormat format, const Field& field) {
  if (format == ExportFormat::netflow9 && field.id == ElementId{0, 0}) return true;
  return field.id == ElementId{0, kPaddingOctets};
}

}  // namespace

TemplateParser::Result TemplateParser::netflow9_template(ByteReader& in) const {
  std::uint16_t id = 0;
  std::uint16_t fields = 0;
  if (!in.read(id) || !in.read(fields)) return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
  return compile({ExportFormat::netflow9, id, false, 0, fields}, in);
}

TemplateParser::Result TemplateParser::netflow9_options_template(ByteReader& in) const {
  std::uint16_t id = 0;
  std::uint16_t scope_bytes = 0;
  std::uint16_t option_bytes = 0;
  if (!in.read(id) || !in.read(scope_bytes) || !in.read(option_bytes) || scope_bytes % 4 != 0 ||
      option_bytes % 4 != 0) {
    return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
  }
  const std::size_t scope_fields = scope_bytes / 4U;
  return compile({ExportFormat::netflow9, id, true, scope_fields, scope_fields + option_bytes / 4U}, in);
}

TemplateParser::Result TemplateParser::ipfix_template(ByteReader& in) const {
  std::uint16_t id = 0;
  std::uint16_t fields = 0;
  if (!in.read(id) || !in.read(fields)) return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
  return compile({ExportFormat::ipfix, id, false, 0, fields}, in);
}

TemplateParser::Result TemplateParser::ipfix_options_template(ByteReader& in) const {
  std::uint16_t id = 0;
  std::uint16_t fields = 0;
  if (!in.read(id) || !in.read(fields)) return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
  if (fields == 0) return std::unexpected(TemplateRefusal{Refusal::ignored_withdrawal, true, id});
  std::uint16_t scope_fields = 0;
  if (!in.read(scope_fields) || scope_fields > fields) {
    return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
  }
  return compile({ExportFormat::ipfix, id, true, scope_fields, fields}, in);
}

TemplateParser::Result TemplateParser::restore(const Definition& definition) const {
  const std::size_t fields = count_fields(definition.format, definition.fields);
  if (fields == 0 || definition.scope_fields > fields) {
    return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
  }
  ByteReader in(definition.fields);
  return compile({definition.format, definition.id, definition.options, definition.scope_fields, fields}, in);
}

bool TemplateParser::read_field(const Shape& shape, bool scope, ByteReader& in, Field& field) const {
  std::uint16_t type = 0;
  if (!in.read(type) || !in.read(field.length)) return false;
  field.scope = scope;
  if (shape.format == ExportFormat::netflow9) {
    // No enterprise bit here: types from 32768 on are plain numbers (RFC 3954 section 8).
    field.element = scope ? find_scope(type) : registry_->find_netflow9(type);
    field.id = field.element != nullptr ? field.element->id : ElementId{scope ? kNetflow9ScopePen : kNetflow9Pen, type};
    if (type == 0 && !scope) field.id = {0, 0};
    return true;
  }
  field.id.id = static_cast<std::uint16_t>(type & ~kEnterpriseBit);
  if ((type & kEnterpriseBit) != 0 && !in.read(field.id.pen)) return false;
  field.element = registry_->find(field.id);
  return true;
}

TemplateParser::Result TemplateParser::compile(const Shape& shape, ByteReader& in) const {
  if (shape.fields == 0) return std::unexpected(TemplateRefusal{Refusal::ignored_withdrawal, true, shape.id});
  if (shape.id < kFirstTemplateId) return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
  if (shape.fields > kMaxTemplateFields)
    return std::unexpected(TemplateRefusal{Refusal::too_many_fields, false, shape.id});
  // Each field takes at least 4 bytes: a count that cannot be true reserves no memory.
  if (shape.fields > in.remaining() / 4) return std::unexpected(TemplateRefusal{Refusal::bad_template, false});

  TemplateRecord record{shape.id, std::make_shared<Template>()};
  Template& layout = *record.layout;
  layout.format = shape.format;
  layout.options = shape.options;
  layout.scope_fields = static_cast<std::uint16_t>(shape.scope_fields);
  const Bytes definition = in.rest();
  layout.fields.reserve(shape.fields);
  layout.wire_lengths.reserve(shape.fields);
  layout.wire_to_field.reserve(shape.fields);
  for (std::size_t i = 0; i < shape.fields; ++i) {
    Field field;
    if (!read_field(shape, i < shape.scope_fields, in, field)) {
      return std::unexpected(TemplateRefusal{Refusal::bad_template, false});
    }
    field.offset = layout.record_length;
    const bool variable = field.length == kVariableLength;
    layout.variable = layout.variable || variable;
    layout.record_length += variable ? 1U : field.length;
    if (field.length == 0) continue;
    const bool padding = is_padding(shape.format, field);
    layout.wire_lengths.push_back(field.length);
    layout.wire_to_field.push_back(padding ? -1 : static_cast<std::int32_t>(layout.fields.size()));
    if (padding) continue;
    layout.has_lists = layout.has_lists || is_list(field.type());
    layout.fields.push_back(field);
  }
  const Bytes taken = definition.first(definition.size() - in.remaining());
  layout.definition.assign(taken.begin(), taken.end());
  if (layout.record_length == 0) return std::unexpected(TemplateRefusal{Refusal::zero_length_record, true, shape.id});
  if (!layout.variable) {
    layout.wire_lengths.clear();
    layout.wire_to_field.clear();
  }
  return record;
}

}  // namespace flowcef
