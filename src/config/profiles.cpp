#include "flowcef/config/profiles.hpp"

#include <algorithm>

namespace flowcef {
namespace {

// "Unconfirmed" marks what the maker's public documents do not say; the value is then the careful one.
constexpr std::array<Profile, kProfileCount> kProfiles = {{
    // The inputs of Splunk itself.
    // Framing:  inputs.conf, LINE_BREAKER: events end at newlines; that octet counts stay in the event is unconfirmed.
    // Longest:  props.conf, TRUNCATE = 10000. A UDP input drops the priority and puts its own time and host in front
    //           (inputs.conf, no_appending_timestamp), hence the room.
    // Time:     the header's is the event's: RFC 5424 has milliseconds and a zone.
    // Wide:     Splunk has no types for CEF keys.
    {.name = "splunk",
     .header = SyslogHeader::rfc5424,
     .time = TimeForm::epoch_ms,
     .wide_in = true,
     .longest = {.udp = 9'500, .tcp = 10'000, .tls = 10'000}},
    // Splunk Connect for Syslog; its repository under package/etc/conf.d.
    // Header:   sources/source_syslog/plugin.jinja: RFC 5424 is tried first, and a host with colons (IPv6) passes in it
    //           only. conflib/syslog/app-syslog-cef.conf: program CEF; dvchost replaces the host.
    // Version:  the same file: the text CEF:0 is taken for CEF. Of another version, the program CEF is; the event then
    //           begins with "CEF: CEF:1" (measured with its rules in syslog-ng).
    // Time:     the same file: rt, start or end of twelve digits and more are ignored for the header's time, which has
    //           milliseconds; the text forms that it reads have none.
    // Framing:  plugin.jinja: network() on 514 and 6514 reads lines; syslog() on 601 (RFC 6587) and 5425 (RFC 5425)
    //           closes the connection without octet counts.
    // Longest:  syslog-ng's log-msg-size, 65536.
    {.name = "sc4s",
     .header = SyslogHeader::rfc5424,
     .version = 0,
     .time = TimeForm::epoch_ms,
     .wide_in = true,
     .octet_counting_ports = {601, 5425},
     .longest = {.udp = kMaxDatagramIpv4, .tcp = 65'536, .tls = 65'536}},
    // Header:   IBM, log source parameters: the identifier is the host of a valid RFC 3164 or 5424 header, else the
    //           sender's address; so each exporter is a log source.
    // Version:  IBM, Universal CEF DSM: "CEF:0 is supported".
    // Wide:     unconfirmed, so as CEF:0 has it.
    // Framing:  lines; that TLS Syslog takes them too is unconfirmed.
    // Longest:  unconfirmed defaults of Max UDP and Max TCP Syslog Payload Length, and of the TLS protocol's own.
    {.name = "qradar",
     .header = SyslogHeader::rfc5424,
     .version = 0,
     .time = TimeForm::epoch_ms,
     .longest = {.udp = 1'024, .tcp = 4'096, .tls = 8'192}},
    // SmartConnector (syslog daemon) and Logger.
    // Header:   CEF Implementation Standard, "Prefix": a date and a host before CEF:, as RFC 3164 has them.
    // Version:  unconfirmed which connectors take CEF:1. Wide: the standard has 32 bits in CEF:0.
    // Time:     the standard: milliseconds since 1970.
    // Framing and longest: unconfirmed; lines, and what RFC 5425 section 4.3.1 wants receivers to take.
    {.name = "arcsight",
     .header = SyslogHeader::rfc3164,
     .version = 0,
     .time = TimeForm::epoch_ms,
     .longest = {.udp = 8'192, .tcp = 8'192, .tls = 8'192}},
    // A forwarder with rsyslog and the Azure Monitor Agent.
    // Header:   Microsoft, "Syslog and CEF via AMA": rsyslog sends on time, host, tag and text; the agent knows CEF by
    //           the tag CEF:, which RFC 3164 gives and RFC 5424 does not (there the tag CEF has no colon).
    // Host:     measured with rsyslog 8.2302: an IPv6 address as RFC 3164 host becomes the tag, so the line is no CEF.
    // Version:  the samples there are CEF:0; CEF:1 is unconfirmed.
    // Wide:     Sentinel, CEF field mapping: ReceivedBytes and SentBytes are of type long.
    // Framing:  measured: rsyslog reads lines and octet counts, syslog-ng's network() lines only.
    // Longest:  rsyslog, maxMessageSize, "8k" if it is not set; measured: 8.2302 then cuts at 8096 (runtime/glbl.c).
    {.name = "sentinel",
     .header = SyslogHeader::rfc3164,
     .bridge_as_host = true,
     .version = 0,
     .time = TimeForm::epoch_ms,
     .wide_in = true,
     .longest = {.udp = 8'096, .tcp = 8'096, .tls = 8'096}},
    // Elastic Agent (integration cef) and Filebeat.
    // Header:   beats, decode_cef: whatever stands before CEF: is skipped. Version: cef.rl: any digits.
    // Time:     milliseconds need no timezone setting (decode_cef, timezone). Wide: issue 40269: long.
    // Framing:  tcp input, framing: delimiter by default, a newline.
    // Longest:  max_message_size: udp 10KiB; tcp 20MiB, which no line reaches.
    {.name = "elastic",
     .header = SyslogHeader::rfc5424,
     .time = TimeForm::epoch_ms,
     .wide_in = true,
     .longest = {.udp = 10'240}},
    // In the place of a Gigamon node. Header: the samples of its documentation; host: box/slot/engine, set by exporter.
    // Longest:  Gigamon leaves it to IP fragments. Version and time: those of the mapping gigamon.
    {.name = "gigamon", .header = SyslogHeader::gigamon, .longest = {.udp = kMaxDatagramIpv4}},
}};

}  // namespace

std::span<const Profile, kProfileCount> profiles() {
  return kProfiles;
}

Framing framing_of(const Profile& profile, Transport transport, std::uint16_t port) {
  if (transport != Transport::tcp && transport != Transport::tls) return Framing::newline;
  const bool counted =
      port != 0 && std::ranges::find(profile.octet_counting_ports, port) != profile.octet_counting_ports.end();
  return counted ? Framing::octet_counting : Framing::newline;
}

std::size_t longest_message(const Profile& profile, Transport transport) {
  if (transport == Transport::udp) return profile.longest.udp;
  return transport == Transport::tls ? profile.longest.tls : profile.longest.tcp;
}

}  // namespace flowcef
