#include "session_framer.hpp"

namespace flowcef {
namespace {

/// A greeting of another protocol, against a stray byte in front of the first message.
constexpr std::uint64_t kMaxRubbishAtFirst = 256;
constexpr std::uint64_t kMaxRubbish = StreamFramer::kMaxMessage;

}  // namespace

SessionFramer::SessionFramer(StreamContent content) : framer_(std::in_place_type<StreamFramer>, IpfixDamage::refuse) {
  if (content == StreamContent::syslog) framer_.emplace<SyslogFramer>();
}

std::span<std::uint8_t> SessionFramer::room() noexcept {
  return std::visit([](auto& framer) { return framer.room(); }, framer_);
}

void SessionFramer::commit(std::size_t bytes) noexcept {
  std::visit([bytes](auto& framer) { framer.commit(bytes); }, framer_);
}

void SessionFramer::end_input() noexcept {
  std::visit([](auto& framer) { framer.end_input(); }, framer_);
}

bool SessionFramer::next(Bytes& message) noexcept {
  if (auto* const syslog = std::get_if<SyslogFramer>(&framer_)) return syslog->next(message);
  return std::get_if<StreamFramer>(&framer_)->next(message) == StreamFramer::Status::message;
}

Bytes SessionFramer::unread() const noexcept {
  return std::visit([](const auto& framer) { return framer.unread(); }, framer_);
}

std::uint64_t SessionFramer::skips() const noexcept {
  return std::visit([](const auto& framer) { return framer.skips(); }, framer_);
}

std::uint64_t SessionFramer::skipped_bytes() const noexcept {
  return std::visit([](const auto& framer) { return framer.skipped_bytes(); }, framer_);
}

std::string_view SessionFramer::skip_reason() const noexcept {
  return std::holds_alternative<SyslogFramer>(framer_) ? "a message is longer than 65535 bytes, or lacks its end"
                                                       : "searching for the next one";
}

std::string_view SessionFramer::fault() const noexcept {
  const auto* const exports = std::get_if<StreamFramer>(&framer_);
  if (exports == nullptr) return {};
  if (!exports->refusal().empty()) return exports->refusal();
  const std::uint64_t limit = exports->has_begun() ? kMaxRubbish : kMaxRubbishAtFirst;
  return exports->skipped_in_a_row() > limit ? "it brings no export messages" : std::string_view();
}

bool SessionFramer::is_cut() const noexcept {
  const auto* const exports = std::get_if<StreamFramer>(&framer_);
  return exports != nullptr && exports->is_cut();
}

}  // namespace flowcef
