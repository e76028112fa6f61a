#include "support/power_loss_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace flowcef::test {
namespace {

constexpr std::size_t kSector = 512;

[[noreturn]] void fail(int error, const std::string& name) {
  throw std::system_error(error, std::generic_category(), name);
}

}  // namespace

struct PowerLossFiles::Disk {
  std::string cached;
  std::string synced;
  std::set<std::size_t> dirty;  ///< numbers of sectors
  std::size_t last_begin = 0;   ///< of the last write that is not synced
  std::size_t last_end = 0;

  void write(std::size_t offset, std::string_view bytes) {
    if (cached.size() < offset + bytes.size()) cached.resize(offset + bytes.size());
    cached.replace(offset, bytes.size(), bytes);
    for (std::size_t sector = offset / kSector; sector * kSector < offset + bytes.size(); ++sector)
      dirty.insert(sector);
  }

  void sync() {
    synced = cached;
    dirty.clear();
    last_begin = last_end = 0;
  }

  void lose_power(RandomSource& random) {
    // Half of the time most of it is there, as a disk is not asked to wait.
    const unsigned survives = random.chance(50) ? 90 : 30;
    std::string left = synced;
    left.resize(random.between(std::min(synced.size(), cached.size()), std::max(synced.size(), cached.size())));
    const std::size_t torn_at = random.between(last_begin, last_end);
    for (const std::size_t sector : dirty) {
      const std::size_t begin = sector * kSector;
      std::size_t end = std::min(begin + kSector, cached.size());
      if (begin < last_end && torn_at < end) end = std::max(begin, torn_at);
      if (begin >= end || !random.chance(survives)) continue;
      if (left.size() < end) left.resize(end);
      left.replace(begin, end - begin, cached, begin, end - begin);
    }
    cached = std::move(left);
    sync();
  }
};

class PowerLossFiles::File final : public SpoolFile {
 public:
  File(PowerLossFiles& files, std::shared_ptr<Disk> disk, std::string name)
      : files_(files), disk_(std::move(disk)), name_(std::move(name)) {}

  void write(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    std::string bytes;
    for (const std::string_view piece : pieces) bytes += piece;
    const std::size_t had = disk_->cached.size();
    std::size_t fits = bytes.size();
    int error = 0;
    try {
      files_.meet(files_.write_fault, name_);
    } catch (const std::system_error& fault) {
      error = fault.code().value();
      fits = files_.random_.below(bytes.size());
    }
    if (files_.room_ && offset + fits > had + *files_.room_) {
      error = ENOSPC;
      fits = had + *files_.room_ < offset ? 0 : had + *files_.room_ - offset;
    }
    disk_->last_begin = offset;
    disk_->last_end = offset + fits;
    disk_->write(offset, std::string_view(bytes).substr(0, fits));
    if (files_.room_) *files_.room_ -= disk_->cached.size() - had;
    if (error != 0) fail(error, name_);
  }

  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    files_.meet(files_.read_fault, name_);
    ++files_.counts.reads;
    if (offset >= disk_->cached.size()) return 0;
    const std::size_t count = std::min(into.size(), disk_->cached.size() - offset);
    std::memcpy(into.data(), disk_->cached.data() + offset, count);
    files_.counts.bytes_read += count;
    return count;
  }

  std::uint64_t size() override { return disk_->cached.size(); }

  void truncate(std::uint64_t size) override {
    if (files_.room_ && size < disk_->cached.size()) *files_.room_ += disk_->cached.size() - size;
    disk_->cached.resize(size);
    disk_->last_begin = std::min(disk_->last_begin, disk_->cached.size());
    disk_->last_end = std::min(disk_->last_end, disk_->cached.size());
  }

  void sync() override {
    files_.meet(files_.sync_fault, name_);
    ++files_.counts.syncs;
    if (!files_.ignores_file_syncs) disk_->sync();
  }

 private:
  PowerLossFiles& files_;
  std::shared_ptr<Disk> disk_;
  std::string name_;
};

void PowerLossFiles::meet(Fault& fault, const std::string& name) const {
  if (fault.error == 0) return;
  if (fault.after == 0) fail(fault.error, name);
  --fault.after;
}

std::vector<std::string> PowerLossFiles::list() {
  std::vector<std::string> names;
  for (const auto& [name, disk] : names_) names.push_back(name);
  std::ranges::reverse(names);  // a folder has no order
  return names;
}

std::unique_ptr<SpoolFile> PowerLossFiles::create(const std::string& name) {
  if (names_.contains(name)) fail(EEXIST, name);
  note({.gone = {}, .come = name, .disk = std::make_shared<Disk>()});
  return std::make_unique<File>(*this, names_.at(name), name);
}

std::unique_ptr<SpoolFile> PowerLossFiles::open(const std::string& name) {
  meet(open_fault, name);
  return std::make_unique<File>(*this, find(name), name);
}

void PowerLossFiles::remove(const std::string& name) {
  const auto disk = find(name);
  if (room_) *room_ += disk->cached.size();
  note({.gone = name, .come = {}, .disk = nullptr});
}

void PowerLossFiles::rename(const std::string& from, const std::string& to) {
  note({.gone = from, .come = to, .disk = find(from)});
}

void PowerLossFiles::sync_folder() {
  meet(sync_fault, ".");
  ++counts.syncs;
  if (ignores_folder_syncs) return;
  synced_names_ = names_;
  unsynced_.clear();
}

void PowerLossFiles::lose_power() {
  for (const Change& change : unsynced_) {
    if (random_.chance(50)) apply(change, synced_names_);
  }
  unsynced_.clear();
  names_ = synced_names_;
  for (const auto& [name, disk] : names_) disk->lose_power(random_);
}

std::string& PowerLossFiles::content(const std::string& name) {
  return find(name)->cached;
}

void PowerLossFiles::put(const std::string& name, std::string bytes) {
  const auto disk = std::make_shared<Disk>();
  disk->cached = std::move(bytes);
  disk->sync();
  names_[name] = synced_names_[name] = disk;
}

void PowerLossFiles::apply(const Change& change, Names& names) {
  names.erase(change.gone);
  if (!change.come.empty()) names[change.come] = change.disk;
}

std::shared_ptr<PowerLossFiles::Disk> PowerLossFiles::find(const std::string& name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) fail(ENOENT, name);
  return found->second;
}

void PowerLossFiles::note(Change change) {
  apply(change, names_);
  unsynced_.push_back(std::move(change));
}

}  // namespace flowcef::test
