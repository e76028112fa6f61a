// Reads export datagrams off an interface, while they are on their way to another collector.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>

#include "flowcef/core/counter.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/source/capture_counts.hpp"
#include "flowcef/source/datagram.hpp"
#include "flowcef/source/tap_config.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

struct TapCounts {
  Counter other_ports;    ///< of the datagrams in frames(), not handed on: to a port that is not tapped
  Counter kernel_drops;   ///< frames that came while the ring was full
  Counter interruptions;  ///< the interface went away, or could not be read any more
};

struct TapHandlers {
  std::function<void(const Datagram&)> on_datagram;
  std::function<void()> on_idle;  ///< as UdpSourceHandlers has it
};

/// Takes what comes in at the interface, not what goes out: on loopback each datagram once, and never what this host
/// sends on with an exporter's address. An interface that goes away is opened again when it is back.
/// Thread:   the one that runs the io_context, which calls the handlers as well; counts() from any.
/// Lifetime: the io_context must outlive it; the handlers are not called any more once it is destroyed.
class TapSource {
 public:
  /// Captures from now on, and hands on from start() on.
  /// Errors: std::runtime_error with interface, cause and what to do
  TapSource(boost::asio::io_context& context, TapConfig config, Logger logger, TapHandlers handlers);
  TapSource(const TapSource&) = delete;
  TapSource& operator=(const TapSource&) = delete;
  ~TapSource();

  /// Input: what came before that time is left out, nanoseconds since 1970 UTC
  void start(std::int64_t from_ns = 0);

  /// Hands on what came before that time and ends. Waits until the kernel has handed over what it holds, a few
  /// hundredths of a second. Not from within a handler.
  void stop(std::int64_t until_ns = std::numeric_limits<std::int64_t>::max());

  [[nodiscard]] const TapCounts& counts() const noexcept;
  /// Of those that the kernel's filter let through.
  [[nodiscard]] const CaptureCounts& frames() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flowcef
