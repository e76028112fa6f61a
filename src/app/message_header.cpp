#include "message_header.hpp"

#include <ctime>

namespace flowcef {
namespace {

constexpr HeaderField kNetflow1Header[] = {{0, 2, "version"},
                                           {2, 2, "count of records"},
                                           {4, 4, "uptime", HeaderUnit::milliseconds},
                                           {8, 4, "export time", HeaderUnit::seconds},
                                           {12, 4, "nanoseconds"}};
constexpr HeaderField kNetflow5Header[] = {{0, 2, "version"},
                                           {2, 2, "count of records"},
                                           {4, 4, "uptime", HeaderUnit::milliseconds},
                                           {8, 4, "export time", HeaderUnit::seconds},
                                           {12, 4, "nanoseconds"},
                                           {16, 4, "sequence"},
                                           {20, 1, "engine type"},
                                           {21, 1, "engine id"},
                                           {22, 2, "sampling"}};
constexpr HeaderField kNetflow7Header[] = {{0, 2, "version"},
                                           {2, 2, "count of records"},
                                           {4, 4, "uptime", HeaderUnit::milliseconds},
                                           {8, 4, "export time", HeaderUnit::seconds},
                                           {12, 4, "nanoseconds"},
                                           {16, 4, "sequence"},
                                           {20, 4, "reserved"}};
constexpr HeaderField kNetflow9Header[] = {{0, 2, "version"},
                                           {2, 2, "count (not used)"},
                                           {4, 4, "uptime", HeaderUnit::milliseconds},
                                           {8, 4, "export time", HeaderUnit::seconds},
                                           {12, 4, "sequence"},
                                           {16, 4, "source id"}};
constexpr HeaderField kIpfixHeader[] = {{0, 2, "version"},
                                        {2, 2, "length"},
                                        {4, 4, "export time", HeaderUnit::seconds},
                                        {8, 4, "sequence"},
                                        {12, 4, "observation domain"}};
constexpr HeaderField kSflowHeader[] = {{0, 4, "sFlow version"}, {4, 4, "type of the agent's address"}};
constexpr HeaderField kOtherHeader[] = {{0, 2, "version"}};

}  // namespace

std::span<const HeaderField> header_fields(std::uint16_t version, bool sflow) {
  if (sflow) return kSflowHeader;
  switch (version) {
    case 1:
      return kNetflow1Header;
    case 5:
      return kNetflow5Header;
    case 7:
      return kNetflow7Header;
    case 9:
      return kNetflow9Header;
    case 10:
      return kIpfixHeader;
    default:
      return kOtherHeader;
  }
}

std::string header_value_text(std::uint64_t value, HeaderUnit unit) {
  std::string text = std::to_string(value);
  if (unit == HeaderUnit::milliseconds) return text + " ms";
  if (unit == HeaderUnit::number) return text;
  const auto time = static_cast<std::time_t>(value);
  std::tm parts{};
  char buffer[32];
  if (gmtime_r(&time, &parts) == nullptr) return text;
  const std::size_t length = std::strftime(buffer, sizeof(buffer), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text + ", " + std::string(buffer, length);
}

}  // namespace flowcef
