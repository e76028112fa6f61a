// Finds the fields of one record, and what follows from several of them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/program.hpp"
#include "time_text.hpp"
#include "time_value.hpp"
#include "value_writers.hpp"

namespace flowcef {

/// Lifetime: views the program and the data set.
template <bool Variable>
class FieldReader {
 public:
  FieldReader(const Program& program, const DataSet& set, std::uint32_t index) noexcept
      : program_(program), message_(set.context), header_(set.context.header.data()), records_(set.records.data()) {
    if constexpr (Variable) {
      positions_ = set.positions.data() + std::size_t{index} * set.positions_per_record;
    } else {
      records_ += std::size_t{index} * set.layout.record_length;
    }
  }

  [[nodiscard]] Value locate(const Operand& operand) const noexcept {
    if (operand.in_header) return {header_ + operand.at, operand.length};
    if constexpr (Variable) {
      const FieldPosition& position = positions_[operand.at];
      return {records_ + position.offset, position.length};
    } else {
      return {records_ + operand.at, operand.length};
    }
  }

  /// The first eight bytes of a longer one.
  [[nodiscard]] std::uint64_t number(const Operand& operand) const noexcept {
    const Value value = locate(operand);
    return load_be(value.bytes, std::min<std::size_t>(value.length, 8));
  }

  /// Returns: the conditions that hold for this record, with those that hold anyway
  [[nodiscard]] std::uint8_t conditions(unsigned holds) const noexcept {
    if (program_.tests_protocol) {
      const std::uint64_t protocol = number(program_.protocol);
      holds |= protocol == 1 || protocol == 58 ? condition::kIcmp : condition::kNotIcmp;
    }
    if (program_.tests_family) {
      const bool ipv6 = any_set(program_.ipv6_addresses);
      if (ipv6) holds |= condition::kIpv6Used;
      if (!ipv6 || any_set(program_.ipv4_addresses)) holds |= condition::kIpv4Used;
    }
    return static_cast<std::uint8_t>(holds);
  }

  /// Returns: milliseconds since 1970, above 0; nothing if the record states no time there
  [[nodiscard]] std::optional<std::int64_t> time(const TimeSource& source) const noexcept {
    if (locate(source.value).length == 0) return std::nullopt;
    const auto stated = stated_time(source);
    if (!stated || *stated <= 0) return std::nullopt;
    std::int64_t time = *stated;
    if (source.duration != TimeSource::Duration::none) {
      const auto moved = moved_by_duration(source, time);
      if (!moved || *moved <= 0) return std::nullopt;
      time = *moved;
    }
    return time;
  }

  /// Returns: whether a record of ICMP is one of IPv6.
  [[nodiscard]] bool is_icmpv6() const noexcept { return number(program_.protocol) == 58; }

  /// Returns: type * 256 + code, by the first source that is not zero; those of the record's own ICMP version go first.
  [[nodiscard]] std::uint64_t icmp_type_and_code() const noexcept {
    const bool ipv6 = is_icmpv6();
    for (const bool own : {true, false}) {
      for (const IcmpSource& source : program_.icmp) {
        if ((source.ipv6 == ipv6) != own) continue;
        const std::uint64_t value = source.joined ? number(source.type) & 0xffff
                                                  : (number(source.type) & 0xff) << 8 | (number(source.code) & 0xff);
        if (value != 0) return value;
      }
    }
    return 0;
  }

  /// Returns: one packet out of so many; 0 if that is unknown, or all are looked at
  [[nodiscard]] std::uint64_t sampling_interval() const noexcept {
    const std::uint64_t interval = stated_interval(program_.sampling);
    return interval > 1 ? interval : 0;
  }

  /// Returns: the counter times the interval, at most 2^64 - 1; nothing without an interval or counter
  [[nodiscard]] std::optional<std::uint64_t> corrected(const Operand& counter) const noexcept {
    const Value value = locate(counter);
    const std::uint64_t interval = sampling_interval();
    if (value.length == 0 || value.length > 8 || interval == 0) return std::nullopt;
    std::uint64_t product = 0;
    const bool beyond = __builtin_mul_overflow(load_be(value.bytes, value.length), interval, &product);
    return beyond ? std::numeric_limits<std::uint64_t>::max() : product;
  }

 private:
  [[nodiscard]] bool any_set(const std::vector<Operand>& addresses) const noexcept {
    return std::any_of(addresses.begin(), addresses.end(), [&](const Operand& address) {
      const Value value = locate(address);
      return std::any_of(value.bytes, value.bytes + value.length, [](std::uint8_t byte) { return byte != 0; });
    });
  }

