#include "flowcef/source/stream_source.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "flowcef/log/rate_limiter.hpp"
#include "listen_tls.hpp"
#include "listener_set.hpp"
#include "stream_listener.hpp"
#include "stream_session.hpp"

namespace flowcef {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;
using SessionRef = std::shared_ptr<StreamSession>;

namespace {

constexpr int kReadsPerTurn = 16;  ///< 256 KiB or more, then the other sessions get their turn
constexpr int kTurnsAtEnd = 64;    ///< more than a receive buffer of usual size holds
constexpr auto kLogInterval = std::chrono::seconds(10);

std::int64_t now_ns() noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

struct StreamSource::Change::Parts {
  StreamSourceConfig config;
  std::shared_ptr<asio::ssl::context> tls;  ///< null: plain TCP
  std::vector<StreamListenerRef> opened;
};

class StreamSource::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, const StreamSourceConfig& config, Logger logger, StreamSourceHandlers handlers)
      : context_(context),
        logger_(std::move(logger)),
        handlers_(std::move(handlers)),
        listeners_(context, {[this](tcp::socket socket, const Endpoint& local) { open(std::move(socket), local); },
                             [this](const Endpoint& local, const std::string& error) {
                               warn(accept_log_, "cannot accept connections", local, error);
                             }}),
        timer_(context) {
    apply(prepare(config));
  }

  void start() {
    listeners_.start();
    arm_timer();
  }

  void stop() {
    listeners_.take_queued();
    close_listeners();
    for (const SessionRef& session : all_sessions()) end_after_what_came(*session);
    if (std::exchange(idle_due_, false)) handlers_.on_idle();
  }

  [[nodiscard]] Change::Parts prepare(const StreamSourceConfig& next) const {
    std::shared_ptr<asio::ssl::context> tls;
    if (next.tls) tls = std::make_shared<asio::ssl::context>(make_listen_tls(*next.tls));
    return {next, std::move(tls), listeners_.open_missing(next.listen)};
  }

  void apply(Change::Parts next) {
    if ((tls_ == nullptr) != (next.tls == nullptr)) listeners_.take_queued();
    listeners_.become(next.config.listen, std::move(next.opened));
    config_ = std::move(next.config);
    tls_ = std::move(next.tls);
    for (const SessionRef& session : all_sessions()) {
      if (is_allowed(session->peer.address)) continue;
      warn(refused_log_, "closed session", session->peer, "its address is not allowed any more");
      end_after_what_came(*session);
    }
    post_idle();
  }

  /// Ends it all without calling a handler.
  void close() {
    close_listeners();
    for (const auto& [number, session] : sessions_) session->close();
    sessions_.clear();
  }

  [[nodiscard]] const StreamSourceCounts& counts() const noexcept { return counts_; }

  [[nodiscard]] std::vector<Endpoint> local_endpoints() const { return listeners_.local_endpoints(); }

 private:
  /// What a session has left to read.
  enum class Left : std::uint8_t { none, more, ended };

  void close_listeners() {
    closing_ = true;
    listeners_.close();
    timer_.cancel();
  }

  [[nodiscard]] std::vector<SessionRef> all_sessions() const {
    std::vector<SessionRef> all;
    for (const auto& [number, session] : sessions_) all.push_back(session);
    return all;
  }

  void open(tcp::socket socket, const Endpoint& local) {
    Error error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // it is gone already
    const Endpoint peer = to_endpoint(remote);
    if (const char* reason = reason_to_refuse(peer.address)) {
      counts_.refused.add();
      return warn(refused_log_, "refused connection", peer, reason);
    }
    static_cast<void>(socket.non_blocking(true, error));
    set_keep_alive(socket);
    const auto session =
        std::make_shared<StreamSession>(std::move(socket), config_.content, tls_, idle_timeout(), peer, local);
    session->deadline = deadline_after(tls_ ? config_.handshake_timeout : session->idle_timeout);
    sessions_.emplace(session->number, session);
    ++sessions_of_[peer.address];
    counts_.opened.add();
    logger_->debug("session opened: exporter={} listener={} session={}", peer.to_string(), local.to_string(),
                   session->number);
    wait(session);
  }

  [[nodiscard]] bool is_allowed(const IpAddress& address) const {
    const auto holds = [&](const IpPrefix& prefix) { return prefix.contains(address); };
    return config_.allowed.empty() || std::ranges::any_of(config_.allowed, holds);
  }

