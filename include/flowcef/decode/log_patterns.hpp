// Patterns that make records of log lines: each has names for the parts of a line that it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/source_position.hpp"
#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/information_element.hpp"
#include "flowcef/decode/log_pattern_config.hpp"
#include "flowcef/decode/log_time.hpp"

namespace flowcef {

/// What a pattern found in a line, by the pattern's fields. One is used for line after line, so that none allocates once
/// it is warm.
struct LogMatch {
  std::vector<std::string_view> parts;   ///< of the line; empty: the pattern has none there
  std::vector<std::uint8_t> bytes;       ///< the values, as a record has them: big-endian
  std::vector<FieldPosition> positions;  ///< of the values in `bytes`; length 0: there is none
  std::vector<int> candidates;           ///< patterns that may take the line

  /// A part that was no value of its element's type, so that its pattern did not take the line.
  struct Misfit {
    std::size_t pattern;
    const InformationElement* element;
    std::string_view part;
  };
  std::optional<Misfit> misfit;  ///< the last one; nothing: there was none
};

/// What one input reads its lines by.
/// Thread: immutable; any.
class LogPatterns {
 public:
  /// Limits of one input.
  static constexpr std::size_t kMaxPatterns = 256;
  static constexpr std::size_t kMaxFields = 32;  ///< of a pattern: its named groups
  static constexpr std::size_t kMaxGroups = 64;  ///< of a pattern: all that capture

  /// Defines elements for groups whose name no table has.
  /// Errors: all at once: expressions that are none, without a named group or with too many, names that cannot be
  ///         elements, types that do not suit
  [[nodiscard]] static std::expected<std::shared_ptr<const LogPatterns>, ConfigErrors> make(
      std::span<const LogPatternSpec> specs, ElementRegistry& registry);
  ~LogPatterns();

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] const std::string& name(std::size_t pattern) const noexcept;
  /// In the order in which the groups stand in the expression.
  [[nodiscard]] const std::vector<const InformationElement*>& fields(std::size_t pattern) const noexcept;

  /// Time is linear in the line's length, whatever patterns and line are. Lines may hold any bytes: each is a character.
  /// Input:    `clock`: by what times in the line are read
  /// Returns:  the first pattern that takes the message: its expression is found in it, and each part is a value of its
  ///           element's type, or empty
  /// Lifetime: `into` views the message
  [[nodiscard]] std::optional<std::size_t> match(std::string_view message, const LogClock& clock, LogMatch& into) const;

 private:
  struct Impl;
  explicit LogPatterns(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace flowcef
