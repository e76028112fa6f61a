// What an exporter's options data says of numbers that its flow records only mention: names, samplers, boot time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/data_set.hpp"

namespace flowcef {

enum class OptionsTable : std::uint8_t {
  interface_name,         ///< 82 by 10, 14, 252 or 253
  interface_description,  ///< 83
  application_name,       ///< 96 by 95, compared as RFC 6759 engine and selector
  sampler_name,           ///< 84 by 48 or 302
  sampling_interval,      ///< one packet out of so many, by sampler; the key is empty for the domain's own
  vrf_name,               ///< 236 by 234 or 235
  user_name,              ///< 371 by the id that the exporter's table uses
  system_init_time,       ///< systemInitTimeMilliseconds (160); the key is empty
};

inline constexpr std::size_t kOptionsTableCount = 8;

struct OptionsRow {
  OptionsTable table = OptionsTable::interface_name;
  std::string key;           ///< bytes; of a number: without leading zeros
  std::string text;          ///< of a name: as sent, cut at kMaxOptionsText
  std::uint64_t number = 0;  ///< of an interval or time

  friend bool operator==(const OptionsRow&, const OptionsRow&) = default;
};

/// Longest name kept, in bytes.
inline constexpr std::size_t kMaxOptionsText = 255;
/// Longest key: IPv6 addresses and application ids fit.
inline constexpr std::size_t kMaxOptionsKey = 20;

/// The tables of one observation domain.
/// Thread: one.
class OptionsTables {
 public:
  /// Asked for each row that is new or other than before; `false` keeps it out (a quota is used up).
  using Accept = std::function<bool(const OptionsRow& row, bool is_new)>;

  /// Takes what an options data set says.
  void learn(const DataSet& set, const Accept& accept);
  /// Puts a row back that was accepted before.
  void restore(const OptionsRow& row);

  [[nodiscard]] bool has(OptionsTable table) const noexcept;
  /// Input:   the value of an interface, application, VRF, sampler or user element, as it stands in the record
  /// Returns: empty if no row has that key
  [[nodiscard]] std::string_view name(OptionsTable table, Bytes key) const noexcept;
  /// Input:   the value of samplerId or selectorId; empty: the record names none
  /// Returns: the sampler's interval, or the domain's own; 0 if neither is known
  [[nodiscard]] std::uint64_t sampling_interval(Bytes sampler) const noexcept;
  [[nodiscard]] std::optional<std::int64_t> system_init_ms() const noexcept;

  [[nodiscard]] std::size_t size() const noexcept;
  void for_each(const std::function<void(const OptionsRow&)>& visit) const;
};

}  // namespace flowcef
