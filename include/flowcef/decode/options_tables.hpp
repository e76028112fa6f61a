// What an exporter's options data says of numbers that its flow records only mention: names, samplers, boot time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/data_set.hpp"

namespace flowcef {

enum class OptionsTable : std::uint8_t {
  interface_name,         ///< 82 by 10, 14, 252, 253 or the v9 scope Interface
  interface_description,  ///< 83
  application_name,       ///< 96 by 95, compared as RFC 6759 engine and selector
  sampler_name,           ///< 84 or 335 by 48 or 302
  sampling_interval,      ///< one packet out of so many, by sampler; the key is empty for the domain's own
  vrf_name,               ///< 236 by 234 or 235
  user_name,              ///< 371 (v9: 40000) by 365, 148 or what else the exporter's table has as scope
  system_init_time,       ///< systemInitTimeMilliseconds (160); the key is empty
  class_name,             ///< of a traffic class; only the configuration has any
  interface_sampling,     ///< as sampling_interval, of an interface: by 10, 14, 252, 253 or the v9 scope Interface
};

inline constexpr std::size_t kOptionsTableCount = 10;

struct OptionsRow {
  OptionsTable table = OptionsTable::interface_name;
  std::string key;           ///< bytes; of a number: without leading zeros, but for the last byte
  std::string text;          ///< of a name: as sent, without padding, cut at kMaxOptionsText
  std::uint64_t number = 0;  ///< of an interval or time

  friend bool operator==(const OptionsRow&, const OptionsRow&) = default;
};

/// Longest name kept, in bytes.
inline constexpr std::size_t kMaxOptionsText = 255;
/// Longest key: IPv6 addresses and application ids fit.
inline constexpr std::size_t kMaxOptionsKey = 20;
/// Longest interval believed; what scales counters by it does not overflow soon.
inline constexpr std::uint64_t kMaxSamplingInterval = std::uint64_t{1} << 31;

/// The tables of one observation domain. What a record is about is told by its elements, wherever they stand in it, as
/// exporters disagree on what is scope. An interval belongs to the sampler that its record names, or else to the
/// interface, or else to the whole domain. Intervals and times beyond reason, and names with control characters, are
/// left out.
/// Thread: one.
/// Source: RFC 3954 section 6.1, RFC 5476 section 6.5, RFC 6759 section 4.
class OptionsTables {
 public:
  /// Asked for each row that is new (`before` is null) or other than before; `false` keeps it out (a quota is used up).
  using Accept = std::function<bool(const OptionsRow& row, const OptionsRow* before)>;

  /// Takes what an options data set says; rows that are known already cost no allocation.
  void learn(const DataSet& set, const Accept& accept);
  /// Puts a row back that was accepted before.
  void restore(const OptionsRow& row);

  [[nodiscard]] bool has(OptionsTable table) const noexcept;
  /// Input:   the value of an interface, application, VRF, sampler or user element, as it stands in the record
  /// Returns: empty if no row has that key
  [[nodiscard]] std::string_view name(OptionsTable table, Bytes key) const noexcept;
  /// Input:   the value of samplerId or selectorId, and of the record's interfaces, those first where the flow was
  ///          observed; each empty if the record has it not
  /// Returns: the interval of the first of them that has one, or the domain's own; 0 if none is known
  [[nodiscard]] std::uint64_t sampling_interval(Bytes sampler, std::span<const Bytes> interfaces = {}) const noexcept;
  [[nodiscard]] std::optional<std::int64_t> system_init_ms() const noexcept;

  /// Returns: how many rows there are.
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  void for_each(const std::function<void(const OptionsRow&)>& visit) const;

 private:
  /// Finds a row without making one.
  struct RowKey {
    OptionsTable table;
    std::string_view key;
  };
  struct Hash {
    using is_transparent = void;
    [[nodiscard]] std::size_t operator()(const RowKey& row) const noexcept;
    [[nodiscard]] std::size_t operator()(const OptionsRow& row) const noexcept {
      return (*this)(RowKey{row.table, row.key});
    }
  };
  struct Equal {
    using is_transparent = void;
    template <class A, class B>
    [[nodiscard]] bool operator()(const A& a, const B& b) const noexcept {
      return a.table == b.table && std::string_view(a.key) == std::string_view(b.key);
    }
  };

  [[nodiscard]] const OptionsRow* find(const RowKey& row) const noexcept;
  [[nodiscard]] const OptionsRow* find(OptionsTable table, Bytes key) const noexcept;
  void take(const RowKey& row, std::string_view text, std::uint64_t number, const Accept& accept);
  void store(OptionsRow row);

  std::unordered_set<OptionsRow, Hash, Equal> rows_;
  std::array<std::uint32_t, kOptionsTableCount> counts_{};  ///< rows by OptionsTable
};

/// Returns: whether the configuration or the exporter's options data has names of that table.
[[nodiscard]] bool has_names(const ExportContext& context, OptionsTable table) noexcept;
/// Input:   as OptionsTables::name()
/// Returns: the name by the configuration, or else by options data; empty if neither has one
[[nodiscard]] std::string_view name_of(const ExportContext& context, OptionsTable table, Bytes key) noexcept;

}  // namespace flowcef
