#include "built_in_tables.hpp"

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

// IANA element 6, tcpControlBits; RFC 9293 section 3.1. Of 16 bits the top four are the header's length.
constexpr ValueRow kTcpFlags[] = {
    {0x02, "SYN"}, {0x10, "ACK"}, {0x08, "PSH"}, {0x01, "FIN"}, {0x04, "RST"},
    {0x20, "URG"}, {0x40, "ECE"}, {0x80, "CWR"}, {0x100, "AE"},
};

// IANA element 197, fragmentFlags.
constexpr ValueRow kFragmentFlags[] = {{0x80, "RS"}, {0x40, "DF"}, {0x20, "MF"}};

// IANA "Differentiated Services Field Codepoints"; RFC 2474, RFC 8622.
constexpr ValueRow kDscp[] = {
    {0, "CS0"},   {1, "LE"},    {8, "CS1"},  {10, "AF11"},        {12, "AF12"}, {14, "AF13"}, {16, "CS2"}, {18, "AF21"},
    {20, "AF22"}, {22, "AF23"}, {24, "CS3"}, {26, "AF31"},        {28, "AF32"}, {30, "AF33"}, {32, "CS4"}, {34, "AF41"},
    {36, "AF42"}, {38, "AF43"}, {40, "CS5"}, {44, "VOICE-ADMIT"}, {46, "EF"},   {48, "CS6"},  {56, "CS7"},
};
// ipClassOfService and postIpClassOfService: ECN stands below it.
constexpr ElementPart kDscpParts[] = {{5, {2, 6}}, {55, {2, 6}}};

// IANA "ICMP Type Numbers".
constexpr ValueRow kIcmpType[] = {
    {0, "echo reply"},
    {3, "destination unreachable"},
    {4, "source quench"},
    {5, "redirect"},
    {6, "alternate host address"},
    {8, "echo request"},
    {9, "router advertisement"},
    {10, "router solicitation"},
    {11, "time exceeded"},
    {12, "parameter problem"},
    {13, "timestamp request"},
    {14, "timestamp reply"},
    {15, "information request"},
    {16, "information reply"},
    {17, "address mask request"},
    {18, "address mask reply"},
    {30, "traceroute"},
    {31, "datagram conversion error"},
    {32, "mobile host redirect"},
    {33, "IPv6 where-are-you"},
    {34, "IPv6 I-am-here"},
    {35, "mobile registration request"},
    {36, "mobile registration reply"},
    {37, "domain name request"},
    {38, "domain name reply"},
    {39, "SKIP"},
    {40, "Photuris"},
    {41, "experimental mobility"},
    {42, "extended echo request"},
    {43, "extended echo reply"},
};

// IANA "ICMPv6 Parameters".
constexpr ValueRow kIcmpv6Type[] = {
    {1, "destination unreachable"},
    {2, "packet too big"},
    {3, "time exceeded"},
    {4, "parameter problem"},
    {128, "echo request"},
    {129, "echo reply"},
    {130, "multicast listener query"},
    {131, "multicast listener report"},
    {132, "multicast listener done"},
    {133, "router solicitation"},
    {134, "router advertisement"},
    {135, "neighbor solicitation"},
    {136, "neighbor advertisement"},
    {137, "redirect"},
    {138, "router renumbering"},
    {139, "node information query"},
    {140, "node information response"},
    {141, "inverse neighbor solicitation"},
    {142, "inverse neighbor advertisement"},
    {143, "multicast listener report v2"},
    {144, "home agent discovery request"},
    {145, "home agent discovery reply"},
    {146, "mobile prefix solicitation"},
    {147, "mobile prefix advertisement"},
    {148, "cert path solicitation"},
    {149, "cert path advertisement"},
    {150, "experimental mobility"},
    {151, "multicast router advertisement"},
    {152, "multicast router solicitation"},
    {153, "multicast router termination"},
    {154, "FMIPv6"},
    {155, "RPL control"},
    {156, "locator update"},
    {157, "duplicate address request"},
    {158, "duplicate address confirmation"},
    {159, "MPL control"},
    {160, "extended echo request"},
    {161, "extended echo reply"},
};
// icmpTypeCodeIPv4 and icmpTypeCodeIPv6: the code stands below it.
constexpr ElementPart kIcmpParts[] = {{32, {8, 8}}, {139, {8, 8}}};

