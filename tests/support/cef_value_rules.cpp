// Source: ArcSight CEF Implementation Standard, revision 27, chapter 2 and appendix A.
#include "support/cef_value_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "support/ascii.hpp"

namespace flowcef::test {
namespace {

enum class Kind : std::uint8_t { text, natural, integer, real, ipv4, ipv6, ip, mac, time, foreign };

/// Keys that share a type, with a blank between them. A key in two rows had its type widened.
struct KeyGroup {
  Kind kind;
  std::size_t limit;  ///< characters of a text; largest value of a number
  unsigned dictionary;
  std::string_view keys;
};

constexpr std::size_t kInt = 0x7fff'ffff;
constexpr std::size_t kLong = 0x7fff'ffff'ffff'ffff;

constexpr KeyGroup kGroups[] = {
    {Kind::text, 31, 0, "app proto"},
    {Kind::text, 40, 0, "externalId"},
    {Kind::text, 63, 0, "act outcome"},
    {Kind::text, 100, 0, "dvchost"},
    {Kind::text, 128, 0, "deviceInboundInterface deviceOutboundInterface devicePayloadId"},
    {Kind::text, 128, 0, "flexDate1Label flexNumber1Label flexNumber2Label flexString1Label flexString2Label"},
    {Kind::text, 255, 0,
     "destinationDnsDomain deviceDnsDomain deviceExternalId deviceNtDomain dntdom dtz fileHash oldFileHash sntdom "
     "sourceDnsDomain"},
    {Kind::text, 1023, 0,
     "c6a1Label c6a2Label c6a3Label c6a4Label cfp1Label cfp2Label cfp3Label cfp4Label cn1Label cn2Label cn3Label "
     "cs1Label cs2Label cs3Label cs4Label cs5Label cs6Label deviceCustomDate1Label deviceCustomDate2Label"},
    {Kind::text, 1023, 0,
     "cat destinationServiceName deviceFacility deviceProcessName dhost dpriv dproc duid duser fileId filePath "
     "filePermission fileType flexString1 flexString2 fname msg oldFileId oldFileName oldFilePath oldFilePermission "
     "oldFileType reason request requestClientApplication requestCookies requestMethod shost sourceServiceName spriv "
     "sproc suid suser"},
    {Kind::text, 2048, 0, "requestContext"},
    {Kind::text, 4000, 0, "cs1 cs2 cs3 cs4 cs5 cs6"},
    {Kind::text, 32, 1, "threatAttackID"},
    {Kind::text, 40, 1, "threatActor"},
    {Kind::text, 64, 1, "reportedResourceName reportedResourceType"},
    {Kind::text, 128, 1, "reportedResourceGroupName"},
    {Kind::text, 256, 1, "frameworkName reportedResourceID"},
    {Kind::natural, 1, 0, "deviceDirection"},
    {Kind::natural, 3, 0, "type"},
    {Kind::natural, 65535, 0, "spt dpt sourceTranslatedPort destinationTranslatedPort"},
    {Kind::natural, kInt, 0, "cnt dpid dvcpid fsize in oldFileSize out spid"},
    {Kind::natural, kLong, 1, "in out reportedDuration"},
    {Kind::integer, kLong, 0, "cn1 cn2 cn3 flexNumber1 flexNumber2"},
    {Kind::integer, kLong, 1,
     "agentTranslatedZoneKey agentZoneKey customerKey dTranslatedZoneKey dZoneKey deviceTranslatedZoneKey "
     "deviceZoneKey sTranslatedZoneKey sZoneKey"},
    {Kind::real, 0, 0, "cfp1 cfp2 cfp3 cfp4"},
    {Kind::ipv4, 0, 0, "destinationTranslatedAddress deviceTranslatedAddress dst dvc sourceTranslatedAddress src"},
    {Kind::ip, 0, 1, "destinationTranslatedAddress deviceTranslatedAddress dst dvc sourceTranslatedAddress src"},
    {Kind::ipv6, 0, 0, "c6a1 c6a2 c6a3 c6a4"},
    {Kind::mac, 0, 0, "dmac dvcmac smac"},
    {Kind::time, 0, 0,
     "deviceCustomDate1 deviceCustomDate2 end fileCreateTime fileModificationTime flexDate1 oldFileCreateTime "
     "oldFileModificationTime rt start"},
    // Set by ArcSight's own connectors and manager.
    {Kind::foreign, 0, 0,
     "agentDnsDomain agentNtDomain agentTranslatedAddress agentTranslatedZoneExternalID agentTranslatedZoneURI "
     "agentZoneExternalID agentZoneURI agt ahost aid amac art at atz av customerExternalID customerURI "
     "destinationTranslatedZoneExternalID destinationTranslatedZoneURI destinationZoneExternalID destinationZoneURI "
     "deviceTranslatedZoneExternalID deviceTranslatedZoneURI deviceZoneExternalID deviceZoneURI dlat dlong eventId "
     "rawEvent slat slong sourceTranslatedZoneExternalID sourceTranslatedZoneURI sourceZoneExternalID sourceZoneURI"},
    {Kind::foreign, 0, 0,
     "assetCriticality catdt categoryBehavior categoryDeviceGroup categoryObject categoryOutcome categorySignificance "
     "categoryTechnique deviceSeverity modelConfidence mrt priority relevance severity"},
};

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

/// Returns: the newest row up to this dictionary; the oldest row if all are newer; null for a custom key.
const KeyGroup* find_group(std::string_view key, unsigned dictionary) {
  const KeyGroup* found = nullptr;
  for (const KeyGroup& group : kGroups) {
    if (!has_word(group.keys, key)) continue;
    if (found == nullptr || group.dictionary <= dictionary) found = &group;
  }
  return found;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Decimal as readers with base detection want it: no sign but a minus, no zero in front.
bool is_integer(std::string_view text, std::uint64_t limit, bool may_be_negative) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (!all_digits(text) || (text.size() > 1 && text[0] == '0') || text.size() > 19) return false;
  if (negative && (!may_be_negative || text == "0")) return false;
  const std::uint64_t number = std::stoull(std::string(text));
  return number <= limit || (negative && number == limit + 1);
}

bool is_real(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t exponent = text.find('e');
  if (exponent != std::string_view::npos) {
    std::string_view digits = text.substr(exponent + 1);
    if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
    if (!all_digits(digits)) return false;
    text = text.substr(0, exponent);
  }
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && !all_digits(text.substr(point + 1))) return false;
  text = text.substr(0, point);
  return all_digits(text) && (text.size() == 1 || text[0] != '0');
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  std::array<char, INET_ADDRSTRLEN> again{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 &&
         inet_ntop(AF_INET, &address, again.data(), again.size()) == text;
}

/// As RFC 5952 writes it. An IPv4 address in this form belongs into a key of IPv4.
bool is_ipv6(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address)) return false;
  std::array<char, INET6_ADDRSTRLEN> again{};
  inet_ntop(AF_INET6, &address, again.data(), again.size());
  const bool upper = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  // inet_ntop has a form of its own for addresses that RFC 4291 section 2.5.5.1 took back.
  return IN6_IS_ADDR_V4COMPAT(&address) ? !upper : text == again.data();
}

