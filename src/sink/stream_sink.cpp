// Drives StreamFsm with a connection, a resolver, a timer and a probe; all decisions are the machine's.
#include <algorithm>
#include <boost/asio.hpp>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/sink/host_resolver.hpp"
#include "flowcef/sink/output_driver.hpp"
#include "flowcef/sink/receiver_probe.hpp"
#include "flowcef/sink/stream_connection.hpp"
#include "flowcef/sink/stream_fsm.hpp"
#include "flowcef/sink/stream_log.hpp"
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
          .replay_max_bytes = config.replay_max_bytes,
          .receivers = 1 + config.more_receivers.size(),
          .failback_after = config.failback_after,
          .others = !config.more_receivers.empty() || config.distribution == Distribution::balance};
}

class StreamSink final : public OutputDriver, private StreamConnection::Owner {
 public:
  /// Input: `tls`: one for each receiver; none for TCP.
  StreamSink(const SinkConfig& config, OutputFeed& feed, Logger log, std::vector<TlsContext> tls)
      : config_(config),
        receivers_(receivers_of(config)),
        tls_(std::move(tls)),
        feed_(feed),
        log_(config, feed, std::move(log)),
        fsm_(stream_settings(config), Backoff(config.backoff_min, config.backoff_max, std::random_device{}()),
             feed.window()),
        connection_(io_, *this, config.source_address),
        probe_(io_, receivers_.front(), config.source_address, config.connect_timeout,
               tls_.empty() ? nullptr : &tls_.front()) {}

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
  void perform(StreamAction action);
  StreamAction perform_one(const StreamAction& action);
  StreamAction fetch();
  StreamAction look();
  void note_stall(bool stalled);
  void on_wake();
  [[nodiscard]] bool nothing_will_come() const { return leaving_ || feed_.finished(); }
  void note();

  void resolve();
  void connect(std::size_t address);
  void connected() override;
  void connect_failed(ErrorCode error) override;
  void secured() override;
  void opened();
  std::string_view to_write(std::size_t most) override { return fsm_.to_write(most); }
  void wrote(std::size_t bytes) override;
  void lost(ErrorCode error) override;
  void refused(const std::string& reason) override { ended(reason, StreamEnd::broken); }

  void disconnect();
  [[nodiscard]] std::string unexplained(std::string reason) const;
  void ended(std::string reason, StreamEnd end);
  void report_loss();
  void probe();
  void arm_timer();
  void on_timer();

  SinkConfig config_;
  std::vector<Receiver> receivers_;
  std::vector<TlsContext> tls_;  ///< by receiver; none for TCP
  OutputFeed& feed_;
  StreamLog log_;
  StreamFsm fsm_;
  bool leaving_ = false;
  std::string reason_;  ///< why the connection is about to end

  asio::io_context io_{1};
  HostResolver resolver_{io_};
  asio::steady_timer timer_{io_};
  Clock::time_point timer_at_ = Clock::time_point::max();
  StreamConnection connection_;
  ReceiverProbe probe_;

  std::vector<asio::ip::address> addresses_;
  std::uint64_t look_up_ = 0;  ///< an earlier one finds another number here and does nothing
  std::string peer_;
  bool usable_ = false;  ///< handshake and all
  std::optional<Clock::time_point> stalled_since_;
  bool capped_ = false;  ///< has been said of this connection
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
  if (const SendWindow::Lines settled = fsm_.take_settled(); settled.lines > 0) feed_.acknowledged(settled);
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
      connect(action.address);
      break;
    case Kind::secure:
      connection_.secure();
      break;
    case Kind::fetch:
      return fetch();
    case Kind::write:
      connection_.flush();
      break;
    case Kind::look:
      return look();
    case Kind::probe:
      probe();
      break;
    case Kind::disconnect:
      report_loss();
      disconnect();
      if (config_.distribution == Distribution::balance && !feed_.finished()) feed_.give_back();
      if (fsm_.wait().count() > 0) feed_.unreachable();
      if (feed_.better_kept()) return fsm_.leave(Clock::now(), Clock::now());
      // Having nothing in hand, a stop need not wait for the next attempt.
      if (nothing_will_come()) return fsm_.drained(Clock::now());
      break;
    case Kind::close:
      connection_.close();
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
  const StreamProgress progress = connection_.progress();
  const StreamAction next = fsm_.progress(progress, Clock::now());
  note_stall(progress.stalled);
  if (fsm_.replay_is_capped() && !std::exchange(capped_, true)) log_.replay_is_capped();
  return next;
}

