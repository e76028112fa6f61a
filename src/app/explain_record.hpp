// What became of each field of one record, and why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/explain_findings.hpp"
#include "flowcef/map/renderer.hpp"

namespace flowcef {

/// Returns: the key of the mapping, or the one whose text stands beside it; null for a generated key.
[[nodiscard]] const MappedKey* find_key(const Mapping& mapping, std::string_view key);

/// Returns: `flow (default.toml:54)`.
[[nodiscard]] std::string event_text(const EventRule& rule);
/// Returns: the signature in its header; `dropped` if it has none.
[[nodiscard]] std::string signature_of(const EventRule& rule);
[[nodiscard]] std::string place_text(const SourcePosition& where);

/// `9:12235`; what stands in NetFlow v9's own numbering as `v9 33002`.
[[nodiscard]] std::string id_text(ElementId id);

/// A mapping without keys: each field goes to a key of its own, which shows its value as it is.
[[nodiscard]] Mapping plain_mapping();

/// One record, traced by the mapping and by plain_mapping().
/// Lifetime: views its arguments.
class RecordExplainer {
 public:
  RecordExplainer(const Mapping& mapping, const DataSet& set, const TracedLine& line, const TracedLine& plain);

  [[nodiscard]] FirstRecord explain() const;
  /// Returns: why the key's instruction wrote nothing.
  [[nodiscard]] std::string why_silent(const Instruction& instruction) const;

 private:
  struct Written {
    std::string_view key;
    std::string_view value;
  };

  /// An instruction of a program, and what it wrote of this record.
  struct Use {
    const Instruction* instruction = nullptr;
    std::vector<std::size_t> fields;  ///< as fields_read()
    bool shows = false;               ///< as shows_field()
    std::string_view key;
    std::optional<Written> written;

    [[nodiscard]] bool shows_field_at(std::size_t index) const {
      return shows && !fields.empty() && fields.front() == index;
    }
  };

  [[nodiscard]] static std::vector<Use> uses_of(const TracedLine& line, const Template& layout);
  [[nodiscard]] FieldRow row_of(std::size_t index) const;
  [[nodiscard]] std::string plain_value(std::size_t index) const;
  void add_fates(const Use& use, std::size_t index, FieldRow& row) const;
  void add_list_keys(const Written& written, FieldRow& row) const;
  void add_written(const Use& use, std::size_t index, FieldRow& row) const;
  [[nodiscard]] std::string why_left_out(std::size_t index) const;
  [[nodiscard]] std::string why_not_run(const Instruction& instruction) const;
  [[nodiscard]] std::string why_no_value(const Instruction& instruction) const;
  [[nodiscard]] std::string why_no_time(const Instruction& instruction) const;
  [[nodiscard]] bool is_on_line(std::string_view key) const;
  [[nodiscard]] const EventRule& rule() const { return mapping_.events[line_.program.events[line_.event].rule]; }
  void add_other_keys(FirstRecord& first) const;

  const Mapping& mapping_;
  const DataSet& set_;
  const TracedLine& line_;
  std::vector<Use> uses_;
  std::vector<Use> plain_uses_;
};

}  // namespace flowcef
