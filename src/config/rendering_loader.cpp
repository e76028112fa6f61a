#include "flowcef/config/rendering_loader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/config/mapping_option.hpp"
#include "flowcef/config/profiles.hpp"
#include "flowcef/config/target.hpp"
#include "flowcef/config/text_option.hpp"

namespace flowcef {
namespace {

using Severity = std::optional<std::uint8_t>;

constexpr std::array kHeaders = {Choice{"none", SyslogHeader::none}, Choice{"rfc3164", SyslogHeader::rfc3164},
                                 Choice{"rfc5424", SyslogHeader::rfc5424}, Choice{"gigamon", SyslogHeader::gigamon}};
constexpr std::array kFramings = {Choice{"newline", Framing::newline},
                                  Choice{"octet-counting", Framing::octet_counting}};
/// What becomes of messages above the limit.
enum class Oversize : std::uint8_t { shed, tcp, drop };
constexpr std::array kOversize = {Choice{"shed", Oversize::shed}, Choice{"tcp", Oversize::tcp},
                                  Choice{"drop", Oversize::drop}};
constexpr std::array kHeaderTimes = {Choice{"local", false}, Choice{"utc", true}};

// RFC 5424 section 6.2.1, table 1, under the names of syslog.h; 12 to 15 have none.
constexpr std::array kFacilities = {
    Choice<std::uint8_t>{"kern", 0},    Choice<std::uint8_t>{"user", 1},      Choice<std::uint8_t>{"mail", 2},
    Choice<std::uint8_t>{"daemon", 3},  Choice<std::uint8_t>{"auth", 4},      Choice<std::uint8_t>{"syslog", 5},
    Choice<std::uint8_t>{"lpr", 6},     Choice<std::uint8_t>{"news", 7},      Choice<std::uint8_t>{"uucp", 8},
    Choice<std::uint8_t>{"cron", 9},    Choice<std::uint8_t>{"authpriv", 10}, Choice<std::uint8_t>{"ftp", 11},
    Choice<std::uint8_t>{"local0", 16}, Choice<std::uint8_t>{"local1", 17},   Choice<std::uint8_t>{"local2", 18},
    Choice<std::uint8_t>{"local3", 19}, Choice<std::uint8_t>{"local4", 20},   Choice<std::uint8_t>{"local5", 21},
    Choice<std::uint8_t>{"local6", 22}, Choice<std::uint8_t>{"local7", 23}};
constexpr std::uint8_t kMaxFacility = 23;
// RFC 5424 section 6.2.1, table 2; the other words of syslog.h.
constexpr std::array kSeverities = {
    Choice<Severity>{"emerg", 0}, Choice<Severity>{"alert", 1},   Choice<Severity>{"crit", 2},
    Choice<Severity>{"err", 3},   Choice<Severity>{"warning", 4}, Choice<Severity>{"notice", 5},
    Choice<Severity>{"info", 6},  Choice<Severity>{"debug", 7},   Choice<Severity>{"event", std::nullopt}};

constexpr std::int64_t kMinMessage = 480;  // RFC 5424 section 6.1: every receiver takes that much
constexpr std::int64_t kMaxMessage = std::int64_t{64} << 20;
constexpr std::size_t kMaxTag = 32;  // RFC 3164 section 4.1.3

/// RFC 3164 has letters and digits; receivers take a little more.
bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTag && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

/// Input: `value`: of the key that asks for it.
std::optional<std::string> name_of_this_machine(const ValueReader& value) {
  std::array<char, kMaxHostName + 1> name{};
  if (gethostname(name.data(), name.size() - 1) == 0 && is_header_host(name.data())) return name.data();
  value.refuse("asks for this machine's name, which is none of 1..255 printable ASCII characters",
               "say host = \"...\"");
  return std::nullopt;
}

std::optional<std::string> output_host_option(const ValueReader& value) {
  if (value.is_word("exporter")) return std::string();
  return value.is_word("bridge") ? name_of_this_machine(value) : host_option(value);
}

std::optional<std::uint8_t> facility_option(const ValueReader& value) {
  if (value.get_if<std::int64_t>() == nullptr) return value.choice(kFacilities);
  return value.number(std::uint8_t{0}, kMaxFacility, "a name such as local0");
}

std::optional<std::size_t> message_size_option(const ValueReader& value) {
  if (value.is_word("unlimited")) return std::size_t{0};
  return value.size(kMinMessage, kMaxMessage, "\"unlimited\"");
}

/// Of a name it is not known which addresses it has.
std::size_t largest_datagram(const std::string& host) {
  const auto address = IpAddress::parse(host);
  return address && address->is_v4() ? kMaxDatagramIpv4 : kMaxDatagramIpv6;
}

class RenderingLoader {
 public:
  RenderingLoader(TableReader& table, bool has_target, OutputConfig& output)
      : table_(table), has_target_(has_target), output_(output) {}

  void load() {
    const Transport transport = output_.sink.transport;
    rendering_.header = is_one_of(kNetworkOutputs, transport) ? SyslogHeader::rfc5424 : SyslogHeader::none;
    rendering_.framing = transport == Transport::tls ? Framing::octet_counting : Framing::newline;
    const auto name = table_.find("profile");
    const Profile* const profile = name ? find_profile(*name) : nullptr;
    if (profile != nullptr) apply(*profile);
    read_header();
    if (profile != nullptr && profile->bridge_as_host && has_header() && !table_.find("host")) {
      rendering_.host = name_of_this_machine(*name).value_or("");
    }
    read_framing(profile);
    read_limit();
    table_.read("wide_in", rendering_.wide_in, [](const ValueReader& value) { return value.boolean(); });
    table_.read("cef_version", output_.cef.version, version_option);
    table_.read("time", output_.cef.time, time_option);
    table_.read("zone", output_.cef.local_time, zone_option);
    table_.read("bytes", output_.cef.swap_bytes, bytes_option);
  }

