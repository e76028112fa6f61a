// Forms of values that several parts of a mapping file share, and some of them an output. Each adds an error and returns nothing if a value has
// another form.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef {

inline constexpr std::string_view kElementForms = "an element name or pen:id";
inline constexpr std::string_view kSourceForms = "an element name, pen:id, @name or @LOOKUP(ELEMENT).COLUMN";
inline constexpr std::string_view kKeyForms = "1..255 letters and digits, a letter first";
inline constexpr std::string_view kVendorForms = "1..63 printable characters";

using TextTest = bool (*)(std::string_view);

/// Input: `expected` says in words what `fits` tests.
[[nodiscard]] std::optional<PositionedText> positioned_option(const ValueReader& value, std::string_view expected,
                                                              TextTest fits);
/// Returns: the same, but an empty text if it is unfit: the key was given.
[[nodiscard]] PositionedText given_option(const ValueReader& value, std::string_view expected, TextTest fits);
/// Input: a text or an array of texts.
[[nodiscard]] std::vector<PositionedText> list_option(const ValueReader& value, std::string_view expected,
                                                      TextTest fits);

/// What the header's vendor and product, and its device version may be.
[[nodiscard]] PositionedText vendor_option(const ValueReader& value);
[[nodiscard]] PositionedText device_version_option(const ValueReader& value);

/// A text, or a number, which is turned into text: 1e3 into `1000`.
[[nodiscard]] std::optional<PositionedText> constant_option(const ValueReader& value);
[[nodiscard]] std::optional<PositionedText> label_option(const ValueReader& value);
/// Returns: whether only options records are meant, or only others.
[[nodiscard]] std::optional<bool> kind_option(const ValueReader& value);
/// Of CEF, as the header has it.
[[nodiscard]] std::optional<unsigned> version_option(const ValueReader& value);
/// Returns: whether `in` and `out` change places.
[[nodiscard]] std::optional<bool> bytes_option(const ValueReader& value);
[[nodiscard]] std::optional<TimeForm> time_option(const ValueReader& value);
/// Returns: whether times are local.
[[nodiscard]] std::optional<bool> zone_option(const ValueReader& value);

}  // namespace flowcef