  [[nodiscard]] const char* reason_to_refuse(const IpAddress& address) const {
    if (!is_allowed(address)) return "its address is not allowed";
    if (sessions_.size() >= config_.max_sessions) return "too many sessions";
    const auto found = sessions_of_.find(address);
    if (found != sessions_of_.end() && found->second >= config_.max_sessions_per_address) {
      return "too many sessions of this address";
    }
    return nullptr;
  }

  /// Returns: 0: none.
  [[nodiscard]] std::chrono::milliseconds idle_timeout() const {
    return config_.idle_timeout.value_or(std::chrono::milliseconds(0));
  }

  [[nodiscard]] static Clock::time_point deadline_after(std::chrono::milliseconds timeout) {
    return timeout.count() == 0 ? Clock::time_point::max() : Clock::now() + timeout;
  }

  void wait(const SessionRef& session) {
    session->socket.async_wait(tcp::socket::wait_read, [weak = weak_from_this(), session](const Error& error) {
      const auto self = weak.lock();
      if (self && error != asio::error::operation_aborted) self->take_turn(session);
    });
  }

  void take_turn(const SessionRef& session) {
    if (!session->socket.is_open()) return;
    const Left left = advance(*session);
    if (left == Left::none) {
      wait(session);
    } else if (left == Left::more) {
      // TLS may hold bytes that the socket does not show any more, so that waiting for it would be wrong.
      session->has_more = true;
      asio::post(context_, [weak = weak_from_this(), session] {
        if (const auto self = weak.lock()) self->take_turn(session);
      });
    }
    post_idle();
  }

  /// Goes on with a session as far as one turn allows.
  Left advance(StreamSession& session) {
    if (!session.socket.is_open()) return Left::ended;
    session.has_more = false;
    if (!session.is_secured()) {
      const Error error = session.handshake();
      if (error == asio::error::would_block) return Left::none;
      if (error) return fail_tls(session, session.describe(error));
      session.deadline = deadline_after(session.idle_timeout);
    }
    for (int i = 0; i < kReadsPerTurn && !handlers_.is_to_yield(); ++i) {
      Error error;
      const std::size_t count = session.read(session.framer.room(), error);
      if (error == asio::error::would_block) return Left::none;
      if (error) return end_of_input(session, error);
      session.deadline = deadline_after(session.idle_timeout);
      session.framer.commit(count);
      counts_.bytes.add(count);
      if (!hand_on(session)) return Left::ended;
    }
    return Left::more;
  }

  /// Hands on the messages that are whole. Returns: false if the session has ended.
  bool hand_on(StreamSession& session) {
    const std::uint64_t skips = session.framer.skips();
    const std::uint64_t skipped = session.framer.skipped_bytes();
    Datagram datagram;
    datagram.exporter = session.peer;
    datagram.listener = session.local;
    datagram.session = session.number;
    datagram.received_ns = now_ns();
    while (session.framer.next(datagram.payload)) {
      counts_.messages.add();
      idle_due_ = true;
      handlers_.on_datagram(datagram);
      if (!session.socket.is_open()) return false;  // the handler has ended it all
    }
    counts_.skips.add(session.framer.skips() - skips);
    counts_.skipped_bytes.add(session.framer.skipped_bytes() - skipped);
    if (const auto fault = session.framer.fault(); !fault.empty()) return close_for(session, fault);
    if (session.framer.skips() != skips) {
      warn(skip_log_, "bytes that belong to no message", session.peer, session.framer.skip_reason());
    }
    return true;
  }

  bool close_for(StreamSession& session, std::string_view reason) {
    if (!session.framer.is_cut()) counts_.rubbish.add();
    warn(rubbish_log_, "closed session", session.peer, reason);
    end(session);
    return false;
  }

  Left end_of_input(StreamSession& session, const Error& error) {
    if (error.category() == asio::error::get_ssl_category()) return fail_tls(session, session.describe(error));
    const bool is_orderly = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    if (!is_orderly) warn(lost_log_, "lost session", session.peer, error.message());
    finish(session);
    return Left::ended;
  }

  Left fail_tls(StreamSession& session, std::string_view reason) {
    counts_.tls_failures.add();
    warn(tls_log_, "tls session fails", session.peer, reason);
    end(session);
    return Left::ended;
  }

  void finish(StreamSession& session) {
    session.framer.end_input();
    if (hand_on(session)) end(session);
  }

  void end_after_what_came(StreamSession& session) {
    auto left = Left::more;
    for (int turn = 0; turn < kTurnsAtEnd && left == Left::more; ++turn) left = advance(session);
    if (left != Left::ended) finish(session);
  }

