// What a record's line is, worked out slowly and obviously from what the mapping says. It shares no code with the map
// stage but the dictionary's data and the value tables' data, so that the two can be held against each other.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flowcef/map/cef_dictionary.hpp"
#include "flowcef/map/mapping_spec.hpp"
#include "support/reference_record.hpp"

namespace flowcef::test {

/// Lists (RFC 6313) and what options data says are not known here: no template may have lists, and
/// ExportContext::tables must be null.
/// Lifetime: keeps a reference to the mapping.
class ReferenceRenderer {
 public:
  /// Input: `wide_in` as in RenderingConfig
  ReferenceRenderer(const MappingSpec& spec, bool wide_in)
      : spec_(spec), keys_(keys_in_force(spec)), wide_in_(wide_in) {}

  /// Returns: the line of record `index`, from `CEF:` on; nothing if a rule drops it
  [[nodiscard]] std::optional<std::string> line(const DataSet& set, std::uint32_t index,
                                                const std::string& event_prefix, std::uint64_t event) const;

 private:
  using Octets = reference::Octets;

  /// What one source has for a key.
  struct Offer {
    std::string text;                  ///< escaped; empty: nothing of this record
    std::optional<std::size_t> field;  ///< that it is the value of
    bool whole = true;                 ///< the text says all that the field holds
    std::optional<std::string> twin;   ///< the text that stands beside the number
    bool zero = false;
  };

  /// A line while it is made.
  struct Line {
    const reference::Record& record;
    const EventSpec& event;
    std::string event_id;
    std::string event_prefix;
    std::vector<std::string> pairs;     ///< `key=value`
    std::vector<bool> shown;            ///< by field: some key shows all of it
    std::vector<bool> named;            ///< by field: some key was to show it
    std::vector<bool> as_well;          ///< by field: goes out under its generated key, whatever else shows it
    std::optional<std::int64_t> start;  ///< of the flow, once it was written
    std::set<std::string> keys;         ///< taken
  };

  [[nodiscard]] const EventSpec& event_of(const reference::Record& record) const;
  [[nodiscard]] std::string header_of(const EventSpec& event) const;
  [[nodiscard]] const CefKey* dictionary_row(const std::string& key) const;
  /// Returns: the keys as `event_id` and `bytes` leave them.
  [[nodiscard]] static std::vector<KeySpec> keys_in_force(const MappingSpec& spec);

  // ---- keys of the mapping
  void add_key(const KeySpec& key, Line& line) const;
  void add_pair(const std::string& key, const std::optional<PositionedText>& label, const std::string& text,
                Line& line) const;
  /// Returns: nothing if the template has nothing of the source that suits the key.
  [[nodiscard]] std::optional<Offer> offer_of(const KeySpec& key, const std::string& source, Line& line) const;
  [[nodiscard]] std::optional<Offer> record_value(const KeySpec& key, const std::string& source, Line& line) const;
  [[nodiscard]] std::optional<Offer> flow_time(const KeySpec& key, bool start, Line& line) const;
  [[nodiscard]] std::optional<Offer> mapped_ipv4(const KeySpec& key, const std::string& element,
                                                 const reference::Record& record) const;
  /// Returns: nothing if the field's type or length does not suit the key.
  [[nodiscard]] std::optional<Offer> field_value(const KeySpec& key, const reference::Record& record,
                                                 std::size_t at) const;
  [[nodiscard]] std::optional<Offer> by_type(const KeySpec& key, const reference::Record& record, std::size_t at) const;
  [[nodiscard]] std::optional<Offer> as_text(const KeySpec& key, const reference::Record& record, std::size_t at) const;
  [[nodiscard]] std::optional<Offer> as_time(const KeySpec& key, const reference::Record& record, std::size_t at) const;
  [[nodiscard]] std::optional<Offer> as_cut(const KeySpec& key, const Field& field, const Octets& value) const;
  [[nodiscard]] std::optional<Offer> in_unit(const KeySpec& key, const Field& field, const Octets& value) const;
  /// Returns: what a context value of the data set shows.
  [[nodiscard]] Offer of_set(const KeySpec& key, const std::string& source, const std::string& text) const;
  [[nodiscard]] std::optional<Offer> in_form(const KeySpec& key, const reference::Record& record, std::size_t at) const;
  [[nodiscard]] bool suits_sign(const KeySpec& key, const Octets& number) const;
  [[nodiscard]] Offer number_offer(const KeySpec& key, std::optional<std::uint64_t> number) const;
  [[nodiscard]] std::uint64_t limit_of(const KeySpec& key) const;
  /// Cuts as the mapping asks for, and as the dictionary has it.
  void limit_text(const KeySpec& key, const Octets& text, Offer& offer) const;
  void limit_digits(const KeySpec& key, const std::string& digits, std::size_t group, Offer& offer) const;
  [[nodiscard]] Offer time_offer(const KeySpec& key, std::int64_t ms) const;

  // ---- everything that no key shows
  void add_generated_keys(Line& line) const;
  void add_long_flow(Line& line) const;
  void add_raw_keys(Line& line) const;

  const MappingSpec& spec_;
  std::vector<KeySpec> keys_;
  bool wide_in_;
};

}  // namespace flowcef::test
