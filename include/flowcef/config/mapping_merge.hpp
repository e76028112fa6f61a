// Puts a mapping together from the file that a user names and those that it extends.
#pragma once

#include <span>
#include <string>

#include "flowcef/config/mapping_file.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef {

/// Errors: added to those of the file to blame.
class MappingMerge {
 public:
  /// Takes what the file says over what is there: `[cef]` key by key, rules before those that are there or instead of
  /// them, keys at the place of those of the same name or behind all others, tables row by row.
  /// Order: the mapping that extends no other comes first.
  void extend_by(MappingFile& file);

  /// Checks that the mapping has what each one needs.
  /// Input: the files, in the order of extend_by(); the last one is blamed for what none of them has.
  void check_complete(std::span<MappingFile> files);

  /// Returns: the mapping as `file`, the last one, makes it.
  [[nodiscard]] MappingSpec take(const MappingFile& file);

 private:
  void check_cef(MappingFile& file) const;
  void check_events(std::span<MappingFile> files) const;
  /// Names the keys that are there as if they had been written for another prefix.
  void rename_keys(const std::string& from, const std::string& to);
  void merge_events(MappingFile& file);
  void merge_tables(MappingFile& file);
  void merge_keys(MappingFile& file);
  void take_key_out(MappingFile& file, const MappingFileKey& key);

  MappingSpec spec_;  ///< its header is filled by take()
  MappingHeader header_;
  bool has_cef_ = false;
  bool has_events_ = false;
  std::string old_prefix_;  ///< that keys had before the last file
};

}  // namespace flowcef