/// The kernel is not to end a stalled connection: it counts a closed window as a dead peer, however alive that is.
void StreamSink::note_stall(bool stalled) {
  const auto now = Clock::now();
  if (stalled != stalled_since_.has_value()) {
    connection_.set_user_timeout(stalled ? std::chrono::milliseconds(0) : config_.peer_timeout);
    stalled_since_ = stalled ? std::optional(now) : std::nullopt;
  }
  if (stalled_since_) log_.stalls(*stalled_since_, now);
}

void StreamSink::on_wake() {
  if (fsm_.is_open()) {
    perform(fsm_.loaded(Clock::now()));
  } else if (nothing_will_come()) {
    perform(fsm_.drained(Clock::now()));
  }
}

void StreamSink::resolve() {
  disconnect();
  log_.trying(fsm_.receiver());
  resolver_.resolve(receivers_[fsm_.receiver()].host, [this, look_up = look_up_](HostResolver::Result result) {
    if (look_up != look_up_) return;
    addresses_ = std::move(result.addresses);
    reason_ = std::move(result.error);
    perform(fsm_.resolved(addresses_.size(), Clock::now()));
  });
}

void StreamSink::connect(std::size_t address) {
  disconnect();
  const tcp::endpoint peer(addresses_[address], receivers_[fsm_.receiver()].port);
  peer_ = peer.address().to_string();
  feed_.notes().peer(peer_, tls_.empty() ? "tcp" : "tls");
  connection_.connect(peer, tls_.empty() ? nullptr : &tls_[fsm_.receiver()]);
}

void StreamSink::connect_failed(ErrorCode error) {
  feed_.books().error(error.value());
  reason_ = error.message();
  perform(fsm_.connect_failed(Clock::now()));
}

void StreamSink::connected() {
  connection_.set_user_timeout(config_.peer_timeout);
  stalled_since_.reset();
  capped_ = false;
  if (tls_.empty()) opened();
  perform(fsm_.connected(Clock::now()));
}

void StreamSink::secured() {
  opened();
  perform(fsm_.secured(Clock::now()));
}

void StreamSink::opened() {
  usable_ = true;
  reason_.clear();
  log_.connected(peer_, connection_.layer());
}

void StreamSink::wrote(std::size_t bytes) {
  if (!fsm_.is_open()) return;
  fsm_.wrote(bytes);
  perform(look());
}

void StreamSink::disconnect() {
  ++look_up_;
  usable_ = false;
  connection_.drop();
  feed_.disconnected();
  probe_.cancel();
}

/// Returns: `reason`, and what is likely behind it while a receiver may still refuse us; not all of them send an alert.
std::string StreamSink::unexplained(std::string reason) const {
  if (!fsm_.is_open() || fsm_.accepted()) return reason;
  reason += " right after the TLS handshake (see its log; it may ";
  if (config_.tls.certificate.empty()) return reason + "ask for a client certificate: set tls.certificate and tls.key)";
  return reason + "refuse tls.certificate " + config_.tls.certificate + ")";
}

void StreamSink::lost(ErrorCode error) {
  const bool silent = error == asio::error::timed_out || error == asio::error::host_unreachable ||
                      error == asio::error::network_unreachable;
  const bool eof = error == asio::error::eof;
  ended(unexplained(eof ? "closed by the receiver" : error.message()), eof      ? StreamEnd::orderly
                                                                       : silent ? StreamEnd::none
                                                                                : StreamEnd::broken);
}

/// The kernel knows what was acknowledged for as long as the socket is there.
void StreamSink::ended(std::string reason, StreamEnd end) {
  reason_ = std::move(reason);
  if (fsm_.is_open() || fsm_.is_closing()) {
    if (const StreamAction next = look(); next.kind == Kind::disconnect) return perform(next);
  }
  perform(fsm_.lost(end, Clock::now()));
}

void StreamSink::report_loss() {
  if (reason_.empty()) reason_ = stalled_since_ ? "it takes nothing" : "it acknowledges nothing";
  log_.failed(std::exchange(reason_, {}), usable_, fsm_.wait());
  log_.keeps_connections_short(fsm_.keeps_connections_short());
}

void StreamSink::probe() {
  probe_.start([this](const std::string& error) {
    log_.probed(error);
    perform(fsm_.probed(error.empty(), Clock::now()));
  });
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
  for (const Receiver& receiver : receivers_of(config)) {
    if (receiver.host.empty() || receiver.port == 0) throw std::runtime_error("a host and a port are needed");
  }
  std::vector<TlsContext> tls;
  if (config.transport == Transport::tls) {
    for (const Receiver& receiver : receivers_of(config)) tls.emplace_back(config.tls, receiver.host);
    for (const std::string& warning : tls.front().warnings(std::chrono::system_clock::now())) {
      log->warn("{} output={}", warning, config.name);
    }
  }
  return std::make_unique<StreamSink>(config, feed, std::move(log), std::move(tls));
}

}  // namespace flowcef
