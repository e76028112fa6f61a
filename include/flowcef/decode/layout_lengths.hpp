// How long an exporter's records of one layout are, learned from what its datagrams say.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace flowcef {

/// A datagram says count times length; a count that is wrong can still divide the bytes, and then names a wrong length.
/// So a length is believed once three datagrams have named it, and stays from then on.
class LengthVotes {
 public:
  static constexpr std::uint32_t kNeeded = 3;

  /// Returns: the length; nothing as long as it is not known.
  [[nodiscard]] std::optional<std::uint32_t> known() const noexcept { return known_; }
  /// Counts a datagram, until the length is known.
  void vote(std::uint32_t length) noexcept;
  /// Believes what every datagram so far has named, as no more may come.
  void settle() noexcept;

 private:
  struct Candidate {
    std::uint32_t length;
    std::uint32_t votes;
  };

  std::optional<std::uint32_t> known_;
  std::array<Candidate, 4> candidates_{};  ///< a length that comes often stays among them, whatever else comes
  std::size_t count_ = 0;
  bool disputed_ = false;  ///< more than one length was named
};

/// What is known of an exporter's records of one layout.
struct LayoutLength {
  std::string layout;  ///< its name, which a reload keeps
  LengthVotes votes;
  std::optional<std::uint32_t> uptime_ms;  ///< of the latest datagram that was read
};

}  // namespace flowcef
