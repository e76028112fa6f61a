// One record as the reference renderer sees it: its fields, and what the bridge works out of several of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "support/reference_values.hpp"

namespace flowcef::test::reference {

/// An element as a mapping names it: by name, which may stand under several numbers, or as a number or `pen:id`.
[[nodiscard]] bool names_field(const std::string& element, const Field& field);

/// A time in milliseconds since 1970.
struct StatedTime {
  std::size_t field = 0;           ///< that states it
  bool exact = false;              ///< the field says no more than this
  std::optional<std::int64_t> ms;  ///< above 0; nothing: the record states none there
};

/// Lifetime: views the data set.
class Record {
 public:
  Record(const DataSet& set, std::uint32_t index);

  [[nodiscard]] const DataSet& set() const { return set_; }
  [[nodiscard]] std::size_t size() const { return set_.layout.fields.size(); }
  [[nodiscard]] const Field& field(std::size_t at) const { return set_.layout.fields[at]; }
  [[nodiscard]] const Octets& bytes(std::size_t at) const { return bytes_[at]; }
  /// Returns: the first field that is this element of IANA's.
  [[nodiscard]] std::optional<std::size_t> find(std::uint16_t id) const;

  /// Returns: whether the field means anything in this record.
  [[nodiscard]] bool has(std::size_t at) const;
  /// Returns: whether it may be shown: of flow addresses of both families only those of the one that is used.
  [[nodiscard]] bool shows(std::size_t at) const;
  /// Returns: whether the field has bytes, and all its bits that count are zero.
  [[nodiscard]] bool is_zero(std::size_t at) const;
  [[nodiscard]] bool states_protocol() const { return find(4).has_value(); }
  [[nodiscard]] bool is_icmp() const;

  /// Returns: the time in a field; nothing if its type and length are those of no time.
  [[nodiscard]] std::optional<StatedTime> time(std::size_t at) const;
  /// Returns: first or last packet of the flow; nothing if the template has no element for it.
  [[nodiscard]] std::optional<StatedTime> flow_time(bool start) const;
  /// Returns: type * 256 + code; nothing if the template has no element for it.
  [[nodiscard]] std::optional<std::uint64_t> icmp() const;
  /// Returns: whether the record or its header states the sampling interval.
  [[nodiscard]] bool states_sampling() const;
  /// Returns: one packet out of so many; 0: unknown, or each
  [[nodiscard]] std::uint64_t sampling_interval() const;

 private:
  struct Pair {
    Octets first, second;
  };
  [[nodiscard]] std::optional<Octets> short_value(std::uint16_t id) const;
  [[nodiscard]] std::optional<Pair> short_values(std::uint16_t first, std::uint16_t second) const;
  [[nodiscard]] std::optional<std::uint64_t> stated_interval() const;
  [[nodiscard]] std::optional<std::int64_t> uptime_to_ms(std::uint64_t moment) const;

  const DataSet& set_;
  std::vector<Octets> bytes_;
};

/// What a context value that is the same for a whole data set looks like.
/// Input:   its name with the @
/// Returns: empty if the export says nothing of it; nothing if it is a value of each record
[[nodiscard]] std::optional<std::string> set_value(const std::string& name, const DataSet& set,
                                                   const std::string& event_prefix);

}  // namespace flowcef::test::reference
