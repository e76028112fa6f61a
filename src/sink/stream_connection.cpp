#include "flowcef/sink/stream_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio.hpp>

namespace flowcef {

namespace asio = boost::asio;
using asio::ip::tcp;

StreamConnection::StreamConnection(asio::io_context& io, Owner& owner, std::string source_address)
    : io_(io), owner_(owner), source_address_(std::move(source_address)), socket_(io) {}

void StreamConnection::connect(const tcp::endpoint& peer, const TlsContext* tls) {
  drop();
  const auto handler = current([this, tls](ErrorCode error) { on_connected(error, tls); });
  if (const ErrorCode error = bind_source(peer)) return asio::post(io_, [handler, error] { handler(error); });
  socket_.async_connect(peer, handler);
}

StreamConnection::ErrorCode StreamConnection::bind_source(const tcp::endpoint& peer) {
  ErrorCode error;
  if (source_address_.empty()) return error;
  const asio::ip::address address = asio::ip::make_address(source_address_, error);
  if (!error) socket_.open(peer.protocol(), error);
  if (!error) socket_.bind({address, 0}, error);
  return error;
}

void StreamConnection::on_connected(ErrorCode error, const TlsContext* tls) {
  if (error) return owner_.connect_failed(error);
  set_options();
  meter_ = TcpMeter(socket_.native_handle());
  wire_written_ = 0;
  if (tls != nullptr) {
    layer_ = tls->new_session();
  } else {
    layer_ = std::make_unique<PlainLayer>();
  }
  read();
  owner_.connected();
}

/// Finds dead peers while there is nothing to send, and sends each batch at once.
void StreamConnection::set_options() {
  ErrorCode ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  socket_.non_blocking(true, ignored);
  const auto set_seconds = [this](int option, int seconds) {
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, option, &seconds, sizeof seconds);
  };
  set_seconds(TCP_KEEPIDLE, 30);
  set_seconds(TCP_KEEPINTVL, 10);
  set_seconds(TCP_KEEPCNT, 3);
}

void StreamConnection::set_user_timeout(std::chrono::milliseconds timeout) {
  const auto limit = static_cast<unsigned>(timeout.count());
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}

void StreamConnection::secure() {
  layer_->start();
  flush();
}

void StreamConnection::close() {
  closing_ = true;
  layer_->close();
  flush();
}

void StreamConnection::drop() {
  ++connection_;
  writing_ = closing_ = false;
  ErrorCode ignored;
  socket_.close(ignored);
  layer_.reset();
}

StreamProgress StreamConnection::progress() {
  const TcpMeter::Reading reading = meter_.read(wire_written_);
  return {.wire = reading.acknowledged,
          .plaintext = layer_->plaintext_within(reading.acknowledged),
          .send_window = reading.send_window,
          .accepted = layer_->accepted(),
          .stalled = reading.stalled};
}

void StreamConnection::read() {
  socket_.async_read_some(asio::buffer(received_), current([this](ErrorCode error, std::size_t bytes) {
                            if (error) return owner_.lost(error);
                            on_status(layer_->received({received_.data(), bytes}));
                          }));
}

void StreamConnection::on_status(StreamLayer::Status status) {
  switch (status) {
    case StreamLayer::Status::closed:
      if (closing_) return read();  // FIN is still to come
      layer_->close();
      send_last_words();
      return owner_.lost(asio::error::eof);
    case StreamLayer::Status::failed:
      send_last_words();
      return owner_.refused(layer_->error());
    case StreamLayer::Status::secured:
      read();
      owner_.secured();
      return flush();  // our side's last handshake message, also when there is no line yet
    case StreamLayer::Status::ok:
      read();
      return flush();
  }
}

/// One write at a time.
void StreamConnection::flush() {
  if (writing_ || !layer_) return;
  const bool idle = layer_->next_output().empty();
  if (const std::string_view lines = idle ? owner_.to_write(kOffer) : ""; !lines.empty()) {
    layer_->offer(lines);
    if (layer_->next_output().empty()) {
      return asio::post(io_, current([this] { owner_.refused(layer_->error()); }));
    }
  }
  const std::string_view output = layer_->next_output();
  if (!output.empty()) {
    writing_ = true;
    socket_.async_write_some(asio::buffer(output),
                             current([this](ErrorCode error, std::size_t bytes) { on_written(error, bytes); }));
  } else if (closing_) {
    ErrorCode ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

void StreamConnection::on_written(ErrorCode error, std::size_t bytes) {
  writing_ = false;
  wire_written_ += bytes;
  if (error) return owner_.lost(error);
  owner_.wrote(layer_->sent(bytes));
  flush();
}

/// The answer to a goodbye, or the alert that says why: best effort, as the connection is given up anyway.
void StreamConnection::send_last_words() {
  if (writing_) return;
  ErrorCode ignored;
  socket_.write_some(asio::buffer(layer_->next_output()), ignored);
}

}  // namespace flowcef
