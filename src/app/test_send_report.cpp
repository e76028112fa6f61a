#include "flowcef/app/test_send_report.hpp"

#include <algorithm>
#include <string_view>

#include "flowcef/app/status_text.hpp"

namespace flowcef {
namespace {

std::string_view what_is_known(const OutputStatus& status) {
  switch (status.config.transport) {
    case Transport::standard_output:
    case Transport::file:
      return "written";
    case Transport::udp:
      if (status.counts.datagrams != 0) return "taken by the kernel (of UDP nobody knows more)";
      return "too long for a datagram, acknowledged by the receiver over TCP";
    case Transport::tcp:
    case Transport::tls:
      return "acknowledged by the receiver";
  }
  return "sent";
}

/// Whom it went to, and how.
std::string way_of(const OutputStatus& status) {
  std::string text;
  if (status.counts.fragments != 0) text += " in " + std::to_string(status.counts.fragments) + " IP fragments";
  for (const LinkStatus& link : status.links) {
    if (!link.peer.empty()) text += ", " + link.peer;
    if (!link.protocol.empty()) text += ", " + link.protocol;
  }
  return text;
}

std::string reason_of(const OutputStatus& status) {
  const auto latest = std::ranges::max_element(status.links, {}, &LinkStatus::error_at);
  if (latest != status.links.end() && !latest->error.empty()) return latest->error;
  std::string reasons;
  const auto add = [&reasons](std::string_view name) {
    if (!reasons.empty()) reasons += ", ";
    reasons += name;
  };
  for (const auto& [name, times] : status.counts.errors) add(name);
  for (const auto& [name, lines] : status.counts.dropped) {
    if (lines != 0 && name != "stopped" && !status.counts.errors.contains(name)) add(name);
  }
  return reasons.empty() ? "the time is up" : reasons;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

std::string to_string(const TestOutcome& outcome) {
  const OutputStatus& status = outcome.status;
  const std::string name = "output " + status.config.name + ": ";
  if (!outcome.problem.empty()) return name + "NOT SENT: " + outcome.problem + '\n';
  const std::string what = std::to_string(outcome.bytes) + " bytes to " + target_of(status.config);
  if (!outcome.taken()) return name + "NOT DELIVERED, " + what + way_of(status) + ": " + reason_of(status) + '\n';
  return name + std::string(what_is_known(status)) + ": " + what + way_of(status) + '\n';
}

std::string how_to_find(const std::string& id) {
  return replace_all(R"(To find it:
  Splunk    index=* "ID"
  QRadar    Log Activity, quick filter "ID", or an advanced search:
            SELECT UTF8(payload) FROM events WHERE UTF8(payload) ILIKE '%ID%' LAST 15 MINUTES
  ArcSight  Logger: "ID"; Console: an active channel with the filter externalId = "ID"
  syslog    grep -rF ID /var/log
It is whole if it ends with END. If not, the last number in it tells how many bytes arrived.
)",
                     "ID", id);
}

std::string where_it_may_be(bool over_udp) {
  std::string text = R"(If it is not there, or cut:
  time      search all time: the receiver may go by another clock or zone
  length    Splunk cuts at TRUNCATE (10000), QRadar at 1024 over UDP and 4096 over TCP, rsyslog at maxMessageSize
            (8192), syslog-ng at log-msg-size (65536), Elastic at max_message_size (10KiB over UDP)
)";
  if (!over_udp) return text;
  return text + R"(  UDP       on the receiver, before and after: nstat -az | grep -E 'Reasm|RcvbufErrors'; what grows?
            nothing: fragments are dropped on the way (firewall, NAT, load balancer), as they carry no ports
            ReasmFails: some are, or memory for them is short: net.ipv4.ipfrag_high_thresh, net.ipv4.ipfrag_time
            RcvbufErrors: the receiver is slow: net.core.rmem_max, and the receive buffer in its own settings
            ReasmOKs alone: it arrived whole, see length
)";
}

}  // namespace flowcef
