#include "flowcef/source/udp_source.hpp"

#include <linux/sock_diag.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "flowcef/log/rate_limiter.hpp"
#include "receive_batch.hpp"

namespace flowcef {

namespace asio = boost::asio;

class UdpSource::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, std::vector<UdpSocket> sockets, Logger logger, UdpSourceHandlers handlers,
       std::size_t max_datagram_bytes)
      : context_(context), logger_(std::move(logger)), handlers_(std::move(handlers)), batch_(max_datagram_bytes) {
    for (auto& socket : sockets) sockets_.push_back(std::make_shared<Socket>(context, std::move(socket)));
  }

  void start() {
    started_ = true;
    for (const SocketRef& socket : sockets_) wait(socket);
  }

  void stop() {
    for (const SocketRef& socket : sockets_) drain_to_end(*socket);
    close();
    if (std::exchange(idle_due_, false)) handlers_.on_idle();
  }

  void close() {
    for (const SocketRef& socket : sockets_) socket->close();
  }

  void add(UdpSocket socket) {
    sockets_.push_back(std::make_shared<Socket>(context_, std::move(socket)));
    if (started_) wait(sockets_.back());
  }

  void remove(const Endpoint& configured) {
    const auto found =
        std::ranges::find(sockets_, configured, [](const SocketRef& socket) { return socket->configured; });
    if (found == sockets_.end()) return;
    drain_to_end(**found);
    (*found)->close();
    sockets_.erase(found);
    post_idle();
  }

  void set_receive_buffer(std::size_t bytes, bool warns) {
    for (const SocketRef& socket : sockets_) {
      const std::size_t granted = flowcef::set_receive_buffer(socket->descriptor.native_handle(), bytes);
      if (warns) warn_if_capped(socket->local, bytes, granted, logger_);
    }
  }

  void hand_over(unsigned uid) {
    for (const SocketRef& socket : sockets_) {
      if (::fchown(socket->descriptor.native_handle(), uid, kSameGroup) == 0) continue;
      throw std::system_error(errno, std::generic_category(),
                              "cannot hand over the socket of " + socket->local.to_string());
    }
  }

  [[nodiscard]] const UdpSourceCounts& counts() const noexcept { return counts_; }

  [[nodiscard]] std::vector<Endpoint> local_endpoints() const {
    std::vector<Endpoint> endpoints;
    for (const SocketRef& socket : sockets_) endpoints.push_back(socket->local);
    return endpoints;
  }

 private:
  static constexpr gid_t kSameGroup = ~gid_t{0};
  static constexpr int kBatchesPerTurn = 16;  ///< 1024 datagrams, then the other sockets get their turn
  static constexpr int kTurnsAtStop = 256;    ///< more than a receive buffer of usual size holds

  struct Socket {
    Socket(asio::io_context& context, UdpSocket socket)
        : configured(socket.configured()), local(socket.local()), descriptor(context, socket.release()) {}

    void close() {
      boost::system::error_code ignored;
      static_cast<void>(descriptor.close(ignored));
    }

    const Endpoint configured;
    const Endpoint local;
    asio::posix::stream_descriptor descriptor;
    std::uint32_t drops_seen = 0;
    bool has_more = false;  ///< its last turn ended before it was empty
  };
  /// Shared with the handler that waits, which may come after the socket was removed.
  using SocketRef = std::shared_ptr<Socket>;

  void wait(const SocketRef& socket) {
    socket->descriptor.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [weak = weak_from_this(), socket](const boost::system::error_code& error) {
          const auto self = weak.lock();
          if (!self || error == asio::error::operation_aborted || !socket->descriptor.is_open()) return;
          if (error) {
            socket->has_more = false;
            self->logger_->error("udp socket fails, it is not read any more: address={} error={}",
                                 socket->local.to_string(), error.message());
            return;
          }
          self->take_turn(socket);
        });
  }

  void take_turn(const SocketRef& socket) {
    socket->has_more = !drain(*socket);
    if (!socket->descriptor.is_open()) return;
    wait(socket);
    post_idle();
  }

  /// Hands on what waits at a socket, in bounds. Returns: whether it is empty now.
  bool drain(Socket& socket) {
    bool is_empty = false;
    for (int i = 0; i < kBatchesPerTurn && !is_empty && socket.descriptor.is_open(); ++i) {
      const int count = batch_.receive(socket.descriptor.native_handle());
      if (count < 0) report(socket, errno);
      hand_on(socket, static_cast<std::size_t>(std::max(count, 0)));
      is_empty = count < static_cast<int>(ReceiveBatch::kDatagrams);
    }
    count_kernel_drops(socket);
    return is_empty;
  }

  void drain_to_end(Socket& socket) {
    for (int turn = 0; turn < kTurnsAtStop && socket.descriptor.is_open(); ++turn) {
      if (drain(socket)) break;
    }
  }

  void hand_on(const Socket& socket, std::size_t count) {
    Datagram datagram;
    datagram.listener = socket.local;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < count && socket.descriptor.is_open(); ++i) {  // a handler may end it all
      const ReceivedDatagram received = batch_[i];
      bytes += received.payload.size();
      if (received.truncated) {
        counts_.truncated.add();
        continue;
      }
      if (received.payload.empty()) counts_.empty.add();
      datagram.payload = received.payload;
      datagram.exporter = received.from;
      datagram.received_ns = received.received_ns;
      datagram.hops = received.hops;
      handlers_.on_datagram(datagram);
      idle_due_ = true;
    }
    counts_.datagrams.add(count);
    counts_.bytes.add(bytes);
  }

  /// Posted, so that other sockets that are ready already come before it.
  void post_idle() {
    if (!idle_due_ || idle_posted_) return;
    idle_posted_ = true;
    asio::post(context_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->idle_posted_ = false;
      if (std::ranges::any_of(self->sockets_, [](const SocketRef& socket) { return socket->has_more; })) return;
      if (std::exchange(self->idle_due_, false)) self->handlers_.on_idle();
    });
  }

  /// The kernel's count goes up with every drop and wraps at 32 bits. Read when the socket has been drained:
  /// a drop needs a full queue, so each one is seen.
  void count_kernel_drops(Socket& socket) {
    if (!socket.descriptor.is_open()) return;
    std::uint32_t info[SK_MEMINFO_VARS] = {};
    socklen_t length = sizeof info;
    if (getsockopt(socket.descriptor.native_handle(), SOL_SOCKET, SO_MEMINFO, info, &length) != 0) return;
    const std::uint32_t drops = info[SK_MEMINFO_DROPS];
    counts_.kernel_drops.add(drops - std::exchange(socket.drops_seen, drops));
  }

  void report(const Socket& socket, int error) {
    if (const auto held_back = errors_.allow(std::chrono::steady_clock::now())) {
      logger_->warn("cannot read udp socket: address={} error={} suppressed={}", socket.local.to_string(),
                    std::generic_category().message(error), *held_back);
    }
  }

  asio::io_context& context_;
  Logger logger_;
  UdpSourceHandlers handlers_;
  std::vector<SocketRef> sockets_;
  ReceiveBatch batch_;
  UdpSourceCounts counts_;
  RateLimiter errors_{std::chrono::seconds(10)};
  bool started_ = false;
  bool idle_due_ = false;
  bool idle_posted_ = false;
};

UdpSource::UdpSource(asio::io_context& context, std::vector<UdpSocket> sockets, Logger logger,
                     UdpSourceHandlers handlers, std::size_t max_datagram_bytes)
    : impl_(std::make_shared<Impl>(context, std::move(sockets), std::move(logger), std::move(handlers),
                                   max_datagram_bytes)) {}

UdpSource::~UdpSource() {
  if (impl_) impl_->close();
}

void UdpSource::start() {
  impl_->start();
}

void UdpSource::stop() {
  impl_->stop();
}

void UdpSource::add(UdpSocket socket) {
  impl_->add(std::move(socket));
}

void UdpSource::remove(const Endpoint& configured) {
  impl_->remove(configured);
}

void UdpSource::set_receive_buffer(std::size_t bytes, bool warns) {
  impl_->set_receive_buffer(bytes, warns);
}

void UdpSource::hand_over(unsigned uid) {
  impl_->hand_over(uid);
}

const UdpSourceCounts& UdpSource::counts() const noexcept {
  return impl_->counts();
}

std::vector<Endpoint> UdpSource::local_endpoints() const {
  return impl_->local_endpoints();
}

}  // namespace flowcef
