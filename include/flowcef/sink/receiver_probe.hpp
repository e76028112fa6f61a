// Whether a receiver of a TCP or TLS output can be reached, found out beside the connection to another one.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "flowcef/sink/host_resolver.hpp"
#include "flowcef/sink/sink_config.hpp"
#include "flowcef/sink/stream_connection.hpp"
#include "flowcef/sink/tls_context.hpp"

namespace flowcef {

/// Connects to one address of the receiver after the other, ends the TLS handshake with all its checks, stays for a
/// moment, and closes in order, without a line. Who hangs up before that (a load balancer without a server), or says by
/// then that it does not accept our certificate, cannot be reached.
/// Nothing of it blocks.
/// Thread: the io_context's.
class ReceiverProbe : private StreamConnection::Owner {
 public:
  /// Input: why the receiver cannot be reached; empty: it can.
  using Done = std::function<void(const std::string& error)>;

  static constexpr std::chrono::milliseconds kStay{200};
  /// How long the receiver's end is waited for: a socket that is gone would answer its last messages with a reset.
  static constexpr std::chrono::seconds kCloseWait{1};

  /// Input:    `timeout`: for the look-up, for each address, and for the handshake; `tls`: null for TCP.
  /// Lifetime: keeps references to the io_context and the TLS settings. Handlers that were cancelled still look at the
  ///           probe: it outlives the io_context's last run.
  ReceiverProbe(boost::asio::io_context& io, Receiver receiver, std::string source_address,
                std::chrono::milliseconds timeout, const TlsContext* tls);

  /// Tries it once; an attempt under way is dropped.
  /// Thread: `done` is called later, unless another attempt or cancel() comes first.
  void start(Done done);
  void cancel();

 private:
  enum class Step : std::uint8_t { resolve, connect, secure, stay, close };

  void enter(Step step, std::chrono::milliseconds timeout);
  void timed_out();
  void connect(std::size_t address);
  void connected() override;
  void connect_failed(boost::system::error_code error) override;
  void secured() override;
  void wrote(std::size_t) override {}
  void lost(boost::system::error_code error) override;
  void refused(const std::string& reason) override { end(reason); }
  std::string_view to_write(std::size_t) override { return {}; }
  void next_address(const std::string& error);
  void stay() { enter(Step::stay, kStay); }
  void close();
  void end(const std::string& error);

  /// A handler of an earlier attempt or address finds another number here and does nothing.
  [[nodiscard]] auto current(auto handler) {
    return [this, attempt = attempt_, handler = std::move(handler)](auto&&... results) {
      if (attempt == attempt_) handler(results...);
    };
  }

  Receiver receiver_;
  std::chrono::milliseconds timeout_;
  const TlsContext* tls_;
  HostResolver resolver_;
  StreamConnection connection_;
  boost::asio::steady_timer timer_;
  Done done_;

  Step step_ = Step::resolve;
  std::uint64_t attempt_ = 0;
  std::vector<boost::asio::ip::address> addresses_;
  std::size_t address_ = 0;
};

}  // namespace flowcef
