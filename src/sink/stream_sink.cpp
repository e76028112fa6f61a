// Drives StreamFsm with a TCP socket, a timer and a layer (plain or TLS); all decisions are the machine's.
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/log/rate_limiter.hpp"
#include "flowcef/sink/host_resolver.hpp"
#include "flowcef/sink/output_driver.hpp"
#include "flowcef/sink/stream_fsm.hpp"
#include "flowcef/sink/tcp_meter.hpp"
#include "flowcef/sink/tls_certificate.hpp"
#include "flowcef/sink/tls_context.hpp"

namespace flowcef {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;
using Kind = StreamAction::Kind;

StreamSettings stream_settings(const SinkConfig& config) {
  return {.connect_timeout = config.connect_timeout,
          .peer_timeout = config.peer_timeout,
          .accepted_after = config.tls.accepted_after,
          .secure = config.transport == Transport::tls,
          .replay_acked = config.replay_acked,
          // What is kept to be sent again must leave room for what is new.
          .replay_max_bytes = std::min(config.replay_max_bytes, config.queue_bytes / (2 * config.connections))};
}

class StreamSink final : public OutputDriver {
 public:
  StreamSink(const SinkConfig& config, OutputFeed& feed, Logger log, std::optional<TlsContext> tls)
      : config_(config),
        target_(host_and_port(config.host, config.port)),
        feed_(feed),
        log_(std::move(log)),
        tls_(std::move(tls)),
        fsm_(stream_settings(config), Backoff(config.backoff_min, config.backoff_max, std::random_device{}()),
             feed.window()) {}

  void run() override {
    const auto until_finished = asio::make_work_guard(io_);
    perform(fsm_.start(Clock::now()));
    io_.run();
  }

  void wake() override {
    asio::post(io_, [this] { on_wake(); });
  }

  void stop(Clock::time_point deadline) override {
    asio::post(io_, [this, deadline] {
      perform(fsm_.stop(deadline, Clock::now()));
      on_wake();
    });
  }

  void leave(Clock::time_point deadline) override {
    asio::post(io_, [this, deadline] {
      leaving_ = true;
      perform(fsm_.leave(deadline, Clock::now()));
      on_wake();
    });
  }

 private:
  /// Offered to the layer at once; bounds what TLS keeps in memory.
  static constexpr std::size_t kOffer = std::size_t{64} * 1024;
  static constexpr std::chrono::seconds kStallIsLong{5};
  static constexpr std::chrono::seconds kStallLog{60};

  void perform(StreamAction action);
  StreamAction perform_one(const StreamAction& action);
  StreamAction fetch();
  StreamAction look();
  void note_stall(bool stalled);
  void on_wake();
  [[nodiscard]] bool nothing_will_come() const { return leaving_ || feed_.exhausted(); }
  void note();

  void resolve();
  void connect(const tcp::endpoint& peer);
  void on_connected(ErrorCode error);
  [[nodiscard]] ErrorCode bind_source(const tcp::endpoint& peer);
  void set_options();
  void set_user_timeout(bool on);
  void opened();

  void start_read();
  void on_read(ErrorCode error, std::size_t bytes);
  void on_status(StreamLayer::Status status);
  void flush();
  void on_written(ErrorCode error, std::size_t bytes);
  void send_last_words();

  void disconnect();
  [[nodiscard]] std::string unexplained(std::string reason) const;
  void lost(std::string reason, StreamEnd end = StreamEnd::broken);
  void report_loss();
  void arm_timer();
  void on_timer();

  /// A handler of an earlier connection finds another number here and does nothing.
  [[nodiscard]] auto current(auto handler) {
    return [this, connection = connection_, handler = std::move(handler)](auto&&... results) {
      if (connection == connection_) handler(results...);
    };
  }

  SinkConfig config_;
  std::string target_;
  OutputFeed& feed_;
  Logger log_;
  std::optional<TlsContext> tls_;
  StreamFsm fsm_;
  bool leaving_ = false;
  std::string reason_;  ///< why the connection is about to end

