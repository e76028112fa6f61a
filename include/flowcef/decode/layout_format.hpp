// Export formats that a layout file describes: a header with a count, then as many records of one length.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/layout_config.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// A datagram of such a format.
/// Lifetime: views the datagram.
struct LayoutMessage {
  std::optional<Refusal> refusal;   ///< the datagram is refused whole
  std::uint32_t record_count = 0;   ///< as the header has it
  std::uint32_t record_length = 0;  ///< in bytes, as length and count say; 0: no records
  Bytes header;
  Bytes records;
};

/// One layout file, every name in it looked up.
/// Lifetime: as the registry that it was made with.
/// Thread:   immutable; any.
class LayoutFormat {
 public:
  /// Defines elements that have a type there and are in no table.
  /// Errors: all at once: names, types and lengths that do not go together, fields that overlap or run over the end
  [[nodiscard]] static std::expected<std::shared_ptr<const LayoutFormat>, ConfigErrors> make(const LayoutConfig& config,
                                                                                             ElementRegistry& registry);

  [[nodiscard]] const std::string& name() const noexcept { return config_.name.text; }
  [[nodiscard]] std::optional<std::uint16_t> version() const noexcept { return config_.version; }
  [[nodiscard]] bool has_sequence() const noexcept { return config_.sequence.has_value(); }
  /// Returns: whether the file leaves the length of records open.
  [[nodiscard]] bool learns_length() const noexcept { return config_.min_length != config_.max_length; }
  [[nodiscard]] bool may_have_length(std::uint32_t length) const noexcept {
    return config_.min_length <= length && length <= config_.max_length;
  }

  /// Does not look at the version.
  /// Errors: short_header; bad_message_length if count and length disagree, or tell of records that are too short or
  ///         too long
  [[nodiscard]] LayoutMessage read(Bytes datagram) const noexcept;
  /// Input:   a header as read() found it; `received_ns` stands in for a time that the header lacks
  /// Returns: what the header says; whose it is, is not filled in
  [[nodiscard]] ExportContext context_of(Bytes header, std::int64_t received_ns) const noexcept;
  /// Fields that such a record is too short for are left out.
  [[nodiscard]] std::shared_ptr<Template> make_template(std::uint32_t record_length) const;

 private:
  explicit LayoutFormat(const LayoutConfig& config) : config_(config) {}

  LayoutConfig config_;
  std::vector<Field> fields_;  ///< of a record; padding has no element, and is named all the same
  std::vector<Field> header_fields_;
  const InformationElement* rest_ = nullptr;
};

}  // namespace flowcef
