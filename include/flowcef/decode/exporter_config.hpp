// What the operator says of exporters. Plain data with its defaults.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {

/// What an exporter's sequence numbers count.
enum class SequenceRule : std::uint8_t {
  standard,  ///< as its format says: v5 flows, v9 datagrams, IPFIX records; a v9 exporter that counts records is noticed
  records,   ///< data records, those of options data included
  datagrams,
  off,  ///< nothing of use: no losses are counted
};

/// Which records go on of an exporter that sends its flows both as NetFlow v5 and by a layout.
enum class KeptRecords : std::uint8_t {
  automatic,  ///< those of the layout, for as long as it sends any
  layouts,
  netflow5,
  all,
};

/// What the counters of a record say.
enum class CounterMeaning : std::uint8_t {
  delta,  ///< what the record itself stands for
  total,  ///< all of the flow so far: a later record of it counts the earlier ones again
};

/// Names of numbers; none is empty, has control characters or more than 255 bytes.
using NumberNames = std::unordered_map<std::uint32_t, std::string>;

/// Returns: null if the number, big-endian, has no name.
[[nodiscard]] inline const std::string* find_name(const NumberNames& names, Bytes number) noexcept {
  if (number.empty() || number.size() > 8) return nullptr;
  const std::uint64_t value = load_be(number.data(), number.size());
  const auto known = value > 0xffff'ffff ? names.end() : names.find(static_cast<std::uint32_t>(value));
  return known == names.end() ? nullptr : &known->second;
}

/// The element that holds the number of a PacketShaper's traffic class.
inline constexpr std::string_view kClassIdElement = "packeteerClassId";

/// Settings of some exporters; what is not set is up to others that match, of which for each setting the longest prefix
/// counts.
struct ExporterConfig {
  IpPrefix match;
  std::optional<SequenceRule> sequence = {};
  std::optional<KeptRecords> keep = {};
  std::optional<CounterMeaning> counters = {};
  std::optional<bool> own_exports = {};
  std::optional<std::chrono::milliseconds> merge = {};
  std::optional<std::chrono::milliseconds> silent_after = {};
  std::shared_ptr<const NumberNames> classes = {};     ///< of traffic classes
  std::shared_ptr<const NumberNames> interfaces = {};  ///< before what options data says
};

/// What holds for one exporter.
struct ExporterSettings {
  SequenceRule sequence = SequenceRule::standard;
  KeptRecords keep = KeptRecords::automatic;
  CounterMeaning counters = CounterMeaning::delta;
  bool own_exports = true;             ///< false: flows that are its export traffic are left out
  std::chrono::milliseconds merge{0};  ///< records of a flow become one for each such time; 0: each stays
  /// Silence for so long is told, whatever is usual with it; 0: never. Nothing: by what is usual with it.
  std::optional<std::chrono::milliseconds> silent_after = {};
  std::shared_ptr<const NumberNames> classes;
  std::shared_ptr<const NumberNames> interfaces;
};

[[nodiscard]] ExporterSettings settings_for(const std::vector<ExporterConfig>& configs, const IpAddress& exporter);

}  // namespace flowcef
