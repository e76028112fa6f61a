// Finds a record's event: walks the tests that the compiler made of the event rules, most often one or none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "field_reader.hpp"
#include "flowcef/lookup/lookup_reader.hpp"
#include "flowcef/map/executor.hpp"
#include "flowcef/map/program.hpp"

namespace flowcef {

/// Tests of one record's fields.
/// Lifetime: views its arguments.
template <bool Variable>
class EventChooser {
 public:
  EventChooser(const EventTests& graph, const FieldReader<Variable>& fields, const SetContext& context,
               std::uint8_t holds) noexcept
      : graph_(graph), fields_(fields), context_(context), holds_(holds) {}

  /// Returns: an index into Program::events
  [[nodiscard]] std::size_t choose() const noexcept {
    std::int32_t at = graph_.start;
    while (at >= 0) {
      const EventTest& test = graph_.tests[static_cast<std::size_t>(at)];
      at = passes(test) ? test.yes : test.no;
    }
    const std::int32_t event = ~at;
    return static_cast<std::size_t>(event);
  }

 private:
  [[nodiscard]] bool passes(const EventTest& test) const noexcept {
    if (test.kind >= EventTest::Kind::exporter) return passes_without_field(test);
    if ((test.condition & holds_) == 0) return false;
    const Value value = fields_.locate(test.operand);
    if (value.length == 0) return false;
    switch (test.kind) {
      case EventTest::Kind::ipv6:
        return fits_prefix(test, IpAddress::from_ipv6(value.bytes));
      case EventTest::Kind::text:
        return fits_text(test, value);
      case EventTest::Kind::signed_number:
        return *value.bytes < 0x80 && fits_number(test, value);
      case EventTest::Kind::ntp_micros:
        return fits_time(test, ntp_to_micros(load_be<std::uint64_t>(value.bytes)));
      case EventTest::Kind::ntp_nanos:
        return fits_time(test, ntp_to_nanos(load_be<std::uint64_t>(value.bytes)));
      default:
        return fits_number(test, value);
    }
  }

  [[nodiscard]] bool passes_without_field(const EventTest& test) const noexcept {
    if (test.kind == EventTest::Kind::exporter) return context_.exporters[test.first] != 0;
    const LookupEntry* entry = context_.entries[test.probe];
    if (test.kind == EventTest::Kind::found || entry == nullptr) return entry != nullptr;
    return is_among(test, text_of(*entry, test.column));
  }

  [[nodiscard]] bool fits_number(const EventTest& test, Value value) const noexcept {
    value = without_leading_zeros(value);
    if (value.length > 8) return false;
    std::uint64_t number = load_be(value.bytes, value.length);
    if (test.bits != 0) number = number >> test.bits_shift & ((std::uint64_t{1} << test.bits) - 1);
    return fits_range(test, number);
  }

  [[nodiscard]] bool fits_time(const EventTest& test, std::int64_t time) const noexcept {
    return time >= 0 && fits_range(test, static_cast<std::uint64_t>(time));
  }

  [[nodiscard]] bool fits_range(const EventTest& test, std::uint64_t number) const noexcept {
    const auto ranges = std::span(graph_.ranges).subspan(test.first, test.count);
    return std::any_of(ranges.begin(), ranges.end(),
                       [number](const TestSpec::Range& range) { return number - range.min <= range.max - range.min; });
  }

  [[nodiscard]] bool fits_prefix(const EventTest& test, const IpAddress& address) const noexcept {
    const auto prefixes = std::span(graph_.prefixes).subspan(test.first, test.count);
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](const IpPrefix& prefix) { return prefix.contains(address); });
  }

  [[nodiscard]] bool fits_text(const EventTest& test, const Value& value) const noexcept {
    std::size_t length = test.operand.length == kVariableLength ? value.length : text_length(value);
    while (length != 0 && value.bytes[length - 1] == 0) --length;  // a line does not show them either
    return is_among(test, {reinterpret_cast<const char*>(value.bytes), length});
  }

  [[nodiscard]] bool is_among(const EventTest& test, std::string_view text) const noexcept {
    const auto texts = std::span(graph_.texts).subspan(test.first, test.count);
    return std::find(texts.begin(), texts.end(), text) != texts.end();
  }

  const EventTests& graph_;
  const FieldReader<Variable>& fields_;
  const SetContext& context_;
  std::uint8_t holds_;
};

}  // namespace flowcef
