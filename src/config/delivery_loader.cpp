#include "flowcef/config/delivery_loader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/config/target.hpp"

namespace flowcef {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array kQueueFull = {Choice{"drop_oldest", QueueFull::drop_oldest},
                                   Choice{"drop_newest", QueueFull::drop_newest}};
constexpr std::array kFragment = {Choice{"allow", Fragment::allow}, Choice{"path-mtu", Fragment::path_mtu}};

constexpr std::int64_t kMinQueue = std::int64_t{256} << 10;  // room for a few batches of 64 KiB
constexpr std::int64_t kMaxQueue = std::int64_t{64} << 30;
constexpr std::int64_t kMinReplay = std::int64_t{64} << 10;
constexpr std::int64_t kMaxReplay = std::int64_t{1} << 30;
constexpr std::size_t kMaxConnections = 64;
constexpr std::size_t kMaxRate = 1'000'000'000;
constexpr std::size_t kMinIpv6Mtu = 1'280;  // RFC 8200 section 5
constexpr std::size_t kMaxIpv6Mtu = 65'535;

constexpr std::string_view kUnlimitedWord = "unlimited";
constexpr std::string_view kAuto = "auto";

std::optional<milliseconds> wait_option(const ValueReader& value) {
  return value.duration(milliseconds(10), hours(1));
}

std::optional<std::size_t> ipv6_mtu_option(const ValueReader& value) {
  if (value.is_word("path")) return std::size_t{0};
  return value.number(kMinIpv6Mtu, kMaxIpv6Mtu, "\"path\"");
}

std::optional<std::size_t> rate_option(const ValueReader& value) {
  if (value.is_word(kUnlimitedWord)) return std::size_t{0};
  return value.number(std::size_t{1}, kMaxRate, "\"unlimited\"");
}

class DeliveryLoader {
 public:
  DeliveryLoader(TableReader& table, bool has_target, SinkConfig& sink)
      : table_(table), has_target_(has_target), sink_(sink) {}

  void load() {
    read_source();
    read_datagrams();
    read_queue();
    read_streams();
    read_backoff();
  }

 private:
  /// Returns: nothing, with an error if the key is there, where the output has another transport.
  std::optional<ValueReader> find_for(std::string_view key, std::span<const Transport> transports) {
    auto value = table_.find(key);
    if (!value || !has_target_ || is_one_of(transports, sink_.transport)) return value;
    value->refuse(only_for(transports, sink_.transport), "remove the key");
    return std::nullopt;
  }

  /// As TableReader::read().
  template <class T, class Convert>
  void read_for(std::span<const Transport> transports, std::string_view key, T& into, Convert convert) {
    if (find_for(key, transports)) table_.read(key, into, convert);
  }

  void read_source() {
    const auto value = find_for("source", kNetworkOutputs);
    const auto text = value ? value->text() : std::nullopt;
    if (!text) return;
    const auto source = parse_source(*text);
    if (!source) {
      value->refuse_as_not(source.error().expected, source.error().hint);
      return;
    }
    if (source->port != 0 && has_target_ && sink_.transport != Transport::udp) {
      value->refuse("a port " + only_for(kUdpOutputs, sink_.transport),
                    "remove the port: every connection has its own");
    } else {
      check_family(*value, source->address);
    }
    sink_.source_address = source->address.to_string();
    sink_.source_port = source->port;
  }

  void check_family(const ValueReader& value, const IpAddress& source) const {
    for (const Receiver& receiver : receivers_of(sink_)) {
      const auto host = IpAddress::parse(receiver.host);
      if (!host || host->is_v4() == source.is_v4()) continue;
      value.refuse_as_not((host->is_v4() ? "an IPv4 address as " : "an IPv6 address as ") + receiver.host + " is");
      return;
    }
  }

  void read_datagrams() {
    UdpConfig& udp = sink_.udp;
    read_for(kUdpOutputs, "fragment", udp.fragment, [](const ValueReader& value) { return value.choice(kFragment); });
    read_for(kUdpOutputs, "ipv6_mtu", udp.ipv6_mtu, ipv6_mtu_option);
    read_for(kUdpOutputs, "rate_limit", udp.rate_limit, rate_option);
    if (udp.rate_limit != 0) udp.rate_burst = std::max<std::size_t>(udp.rate_limit / 10, 1);
    read_rate_burst();
    read_for(kUdpOutputs, "resolve_interval", udp.resolve_interval,
             [](const ValueReader& value) { return value.duration(seconds(1), hours(24)); });
  }

  void read_rate_burst() {
    const auto value = find_for("rate_burst", kUdpOutputs);
    if (!value) return;
    if (const auto rate = table_.find("rate_limit"); !rate || rate->is_word(kUnlimitedWord)) {
      value->refuse("only together with rate_limit", "say how many lines a second too");
    } else if (const auto lines = value->number(std::size_t{1}, kMaxRate)) {
      sink_.udp.rate_burst = *lines;
    }
  }

  void read_queue() {
    table_.read("queue", sink_.queue_bytes, [](const ValueReader& value) { return value.size(kMinQueue, kMaxQueue); });
    table_.read("queue_full", sink_.queue_full, [](const ValueReader& value) { return value.choice(kQueueFull); });
    table_.read("required", sink_.required, [](const ValueReader& value) { return value.boolean(); });
  }

  void read_streams() {
    read_for(kStreamOutputs, "connections", sink_.connections,
             [this](const ValueReader& value) { return value.number(std::size_t{1}, kMaxConnections / shared_by()); });
    table_.read("connect_timeout", sink_.connect_timeout, wait_option);
    read_for(kStreamOutputs, "peer_timeout", sink_.peer_timeout, wait_option);
    read_replay_acked();
    read_for(kStreamOutputs, "replay_max_bytes", sink_.replay_max_bytes,
             [](const ValueReader& value) { return value.size(kMinReplay, kMaxReplay); });
  }

  /// Returns: how many receivers have connections at the same time.
  [[nodiscard]] std::size_t shared_by() const {
    return sink_.distribution == Distribution::balance ? 1 + sink_.more_receivers.size() : 1;
  }

  /// What is kept to be sent again takes room in the queue, once for every connection.
  void read_replay_acked() {
    const auto value = find_for("replay_acked", kStreamOutputs);
    if (!value || value->is_word(kAuto)) return;
    sink_.replay_acked = value->size(0, kMaxReplay, "\"auto\"");
    if (sink_.replay_acked.value_or(0) <= sink_.queue_bytes / (2 * sink_.connections * shared_by())) return;
    value->refuse_as_not("at most half of queue, divided by connections", "raise queue");
  }

  void read_backoff() {
    const bool has_min = table_.read("backoff_min", sink_.backoff_min, wait_option);
    const bool has_max = table_.read("backoff_max", sink_.backoff_max, wait_option);
    if (sink_.backoff_min <= sink_.backoff_max) return;
    const auto place = table_.find(has_min ? "backoff_min" : "backoff_max");
    if (has_min || has_max) place->refuse_as_not("backoff_min no longer than backoff_max");
  }

  TableReader& table_;
  bool has_target_;
  SinkConfig& sink_;
};

}  // namespace

void load_delivery(TableReader& table, bool has_target, SinkConfig& sink) {
  DeliveryLoader(table, has_target, sink).load();
}

}  // namespace flowcef