  void end(StreamSession& session) {
    const SessionRef keep = sessions_.extract(session.number).mapped();
    const auto of_address = sessions_of_.find(session.peer.address);
    if (--of_address->second == 0) sessions_of_.erase(of_address);
    session.close();
    counts_.skipped_bytes.add(session.framer.unread().size());
    counts_.closed.add();
    logger_->debug("session closed: exporter={} session={}", session.peer.to_string(), session.number);
    handlers_.on_session_end(session.number, session.peer);
  }

  /// Posted, so that other sessions that are ready already come before it.
  void post_idle() {
    if (!idle_due_ || idle_posted_ || closing_) return;
    idle_posted_ = true;
    asio::post(context_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->idle_posted_ = false;
      if (std::ranges::any_of(self->sessions_, [](const auto& entry) { return entry.second->has_more; })) return;
      if (std::exchange(self->idle_due_, false)) self->handlers_.on_idle();
    });
  }

  void arm_timer() {
    auto period = std::chrono::milliseconds(1000);
    for (const auto timeout : {config_.handshake_timeout, idle_timeout()}) {
      if (timeout.count() != 0) period = std::min(period, std::max(timeout / 4, std::chrono::milliseconds(10)));
    }
    timer_.expires_after(period);
    timer_.async_wait([weak = weak_from_this()](const Error& error) {
      const auto self = weak.lock();
      if (!self || error || self->closing_) return;
      self->sweep();
      if (!self->closing_) self->arm_timer();
    });
  }

  void sweep() {
    listeners_.retry();
    const auto now = Clock::now();
    for (const SessionRef& session : all_sessions()) {
      if (session->deadline > now || !session->socket.is_open()) continue;
      Error ignored;  // a handler that took its time may have kept us from reading
      if (session->has_more || session->socket.available(ignored) > 0) continue;
      if (!session->is_secured()) {
        fail_tls(*session, "the handshake takes too long");
      } else {
        warn(lost_log_, "closed session", session->peer, "nothing has come for too long");
        finish(*session);
      }
    }
  }

  void warn(RateLimiter& limiter, std::string_view what, const Endpoint& who, std::string_view why) {
    if (const auto held_back = limiter.allow(Clock::now())) {
      logger_->warn("{}: address={} reason=\"{}\" suppressed={}", what, who.to_string(), why, *held_back);
    }
  }

  asio::io_context& context_;
  Logger logger_;
  StreamSourceHandlers handlers_;
  StreamSourceConfig config_;
  std::shared_ptr<asio::ssl::context> tls_;  ///< of the sessions to come; null: plain TCP
  ListenerSet listeners_;
  std::unordered_map<std::uint64_t, SessionRef> sessions_;  ///< by number
  std::map<IpAddress, std::size_t> sessions_of_;            ///< how many an address has
  asio::steady_timer timer_;
  StreamSourceCounts counts_;
  RateLimiter accept_log_{kLogInterval};
  RateLimiter refused_log_{kLogInterval};
  RateLimiter tls_log_{kLogInterval};
  RateLimiter lost_log_{kLogInterval};
  RateLimiter skip_log_{kLogInterval};
  RateLimiter rubbish_log_{kLogInterval};
  bool idle_due_ = false;
  bool idle_posted_ = false;
  bool closing_ = false;
};

StreamSource::Change::Change(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
StreamSource::Change::Change(Change&&) noexcept = default;
StreamSource::Change& StreamSource::Change::operator=(Change&&) noexcept = default;
StreamSource::Change::~Change() = default;

StreamSource::StreamSource(asio::io_context& context, const StreamSourceConfig& config, Logger logger,
                           StreamSourceHandlers handlers)
    : impl_(std::make_shared<Impl>(context, config, std::move(logger), std::move(handlers))) {}

StreamSource::~StreamSource() {
  if (impl_) impl_->close();
}

void StreamSource::start() {
  impl_->start();
}

void StreamSource::stop() {
  impl_->stop();
}

StreamSource::Change StreamSource::prepare(const StreamSourceConfig& next) const {
  return Change(std::make_unique<Change::Parts>(impl_->prepare(next)));
}

void StreamSource::apply(Change change) {
  impl_->apply(std::move(*change.parts_));
}

const StreamSourceCounts& StreamSource::counts() const noexcept {
  return impl_->counts();
}

std::vector<Endpoint> StreamSource::local_endpoints() const {
  return impl_->local_endpoints();
}

}  // namespace flowcef
