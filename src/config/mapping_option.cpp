#include "flowcef/config/mapping_option.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "flowcef/config/mapping_words.hpp"

namespace flowcef {
namespace {

constexpr std::array kKinds = {Choice{"options", true}, Choice{"data", false}};
constexpr std::array kByteDirections = {Choice{"standard", false}, Choice{"swapped", true}};
constexpr unsigned kMaxVersion = 999;
constexpr std::array kZones = {Choice{"UTC", false}, Choice{"local", true}};
constexpr std::array kTimes = {
    Choice{"epoch_ms", TimeForm::epoch_ms},
    Choice{"epoch_s", TimeForm::epoch_s},
    Choice{"iso8601", TimeForm::iso8601},
    Choice{"MMM dd HH:mm:ss", TimeForm::text},
    Choice{"MMM dd HH:mm:ss.SSS", TimeForm::text_ms},
    Choice{"MMM dd HH:mm:ss zzz", TimeForm::text_zone},
    Choice{"MMM dd HH:mm:ss.SSS zzz", TimeForm::text_ms_zone},
    Choice{"MMM dd yyyy HH:mm:ss", TimeForm::text_year},
    Choice{"MMM dd yyyy HH:mm:ss.SSS", TimeForm::text_year_ms},
    Choice{"MMM dd yyyy HH:mm:ss zzz", TimeForm::text_year_zone},
    Choice{"MMM dd yyyy HH:mm:ss.SSS zzz", TimeForm::text_year_ms_zone},
};

/// Holds the longest double without an exponent: a sign, `0.`, 323 zeros and 17 digits.
constexpr std::size_t kLongestNumber = 352;

/// CEF knows no exponents.
std::string number_text(double number) {
  std::array<char, kLongestNumber> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

std::optional<std::string> number_text(const ValueReader& value) {
  if (const auto* integer = value.get_if<std::int64_t>()) return std::to_string(*integer);
  const auto* real = value.get_if<double>();
  if (real == nullptr || !std::isfinite(*real)) return std::nullopt;
  return number_text(*real);
}

}  // namespace

std::optional<PositionedText> positioned_option(const ValueReader& value, std::string_view expected, TextTest fits) {
  auto text = value.text(expected, fits);
  if (!text) return std::nullopt;
  return PositionedText{std::move(*text), value.where()};
}

PositionedText given_option(const ValueReader& value, std::string_view expected, TextTest fits) {
  return positioned_option(value, expected, fits).value_or(PositionedText{"", value.where()});
}

std::vector<PositionedText> list_option(const ValueReader& value, std::string_view expected, TextTest fits) {
  std::vector<PositionedText> texts;
  for (const auto& item : value.one_or_more(expected)) {
    if (auto text = positioned_option(item, expected, fits)) texts.push_back(std::move(*text));
  }
  return texts;
}

PositionedText vendor_option(const ValueReader& value) {
  return given_option(value, kVendorForms, is_header_text<63>);
}

PositionedText device_version_option(const ValueReader& value) {
  return given_option(value, "1..31 printable characters", is_header_text<31>);
}

std::optional<PositionedText> constant_option(const ValueReader& value) {
  if (auto number = number_text(value)) return PositionedText{std::move(*number), value.where()};
  return positioned_option(value, "1..4000 printable characters or a number", is_header_text<4000>);
}

std::optional<PositionedText> label_option(const ValueReader& value) {
  return positioned_option(value, "1..1023 printable characters", is_header_text<1023>);
}

std::optional<bool> kind_option(const ValueReader& value) {
  return value.choice(kKinds);
}

std::optional<unsigned> version_option(const ValueReader& value) {
  return value.number(0U, kMaxVersion);
}

std::optional<bool> bytes_option(const ValueReader& value) {
  return value.choice(kByteDirections);
}

std::optional<TimeForm> time_option(const ValueReader& value) {
  return value.choice(kTimes);
}

std::optional<bool> zone_option(const ValueReader& value) {
  return value.choice(kZones);
}

}  // namespace flowcef
