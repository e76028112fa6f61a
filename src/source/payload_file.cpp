#include "flowcef/source/payload_file.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace flowcef {
namespace {

/// What comes of a file's beginning if it is split.
struct Trial {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;  ///< of the messages
  std::uint64_t skipped = 0;
  std::string refusal;
};

/// Input: `is_all`: nothing follows.
Trial split(Bytes start, bool is_all) {
  StreamFramer framer(IpfixDamage::resync);
  std::ranges::copy(start, framer.room().begin());
  framer.commit(start.size());
  if (is_all) framer.end_input();
  Trial trial;
  for (Bytes message; framer.next(message) == StreamFramer::Status::message; ++trial.messages) {
    trial.bytes += message.size();
  }
  trial.skipped = framer.skipped_bytes();
  trial.refusal = framer.refusal();
  return trial;
}

}  // namespace

PayloadFile::PayloadFile(const std::string& path) : PayloadFile(open_for_reading(path), path) {}

PayloadFile::PayloadFile(FileHandle file, const std::string& path, FileGrowth growth)
    : path_(path), size_(size_of(file.get())), file_(std::move(file)), grows_(growth == FileGrowth::possible) {
  refill();
  if (grows_) {
    require_message();
  } else if (framer_.unread().empty()) {
    if (warning_.empty()) warning_ = path_ + ": the file is empty";
  } else {
    decide_kind();
  }
}

void PayloadFile::decide_kind() {
  const Bytes start = framer_.unread();
  const bool may_be_datagram = start.size() <= StreamFramer::kMaxMessage;  // a read takes more than that, if there is
  const Trial trial = split(start, may_be_datagram);
  if (may_be_datagram) {
    const bool is_whole = trial.messages > 0 && trial.skipped == 0;
    const bool is_damaged = trial.messages > 1 && trial.bytes > start.size() / 2;
    is_one_datagram_ = !is_whole && !is_damaged;
  } else if (trial.messages == 0) {
    throw std::runtime_error(
        fmt::format("{}: neither pcap, pcapng, IPFIX nor NetFlow v5{}, and too large to be one datagram (65535 bytes)",
                    path_, trial.refusal.empty() ? "" : " (" + trial.refusal + ")"));
  }
}

/// Of all that splits, the version comes first.
void PayloadFile::require_message() const {
  const Bytes start = framer_.unread();
  const std::uint16_t version = start.size() < 2 ? std::uint16_t{0} : load_be<std::uint16_t>(start.data());
  if (version == 10 || version == 5 || version == 7 || version == 1) return;
  throw std::runtime_error(path_ + ": neither pcap, pcapng, IPFIX nor NetFlow v1, v5 or v7");
}

ExportFile::Step PayloadFile::step(Datagram& datagram) {
  Bytes message;
  if (is_one_datagram_) {
    if (taken_ != 0) return Step::end;
    message = framer_.unread();
    taken_ = message.size();
  } else if (const Step found = next_message(message); found != Step::datagram) {
    return found;
  }
  counts_.frames.add();
  counts_.datagrams.add();
  datagram = {};
  datagram.payload = message;
  datagram.frame = counts_.frames.value();
  return Step::datagram;
}

ExportFile::Step PayloadFile::next_message(Bytes& message) {
  const auto status = framer_.next(message);
  count_damage();
  if (status == StreamFramer::Status::message) {
    taken_ = framer_.position();
    return Step::datagram;
  }
  if (!file_) {
    describe_damage();
    return Step::end;
  }
  return refill() == 0 && grows_ ? Step::end : Step::nothing;
}

double PayloadFile::progress() const noexcept {
  return size_ == 0 ? 0.0 : std::min(1.0, static_cast<double>(taken_) / static_cast<double>(size_));
}

/// Closes the file at its end, unless it may grow. Returns: how many bytes came.
std::size_t PayloadFile::refill() {
  const auto room = framer_.room();
  const std::size_t count = std::fread(room.data(), 1, room.size(), file_.get());
  framer_.commit(count);
  if (count == room.size()) return count;
  if (grows_) {
    std::clearerr(file_.get());
    return count;
  }
  if (std::ferror(file_.get())) warning_ = path_ + ": " + std::strerror(errno);
  framer_.end_input();
  file_.reset();
  return count;
}

void PayloadFile::count_damage() {
  if (framer_.skips() == skips_seen_) return;
  if (skips_seen_ == 0) first_damage_ = taken_;
  skips_seen_ = framer_.skips();
  counts_.frames.add();
  (framer_.is_cut() ? counts_.truncated : counts_.bad).add();
}

void PayloadFile::describe_damage() {
  if (skips_seen_ == 0 || !warning_.empty()) return;
  warning_ = fmt::format("{}: {} byte{} skipped that belong to no whole message, in {} place{}, the first at byte {}",
                         path_, framer_.skipped_bytes(), framer_.skipped_bytes() == 1 ? "" : "s", skips_seen_,
                         skips_seen_ == 1 ? "" : "s", first_damage_);
  if (framer_.is_cut()) warning_ += "; the last message is cut";
}

}  // namespace flowcef
