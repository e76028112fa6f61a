// The socket of a TCP or TLS output with its layer, one connection after the other; decides nothing.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/sink/stream_fsm.hpp"
#include "flowcef/sink/stream_layer.hpp"
#include "flowcef/sink/tcp_meter.hpp"
#include "flowcef/sink/tls_context.hpp"

namespace flowcef {

/// Thread: the io_context's.
class StreamConnection {
 public:
  using ErrorCode = boost::system::error_code;

  /// Is told of each event, later and never from inside a call, and may drop the connection on any of them.
  class Owner {
   public:
    virtual void connected() = 0;
    virtual void connect_failed(ErrorCode error) = 0;
    /// The handshake is done.
    virtual void secured() = 0;
    /// The socket took something. Input: bytes of to_write() that are wholly out; 0: only bytes of TLS's own.
    virtual void wrote(std::size_t bytes) = 0;
    /// The peer ended the connection (asio::error::eof), or reading or writing failed.
    virtual void lost(ErrorCode error) = 0;
    /// TLS ended it, on this side or by the peer's alert.
    virtual void refused(const std::string& reason) = 0;
    /// Returns: the next bytes of lines, at most so many; see StreamFsm::to_write().
    virtual std::string_view to_write(std::size_t most) = 0;

   protected:
    ~Owner() = default;
  };

  /// Input:    `source_address`: numeric, to connect from; empty: the kernel chooses.
  /// Lifetime: keeps references to both.
  StreamConnection(boost::asio::io_context& io, Owner& owner, std::string source_address);

  /// Drops what there is and connects anew. Input: `tls`: null for TCP. Lifetime: `tls` until secured.
  void connect(const boost::asio::ip::tcp::endpoint& peer, const TlsContext* tls);
  /// Begins the handshake. As all below: while connected.
  void secure();
  /// Sends what the layer and the owner have for the socket.
  void flush();
  /// Sends what is left, the layer's goodbye and FIN. The peer's end is lost() with eof.
  void close();
  void drop();

  [[nodiscard]] const StreamLayer& layer() const { return *layer_; }
  [[nodiscard]] StreamProgress progress();
  /// How long written bytes may stay without an acknowledgement; 0: as long as the kernel likes.
  void set_user_timeout(std::chrono::milliseconds timeout);

 private:
  /// Offered to the layer at once; bounds what TLS keeps in memory.
  static constexpr std::size_t kOffer = std::size_t{64} * 1024;

  [[nodiscard]] ErrorCode bind_source(const boost::asio::ip::tcp::endpoint& peer);
  void on_connected(ErrorCode error, const TlsContext* tls);
  void set_options();
  void read();
  void on_status(StreamLayer::Status status);
  void on_written(ErrorCode error, std::size_t bytes);
  void send_last_words();

  /// A handler of an earlier connection finds another number here and does nothing.
  [[nodiscard]] auto current(auto handler) {
    return [this, connection = connection_, handler = std::move(handler)](auto&&... results) {
      if (connection == connection_) handler(results...);
    };
  }

  boost::asio::io_context& io_;
  Owner& owner_;
  std::string source_address_;
  boost::asio::ip::tcp::socket socket_;
  std::uint64_t connection_ = 0;

  std::unique_ptr<StreamLayer> layer_;
  TcpMeter meter_;
  std::uint64_t wire_written_ = 0;  ///< bytes that the socket took
  bool writing_ = false;
  bool closing_ = false;
  std::array<char, 4096> received_;
};

}  // namespace flowcef
