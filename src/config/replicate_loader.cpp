#include "flowcef/config/replicate_loader.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/text_option.hpp"
#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

constexpr std::array kSources = {Choice{"keep", ReplicateSource::keep}, Choice{"own", ReplicateSource::own}};

constexpr FormatSet only(unsigned version) {
  return FormatSet{1} << version;
}

constexpr std::array kFormats = {Choice{"netflow1", only(1)}, Choice{"netflow5", only(5)}, Choice{"netflow6", only(6)},
                                 Choice{"netflow7", only(7)}, Choice{"netflow8", only(8)}, Choice{"netflow9", only(9)},
                                 Choice{"ipfix", only(10)},   Choice{"sflow", only(0)}};

constexpr std::int64_t kMinQueue = std::int64_t{64} << 10;  // the longest datagram must fit
constexpr std::int64_t kMaxQueue = std::int64_t{1} << 30;

bool comes_in_datagrams(const InputConfig& input) {
  return std::holds_alternative<UdpSourceConfig>(input.source) || std::holds_alternative<TapConfig>(input.source);
}

/// Returns: of a tap nothing.
std::vector<Endpoint> listen_of(const InputConfig& input) {
  const auto* const udp = std::get_if<UdpSourceConfig>(&input.source);
  return udp == nullptr ? std::vector<Endpoint>() : udp->listen;
}

void append_word(std::string& text, std::string_view word) {
  if (!text.empty()) text += ' ';
  text += word;
}

class ReplicateLoader {
 public:
  ReplicateLoader(TableReader& table, const std::vector<InputConfig>& inputs, const std::vector<IpAddress>& local)
      : table_(table), inputs_(inputs), local_(local) {}

  ReplicateConfig load(Uniqueness& names) {
    const auto name = table_.find("name");
    if (name) read_name(*name);
    const auto to = table_.require("to", "where to send, such as \"192.0.2.99:2055\"");
    if (to) read_to(*to);
    if (name && !config_.name.empty()) {
      names.check(*table_.find("name"), config_.name);
    } else if (!name && has_target_) {
      config_.name = config_.to.to_string();
      names.check(*to, config_.name);
    }
    table_.read("source", config_.source, [](const ValueReader& value) { return value.choice(kSources); });
    table_.read("queue", config_.queue_bytes,
                [](const ValueReader& value) { return value.size(kMinQueue, kMaxQueue); });
    read_exporters();
    read_formats();
    read_inputs();
    if (to && has_target_) refuse_unheard_version(*to);
    table_.refuse_unread();
    return std::move(config_);
  }

 private:
  void read_name(const ValueReader& value) {
    auto name = name_option(value);
    if (!name) return;
    config_.name = std::move(*name);
    table_.rename("replicate." + config_.name);
  }

  void read_to(const ValueReader& value) {
    const auto text = value.text();
    if (!text) return;
    const auto endpoint = Endpoint::parse(*text);
    if (!endpoint || endpoint->port == 0 || is_nowhere(endpoint->address)) {
      value.refuse_as_not("a numeric address with a port, such as \"192.0.2.99:2055\" or \"[2001:db8::99]:2055\"");
      return;
    }
    if (const std::string_view kind = kind_of_many(endpoint->address); !kind.empty()) {
      value.refuse("expected the address of one collector, got " + in_quotes(*text) + ", which is " + std::string(kind),
                   "name each collector in a [[replicate]] of its own");
      return;
    }
    if (is_link_local_ipv6(endpoint->address)) {
      value.refuse(
          "expected an address that is the same on every link, got " + in_quotes(*text) + ", which is link-local",
          "name a global or unique local address of the collector");
      return;
    }
    config_.to = *endpoint;
    has_target_ = true;
    for (const InputConfig& input : inputs_) {
      if (comes_in_datagrams(input)) refuse_own_listener(value, input);
    }
  }

  static bool is_nowhere(const IpAddress& address) {
    return address.is_unspecified() || (address.is_v4() && address.ipv4_bytes()[0] == 0);
  }

