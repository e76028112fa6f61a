// Turns counters that count a flow from its start, record after record, into what each record adds to the flow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/counter.hpp"
#include "flowcef/core/lru_table.hpp"
#include "flowcef/decode/data_set.hpp"

namespace flowcef {

/// Records are of one flow if exporter, format, domain, addresses, ports, protocol, interfaces, traffic class and start
/// are the same. Its first record stays as it is; of a later one octetDeltaCount and packetDeltaCount become what was
/// added since the one before, which for a repeated record is 0. Octets that fell while packets rose have begun again
/// at 0 in a field of four bytes or less. If both fell, a record that ends before the last one was overtaken by it, and
/// adds nothing; any other begins a new flow.
///
/// Up to 262,144 flows are known, in 35 MiB; the one not heard of for longest makes room.
/// Thread: one. To be shared by all inputs that an exporter may be heard on.
class RunningTotals {
 public:
  static constexpr std::uint32_t kMaxFlows = 262'144;

  explicit RunningTotals(std::uint32_t max_flows = kMaxFlows) : flows_(max_flows) {}

  /// Input:    `forgotten` counts flows that made room though a record of them came within the last 26 hours
  /// Returns:  the set with other counters; as it is, if its records have no start or no counter of fixed length
  /// Lifetime: of what is returned: as the set, and until the next call
  [[nodiscard]] DataSet added(const DataSet& set, Counter& forgotten);

 private:
  using Key = std::array<std::uint8_t, 88>;
  struct KeyHash {
    [[nodiscard]] std::size_t operator()(const Key& key) const noexcept;
  };

  struct Totals {
    std::uint64_t octets = 0;
    std::uint64_t packets = 0;
    std::uint64_t end = 0;  ///< as the record states it
    std::int64_t heard_ns = 0;
  };
  struct Counters {
    std::uint64_t octets;
    std::uint64_t packets;
  };

  /// The fields that matter here; null: the records have none.
  struct Columns;

  [[nodiscard]] static std::optional<Columns> columns_of(const Template& layout) noexcept;
  [[nodiscard]] static Key key_of(const DataSet& set, std::uint32_t index, const Columns& columns) noexcept;
  [[nodiscard]] static Counters added_by(const Totals& now, Totals& before, const Columns& columns) noexcept;
  [[nodiscard]] Counters take(const Key& key, const Totals& now, const Columns& columns, Counter& forgotten);

  LruTable<Key, Totals, KeyHash> flows_;
  std::vector<std::uint8_t> records_;
};

}  // namespace flowcef
