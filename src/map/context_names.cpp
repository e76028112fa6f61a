#include "context_names.hpp"

#include <algorithm>
#include <iterator>

namespace flowcef {
namespace {

constexpr ContextName kContextNames[] = {
    {"@event_id", ContextValue::event_id, CefType::string},
    {"@message_id", ContextValue::message_id, CefType::string},
    {"@exporter", ContextValue::exporter, CefType::ipv4},
    {"@exporter_ipv6", ContextValue::exporter_ipv6, CefType::ipv6},
    {"@exporter_port", ContextValue::exporter_port, CefType::integer},
    {"@sender", ContextValue::sender, CefType::ipv4},
    {"@sender_ipv6", ContextValue::sender_ipv6, CefType::ipv6},
    {"@listener", ContextValue::listener, CefType::ipv4},
    {"@listener_ipv6", ContextValue::listener_ipv6, CefType::ipv6},
    {"@listener_port", ContextValue::listener_port, CefType::integer},
    {"@export_time", ContextValue::export_time, CefType::timestamp},
    {"@receive_time", ContextValue::receive_time, CefType::timestamp},
    {"@start", ContextValue::start, CefType::timestamp},
    {"@end", ContextValue::end, CefType::timestamp},
    {"@observation_domain", ContextValue::observation_domain, CefType::long_integer},
    {"@sequence", ContextValue::sequence, CefType::long_integer},
    {"@version", ContextValue::version, CefType::integer},
    {"@record_kind", ContextValue::record_kind, CefType::string},
    {"@template_id", ContextValue::template_id, CefType::integer},
    {"@header_count", ContextValue::header_count, CefType::integer},
    {"@header_length", ContextValue::header_length, CefType::integer},
    {"@header_bytes", ContextValue::header_bytes, CefType::string},
    {"@uptime", ContextValue::uptime, CefType::long_integer},
    {"@unix_seconds", ContextValue::unix_seconds, CefType::long_integer},
    {"@unix_nanoseconds", ContextValue::unix_nanoseconds, CefType::long_integer},
    {"@icmp_type", ContextValue::icmp_type, CefType::integer},
    {"@icmp_code", ContextValue::icmp_code, CefType::integer},
    {"@icmp_type_name", ContextValue::icmp_type_name, CefType::string},
    {"@sampling_interval", ContextValue::sampling_interval, CefType::long_integer},
    {"@corrected_octets", ContextValue::corrected_octets, CefType::long_integer},
    {"@corrected_packets", ContextValue::corrected_packets, CefType::long_integer},
    {"@ingress_interface_name", ContextValue::ingress_interface_name, CefType::string},
    {"@egress_interface_name", ContextValue::egress_interface_name, CefType::string},
    {"@application_name", ContextValue::application_name, CefType::string},
    {"@sampler_name", ContextValue::sampler_name, CefType::string},
    {"@ingress_vrf_name", ContextValue::ingress_vrf_name, CefType::string},
    {"@egress_vrf_name", ContextValue::egress_vrf_name, CefType::string},
    {"@user_name", ContextValue::user_name, CefType::string},
    {"@class_name", ContextValue::class_name, CefType::string},
};

}  // namespace

std::span<const ContextName> context_names() {
  return kContextNames;
}

const ContextName* find_context_name(std::string_view name) {
  const auto* known = std::find_if(std::begin(kContextNames), std::end(kContextNames),
                                   [&](const ContextName& entry) { return entry.name == name; });
  return known == std::end(kContextNames) ? nullptr : known;
}

}  // namespace flowcef