 private:
  static const Profile* find_profile(const ValueReader& name) {
    std::array<Choice<const Profile*>, kProfileCount> choices{};
    std::ranges::transform(profiles(), choices.begin(),
                           [](const Profile& profile) { return Choice{profile.name, &profile}; });
    return name.choice(choices).value_or(nullptr);
  }

  void apply(const Profile& profile) {
    const SinkConfig& sink = output_.sink;
    rendering_.header = profile.header;
    rendering_.framing = framing_of(profile, sink.transport, sink.port);
    rendering_.wide_in = profile.wide_in;
    rendering_.max_bytes = longest_message(profile, sink.transport);
    output_.cef.version = profile.version;
    output_.cef.time = profile.time;
  }

  void read_header() {
    table_.read("header", rendering_.header, [](const ValueReader& value) { return value.choice(kHeaders); });
    table_.read("host", rendering_.host, output_host_option);
    table_.read("facility", rendering_.facility, facility_option);
    table_.read("severity", rendering_.severity, [](const ValueReader& value) { return value.choice(kSeverities); });
    table_.read("tag", rendering_.tag,
                [](const ValueReader& value) { return value.text("1..32 letters, digits, -, _ or .", is_tag); });
    table_.read("header_time", rendering_.utc, [](const ValueReader& value) { return value.choice(kHeaderTimes); });
    table_.read("padded_day", rendering_.padded_day, [](const ValueReader& value) { return value.boolean(); });
    refuse_what_cannot_act();
  }

  void refuse_what_cannot_act() {
    const bool bsd = rendering_.header == SyslogHeader::rfc3164;
    const bool gigamon = rendering_.header == SyslogHeader::gigamon;
    const bool has_priority = bsd || rendering_.header == SyslogHeader::rfc5424;
    for (const std::string_view key : {"facility", "severity"}) {
      refuse_unless(has_priority, key, "only for header = \"rfc3164\" or \"rfc5424\"",
                    "other headers have no priority");
    }
    refuse_unless(bsd, "tag", "only for header = \"rfc3164\"", "other headers have none");
    refuse_unless(bsd || gigamon, "header_time", "only for header = \"rfc3164\" or \"gigamon\"",
                  "no other shows a time without its zone");
    refuse_unless(gigamon, "padded_day", "only for header = \"gigamon\"",
                  "other headers have their own form of the day");
    if (const auto host = table_.find("host"); host && !has_header()) {
      host->refuse("only for outputs with a syslog header", "remove the key, or say which header");
    }
  }

  void refuse_unless(bool acts, std::string_view key, std::string_view only_for, std::string_view why) {
    if (acts) return;
    if (const auto value = table_.find(key))
      value->refuse(std::string(only_for), "remove the key: " + std::string(why));
  }

  void read_framing(const Profile* profile) {
    const auto framing = table_.find("framing");
    if (!framing) {
      if (profile != nullptr) require_one_framing(*profile);
      return;
    }
    const Transport transport = output_.sink.transport;
    if (has_target_ && !is_one_of(kStreamOutputs, transport)) {
      framing->refuse(only_for(kStreamOutputs, transport), "remove the key");
    } else if (const auto choice = framing->choice(kFramings)) {
      rendering_.framing = *choice;
    }
  }

  /// Some profiles go by the port, but all receivers of a list get the same bytes.
  void require_one_framing(const Profile& profile) {
    const SinkConfig& sink = output_.sink;
    for (const Receiver& other : sink.more_receivers) {
      if (framing_of(profile, sink.transport, other.port) == rendering_.framing) continue;
      table_.find("to")->refuse(
          "expected one framing for all receivers, but the profile counts octets only on some of "
          "their ports",
          "say which framing, or use the same port");
      return;
    }
  }

  void read_limit() {
    SinkConfig& sink = output_.sink;
    table_.read("max_message_bytes", rendering_.max_bytes, message_size_option);
    Oversize oversize = Oversize::shed;
    table_.read("oversize", oversize, [](const ValueReader& value) { return value.choice(kOversize); });
    rendering_.shed = oversize != Oversize::drop;
    if (sink.transport == Transport::udp) {
      const std::size_t ceiling = largest_datagram(sink.host);
      rendering_.max_bytes = rendering_.max_bytes != 0 ? std::min(rendering_.max_bytes, ceiling) : ceiling;
      sink.udp.max_message_bytes = rendering_.max_bytes;
      sink.udp.tcp_fallback = oversize == Oversize::tcp;
      if (sink.udp.tcp_fallback) rendering_.max_bytes = 0;
    } else if (const auto value = table_.find("oversize"); value && has_target_) {
      if (oversize == Oversize::tcp) {
        value->refuse("\"tcp\" " + only_for(kUdpOutputs, sink.transport),
                      "say \"shed\" or \"drop\", or remove the key");
      } else if (rendering_.max_bytes == 0) {
        value->refuse("has no effect without max_message_bytes", "say max_message_bytes = \"8KiB\", or remove the key");
      }
    }
  }

  [[nodiscard]] bool has_header() const { return rendering_.header != SyslogHeader::none; }

  TableReader& table_;
  bool has_target_;
  OutputConfig& output_;
  RenderingConfig& rendering_ = output_.rendering;
};

}  // namespace

void load_rendering(TableReader& table, bool has_target, OutputConfig& output) {
  RenderingLoader(table, has_target, output).load();
}

}  // namespace flowcef
