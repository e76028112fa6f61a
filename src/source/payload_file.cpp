#include "flowcef/source/payload_file.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace flowcef {
namespace {

constexpr std::size_t kMaxDatagram = 65535;
constexpr std::size_t kBufferBytes = 4 * (kMaxDatagram + 1);

/// Returns: the length that the message at the front states; 0 if it states none or an impossible one.
std::size_t stated_length(Bytes bytes) noexcept {
  constexpr std::size_t kIpfixHeader = 16;
  constexpr std::size_t kNetflow5Header = 24;
  constexpr std::size_t kNetflow5Record = 48;
  ByteReader reader(bytes);
  std::uint16_t version = 0;
  std::uint16_t length_or_count = 0;
  if (!reader.read(version) || !reader.read(length_or_count)) return 0;
  if (version == 10) return length_or_count >= kIpfixHeader ? length_or_count : 0;
  if (version != 5) return 0;
  const std::size_t length = kNetflow5Header + kNetflow5Record * length_or_count;
  return length <= kMaxDatagram ? length : 0;
}

/// Returns: whether whole messages follow each other up to the very end.
bool splits_evenly(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t length = stated_length(bytes);
    if (length == 0 || length > bytes.size()) return false;
    bytes = bytes.subspan(length);
  }
  return true;
}

}  // namespace

PayloadFile::PayloadFile(const std::string& path) : PayloadFile(open_for_reading(path), path) {}

PayloadFile::PayloadFile(FileHandle file, const std::string& path)
    : path_(path), size_(size_of(file.get())), file_(std::move(file)), buffer_(kBufferBytes) {
  refill();
  if (unread().empty()) {
    if (warning_.empty()) warning_ = path_ + ": the file is empty";
  } else if (unread().size() <= kMaxDatagram) {
    one_datagram_ = !splits_evenly(unread());
  } else if (stated_length(unread()) == 0) {
    throw std::runtime_error(path_ +
                             ": neither pcap, pcapng, IPFIX nor NetFlow v5, and too large to be one datagram "
                             "(65535 bytes)");
  }
}

bool PayloadFile::next(Datagram& datagram) {
  if (unread().size() < kMaxDatagram) refill();
  const Bytes rest = unread();
  if (rest.empty()) return false;
  counts_.frames.add();
  const std::size_t length = one_datagram_ ? rest.size() : stated_length(rest);
  if (length == 0 || length > rest.size()) {
    give_up_rest();
    return false;
  }
  datagram = {};
  datagram.payload = rest.first(length);
  datagram.frame = counts_.frames.value();
  counts_.datagrams.add();
  begin_ += length;
  taken_ += length;
  return true;
}

double PayloadFile::progress() const noexcept {
  return size_ == 0 ? 0.0 : std::min(1.0, static_cast<double>(taken_) / static_cast<double>(size_));
}

void PayloadFile::refill() {
  if (!file_ || std::feof(file_.get()) || std::ferror(file_.get())) return;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  end_ += std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
  if (std::ferror(file_.get())) warning_ = path_ + ": " + std::strerror(errno);
}

void PayloadFile::give_up_rest() {
  const bool is_cut = stated_length(unread()) != 0;
  (is_cut ? counts_.truncated : counts_.bad).add();
  warning_ = fmt::format("{}: {} at byte {}; what comes before is used", path_,
                         is_cut ? "the last message is cut" : "no IPFIX or NetFlow v5 message", taken_);
  begin_ = end_;
  file_.reset();
}

}  // namespace flowcef
