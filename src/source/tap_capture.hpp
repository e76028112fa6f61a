// A live capture of libpcap's: opened, filtered, read without waiting. Knows no io_context.
#pragma once

#include <pcap/pcap.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "flowcef/source/tap_config.hpp"

namespace flowcef {

/// what(): `cannot tap eth0: cause (what to do)`
struct TapError : std::runtime_error {
  TapError(const std::string& interface, std::string_view why, const std::string& hint)
      : std::runtime_error("cannot tap " + interface + ": " + std::string(why) +
                           (hint.empty() ? "" : " (" + hint + ')')),
        cause(why) {}

  std::string cause;
};

/// The interface is not there or is down, which time may mend.
struct TapAway : TapError {
  using TapError::TapError;
};

class TapCapture {
 public:
  /// How long the kernel may keep a frame to itself; it hands over blocks of its ring, full or after this time.
  static constexpr std::chrono::milliseconds kBlockTime{40};

  /// Errors: TapError, TapAway
  explicit TapCapture(const TapConfig& config);

  [[nodiscard]] int descriptor() const noexcept { return pcap_get_selectable_fd(capture_.get()); }
  [[nodiscard]] int link_type() const noexcept { return pcap_datalink(capture_.get()); }

  /// Returns: false if no frame is there
  /// Errors:  TapError: the interface cannot be read any more
  [[nodiscard]] bool next(const pcap_pkthdr*& header, const std::uint8_t*& bytes);

  /// Returns: frames dropped since the last call
  [[nodiscard]] std::uint32_t take_drops() noexcept;

  /// Returns: whether the interface that was opened is still there
  [[nodiscard]] bool is_there() const noexcept;

 private:
  struct Closer {
    void operator()(pcap_t* capture) const noexcept { pcap_close(capture); }
  };
  void activate(const TapConfig& config);
  void ignore_outgoing() noexcept;
  void set_filter(const TapConfig& config);

  std::string interface_;
  unsigned index_;  ///< 0: all interfaces
  std::unique_ptr<pcap_t, Closer> capture_;
  std::uint32_t drops_seen_ = 0;
};

}  // namespace flowcef
