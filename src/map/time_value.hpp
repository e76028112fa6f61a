// Arithmetic of the times that exporters state; everything becomes a count since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>

namespace flowcef {

/// Seconds between 1900, where NTP timestamps begin, and 1970. Source: RFC 5905 section 6.
inline constexpr std::int64_t kNtpToUnixSeconds = 2'208'988'800;

/// Input:  64-bit NTP timestamp: seconds since 1900 above, fraction of a second below.
/// Seconds with a clear top bit belong to the era that begins on 2036-02-07 (RFC 4330 section 3); 0 means no time.
[[nodiscard]] constexpr std::int64_t ntp_seconds(std::uint64_t ntp) noexcept {
  const auto seconds = static_cast<std::int64_t>(ntp >> 32);
  const bool next_era = seconds < 0x8000'0000;
  return seconds - kNtpToUnixSeconds + (next_era ? std::int64_t{1} << 32 : 0);
}

/// Rounded to the nearest: a microsecond is no whole number of NTP fractions, and exporters cut when they convert.
[[nodiscard]] constexpr std::int64_t ntp_to_micros(std::uint64_t ntp) noexcept {
  if (ntp == 0) return 0;
  const std::uint64_t fraction = ntp & 0xffff'ffff;
  return ntp_seconds(ntp) * 1'000'000 + static_cast<std::int64_t>((fraction * 1'000'000 + 0x8000'0000) >> 32);
}

[[nodiscard]] constexpr std::int64_t ntp_to_nanos(std::uint64_t ntp) noexcept {
  if (ntp == 0) return 0;
  const std::uint64_t fraction = ntp & 0xffff'ffff;
  return ntp_seconds(ntp) * 1'000'000'000 + static_cast<std::int64_t>((fraction * 1'000'000'000 + 0x8000'0000) >> 32);
}

/// Returns: nothing for a count that no clock shows (it would overflow).
[[nodiscard]] constexpr std::optional<std::int64_t> epoch_ms(std::uint64_t count, std::uint64_t unit_ms) noexcept {
  if (count > 0x7fff'ffff'ffff'ffff / unit_ms) return std::nullopt;
  return static_cast<std::int64_t>(count * unit_ms);
}

/// What is beyond these is no time of a flow, and could overflow: the year 9999, and a thousand years.
inline constexpr std::int64_t kLatestTimeMs = 253'402'300'800'000;
inline constexpr std::uint64_t kLongestDurationMs = 31'556'952'000'000;

/// When the exporter's uptime read `moment`, given that it read `uptime` at `export_ms`.
/// All uptimes are milliseconds modulo 2^32, so the nearest moment counts: up to 24.8 days before or after.
[[nodiscard]] constexpr std::int64_t uptime_to_epoch_ms(std::int64_t export_ms, std::uint32_t uptime,
                                                        std::uint32_t moment) noexcept {
  return export_ms - static_cast<std::int32_t>(uptime - moment);
}

}  // namespace flowcef
