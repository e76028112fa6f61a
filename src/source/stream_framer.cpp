#include "flowcef/source/stream_framer.hpp"

#include <algorithm>
#include <cstring>

namespace flowcef {
namespace {

constexpr std::size_t kStreamCapacity = StreamFramer::kMaxMessage + 1 + StreamFramer::kReadBytes;
constexpr std::size_t kPrefix = 4;  ///< version and length or count
constexpr std::uint16_t kNetflow9 = 9;
constexpr std::uint16_t kIpfix = 10;
constexpr std::size_t kIpfixHeader = 16;
constexpr std::size_t kMaxRecords = 30;  ///< of NetFlow v1, v5 and v7, as many as Cisco writes

std::uint16_t version_of(Bytes bytes) noexcept {
  return load_be<std::uint16_t>(bytes.data());
}

constexpr std::size_t counted(std::size_t header, std::size_t record, std::size_t count) noexcept {
  return count <= kMaxRecords ? header + record * count : 0;
}

/// Input:   at least kPrefix bytes
/// Returns: the length of the message that begins there, 0 if none can
std::size_t stated_length(Bytes bytes) noexcept {
  const std::size_t length_or_count = load_be<std::uint16_t>(bytes.data() + 2);
  switch (version_of(bytes)) {
    case 1:
      return counted(16, 48, length_or_count);
    case 5:
      return counted(24, 48, length_or_count);
    case 7:
      return counted(24, 52, length_or_count);
    case kIpfix:
      return length_or_count >= kIpfixHeader ? length_or_count : 0;
    default:
      return 0;
  }
}

/// Input:   any number of bytes, 0 too
/// Returns: whether a message of that version can begin with them
bool may_begin(Bytes bytes, std::uint16_t version) noexcept {
  if (bytes.size() >= kPrefix) return version_of(bytes) == version && stated_length(bytes) != 0;
  if (bytes.size() >= 2) return version_of(bytes) == version;
  return bytes.empty() || bytes[0] == version >> 8;
}

/// Input:   what comes behind a message that was found by search
/// Returns: false if no message begins there; a few stray bytes in front of it do not matter, as some senders end
///          each message with some of their own
bool may_follow(Bytes bytes, std::uint16_t version) noexcept {
  constexpr std::size_t kMaxStray = 8;
  for (std::size_t stray = 0; stray <= kMaxStray; ++stray) {
    if (bytes.size() < stray + kPrefix || may_begin(bytes.subspan(stray), version)) return true;
  }
  return false;
}

}  // namespace

StreamFramer::StreamFramer(IpfixDamage ipfix_damage)
    : ipfix_damage_(ipfix_damage), buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kStreamCapacity)) {}

std::span<std::uint8_t> StreamFramer::room() noexcept {
  if (begin_ == end_ || kStreamCapacity - end_ < kReadBytes) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {buffer_.get() + end_, kStreamCapacity - end_};
}

StreamFramer::Status StreamFramer::next(Bytes& message) noexcept {
  if (!refusal_.empty()) return Status::refused;
  while (in_step_) {
    const Bytes rest = unread();
    const bool has_prefix = rest.size() >= kPrefix;
    const std::size_t length = has_prefix ? stated_length(rest) : 0;
    if (length != 0 && length <= rest.size()) return take(length, message);
    const bool waits = !has_prefix || length != 0;
    if (rest.empty() || (waits && !ended_)) return Status::starved;
    is_cut_ = waits && may_begin(rest, has_prefix ? version_of(rest) : version_);
    if (lose_step() == Status::refused) return Status::refused;
  }
  return search(message);
}

StreamFramer::Status StreamFramer::take(std::size_t length, Bytes& message) noexcept {
  message = unread().first(length);
  version_ = version_of(message);
  begin_ += length;
  position_ += length;
  skipped_in_a_row_ = 0;
  in_step_ = true;
  is_cut_ = false;
  return Status::message;
}

/// No message begins at the front.
StreamFramer::Status StreamFramer::lose_step() noexcept {
  const Bytes rest = unread();
  const std::uint16_t version = rest.size() < kPrefix ? std::uint16_t{0} : version_of(rest);
  if (version_ == 0 && version == kNetflow9) {
    return refuse("NetFlow v9 states no message length, so it cannot come as a stream");
  }
  if (ipfix_damage_ == IpfixDamage::refuse && (version_ == kIpfix || (version_ == 0 && version == kIpfix))) {
    if (is_cut_) return refuse("it ends within a message");
    return refuse(version == kIpfix ? "an IPFIX message states a length below 16"
                                    : "what follows an IPFIX message is none");
  }
  in_step_ = false;
  ++skips_;
  return Status::starved;
}

StreamFramer::Status StreamFramer::search(Bytes& message) noexcept {
  for (;;) {
    const Bytes rest = unread();
    if (rest.size() < kPrefix) {
      if (ended_) skip(rest.size());
      return Status::starved;
    }
    const std::uint16_t version = version_of(rest);
    const bool is_candidate = (version_ == 0 || version == version_) && load_be<std::uint16_t>(rest.data() + 2) != 0;
    const std::size_t length = is_candidate ? stated_length(rest) : 0;
    if (length > rest.size() && !ended_) return Status::starved;
    if (length != 0 && length <= rest.size() && may_follow(rest.subspan(length), version)) return take(length, message);
    skip(1);
  }
}

StreamFramer::Status StreamFramer::refuse(std::string_view reason) noexcept {
  refusal_ = reason;
  ++skips_;
  skip(unread().size());
  return Status::refused;
}

void StreamFramer::skip(std::size_t bytes) noexcept {
  begin_ += bytes;
  position_ += bytes;
  skipped_bytes_ += bytes;
  skipped_in_a_row_ += bytes;
}

}  // namespace flowcef
