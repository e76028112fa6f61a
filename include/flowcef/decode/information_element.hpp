// Information elements: what a field number of a template means. Names, types and units as IANA has them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flowcef/core/element_row.hpp"
#include "flowcef/core/time_unit.hpp"

namespace flowcef {

/// Abstract data types. Source: RFC 7012 section 3.1, RFC 6313, RFC 9740.
enum class DataType : std::uint8_t {
  octet_array,
  unsigned8,
  unsigned16,
  unsigned32,
  unsigned64,
  signed8,
  signed16,
  signed32,
  signed64,
  float32,
  float64,
  boolean,
  mac_address,
  string,
  date_time_seconds,
  date_time_milliseconds,
  date_time_microseconds,
  date_time_nanoseconds,
  ipv4_address,
  ipv6_address,
  basic_list,
  sub_template_list,
  sub_template_multi_list,
  unsigned256,
};

/// Returns: the type that IANA calls `name` (`unsigned32`, `dateTimeSeconds`), if there is one.
[[nodiscard]] std::optional<DataType> data_type_by_name(std::string_view name);
[[nodiscard]] std::string_view to_string(DataType type);
[[nodiscard]] bool is_unsigned(DataType type) noexcept;
[[nodiscard]] bool is_signed(DataType type) noexcept;
/// Returns: whether it is structured data: basicList, subTemplateList or subTemplateMultiList (RFC 6313).
[[nodiscard]] constexpr bool is_list(DataType type) noexcept {
  return type >= DataType::basic_list && type <= DataType::sub_template_multi_list;
}

/// Enterprise number of the reverse direction's elements. Source: RFC 5103 section 6.1.
inline constexpr std::uint32_t kReversePen = 29305;
/// Stands for the NetFlow v9 numbering, which has no enterprises, in places that need a number.
inline constexpr std::uint32_t kNetflow9Pen = 0xffff'ffff;
/// Of what only NetFlow v7 has; its numbers are our own.
inline constexpr std::uint32_t kNetflow7Pen = 0xffff'fffd;
inline constexpr std::uint16_t kNetflow7Flags = 1;     ///< which fields of the record are invalid
inline constexpr std::uint16_t kNetflow7RouterSc = 2;  ///< the router that the switch bypassed
/// Of what stands in front of a log line's message; its numbers are our own.
inline constexpr std::uint32_t kSyslogPen = 0xffff'fffc;
inline constexpr std::uint16_t kSyslogFacility = 1;   ///< 0 to 23; RFC 5424 section 6.2.1, as is
inline constexpr std::uint16_t kSyslogSeverity = 2;   ///< 0 (emergency) to 7 (debug)
inline constexpr std::uint16_t kSyslogTimestamp = 3;  ///< by the sender's clock
inline constexpr std::uint16_t kSyslogHostname = 4;   ///< as the sender calls itself
inline constexpr std::uint16_t kSyslogAppName = 5;    ///< RFC 3164: the tag
inline constexpr std::uint16_t kSyslogProcId = 6;
inline constexpr std::uint16_t kSyslogMsgId = 7;
inline constexpr std::uint16_t kSyslogStructuredData = 8;  ///< as it was sent
inline constexpr std::uint16_t kSyslogMessage = 9;         ///< what is left behind the header
inline constexpr std::uint16_t kLogPattern = 10;           ///< name of the pattern that took the line
/// Of elements that only a layout or pattern file names; numbered as they come.
inline constexpr std::uint32_t kNamedPen = 0xffff'fffb;
/// Enterprise numbers from here on are no one's: they tell numberings apart that no wire has.
inline constexpr std::uint32_t kFirstOwnPen = 0xffff'fff0;

class LayoutFormat;
struct LayoutConfig;

struct ElementId {
  std::uint32_t pen = 0;  ///< 0: IANA
  std::uint16_t id = 0;

  friend bool operator==(const ElementId&, const ElementId&) = default;
};

struct InformationElement {
  ElementId id;
  std::string name;
  DataType type = DataType::octet_array;
  std::optional<TimeUnit> unit = std::nullopt;  ///< of a number that is a duration
  std::string table = {};                       ///< file that it came from, without `.tsv`; empty: compiled in
};

/// Every element by number and by name: IANA's compiled in, vendors' from tables.
/// Lifetime: elements stay where they are for as long as the registry lives.
/// Thread:   immutable once the tables are added; then any thread.
class ElementRegistry {
 public:
  /// Holds the IANA elements, their reverse twins (RFC 5103), NetFlow v7's own and those of syslog headers.
  ElementRegistry();
  ElementRegistry(const ElementRegistry&) = delete;
  ElementRegistry& operator=(const ElementRegistry&) = delete;

  /// A later row for the same number replaces an earlier one, so that a user's table can correct a shipped one.
  /// Errors: a row that takes a name which another number of the same enterprise has.
  [[nodiscard]] ConfigErrors add(std::span<const ElementRow> rows);

  /// Returns: the element of that name, made under kNamedPen if there is none; null if the one there is has another type.
  /// Input:   without a type: that of the element there is, or a string
  const InformationElement* define(const std::string& name, std::optional<DataType> type);

  /// Takes a layout in. To be called behind add(), as its fields are named by what is there.
  /// Errors: as LayoutFormat::make(), and a name or version that another layout has
  [[nodiscard]] ConfigErrors add_layout(const LayoutConfig& config);
  [[nodiscard]] const std::vector<std::shared_ptr<const LayoutFormat>>& layouts() const noexcept { return layouts_; }
  [[nodiscard]] std::vector<std::string_view> layout_names() const;
  /// Returns: null if no layout has the name.
  [[nodiscard]] const LayoutFormat* find_layout(std::string_view name) const;

  /// Returns: nothing for a number that no table has.
  [[nodiscard]] const InformationElement* find(ElementId id) const;
  /// NetFlow v9 numbers are IANA's up to 32767 but for those that a v9 table names.
  [[nodiscard]] const InformationElement* find_netflow9(std::uint16_t type) const;
  /// Input: a name (IANA's win over vendors'), or `pen:id`, or a bare IANA number.
  [[nodiscard]] const InformationElement* find_by_name(std::string_view name_or_number) const;
  /// Every name there is, for hints.
  [[nodiscard]] std::vector<std::string_view> names() const;
  /// Every element that a number stands for, by enterprise and number.
  [[nodiscard]] std::vector<const InformationElement*> elements() const;

 private:
  void insert(InformationElement element);

  std::deque<InformationElement> elements_;
  std::unordered_map<std::uint64_t, const InformationElement*> by_id_;
  std::unordered_map<std::string_view, const InformationElement*> by_name_;
  std::vector<std::shared_ptr<const LayoutFormat>> layouts_;
  std::uint16_t named_ = 0;  ///< elements under kNamedPen
};

}  // namespace flowcef