  /// Returns: nothing if the sum is no time.
  [[nodiscard]] std::optional<std::int64_t> moved_by_duration(const TimeSource& source,
                                                              std::int64_t time) const noexcept {
    if (locate(source.duration_value).length == 0) return std::nullopt;
    std::uint64_t duration = number(source.duration_value);
    if (source.duration == TimeSource::Duration::microseconds) duration /= 1000;
    if (duration > kLongestDurationMs || time > kLatestTimeMs) return std::nullopt;
    const auto signed_duration = static_cast<std::int64_t>(duration);
    return source.subtract ? time - signed_duration : time + signed_duration;
  }

  [[nodiscard]] std::optional<std::int64_t> stated_time(const TimeSource& source) const noexcept {
    const std::uint64_t value = number(source.value);
    switch (source.kind) {
      case TimeSource::Kind::seconds:
        return epoch_ms(value, 1000);
      case TimeSource::Kind::milliseconds:
        return epoch_ms(value, 1);
      case TimeSource::Kind::ntp:
        return ntp_to_micros(value) / 1000;
      case TimeSource::Kind::delta_micros:
        return message_.export_ms - static_cast<std::int64_t>(value) / 1000;
      case TimeSource::Kind::asn1:
        return asn1_time(locate(source.value));
      case TimeSource::Kind::uptime:
        break;
    }
    std::uint32_t uptime = message_.uptime_ms;
    if (source.init_in_record) {
      const std::uint64_t init_ms = number(source.init);
      if (!is_plausible_init_time(init_ms, message_.export_ms)) return std::nullopt;
      uptime = static_cast<std::uint32_t>(static_cast<std::uint64_t>(message_.export_ms) - init_ms);
    } else if (!message_.uptime_known) {
      return std::nullopt;
    }
    return uptime_to_epoch_ms(message_.export_ms, uptime, static_cast<std::uint32_t>(value));
  }

  /// A field of fixed length may have NULs behind the date.
  [[nodiscard]] static std::optional<std::int64_t> asn1_time(const Value& value) noexcept {
    return parse_asn1_time(value.bytes, text_length(value));
  }

  [[nodiscard]] std::uint64_t stated_interval(const SamplingSource& source) const noexcept {
    if (source.kind == SamplingSource::Kind::table) return tabled_interval(source);
    const std::uint64_t first = number(source.first);
    switch (source.kind) {
      case SamplingSource::Kind::table:
        break;
      case SamplingSource::Kind::interval:
        return source.bits == 0 ? first : first & ((std::uint64_t{1} << source.bits) - 1);
      case SamplingSource::Kind::spacing:
        return first == 0 ? 0 : 1 + number(source.second) / first;
      case SamplingSource::Kind::population:
        return first == 0 ? 0 : number(source.second) / first;
      case SamplingSource::Kind::probability:
        return interval_of(probability(locate(source.first)));
    }
    return 0;
  }

  [[nodiscard]] std::uint64_t tabled_interval(const SamplingSource& source) const noexcept {
    if (message_.tables == nullptr) return 0;
    const Bytes sampler = bytes(source.first);
    if (!message_.tables->has(OptionsTable::interface_sampling)) return message_.tables->sampling_interval(sampler);
    const auto& [ingress, physical_ingress, egress, physical_egress] = source.interfaces;
    std::array interfaces = {bytes(ingress), bytes(physical_ingress), bytes(egress), bytes(physical_egress)};
    constexpr std::uint64_t kEgressFlow = 1;  // of flowDirection
    const bool leaving = source.direction.length != 0 && number(source.direction) == kEgressFlow;
    if (leaving) std::ranges::rotate(interfaces, interfaces.begin() + 2);
    return message_.tables->sampling_interval(sampler, interfaces);
  }

  /// Returns: empty for an operand of no length.
  [[nodiscard]] Bytes bytes(const Operand& operand) const noexcept {
    if (operand.length == 0) return {};
    const Value value = locate(operand);
    return {value.bytes, value.length};
  }

  [[nodiscard]] static double probability(const Value& value) noexcept {
    if (value.length == 4) return std::bit_cast<float>(load_be<std::uint32_t>(value.bytes));
    return value.length == 8 ? std::bit_cast<double>(load_be<std::uint64_t>(value.bytes)) : 0;
  }

  [[nodiscard]] static std::uint64_t interval_of(double probability) noexcept {
    constexpr double kLargest = 1e18;
    return probability > 1 / kLargest && probability <= 1 ? static_cast<std::uint64_t>(std::llround(1 / probability))
                                                          : 0;
  }

  const Program& program_;
  const ExportContext& message_;
  const std::uint8_t* header_;
  const std::uint8_t* records_;
  const FieldPosition* positions_ = nullptr;
};

}  // namespace flowcef
