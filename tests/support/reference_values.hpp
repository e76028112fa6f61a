// What values look like on a line, slowly and obviously: the other side of the property test of the map stage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "flowcef/decode/template.hpp"
#include "flowcef/map/value_form.hpp"

namespace flowcef::test::reference {

/// Bytes as they stand in a record.
using Octets = std::string;

/// Returns: `text` as an extension value: escaped, bad UTF-8 as U+FFFD, no blanks at its ends.
[[nodiscard]] std::string escaped(const Octets& text);
/// Returns: `text` as a header field.
[[nodiscard]] std::string escaped_header(const Octets& text);
/// Returns: how many bytes at `at` are one well-formed UTF-8 character; 0: none.
[[nodiscard]] std::size_t character_at(const Octets& text, std::size_t at);
/// Returns: the first `limit` bytes or fewer, so that no character is cut.
[[nodiscard]] Octets cut(const Octets& text, std::size_t limit);
/// Returns: the text as an extension value of at most `limit` bytes before escaping, marked with an ellipsis if cut.
[[nodiscard]] std::string marked_text(const Octets& text, std::size_t limit);
/// Returns: the digits, of which `group` belong together, likewise.
[[nodiscard]] std::string marked_digits(const std::string& digits, std::size_t limit, std::size_t group);

[[nodiscard]] std::string hex(const Octets& bytes);
[[nodiscard]] std::string base64(const Octets& bytes);
[[nodiscard]] bool is_zero(const Octets& bytes);
/// Returns: nothing of no bytes, and of more than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> unsigned_number(const Octets& bytes);
/// Returns: nothing of no bytes, and of more than eight.
[[nodiscard]] std::optional<std::int64_t> signed_number(const Octets& bytes);
/// Input: 16 bytes. Returns: whether they are ::ffff:a.b.c.d.
[[nodiscard]] bool is_mapped_ipv4(const Octets& bytes);
/// Input: 4 or 16 bytes.
[[nodiscard]] std::string address(const Octets& bytes);
/// Returns: 4 or 16 bytes; none for what is no address.
[[nodiscard]] Octets parse_address(const std::string& text);
[[nodiscard]] std::string mac(const Octets& bytes);

/// How a value goes out by its element's type and the length that its template states.
enum class Look : std::uint8_t {
  number,
  signed_number,
  text,
  ipv4,
  ipv6,
  mac,
  boolean,
  floating,
  ntp_micros,
  ntp_nanos,
  application_id,
  hex,
};

[[nodiscard]] Look look_of(const Field& field);
/// Returns: `value` of the field, escaped; empty if there is nothing to show.
[[nodiscard]] std::string plain(const Field& field, const Octets& value);
/// Returns: the number in the bits of the field that count.
[[nodiscard]] std::optional<std::uint64_t> number_of(const Field& field, const Octets& value);
/// Returns: the text without the NULs behind it.
[[nodiscard]] Octets text_of(const Field& field, const Octets& value);
/// Returns: whether it is a number, and no NaN or infinity. Input: 4 or 8 bytes.
[[nodiscard]] bool is_finite(const Octets& value);
/// Input: 4 or 8 bytes.
[[nodiscard]] double floating(const Octets& value);

/// Returns: microseconds or nanoseconds since 1970, rounded; 0: none. Input: an NTP timestamp, 8 bytes.
[[nodiscard]] std::int64_t ntp_time(const Octets& value, std::int64_t parts_per_second);
/// Returns: empty for a text of a time after the year 9999
[[nodiscard]] std::string time_text(std::int64_t ms, TimeForm form, bool local);
/// Returns: whether a time of that form says nothing of milliseconds.
[[nodiscard]] bool is_whole_seconds(TimeForm form);
/// Input:   UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ`
/// Returns: milliseconds since 1970; nothing for any other text
[[nodiscard]] std::optional<std::int64_t> asn1_time(const Octets& text);

}  // namespace flowcef::test::reference
