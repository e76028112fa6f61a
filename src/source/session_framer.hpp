// Cuts what a connection brings into messages, by what it carries, and says when it brings nothing of use.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "flowcef/source/stream_framer.hpp"
#include "flowcef/source/stream_source_config.hpp"
#include "flowcef/source/syslog_framer.hpp"

namespace flowcef {

/// Use, lifetime and thread: as StreamFramer and SyslogFramer.
class SessionFramer {
 public:
  explicit SessionFramer(StreamContent content);

  [[nodiscard]] std::span<std::uint8_t> room() noexcept;
  void commit(std::size_t bytes) noexcept;
  void end_input() noexcept;
  /// Returns: false if there is none that is whole, or there will be none any more; see fault().
  [[nodiscard]] bool next(Bytes& message) noexcept;

  [[nodiscard]] Bytes unread() const noexcept;
  [[nodiscard]] std::uint64_t skips() const noexcept;
  [[nodiscard]] std::uint64_t skipped_bytes() const noexcept;
  /// Returns: for the user: why bytes are skipped
  [[nodiscard]] std::string_view skip_reason() const noexcept;
  /// Returns: for the user: why the connection must be given up; empty: it need not
  [[nodiscard]] std::string_view fault() const noexcept;
  /// Returns: whether the fault is but that the last message lacks its end.
  [[nodiscard]] bool is_cut() const noexcept;

 private:
  std::variant<StreamFramer, SyslogFramer> framer_;
};

}  // namespace flowcef