  asio::io_context io_{1};
  HostResolver resolver_{io_};
  tcp::socket socket_{io_};
  asio::steady_timer timer_{io_};
  Clock::time_point timer_at_ = Clock::time_point::max();

  std::vector<asio::ip::address> addresses_;
  std::string peer_;
  std::unique_ptr<StreamLayer> layer_;
  TcpMeter meter_;
  std::uint64_t wire_written_ = 0;  ///< bytes that the socket took
  std::uint64_t connection_ = 0;
  bool writing_ = false;
  bool usable_ = false;  ///< handshake and all
  bool short_ = false;   ///< connections are kept so
  std::optional<Clock::time_point> stalled_since_;
  bool capped_ = false;  ///< has been said of this connection
  RateLimiter stall_log_{kStallLog};
  std::array<char, 4096> received_;
};

void StreamSink::perform(StreamAction action) {
  note();
  while (action.kind != Kind::none) {
    action = perform_one(action);
    note();
  }
  arm_timer();
}

/// Tells the books and the notes what the machine has found out.
void StreamSink::note() {
  if (const SendWindow::Lines settled = fsm_.take_settled(); settled.lines > 0) {
    feed_.books().delivered(settled.lines, settled.bytes);
  }
  if (const std::size_t repeated = fsm_.take_repeated(); repeated > 0) feed_.books().repeated(repeated);
  if (fsm_.state() != LinkState::closed) feed_.notes().enter(fsm_.state());
}

/// Returns: the action that follows at once, if any.
StreamAction StreamSink::perform_one(const StreamAction& action) {
  switch (action.kind) {
    case Kind::resolve:
      resolve();
      break;
    case Kind::connect:
      connect({addresses_[action.address], config_.port});
      break;
    case Kind::secure:
      layer_->start();
      flush();
      break;
    case Kind::fetch:
      return fetch();
    case Kind::write:
      flush();
      break;
    case Kind::look:
      return look();
    case Kind::disconnect:
      report_loss();
      disconnect();
      // Having nothing in hand, a stop need not wait for the next attempt.
      if (nothing_will_come()) return fsm_.drained(Clock::now());
      break;
    case Kind::close:
      layer_->close();
      flush();
      break;
    case Kind::finish:
      disconnect();
      io_.stop();
      break;
    case Kind::none:
      break;
  }
  return {};
}

StreamAction StreamSink::fetch() {
  if (!leaving_ && feed_.take()) return fsm_.loaded(Clock::now());
  return nothing_will_come() ? fsm_.drained(Clock::now()) : StreamAction{};
}

StreamAction StreamSink::look() {
  const TcpMeter::Reading reading = meter_.read(wire_written_);
  const StreamAction next = fsm_.progress({.wire = reading.acknowledged,
                                           .plaintext = layer_->plaintext_within(reading.acknowledged),
                                           .send_window = reading.send_window,
                                           .accepted = layer_->accepted(),
                                           .stalled = reading.stalled},
                                          Clock::now());
  note_stall(reading.stalled);
  if (fsm_.replay_is_capped() && !std::exchange(capped_, true)) {
    log_->warn(
        "lines that the receiver may not have read exceed replay_max_bytes output={} to={}: raise it, and queue "
        "to at least twice as much",
        config_.name, target_);
  }
  return next;
}

void StreamSink::note_stall(bool stalled) {
  const auto now = Clock::now();
  if (stalled != stalled_since_.has_value()) {
    set_user_timeout(!stalled);
    stalled_since_ = stalled ? std::optional(now) : std::nullopt;
  }
  if (!stalled || now - *stalled_since_ < kStallIsLong || !stall_log_.allow(now)) return;
  log_->warn("receiver stalls: its machine answers, but it takes nothing output={} to={} for={}s", config_.name,
             target_, std::chrono::duration_cast<std::chrono::seconds>(now - *stalled_since_).count());
}

void StreamSink::on_wake() {
  if (fsm_.is_open()) {
    perform(fetch());
  } else if (nothing_will_come()) {
    perform(fsm_.drained(Clock::now()));
  }
}

void StreamSink::resolve() {
  resolver_.resolve(config_.host, current([this](HostResolver::Result& result) {
                      addresses_ = std::move(result.addresses);
                      reason_ = result.error;
                      perform(fsm_.resolved(addresses_.size(), Clock::now()));
                    }));
}

void StreamSink::connect(const tcp::endpoint& peer) {
  disconnect();
  peer_ = peer.address().to_string();
  feed_.notes().peer(peer_, tls_ ? "tls" : "tcp");
  if (const ErrorCode error = bind_source(peer)) {
    return asio::post(io_, current([this, error] { on_connected(error); }));
  }
  socket_.async_connect(peer, current([this](ErrorCode error) { on_connected(error); }));
}

ErrorCode StreamSink::bind_source(const tcp::endpoint& peer) {
  ErrorCode error;
  if (config_.source_address.empty()) return error;
  const asio::ip::address address = asio::ip::make_address(config_.source_address, error);
  if (!error) socket_.open(peer.protocol(), error);
  if (!error) socket_.bind({address, 0}, error);
  return error;
}

void StreamSink::on_connected(ErrorCode error) {
  if (error) {
    feed_.books().error(error.value());
    reason_ = error.message();
    return perform(fsm_.connect_failed(Clock::now()));
  }
  set_options();
  meter_ = TcpMeter(socket_.native_handle());
  wire_written_ = 0;
  stalled_since_.reset();
  capped_ = false;
  if (tls_) {
    layer_ = tls_->new_session();
  } else {
    layer_ = std::make_unique<PlainLayer>();
    opened();
  }
  start_read();
  perform(fsm_.connected(Clock::now()));
}

/// Finds dead peers while there is nothing to send, and sends each batch at once.
void StreamSink::set_options() {
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
  set_user_timeout(true);
}

/// Off while the receiver stalls: Linux counts a closed window as a dead peer, however alive that is.
void StreamSink::set_user_timeout(bool on) {
  const auto limit = static_cast<unsigned>(on ? config_.peer_timeout.count() : 0);
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
}

void StreamSink::opened() {
  usable_ = true;
  reason_.clear();
  feed_.connected();
  feed_.notes().peer(peer_, std::string(layer_->name()));
  const auto expires = layer_->peer_certificate_expires();
  feed_.notes().certificate_expires(expires);
  if (expires) {
    const std::string warning =
        expiry_warning("the receiver's certificate", *expires, std::chrono::system_clock::now());
    if (!warning.empty()) log_->warn("{} output={} to={}", warning, config_.name, target_);
  }
  log_->info("connected output={} to={} address={} layer={}", config_.name, target_, peer_, layer_->name());
}

void StreamSink::start_read() {
  socket_.async_read_some(asio::buffer(received_),
                          current([this](ErrorCode error, std::size_t bytes) { on_read(error, bytes); }));
}

void StreamSink::on_read(ErrorCode error, std::size_t bytes) {
  if (error == asio::error::eof) return lost(unexplained("closed by the receiver"), StreamEnd::orderly);
  if (error) return lost(unexplained(error.message()));
  on_status(layer_->received({received_.data(), bytes}));
}

void StreamSink::on_status(StreamLayer::Status status) {
  switch (status) {
    case StreamLayer::Status::closed:
      if (fsm_.is_closing()) return start_read();  // FIN is still to come
      layer_->close();
      send_last_words();
      return lost(unexplained("closed by the receiver"));
    case StreamLayer::Status::failed:
      send_last_words();
      return lost(layer_->error());
    case StreamLayer::Status::secured:
      opened();
      start_read();
      perform(fsm_.secured(Clock::now()));
      return flush();  // our side's last handshake message, also when there is no line yet
    case StreamLayer::Status::ok:
      start_read();
      return flush();
  }
}

/// Sends what the layer and the window have for the socket, one write at a time.
void StreamSink::flush() {
  if (writing_ || !layer_) return;
  if (const std::string_view lines = layer_->next_output().empty() ? fsm_.to_write(kOffer) : ""; !lines.empty()) {
    layer_->offer(lines);
    if (layer_->next_output().empty()) {
      return asio::post(io_, current([this] { lost(layer_->error()); }));
    }
  }
  const std::string_view output = layer_->next_output();
  if (!output.empty()) {
    writing_ = true;
    socket_.async_write_some(asio::buffer(output),
                             current([this](ErrorCode error, std::size_t bytes) { on_written(error, bytes); }));
  } else if (fsm_.is_closing()) {
    ErrorCode ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

void StreamSink::on_written(ErrorCode error, std::size_t bytes) {
  writing_ = false;
  wire_written_ += bytes;
  if (error) return lost(error.message());
  const std::size_t plaintext = layer_->sent(bytes);
  if (!fsm_.is_open()) return flush();
  fsm_.wrote(plaintext);
  perform(look());
}

/// The answer to a goodbye, or the alert that says why: best effort, as the connection is given up anyway.
void StreamSink::send_last_words() {
  if (writing_) return;
  ErrorCode ignored;
  socket_.write_some(asio::buffer(layer_->next_output()), ignored);
}

void StreamSink::disconnect() {
  ++connection_;
  writing_ = usable_ = false;
  ErrorCode ignored;
  socket_.close(ignored);
  layer_.reset();
  feed_.disconnected();
}

/// Returns: `reason`, and what is likely behind it while a receiver may still refuse us; not all of them send an alert.
std::string StreamSink::unexplained(std::string reason) const {
  if (!fsm_.is_open() || fsm_.accepted()) return reason;
  reason += " right after the TLS handshake (see its log; it may ";
  if (config_.tls.certificate.empty()) return reason + "ask for a client certificate: set tls.certificate and tls.key)";
  return reason + "refuse tls.certificate " + config_.tls.certificate + ")";
}

/// The kernel knows what was acknowledged for as long as the socket is there.
void StreamSink::lost(std::string reason, StreamEnd end) {
  reason_ = std::move(reason);
  if (fsm_.is_open() || fsm_.is_closing()) {
    if (const StreamAction next = look(); next.kind == Kind::disconnect) return perform(next);
  }
  perform(fsm_.lost(end, Clock::now()));
}

void StreamSink::report_loss() {
  if (reason_.empty()) reason_ = "it acknowledges nothing";
  feed_.notes().error(reason_);
  log_->warn("{} output={} to={} reason=\"{}\" wait_ms={}", usable_ ? "lost connection" : "cannot connect",
             config_.name, target_, reason_, fsm_.wait().count());
  reason_.clear();
  if (std::exchange(short_, fsm_.keeps_connections_short()) || !short_) return;
  log_->warn("receiver breaks off connections before it has read all, so they are kept short output={} to={}",
             config_.name, target_);
}

void StreamSink::arm_timer() {
  const auto deadline = fsm_.deadline();
  // A timer that is due sooner than needed finds nothing to do and arms the next: cheaper than one per write.
  if (!deadline || timer_at_ <= *deadline) return;
  timer_at_ = *deadline;
  timer_.expires_at(timer_at_);
  timer_.async_wait([this](ErrorCode error) {
    if (error) return;
    timer_at_ = Clock::time_point::max();
    on_timer();
  });
}

void StreamSink::on_timer() {
  const bool was_securing = fsm_.state() == LinkState::securing;
  const StreamAction next = fsm_.timer(Clock::now());
  if (next.kind == Kind::disconnect) {
    reason_ = was_securing ? "TLS handshake timed out (the receiver may not speak TLS on this port)" : "timed out";
  }
  perform(next);
}

}  // namespace

std::unique_ptr<OutputDriver> make_stream_sink(const SinkConfig& config, OutputFeed& feed, Logger log) {
  if (config.host.empty() || config.port == 0) throw std::runtime_error("a host and a port are needed");
  std::optional<TlsContext> tls;
  if (config.transport == Transport::tls) {
    tls.emplace(config.tls, config.host);
    for (const std::string& warning : tls->warnings(std::chrono::system_clock::now())) {
      log->warn("{} output={}", warning, config.name);
    }
  }
  return std::make_unique<StreamSink>(config, feed, std::move(log), std::move(tls));
}

}  // namespace flowcef
