#include "built_in_tables.hpp"

namespace flowcef {
namespace {

// IANA element 233, firewallEvent; 5 is Cisco's.
constexpr ValueRow kFirewallEvent[] = {
    {0, "ignore"}, {1, "flow created"}, {2, "flow deleted"}, {3, "flow denied"}, {4, "flow alert"}, {5, "flow update"},
};

// NF_F_FW_EXT_EVENT (33002) of Cisco ASA, "NetFlow Implementation Guide". IOS has other meanings under 35001.
constexpr ValueRow kAsaExtendedEvent[] = {
    {1001, "denied by ingress ACL"},
    {1002, "denied by egress ACL"},
    {1003, "denied by service on the device"},
    {1004, "denied as first packet is no SYN"},
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

// IANA element 297, natType.
constexpr ValueRow kNatType[] = {
    {0, "unknown"},          {1, "NAT44"}, {2, "NAT64"}, {3, "NAT46"}, {4, "IPv4 without NAT"}, {5, "NAT66"},
    {6, "IPv6 without NAT"},
};

// IANA element 229, natOriginatingAddressRealm.
constexpr ValueRow kNatRealm[] = {{1, "private"}, {2, "public"}};

// IANA element 466, natQuotaExceededEvent.
constexpr ValueRow kNatQuotaEvent[] = {
    {1, "maximum session entries"},      {2, "maximum BIB entries"},
    {3, "maximum entries per user"},     {4, "maximum active hosts or subscribers"},
    {5, "maximum fragments in waiting"},
};

// IANA element 467, natThresholdEvent.
constexpr ValueRow kNatThresholdEvent[] = {
    {1, "address pool high"},           {2, "address pool low"},
    {3, "address port mapping high"},   {4, "address port mapping per user high"},
    {5, "global address mapping high"},
};

// IANA element 89, forwardingStatus: status in the top two bits, reason in the rest. Some exporters send four bytes, of
// which the lowest counts. Source: RFC 7270 section 4.12.
constexpr ValueRow kForwardingStatus[] = {
    {0, "unknown"},
    {64, "forwarded"},
    {65, "forwarded: fragmented"},
    {66, "forwarded: not fragmented"},
    {67, "forwarded: tunneled"},
    {128, "dropped"},
    {129, "dropped: ACL deny"},
    {130, "dropped: ACL drop"},
    {131, "dropped: unroutable"},
    {132, "dropped: adjacency"},
    {133, "dropped: too big and DF set"},
    {134, "dropped: bad header checksum"},
    {135, "dropped: bad total length"},
    {136, "dropped: bad header length"},
    {137, "dropped: bad TTL"},
    {138, "dropped: policer"},
    {139, "dropped: WRED"},
    {140, "dropped: RPF"},
    {141, "dropped: for this device"},
    {142, "dropped: bad output interface"},
    {143, "dropped: hardware"},
    {192, "consumed"},
    {193, "consumed: punt adjacency"},
    {194, "consumed: incomplete adjacency"},
    {195, "consumed: for this device"},
};
constexpr ElementPart kLowestByte[] = {{0, {0, 8}}};

// IANA element 136, flowEndReason.
constexpr ValueRow kFlowEndReason[] = {
    {1, "idle timeout"}, {2, "active timeout"},    {3, "end of flow detected"},
    {4, "forced end"},   {5, "lack of resources"},
};

// IANA element 61, flowDirection.
constexpr ValueRow kFlowDirection[] = {{0, "ingress"}, {1, "egress"}};

// IANA element 35, samplingAlgorithm; 0 is that of exporters that do not sample.
constexpr ValueRow kSamplingAlgorithm[] = {{0, "none"}, {1, "deterministic"}, {2, "random"}};

// IANA elements 304 and 390, selectorAlgorithm and flowSelectorAlgorithm.
constexpr ValueRow kSelectorAlgorithm[] = {
    {1, "count-based sampling"},           {2, "time-based sampling"},         {3, "n-out-of-N sampling"},
    {4, "uniform probabilistic sampling"}, {5, "property match filtering"},    {6, "hash-based filtering by BOB"},
    {7, "hash-based filtering by IPSX"},   {8, "hash-based filtering by CRC"}, {9, "flow-state dependent selection"},
};

// IANA element 277, observationPointType.
constexpr ValueRow kObservationPointType[] = {{1, "physical port"}, {2, "port channel"}, {3, "VLAN"}};

// IANA element 46, mplsTopLabelType; from 6 on RFC 9160.
constexpr ValueRow kMplsLabelType[] = {
    {0, "unknown"},
    {1, "TE-MIDPT"},
    {2, "pseudowire"},
    {3, "VPN"},
    {4, "BGP"},
    {5, "LDP"},
    {6, "path computation element"},
    {7, "OSPFv2 segment routing"},
    {8, "OSPFv3 segment routing"},
    {9, "IS-IS segment routing"},
    {10, "BGP segment routing"},
};

// IANA element 38, engineType.
constexpr ValueRow kEngineType[] = {{0, "RP"}, {1, "line card"}, {2, "PFC or DFC"}};

// IANA element 286, anonymizationTechnique.
constexpr ValueRow kAnonymizationTechnique[] = {
    {0, "undefined"},   {1, "none"},        {2, "precision degradation"},  {3, "binning"},
    {4, "enumeration"}, {5, "permutation"}, {6, "structured permutation"}, {7, "reverse truncation"},
    {8, "noise"},       {9, "offset"},
};

constexpr BuiltInTable kFlowTables[] = {
    {"firewall_event", kFirewallEvent, {}},
    {"asa_extended_event", kAsaExtendedEvent, {}},
    {"nat_event", kNatEvent, {}},
    {"nat_type", kNatType, {}},
    {"nat_realm", kNatRealm, {}},
    {"nat_quota_event", kNatQuotaEvent, {}},
    {"nat_threshold_event", kNatThresholdEvent, {}},
    {"forwarding_status", kForwardingStatus, {.bits = false, .unknown = {}, .parts = kLowestByte}},
    {"flow_end_reason", kFlowEndReason, {}},
    {"flow_direction", kFlowDirection, {}},
    {"sampling_algorithm", kSamplingAlgorithm, {}},
    {"selector_algorithm", kSelectorAlgorithm, {}},
    {"observation_point_type", kObservationPointType, {}},
    {"mpls_label_type", kMplsLabelType, {}},
    {"engine_type", kEngineType, {}},
    {"anonymization_technique", kAnonymizationTechnique, {}},
};

}  // namespace

std::span<const BuiltInTable> flow_tables() {
  return kFlowTables;
}

}  // namespace flowcef
