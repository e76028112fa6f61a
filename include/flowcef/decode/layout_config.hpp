// A layout file: where the fields of records stand whose exporter sends no templates. Plain data; LayoutFormat looks up
// what its words mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Bytes of a header or record.
struct LayoutPlace {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  SourcePosition where;
};

struct LayoutField {
  LayoutPlace place;
  PositionedText element;              ///< its name
  std::optional<PositionedText> type;  ///< IANA data type; nothing: that of the element there is
  std::optional<bool> icmp;            ///< true: only of ICMP records; false: only of others
};

struct LayoutConfig {
  PositionedText name;
  std::optional<std::uint16_t>
      version;  ///< first two bytes of a datagram; nothing: only inputs that name it read by it
  SourcePosition version_where;

  std::uint32_t header_length = 0;         ///< in bytes
  LayoutPlace count;                       ///< of records
  std::optional<LayoutPlace> seconds;      ///< since 1970; nothing: the time of arrival stands in
  std::optional<LayoutPlace> nanoseconds;  ///< within the second
  std::optional<LayoutPlace> uptime;       ///< in milliseconds
  std::optional<LayoutPlace> sequence;     ///< grows with every record
  std::optional<LayoutPlace> domain;       ///< tells the parts of an exporter apart
  std::vector<LayoutField> header_fields;

  std::uint32_t min_length = 0;  ///< of a record, in bytes; the same as max_length: pinned
  std::uint32_t max_length = 0;
  std::vector<LayoutField> fields;
  std::optional<PositionedText> rest;  ///< element of what stands behind the named bytes
};

}  // namespace flowcef
