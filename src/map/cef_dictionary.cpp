// The CEF extension dictionary. A key whose type was widened has a row for each version.
// Source: ArcSight CEF Implementation Standard, revision 27 (CEF 1.2), with the corrections that older revisions give.
#include "flowcef/map/cef_dictionary.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace flowcef {
namespace {

// clang-format off
constexpr CefKey kKeys[] = {
    {"act", CefType::string, 63, 0, true},
    {"agentTranslatedZoneKey", CefType::long_integer, 0, 1, true},
    {"agentZoneKey", CefType::long_integer, 0, 1, true},
    {"app", CefType::string, 31, 0, true},
    {"c6a1", CefType::ipv6, 0, 0, true},
    {"c6a1Label", CefType::string, 1023, 0, true},
    {"c6a2", CefType::ipv6, 0, 0, true},
    {"c6a2Label", CefType::string, 1023, 0, true},
    {"c6a3", CefType::ipv6, 0, 0, true},
    {"c6a3Label", CefType::string, 1023, 0, true},
    {"c6a4", CefType::ipv6, 0, 0, true},
    {"c6a4Label", CefType::string, 1023, 0, true},
    {"cat", CefType::string, 1023, 0, true},
    {"cfp1", CefType::floating, 0, 0, true},
    {"cfp1Label", CefType::string, 1023, 0, true},
    {"cfp2", CefType::floating, 0, 0, true},
    {"cfp2Label", CefType::string, 1023, 0, true},
    {"cfp3", CefType::floating, 0, 0, true},
    {"cfp3Label", CefType::string, 1023, 0, true},
    {"cfp4", CefType::floating, 0, 0, true},
    {"cfp4Label", CefType::string, 1023, 0, true},
    {"cn1", CefType::long_integer, 0, 0, true},
    {"cn1Label", CefType::string, 1023, 0, true},
    {"cn2", CefType::long_integer, 0, 0, true},
    {"cn2Label", CefType::string, 1023, 0, true},
    {"cn3", CefType::long_integer, 0, 0, true},
    {"cn3Label", CefType::string, 1023, 0, true},
    {"cnt", CefType::integer, 0, 0, true},
    {"cs1", CefType::string, 4000, 0, true},
    {"cs1Label", CefType::string, 1023, 0, true},
    {"cs2", CefType::string, 4000, 0, true},
    {"cs2Label", CefType::string, 1023, 0, true},
    {"cs3", CefType::string, 4000, 0, true},
    {"cs3Label", CefType::string, 1023, 0, true},
    {"cs4", CefType::string, 4000, 0, true},
    {"cs4Label", CefType::string, 1023, 0, true},
    {"cs5", CefType::string, 4000, 0, true},
    {"cs5Label", CefType::string, 1023, 0, true},
    {"cs6", CefType::string, 4000, 0, true},
    {"cs6Label", CefType::string, 1023, 0, true},
    {"customerKey", CefType::long_integer, 0, 1, true},
    {"destinationDnsDomain", CefType::string, 255, 0, true},
    {"destinationServiceName", CefType::string, 1023, 0, true},
    {"destinationTranslatedAddress", CefType::ipv4, 0, 0, true},
    {"destinationTranslatedAddress", CefType::ip, 0, 1, true},
    {"destinationTranslatedPort", CefType::integer, 0, 0, true},
    {"deviceCustomDate1", CefType::timestamp, 0, 0, true},
    {"deviceCustomDate1Label", CefType::string, 1023, 0, true},
    {"deviceCustomDate2", CefType::timestamp, 0, 0, true},
    {"deviceCustomDate2Label", CefType::string, 1023, 0, true},
    {"deviceDirection", CefType::integer, 0, 0, true},
    {"deviceDnsDomain", CefType::string, 255, 0, true},
    {"deviceExternalId", CefType::string, 255, 0, true},
    {"deviceFacility", CefType::string, 1023, 0, true},
    {"deviceInboundInterface", CefType::string, 128, 0, true},
    {"deviceNtDomain", CefType::string, 255, 0, true},
    {"deviceOutboundInterface", CefType::string, 128, 0, true},
    {"devicePayloadId", CefType::string, 128, 0, true},
    {"deviceProcessName", CefType::string, 1023, 0, true},
    {"deviceTranslatedAddress", CefType::ipv4, 0, 0, true},
    {"deviceTranslatedAddress", CefType::ip, 0, 1, true},
    {"deviceTranslatedZoneKey", CefType::long_integer, 0, 1, true},
    {"deviceZoneKey", CefType::long_integer, 0, 1, true},
    {"dhost", CefType::string, 1023, 0, true},
    {"dmac", CefType::mac, 0, 0, true},
    {"dntdom", CefType::string, 255, 0, true},
    {"dpid", CefType::integer, 0, 0, true},
    {"dpriv", CefType::string, 1023, 0, true},
    {"dproc", CefType::string, 1023, 0, true},
    {"dpt", CefType::integer, 0, 0, true},
    {"dst", CefType::ipv4, 0, 0, true},
    {"dst", CefType::ip, 0, 1, true},
    {"dTranslatedZoneKey", CefType::long_integer, 0, 1, true},
    {"dtz", CefType::string, 255, 0, true},
    {"duid", CefType::string, 1023, 0, true},
    {"duser", CefType::string, 1023, 0, true},
    {"dvc", CefType::ipv4, 0, 0, true},
    {"dvc", CefType::ip, 0, 1, true},
    {"dvchost", CefType::string, 100, 0, true},
    {"dvcmac", CefType::mac, 0, 0, true},
    {"dvcpid", CefType::integer, 0, 0, true},
    {"dZoneKey", CefType::long_integer, 0, 1, true},
    {"end", CefType::timestamp, 0, 0, true},
    {"externalId", CefType::string, 40, 0, true},
    {"fileCreateTime", CefType::timestamp, 0, 0, true},
    {"fileHash", CefType::string, 255, 0, true},
    {"fileId", CefType::string, 1023, 0, true},
    {"fileModificationTime", CefType::timestamp, 0, 0, true},
    {"filePath", CefType::string, 1023, 0, true},
    {"filePermission", CefType::string, 1023, 0, true},
    {"fileType", CefType::string, 1023, 0, true},
    {"flexDate1", CefType::timestamp, 0, 0, true},
    {"flexDate1Label", CefType::string, 128, 0, true},
    {"flexNumber1", CefType::long_integer, 0, 0, true},
    {"flexNumber1Label", CefType::string, 128, 0, true},
    {"flexNumber2", CefType::long_integer, 0, 0, true},
    {"flexNumber2Label", CefType::string, 128, 0, true},
    {"flexString1", CefType::string, 1023, 0, true},
    {"flexString1Label", CefType::string, 128, 0, true},
    {"flexString2", CefType::string, 1023, 0, true},
    {"flexString2Label", CefType::string, 128, 0, true},
    {"fname", CefType::string, 1023, 0, true},
    {"frameworkName", CefType::string, 256, 1, true},
    {"fsize", CefType::integer, 0, 0, true},
    {"in", CefType::integer, 0, 0, true},
    {"in", CefType::long_integer, 0, 1, true},
    {"msg", CefType::string, 1023, 0, true},
    {"oldFileCreateTime", CefType::timestamp, 0, 0, true},
    {"oldFileHash", CefType::string, 255, 0, true},
    {"oldFileId", CefType::string, 1023, 0, true},
    {"oldFileModificationTime", CefType::timestamp, 0, 0, true},
    {"oldFileName", CefType::string, 1023, 0, true},
    {"oldFilePath", CefType::string, 1023, 0, true},
    {"oldFilePermission", CefType::string, 1023, 0, true},
    {"oldFileSize", CefType::integer, 0, 0, true},
    {"oldFileType", CefType::string, 1023, 0, true},
    {"out", CefType::integer, 0, 0, true},
    {"out", CefType::long_integer, 0, 1, true},
    {"outcome", CefType::string, 63, 0, true},
    {"proto", CefType::string, 31, 0, true},
    {"reason", CefType::string, 1023, 0, true},
    {"reportedDuration", CefType::long_integer, 0, 1, true},
    {"reportedResourceGroupName", CefType::string, 128, 1, true},
    {"reportedResourceID", CefType::string, 256, 1, true},
    {"reportedResourceName", CefType::string, 64, 1, true},
    {"reportedResourceType", CefType::string, 64, 1, true},
    {"request", CefType::string, 1023, 0, true},
    {"requestClientApplication", CefType::string, 1023, 0, true},
    {"requestContext", CefType::string, 2048, 0, true},
    {"requestCookies", CefType::string, 1023, 0, true},
    {"requestMethod", CefType::string, 1023, 0, true},
    {"rt", CefType::timestamp, 0, 0, true},
    {"shost", CefType::string, 1023, 0, true},
    {"smac", CefType::mac, 0, 0, true},
    {"sntdom", CefType::string, 255, 0, true},
    {"sourceDnsDomain", CefType::string, 255, 0, true},
    {"sourceServiceName", CefType::string, 1023, 0, true},
    {"sourceTranslatedAddress", CefType::ipv4, 0, 0, true},
    {"sourceTranslatedAddress", CefType::ip, 0, 1, true},
    {"sourceTranslatedPort", CefType::integer, 0, 0, true},
    {"spid", CefType::integer, 0, 0, true},
    {"spriv", CefType::string, 1023, 0, true},
    {"sproc", CefType::string, 1023, 0, true},
    {"spt", CefType::integer, 0, 0, true},
    {"src", CefType::ipv4, 0, 0, true},
    {"src", CefType::ip, 0, 1, true},
    {"start", CefType::timestamp, 0, 0, true},
    {"sTranslatedZoneKey", CefType::long_integer, 0, 1, true},
    {"suid", CefType::string, 1023, 0, true},
    {"suser", CefType::string, 1023, 0, true},
    {"sZoneKey", CefType::long_integer, 0, 1, true},
    {"threatActor", CefType::string, 40, 1, true},
    {"threatAttackID", CefType::string, 32, 1, true},
    {"type", CefType::integer, 0, 0, true},
    {"agentDnsDomain", CefType::string, 255, 0, false},
    {"agentNtDomain", CefType::string, 255, 0, false},
    {"agentTranslatedAddress", CefType::ip, 0, 0, false},
    {"agentTranslatedZoneExternalID", CefType::string, 200, 0, false},
    {"agentTranslatedZoneURI", CefType::string, 2048, 0, false},
    {"agentZoneExternalID", CefType::string, 200, 0, false},
    {"agentZoneURI", CefType::string, 2048, 0, false},
    {"agt", CefType::ip, 0, 0, false},
    {"ahost", CefType::string, 1023, 0, false},
    {"aid", CefType::string, 40, 0, false},
    {"amac", CefType::mac, 0, 0, false},
    {"art", CefType::timestamp, 0, 0, false},
    {"at", CefType::string, 63, 0, false},
    {"atz", CefType::string, 255, 0, false},
    {"av", CefType::string, 31, 0, false},
    {"customerExternalID", CefType::string, 200, 0, false},
    {"customerURI", CefType::string, 2048, 0, false},
    {"destinationTranslatedZoneExternalID", CefType::string, 200, 0, false},
    {"destinationTranslatedZoneURI", CefType::string, 2048, 0, false},
    {"destinationZoneExternalID", CefType::string, 200, 0, false},
    {"destinationZoneURI", CefType::string, 2048, 0, false},
    {"deviceTranslatedZoneExternalID", CefType::string, 200, 0, false},
    {"deviceTranslatedZoneURI", CefType::string, 2048, 0, false},
    {"deviceZoneExternalID", CefType::string, 200, 0, false},
    {"deviceZoneURI", CefType::string, 2048, 0, false},
    {"dlat", CefType::floating, 0, 0, false},
    {"dlong", CefType::floating, 0, 0, false},
    {"eventId", CefType::long_integer, 0, 0, false},
    {"rawEvent", CefType::string, 4000, 0, false},
    {"slat", CefType::floating, 0, 0, false},
    {"slong", CefType::floating, 0, 0, false},
    {"sourceTranslatedZoneExternalID", CefType::string, 200, 0, false},
    {"sourceTranslatedZoneURI", CefType::string, 2048, 0, false},
    {"sourceZoneExternalID", CefType::string, 200, 0, false},
    {"sourceZoneURI", CefType::string, 2048, 0, false},
};
// clang-format on

constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();

/// Keys whose numbers the standard bounds more tightly than their type.
struct BoundedKey {
  std::string_view key;
  std::int64_t largest;
};

constexpr BoundedKey kBounded[] = {
    {"spt", 0xffff},        {"dpt", 0xffff}, {"sourceTranslatedPort", 0xffff}, {"destinationTranslatedPort", 0xffff},
    {"deviceDirection", 1}, {"type", 3},
};

/// Those of the 64-bit keys that count something.
constexpr std::string_view kLongCounters[] = {"in", "out", "reportedDuration"};

}  // namespace

const CefKey* find_cef_key(std::string_view key, unsigned version) {
  const CefKey* best = nullptr;
  for (const CefKey& row : kKeys) {
    if (row.key == key && row.version <= version) best = &row;
  }
  return best;
}

CefRange range_of(std::string_view key, CefType type) {
  const auto* const bounded = std::ranges::find(kBounded, key, &BoundedKey::key);
  if (bounded != std::end(kBounded)) return {0, bounded->largest};
  if (type == CefType::integer) return {0, kMaxInteger};
  if (std::ranges::find(kLongCounters, key) != std::end(kLongCounters)) return {0, kMaxLong};
  return {std::numeric_limits<std::int64_t>::min(), kMaxLong};
}

std::span<const CefKey> cef_keys() {
  return kKeys;
}

}  // namespace flowcef
