#include "flowcef/map/value_table.hpp"

#include <algorithm>

namespace flowcef {
namespace {

// IANA "Protocol Numbers"; the names are those that firewalls and CEF consumers use.
constexpr ValueRow kProtocol[] = {
    {0, "HOPOPT"},      {1, "ICMP"},         {2, "IGMP"},
    {3, "GGP"},         {4, "IPv4"},         {6, "TCP"},
    {8, "EGP"},         {9, "IGP"},          {17, "UDP"},
    {27, "RDP"},        {33, "DCCP"},        {41, "IPv6"},
    {43, "IPv6-Route"}, {44, "IPv6-Frag"},   {46, "RSVP"},
    {47, "GRE"},        {50, "ESP"},         {51, "AH"},
    {55, "MOBILE"},     {58, "IPv6-ICMP"},   {59, "IPv6-NoNxt"},
    {60, "IPv6-Opts"},  {88, "EIGRP"},       {89, "OSPFIGP"},
    {92, "MTP"},        {94, "IPIP"},        {97, "ETHERIP"},
    {98, "ENCAP"},      {103, "PIM"},        {108, "IPComp"},
    {112, "VRRP"},      {113, "PGM"},        {115, "L2TP"},
    {118, "STP"},       {121, "SMP"},        {124, "ISIS over IPv4"},
    {132, "SCTP"},      {133, "FC"},         {135, "Mobility Header"},
    {136, "UDPLite"},   {137, "MPLS-in-IP"}, {138, "manet"},
    {139, "HIP"},       {140, "Shim6"},      {142, "ROHC"},
    {143, "Ethernet"},
};

// IANA element 233, firewallEvent; 5 is Cisco's.
constexpr ValueRow kFirewallEvent[] = {
    {0, "ignore"}, {1, "flow created"}, {2, "flow deleted"}, {3, "flow denied"}, {4, "flow alert"}, {5, "flow update"},
};

// IANA element 230, natEvent.
constexpr ValueRow kNatEvent[] = {
    {1, "NAT translation create"}, {2, "NAT translation delete"},    {3, "NAT addresses exhausted"},
    {4, "NAT44 session create"},   {5, "NAT44 session delete"},      {6, "NAT64 session create"},
    {7, "NAT64 session delete"},   {8, "NAT44 BIB create"},          {9, "NAT44 BIB delete"},
    {10, "NAT64 BIB create"},      {11, "NAT64 BIB delete"},         {12, "NAT ports exhausted"},
    {13, "Quota exceeded"},        {14, "Address binding create"},   {15, "Address binding delete"},
    {16, "Port block allocation"}, {17, "Port block de-allocation"}, {18, "Threshold reached"},
};

// IANA element 136, flowEndReason.
constexpr ValueRow kFlowEndReason[] = {
    {1, "idle timeout"}, {2, "active timeout"},    {3, "end of flow detected"},
    {4, "forced end"},   {5, "lack of resources"},
};

// NF_F_FW_EXT_EVENT (33002) of Cisco ASA, "NetFlow Implementation Guide". IOS has other meanings under 35001.
constexpr ValueRow kAsaExtendedEvent[] = {
    {1001, "denied by ingress ACL"},
    {1002, "denied by egress ACL"},
    {1003, "denied by service on the device"},
    {1004, "denied as first packet is no SYN"},
};

const std::vector<ValueTable>& tables() {
  static const std::vector<ValueTable> kTables = {
      {"protocol", kProtocol},
      {"firewall_event", kFirewallEvent},
      {"nat_event", kNatEvent},
      {"flow_end_reason", kFlowEndReason},
      {"asa_extended_event", kAsaExtendedEvent},
  };
  return kTables;
}

}  // namespace

ValueTable::ValueTable(std::string_view name, std::span<const ValueRow> rows) : name_(name) {
  for (const ValueRow& row : rows) {
    ValueText& text = texts_.emplace_back();
    text.value = row.value;
    text.length = static_cast<std::uint8_t>(row.text.copy(text.text.data(), text.text.size()));
    if (row.value < by_value_.size()) by_value_[row.value] = static_cast<std::uint8_t>(texts_.size());
  }
}

const ValueText* ValueTable::find_large(std::uint64_t value) const noexcept {
  const auto found = std::ranges::find(texts_, value, &ValueText::value);
  return found == texts_.end() ? nullptr : &*found;
}

std::span<const ValueTable> value_tables() {
  return tables();
}

const ValueTable* find_value_table(std::string_view name) {
  for (const ValueTable& table : tables()) {
    if (table.name() == name) return &table;
  }
  return nullptr;
}

}  // namespace flowcef
