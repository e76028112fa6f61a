// Decides by its source address whether a datagram is taken at all: a list of who may send, and a rate for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {

/// Each address may send `max_per_second` datagrams in a second, and as many at once after a silent second. The rates
/// are kept in a table of fixed size. Where it is full, the address that is furthest from its rate is forgotten: one
/// that sent a single datagram, as forged addresses do, goes before one that has used up its share, which so stays
/// limited however many others come.
/// Without prefixes and rate it takes no memory and no time.
/// Thread: one.
class Admission {
 public:
  enum class Verdict : std::uint8_t { admitted, not_allowed, over_rate };

  /// Addresses whose rates are kept at the same time.
  static constexpr std::size_t kMaxAddresses = 65'536;

  /// Input: `allowed` empty: all addresses; `max_per_second` 0: no limit.
  Admission(const std::vector<IpPrefix>& allowed, std::size_t max_per_second);
  Admission(Admission&&) noexcept = default;
  Admission& operator=(Admission&&) = delete;
  ~Admission();

  /// Input: `now_ns` as in Datagram::received_ns; a clock that is set back costs an address one second at most.
  [[nodiscard]] Verdict admit(const IpAddress& address, std::int64_t now_ns) noexcept {
    if (!allowed_.empty() && !is_allowed(address)) return Verdict::not_allowed;
    if (buckets_ != nullptr && !take_token(address, now_ns)) return Verdict::over_rate;
    return Verdict::admitted;
  }

 private:
  struct Bucket;

  [[nodiscard]] bool is_allowed(const IpAddress& address) noexcept;
  [[nodiscard]] bool take_token(const IpAddress& address, std::int64_t now_ns) noexcept;
  [[nodiscard]] Bucket& bucket_of(const IpAddress& address) noexcept;

  std::vector<IpPrefix> allowed_;
  std::optional<IpAddress> last_address_;  ///< exporters send in bursts, so the last answer is often the next one
  bool last_allowed_ = false;
  std::int64_t token_ns_ = 0;  ///< time in which one token comes
  std::uint64_t hash_key_ = 0;
  std::unique_ptr<Bucket[]> buckets_;
};

}  // namespace flowcef