// IANA element 256, ethernetType; IEEE 802 numbers.
constexpr ValueRow kEthernetType[] = {
    {0x0800, "IPv4"},
    {0x0806, "ARP"},
    {0x0842, "Wake-on-LAN"},
    {0x22ea, "SRP"},
    {0x22f0, "AVTP"},
    {0x22f3, "TRILL"},
    {0x22f4, "L2-IS-IS"},
    {0x6003, "DECnet"},
    {0x6558, "Transparent Ethernet"},
    {0x8035, "RARP"},
    {0x809b, "AppleTalk"},
    {0x80f3, "AARP"},
    {0x8100, "802.1Q"},
    {0x8137, "IPX"},
    {0x86dd, "IPv6"},
    {0x8808, "Ethernet flow control"},
    {0x8809, "slow protocols"},
    {0x8847, "MPLS"},
    {0x8848, "MPLS multicast"},
    {0x8863, "PPPoE discovery"},
    {0x8864, "PPPoE session"},
    {0x8870, "jumbo frame"},
    {0x888e, "802.1X"},
    {0x8892, "PROFINET"},
    {0x88a2, "ATA over Ethernet"},
    {0x88a4, "EtherCAT"},
    {0x88a8, "802.1ad"},
    {0x88ab, "POWERLINK"},
    {0x88b8, "GOOSE"},
    {0x88b9, "GSE"},
    {0x88ba, "sampled values"},
    {0x88cc, "LLDP"},
    {0x88e1, "HomePlug AV"},
    {0x88e3, "MRP"},
    {0x88e5, "MACsec"},
    {0x88e7, "802.1ah"},
    {0x88f5, "MVRP"},
    {0x88f6, "MMRP"},
    {0x88f7, "PTP"},
    {0x88f8, "NC-SI"},
    {0x88fb, "PRP"},
    {0x8902, "CFM"},
    {0x8906, "FCoE"},
    {0x8914, "FIP"},
    {0x8915, "RoCE"},
    {0x892f, "HSR"},
    {0x893f, "802.1BR"},
    {0x894f, "NSH"},
    {0x9000, "loopback"},
    {0x9100, "QinQ"},
};

// IANA element 60, ipVersion.
constexpr ValueRow kIpVersion[] = {{4, "IPv4"}, {6, "IPv6"}};

// IANA element 408, dataLinkFrameType.
constexpr ValueRow kDataLinkFrameType[] = {{1, "Ethernet"}, {2, "802.11"}};

constexpr TableShape kOfBits{.bits = true, .unknown = {}, .parts = {}};

constexpr BuiltInTable kPacketTables[] = {
    {"protocol", kProtocol, {}},
    {"tcp_flags", kTcpFlags, kOfBits},
    {"fragment_flags", kFragmentFlags, kOfBits},
    {"dscp", kDscp, {.bits = false, .unknown = {}, .parts = kDscpParts}},
    {"icmp_type", kIcmpType, {.bits = false, .unknown = {}, .parts = kIcmpParts}},
    {"icmpv6_type", kIcmpv6Type, {.bits = false, .unknown = {}, .parts = kIcmpParts}},
    {"ethernet_type", kEthernetType, {}},
    {"ip_version", kIpVersion, {}},
    {"data_link_frame_type", kDataLinkFrameType, {}},
};

}  // namespace

std::span<const BuiltInTable> packet_tables() {
  return kPacketTables;
}

}  // namespace flowcef
