#include "flowcef/source/syslog_framer.hpp"

#include <algorithm>
#include <cstring>

namespace flowcef {
namespace {

constexpr std::size_t kMaxDigits = 7;  ///< of a count; times since 1970 have ten
constexpr std::size_t kSyslogCapacity = SyslogFramer::kMaxMessage + 1 + SyslogFramer::kReadBytes;

bool ends_line(std::uint8_t byte) noexcept {
  return byte == '\n' || byte == 0;
}

bool is_between_messages(std::uint8_t byte) noexcept {
  return ends_line(byte) || byte == '\r';
}

bool is_digit(std::uint8_t byte) noexcept {
  return byte >= '0' && byte <= '9';
}

std::size_t length_while(Bytes bytes, bool (*fits)(std::uint8_t)) noexcept {
  return static_cast<std::size_t>(std::ranges::find_if_not(bytes, fits) - bytes.begin());
}

std::size_t end_of_line(Bytes bytes) noexcept {
  return static_cast<std::size_t>(std::ranges::find_if(bytes, ends_line) - bytes.begin());
}

}  // namespace

SyslogFramer::SyslogFramer() : buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kSyslogCapacity)) {}

std::span<std::uint8_t> SyslogFramer::room() noexcept {
  if (begin_ == end_ || kSyslogCapacity - end_ < kReadBytes) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {buffer_.get() + end_, kSyslogCapacity - end_};
}

bool SyslogFramer::next(Bytes& message) noexcept {
  for (;;) {
    switch (state_) {
      case State::between:
        if (!begin_message()) return false;
        break;
      case State::in_line:
        return take_line(message);
      case State::in_counted:
        return take_counted(message);
      case State::past_line:
        if (!skip_line()) return false;
        break;
      case State::past_counted:
        if (!skip_counted()) return false;
        break;
    }
  }
}

/// Returns: false if more bytes are needed to tell what begins.
bool SyslogFramer::begin_message() noexcept {
  pass(length_while(unread(), is_between_messages));
  const Bytes rest = unread();
  if (rest.empty()) return false;
  const std::size_t digits = rest[0] == '0' ? 0 : length_while(rest.first(std::min(rest.size(), kMaxDigits)), is_digit);
  const std::size_t needed = digits + (counted_ ? 1 : 2);
  const auto fits = [&](std::size_t at, std::uint8_t expected) { return at >= rest.size() || rest[at] == expected; };
  const bool may_be_count = digits != 0 && fits(digits, ' ') && (counted_ || fits(digits + 1, '<'));
  if (may_be_count && rest.size() < needed && !ended_) return false;
  if (!may_be_count || rest.size() < needed) {
    state_ = State::in_line;
    scanned_ = 0;
    return true;
  }
  left_ = 0;
  for (const std::uint8_t digit : rest.first(digits)) left_ = left_ * 10 + (digit - std::size_t{'0'});
  pass(digits + 1);
  state_ = State::in_counted;
  return true;
}

bool SyslogFramer::take_line(Bytes& message) noexcept {
  const Bytes rest = unread();
  const Bytes longest = rest.first(std::min(rest.size(), kMaxMessage + 1));
  std::size_t length = scanned_ + end_of_line(longest.subspan(scanned_));
  scanned_ = length;
  if (length == rest.size() && length <= kMaxMessage && !ended_) return false;
  counted_ = false;
  state_ = State::between;
  if (length > kMaxMessage) {
    length = kMaxMessage;
    ++skips_;
    state_ = State::past_line;
  }
  pass(length);
  message = rest.first(length - (rest[length - 1] == '\r' ? 1 : 0));
  return true;
}

bool SyslogFramer::take_counted(Bytes& message) noexcept {
  const Bytes rest = unread();
  const std::size_t length = std::min(left_, kMaxMessage);
  if (rest.size() < length) {
    if (!ended_) return false;
    if (!rest.empty()) ++skips_;
    skip(rest.size());
    state_ = State::between;
    return false;
  }
  counted_ = true;
  left_ -= length;
  state_ = State::between;
  if (left_ != 0) {
    ++skips_;
    state_ = State::past_counted;
  }
  pass(length);
  message = rest.first(length);
  return true;
}

bool SyslogFramer::skip_line() noexcept {
  const std::size_t length = end_of_line(unread());
  skip(length);
  if (unread().empty()) return false;
  state_ = State::between;
  return true;
}

bool SyslogFramer::skip_counted() noexcept {
  const std::size_t length = std::min(left_, unread().size());
  skip(length);
  left_ -= length;
  if (left_ != 0) return false;
  state_ = State::between;
  return true;
}

void SyslogFramer::pass(std::size_t bytes) noexcept {
  begin_ += bytes;
  position_ += bytes;
}

void SyslogFramer::skip(std::size_t bytes) noexcept {
  pass(bytes);
  skipped_bytes_ += bytes;
}

}  // namespace flowcef
