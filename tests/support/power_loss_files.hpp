// A folder in memory that forgets what was not synced when the power goes, and fails on demand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flowcef/spool/spool_files.hpp"
#include "support/random_source.hpp"

namespace flowcef::test {

/// As a disk behind a page cache: sectors of 512 bytes reach it in any order, the last write of a file only in part, names
/// in the folder each or not, unless a sync says so. A killed process needs nothing from here: all that was written stays.
/// Thread: one.
class PowerLossFiles final : public SpoolFiles {
 public:
  explicit PowerLossFiles(std::uint64_t seed) : random_(seed) {}

  void lock() override {}
  [[nodiscard]] std::vector<std::string> list() override;
  [[nodiscard]] std::unique_ptr<SpoolFile> create(const std::string& name) override;
  [[nodiscard]] std::unique_ptr<SpoolFile> open(const std::string& name) override;
  void remove(const std::string& name) override;
  void rename(const std::string& from, const std::string& to) override;
  void sync_folder() override;

  /// Input: no file is open.
  void lose_power();

  /// Returns: what is in a file, to be looked at and changed.
  [[nodiscard]] std::string& content(const std::string& name);
  void put(const std::string& name, std::string bytes);

  /// The disk says that it has synced, and has not.
  bool ignores_file_syncs = false;
  bool ignores_folder_syncs = false;

  /// After so many more bytes, writes fail with ENOSPC, as far as they make a file larger; nothing: never.
  void set_room(std::optional<std::uint64_t> bytes) { room_ = bytes; }
  /// The calls of a kind from the one after so many on fail with this errno.
  struct Fault {
    int error = 0;  ///< 0: none
    std::size_t after = 0;
  };
  Fault read_fault;
  Fault write_fault;
  Fault sync_fault;
  Fault open_fault;

  struct Counts {
    std::size_t reads = 0;
    std::size_t bytes_read = 0;
    std::size_t syncs = 0;
  };
  Counts counts;

 private:
  struct Disk;  ///< one file's content
  class File;

  /// What happened to the folder and is not synced.
  struct Change {
    std::string gone;  ///< empty: none
    std::string come;  ///< empty: none
    std::shared_ptr<Disk> disk;
  };
  using Names = std::map<std::string, std::shared_ptr<Disk>>;

  void meet(Fault& fault, const std::string& name) const;
  static void apply(const Change& change, Names& names);
  [[nodiscard]] std::shared_ptr<Disk> find(const std::string& name) const;
  void note(Change change);

  RandomSource random_;
  Names names_;
  Names synced_names_;
  std::vector<Change> unsynced_;
  std::optional<std::uint64_t> room_;
};

}  // namespace flowcef::test
