#include "file_table.hpp"

#include <chrono>
#include <utility>

namespace flowcef {
namespace {

constexpr std::size_t kMaxNews = 20;

}  // namespace

std::expected<std::unique_ptr<FileTable>, ConfigErrors> FileTable::open(const LookupConfig& config,
                                                                        const ElementRegistry& registry,
                                                                        LookupSchema& schema) {
  const Stamp stamp = stamp_of(config.file);
  auto snapshot = FileSnapshot::read(config, &registry, schema);
  if (!snapshot) return std::unexpected(std::move(snapshot.error()));
  return std::unique_ptr<FileTable>(new FileTable(config, stamp, *std::move(snapshot)));
}

FileTable::FileTable(const LookupConfig& config, Stamp stamp, std::unique_ptr<const FileSnapshot> snapshot)
    : config_(config), read_(stamp), seen_(stamp) {
  note(*snapshot);
  current_ = snapshot.release();
}

FileTable::~FileTable() {
  delete current_.load();
}

FileTable::Stamp FileTable::stamp_of(const std::filesystem::path& file) {
  struct stat info{};
  if (stat(file.c_str(), &info) != 0) return {};
  return {std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size, info.st_ino};
}

void FileTable::note(const FileSnapshot& snapshot) {
  rows_.fetch_add(snapshot.size() + snapshot.repeated_keys(), std::memory_order_relaxed);
  entries_.store(snapshot.size(), std::memory_order_relaxed);
  bytes_.store(snapshot.bytes(), std::memory_order_relaxed);
}

void FileTable::report_read(const FileSnapshot& snapshot, std::vector<Lookups::FileNews>& news) const {
  std::string text = "lookup " + config_.name.text + ": read file=" + config_.file.string() +
                     " entries=" + std::to_string(snapshot.size());
  const std::size_t repeated = snapshot.repeated_keys();
  if (repeated != 0) text += " repeated_keys=" + std::to_string(repeated) + ", of which the last row counts";
  news.push_back({false, std::move(text)});
}

void FileTable::check(Epochs& epochs, LookupSchema schema, std::int64_t now_ns, std::vector<Lookups::FileNews>& news) {
  if (!retired_.empty()) {
    const std::uint64_t oldest_reader = epochs.oldest_reader();
    std::erase_if(retired_, [oldest_reader](const Retired& retired) { return retired.epoch < oldest_reader; });
  }
  if (!std::exchange(reported_, true)) report_read(*current_.load(), news);
  // While somebody still reads what was replaced, the next one waits: there are never more than two.
  if (now_ns < next_check_ns_ || !retired_.empty()) return;
  next_check_ns_ = now_ns + std::chrono::nanoseconds(config_.check_every).count();
  const Stamp stamp = stamp_of(config_.file);
  if (std::exchange(seen_, stamp) != stamp || stamp == read_) return;
  read_ = stamp;
  auto snapshot = FileSnapshot::read(config_, nullptr, schema);
  if (!snapshot) {
    news.push_back({true, "lookup " + config_.name.text +
                              ": goes on as it was, its file has errors: " + std::to_string(snapshot.error().size())});
    for (std::size_t i = 0; i < std::min(snapshot.error().size(), kMaxNews); ++i) {
      news.push_back({true, snapshot.error()[i].to_string()});
    }
    return;
  }
  note(**snapshot);
  report_read(**snapshot, news);
  const FileSnapshot* const before = current_.exchange(snapshot->release());
  retired_.push_back({std::unique_ptr<const FileSnapshot>(before), epochs.now()});
}

}  // namespace flowcef