  /// Returns: in words; empty: it is the address of one host.
  static std::string_view kind_of_many(const IpAddress& address) {
    if (!address.is_v4()) return address.ipv6_bytes()[0] == 0xff ? "multicast" : "";
    const auto value = load_be<std::uint32_t>(address.ipv4_bytes());
    if (value == 0xffff'ffff) return "broadcast";
    return value >> 28 == 0xe ? "multicast" : "";
  }

  static bool is_link_local_ipv6(const IpAddress& address) {
    return !address.is_v4() && (load_be<std::uint16_t>(address.ipv6_bytes().data()) & 0xffc0) == 0xfe80;
  }

  void refuse_own_listener(const ValueReader& value, const InputConfig& input) const {
    for (const Endpoint& listener : listen_of(input)) {
      if (!reaches(config_.to, listener, local_)) continue;
      value.refuse("expected another collector, but input " + input.name + " listens there, at " + listener.to_string(),
                   "each datagram would come back to it: send to another host or port");
    }
  }

  void read_exporters() {
    const auto exporters = table_.find("exporters");
    if (!exporters) return;
    for (const auto& item : exporters->one_or_more("an array of prefixes")) {
      const auto prefix = prefix_option(item);
      if (!prefix) continue;
      config_.exporters.push_back(*prefix);
      if (has_target_ && config_.source == ReplicateSource::keep) refuse_other_version(item, *prefix);
    }
  }

  void refuse_other_version(const ValueReader& value, const IpPrefix& prefix) const {
    const bool v4 = config_.to.address.is_v4();
    const bool prefix_is_v4 = prefix.to_string().find(':') == std::string::npos;
    if (v4 == prefix_is_v4) return;
    value.refuse("expected " + std::string(v4 ? "IPv4" : "IPv6") + " exporters, as " + config_.to.to_string() +
                     " is reached over that, got " + prefix.to_string(),
                 "an address is kept within its IP version only: send these to an address of theirs, or say source = "
                 "\"own\"");
  }

  void refuse_unheard_version(const ValueReader& to) const {
    if (config_.source == ReplicateSource::own || !config_.exporters.empty()) return;
    const bool v4 = config_.to.address.is_v4();
    bool has_input = false;
    for (const InputConfig& input : inputs_) {
      if (!replicates_input(config_, input)) continue;
      if (std::holds_alternative<TapConfig>(input.source)) return;
      has_input = true;
      for (const Endpoint& listener : listen_of(input)) {
        if (listener.address.is_v4() == v4) return;
      }
    }
    if (!has_input) return;
    to.refuse("expected a collector that is reached over " + std::string(v4 ? "IPv6" : "IPv4") +
                  ", as exporters are heard over that alone, got " + config_.to.to_string(),
              "an address is kept within its IP version only: send to another, or say source = \"own\"");
  }

  void read_formats() {
    const auto formats = table_.find("formats");
    if (!formats) return;
    for (const auto& item : formats->one_or_more("an array of formats")) {
      if (const auto format = item.choice(kFormats)) config_.formats |= *format;
    }
  }

  void read_inputs() {
    const auto inputs = table_.find("inputs");
    if (inputs) {
      for (const auto& item : inputs->one_or_more("an array of names of inputs")) read_input(item);
    } else if (std::ranges::none_of(inputs_, [&](const InputConfig& one) { return replicates_input(config_, one); })) {
      table_.refuse("", "expected an input of exports over UDP, and there is none",
                    "what comes over TCP or TLS cannot be sent on");
    }
  }

  void read_input(const ValueReader& item) {
    auto name = item.text();
    if (!name) return;
    const auto input = std::ranges::find(inputs_, *name, &InputConfig::name);
    if (input == inputs_.end()) {
      NearestWord nearest(*name);
      for (const InputConfig& known : inputs_) nearest.offer(known.name);
      const auto near = nearest.result();
      item.refuse("expected names of inputs, got " + in_quotes(*name),
                  near ? "did you mean \"" + std::string(*near) + "\"?" : "give the input a name");
    } else if (!comes_in_datagrams(*input)) {
      item.refuse("expected an input over UDP, and " + in_quotes(*name) + " is none",
                  "what comes over TCP or TLS cannot be sent on");
    }
    config_.inputs.push_back(*std::move(name));
  }

  TableReader& table_;
  const std::vector<InputConfig>& inputs_;
  const std::vector<IpAddress>& local_;
  ReplicateConfig config_;
  bool has_target_ = false;
};

}  // namespace

ReplicateConfig load_replicate(TableReader& table, const std::vector<InputConfig>& inputs,
                               const std::vector<IpAddress>& local, Uniqueness& names) {
  return ReplicateLoader(table, inputs, local).load(names);
}

bool replicates_input(const ReplicateConfig& config, const InputConfig& input) {
  if (!comes_in_datagrams(input)) return false;
  if (config.inputs.empty()) return !input.decode.log;
  return std::ranges::find(config.inputs, input.name) != config.inputs.end();
}

std::string describe(const ReplicateConfig& config, const std::vector<InputConfig>& inputs) {
  std::string exporters;
  for (const IpPrefix& prefix : config.exporters) append_word(exporters, prefix.to_string());
  std::string formats;
  for (const auto& format : kFormats) {
    if ((config.formats & format.value) != 0) append_word(formats, format.word);
  }
  std::string names;
  for (const InputConfig& input : inputs) {
    if (replicates_input(config, input)) append_word(names, input.name);
  }
  return "replicate " + config.name + ": to " + config.to.to_string() + ", source " +
         std::string(kSources[static_cast<std::size_t>(config.source)].word) + ", exporters " +
         (exporters.empty() ? "all" : exporters) + ", formats " + (formats.empty() ? "all" : formats) + ", inputs " +
         names;
}

}  // namespace flowcef