bool is_mac(std::string_view text) {
  if (text.size() != 17) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hex = is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f') || (text[i] >= 'A' && text[i] <= 'F');
    if (i % 3 == 2 ? text[i] != ':' : !hex) return false;
  }
  return true;
}

/// Takes the text that a pattern stands for off the front: `0` is a digit, all else is itself.
bool take(std::string_view& text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '0' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
  }
  text.remove_prefix(pattern.size());
  return true;
}

bool is_zone(std::string_view text) {
  if (text.starts_with("GMT") && text.size() > 3) {
    text.remove_prefix(3);
    return (take(text, "+00:00") || take(text, "-00:00")) && text.empty();
  }
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

/// Milliseconds since 1970, or `MMM dd [yyyy ]HH:mm:ss[.SSS][ zzz]`.
bool is_time(std::string_view text) {
  if (is_integer(text, kLong, false)) return true;
  if (text.size() < 15 || !has_word("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", text.substr(0, 3))) return false;
  const std::string_view day = text.substr(4, 2);
  text.remove_prefix(3);
  if (!take(text, " 00 ") || day < "01" || day > "31") return false;
  take(text, "0000 ");
  const std::string_view clock = text;
  if (!take(text, "00:00:00") || clock.substr(0, 2) > "23" || clock[3] > '5' || clock.substr(6, 2) > "60") return false;
  take(text, ".000");
  return text.empty() || (take(text, " ") && is_zone(text));
}

bool fits(const KeyGroup& group, std::string_view value) {
  switch (group.kind) {
    case Kind::text:
      return count_characters(value) <= group.limit;
    case Kind::natural:
      return is_integer(value, group.limit, false);
    case Kind::integer:
      return is_integer(value, group.limit, true);
    case Kind::real:
      return is_real(value);
    case Kind::ipv4:
      return is_ipv4(std::string(value));
    case Kind::ipv6:
      return is_ipv6(std::string(value));
    case Kind::ip:
      return is_ipv4(std::string(value)) || is_ipv6(std::string(value));
    case Kind::mac:
      return is_mac(value);
    case Kind::time:
      return is_time(value);
    case Kind::foreign:
      break;
  }
  return false;
}

}  // namespace

std::string_view find_fault(std::string_view key, std::string_view value, unsigned dictionary) {
  const KeyGroup* group = find_group(key, dictionary);
  if (group == nullptr) return key.ends_with("Label") ? "custom key ends in Label" : "";
  if (group->kind == Kind::foreign) return "key is ArcSight's own";
  if (group->dictionary > dictionary) return "key came with CEF 1.x";
  return fits(*group, value) ? "" : group->kind == Kind::text ? "text is too long" : "value is not of the key's type";
}

bool is_label_slot(std::string_view key) {
  return find_group(std::string(key) + "Label", 1) != nullptr;
}

bool is_dictionary_key(std::string_view key) {
  return find_group(key, 1) != nullptr;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace flowcef::test
