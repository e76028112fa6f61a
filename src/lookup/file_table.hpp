// A table that a CSV file fills, read anew when it has changed.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "epochs.hpp"
#include "file_snapshot.hpp"
#include "flowcef/lookup/lookups.hpp"

namespace flowcef {

/// Thread: find() from readers that entered the epochs; check() from one; the rest from any.
class FileTable {
 public:
  /// Input:    a schema without columns, which it gets from the file
  /// Errors:   as FileSnapshot::read()
  /// Lifetime: keeps a reference to the configuration.
  [[nodiscard]] static std::expected<std::unique_ptr<FileTable>, ConfigErrors> open(const LookupConfig& config,
                                                                                    const ElementRegistry& registry,
                                                                                    LookupSchema& schema);
  FileTable(const FileTable&) = delete;
  FileTable& operator=(const FileTable&) = delete;
  ~FileTable();

  [[nodiscard]] const LookupEntry* find(Bytes key) const noexcept { return current_.load()->find(key); }
  /// Reads the file if it has changed, and did not go on changing since the last look at it: somebody may still be
  /// writing it.
  void check(Epochs& epochs, LookupSchema schema, std::int64_t now_ns, std::vector<Lookups::FileNews>& news);

  /// Counts on from the table that this one replaces.
  void count_on(const FileTable& previous) noexcept {
    rows_.fetch_add(previous.rows_taken(), std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t rows_taken() const noexcept { return rows_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t entries() const noexcept { return entries_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  /// What is different once the file is.
  struct Stamp {
    std::int64_t modified_ns = 0;
    std::int64_t size = -1;  ///< -1: there is no file
    std::uint64_t inode = 0;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Retired {
    std::unique_ptr<const FileSnapshot> snapshot;
    std::uint64_t epoch;
  };

  FileTable(const LookupConfig& config, Stamp stamp, std::unique_ptr<const FileSnapshot> snapshot);

  [[nodiscard]] static Stamp stamp_of(const std::filesystem::path& file);
  void note(const FileSnapshot& snapshot);
  void report_read(const FileSnapshot& snapshot, std::vector<Lookups::FileNews>& news) const;

  const LookupConfig& config_;
  std::atomic<const FileSnapshot*> current_;
  std::vector<Retired> retired_;
  Stamp read_;  ///< when it was read
  Stamp seen_;  ///< at the last look
  std::int64_t next_check_ns_ = 0;
  bool reported_ = false;  ///< what was read at the start
  std::atomic<std::uint64_t> rows_ = 0;
  std::atomic<std::uint64_t> entries_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace flowcef
