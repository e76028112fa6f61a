// What an input can be told about decoding. Plain data with its defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/ip_prefix.hpp"
#include "flowcef/decode/exporter_config.hpp"
#include "flowcef/decode/log_config.hpp"

namespace flowcef {

inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// Which form of a record's fields goes on.
enum class RecordView : std::uint8_t {
  interpreted,  ///< values by their types
  raw,          ///< every field of the template as untouched bytes
  both,
};

/// What a flow must have to be sent on.
struct Requirement {
  bool skylight = false;  ///< the set of the Skylight sensor: times, interfaces, protocol, ToS, addresses ...
  std::vector<std::string> elements;  ///< names as in the element registry

  friend bool operator==(const Requirement&, const Requirement&) = default;
};

struct DecodeConfig {
  std::string layout;              ///< every datagram is read by it; empty: by what it begins with
  std::optional<bool> match_port;  ///< whether the exporter's port tells template sets apart; nothing: IPFIX yes, v9 no
  std::size_t max_templates = 200'000;             ///< of the whole input, or kUnlimited
  std::size_t max_templates_per_exporter = 1'000;  ///< or kUnlimited
  std::optional<std::chrono::milliseconds> template_idle_timeout =
      std::chrono::hours(168);  ///< since last use or refresh; nothing: unlimited

  std::size_t hold_bytes = std::size_t{16} << 20;  ///< of data sets that wait for their template; 0: none wait
  std::size_t hold_bytes_per_exporter = std::size_t{1} << 20;
  std::chrono::milliseconds hold_time = std::chrono::minutes(30);

  RecordView records = RecordView::interpreted;
  bool options_records = true;  ///< false: options data feeds tables only
  Requirement require;
  std::chrono::milliseconds long_flow{0};  ///< flows that last longer are marked; 0: none is

  std::optional<LogConfig> log;       ///< set: log lines come in, not exports
  bool send = true;                   ///< false: records feed lookups only
  std::chrono::milliseconds wait{0};  ///< how long datagrams are kept, so that lookups know what comes a little later

  std::vector<IpPrefix> exporters;  ///< who is heard; empty: everyone
  std::size_t max_datagrams_per_second_per_exporter = kUnlimited;

  friend bool operator==(const DecodeConfig&, const DecodeConfig&) = default;
};

/// Returns: the settings for recorded exports. Between two datagrams of a file any time may have passed, so nothing
///          expires and no rate is limited.
[[nodiscard]] inline DecodeConfig decode_config_for_files(DecodeConfig config) {
  config.max_datagrams_per_second_per_exporter = kUnlimited;
  config.template_idle_timeout.reset();
  config.hold_time = std::chrono::years(100);
  return config;
}

}  // namespace flowcef
