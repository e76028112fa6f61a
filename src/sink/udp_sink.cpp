// Sends each line of a batch as one UDP datagram, many datagrams to a system call.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <cerrno>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "flowcef/sink/backoff.hpp"
#include "flowcef/sink/host_resolver.hpp"
#include "flowcef/sink/loss_log.hpp"
#include "flowcef/sink/output_driver.hpp"

namespace flowcef {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using Clock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;
constexpr auto kToCoroutine = asio::as_tuple(asio::use_awaitable);

/// A line above the MTU leaves as fragments, DF clear, instead of being refused or lost at a narrower hop.
void allow_fragments(int fd, bool v6) {
  constexpr int kIpv4 = IP_PMTUDISC_DONT;
  constexpr int kIpv6 = IPV6_PMTUDISC_DONT;
  if (v6) {
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &kIpv6, sizeof kIpv6);
  } else {
    ::setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &kIpv4, sizeof kIpv4);
  }
}

class UdpSink final : public OutputDriver {
 public:
  UdpSink(const SinkConfig& config, OutputFeed& feed, Logger log)
      : config_(config),
        target_(host_and_port(config.host, config.port)),
        feed_(feed),
        log_(std::move(log)),
        loss_(log_, config.name),
        oversize_loss_(log_, config.name) {}

  void run() override {
    asio::co_spawn(io_, serve(), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io_.run();
  }

  void wake() override {
    asio::post(io_, [this] { woken_.cancel(); });
  }

  void stop(Clock::time_point deadline) override {
    asio::post(io_, [this, deadline] {
      deadline_.expires_at(deadline);
      deadline_.async_wait([this](ErrorCode) { io_.stop(); });
      woken_.cancel();
    });
  }

  /// The books have every datagram as it goes, so that nothing need be brought to an end.
  void leave(Clock::time_point) override { io_.stop(); }

 private:
  /// Datagrams per system call.
  static constexpr std::size_t kGroup = 256;
  /// One large datagram needs 64 KiB; the rest takes bursts.
  static constexpr int kSendBuffer = 4 * 1024 * 1024;
  /// Until the kernel's device queue has room again (ENOBUFS), of which no event tells.
  static constexpr std::chrono::milliseconds kNoBufferPause{2};

  asio::awaitable<void> serve();
  asio::awaitable<bool> open();
  asio::awaitable<bool> look_up();
  asio::awaitable<bool> pause(Clock::duration time);
  asio::awaitable<BatchPart> next_batch();
  asio::awaitable<void> send(const LineBatch& batch, std::size_t first_line);
  asio::awaitable<void> recover(int error);

  [[nodiscard]] bool connect_to_any();
  [[nodiscard]] ErrorCode connect_to(std::size_t address);
  void try_other_address();
  [[nodiscard]] int send_group(const LineBatch& batch);
  void delivered(const LineBatch& batch, std::size_t count);
  void give_up(int error);

  SinkConfig config_;
  std::string target_;
  OutputFeed& feed_;
  Logger log_;
  LossLog loss_;
  LossLog oversize_loss_;
  RateLimiter refused_log_{std::chrono::seconds{30}};

  asio::io_context io_{1};
  HostResolver resolver_{io_};
  udp::socket socket_{io_};
  asio::steady_timer woken_{io_, Clock::time_point::max()};
  asio::steady_timer deadline_{io_};

  std::vector<asio::ip::address> addresses_;
  std::size_t address_ = 0;  ///< in use
  bool looked_up_ = false;
  std::size_t next_line_ = 0;    ///< of the batch being sent
  bool refused_before_ = false;  ///< the next line was refused once
  std::array<mmsghdr, kGroup> messages_{};
  std::array<iovec, kGroup> pieces_{};
};

asio::awaitable<void> UdpSink::serve() {
  if (co_await open()) {
    while (const BatchPart part = co_await next_batch()) {
      co_await send(*part.batch, part.first_line);
      // A socket that never blocks must not keep the stop's deadline from being seen.
      co_await asio::post(io_, asio::use_awaitable);
    }
  }
  io_.stop();
}

/// Returns: false if there is nothing left to be sent.
asio::awaitable<bool> UdpSink::open() {
  Backoff backoff(config_.backoff_min, config_.backoff_max, std::random_device{}());
  for (;;) {
    if (co_await look_up() && connect_to_any()) co_return true;
    const auto wait = backoff.next();
    log_->info("will retry output={} to={} wait_ms={}", config_.name, target_, wait.count());
    if (!co_await pause(wait)) co_return false;
  }
}

bool UdpSink::connect_to_any() {
  ErrorCode error;
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    error = connect_to(i);
    if (error) continue;
    feed_.connected();
    feed_.notes().enter(LinkState::open);
    log_->info("sending output={} to={} address={}", config_.name, target_, addresses_[i].to_string());
    return true;
  }
  log_->warn("cannot send output={} to={} reason=\"{}\"", config_.name, target_, error.message());
  return false;
}

/// Returns: whether addresses were found.
asio::awaitable<bool> UdpSink::look_up() {
  looked_up_ = false;
  resolver_.resolve(config_.host, [this](HostResolver::Result result) {
    addresses_ = std::move(result.addresses);
    if (addresses_.empty()) {
      log_->warn("cannot resolve output={} host={} reason=\"{}\"", config_.name, config_.host, result.error);
    }
    looked_up_ = true;
    woken_.cancel();
  });
  while (!looked_up_ && !feed_.finished()) co_await woken_.async_wait(kToCoroutine);
  co_return looked_up_ && !addresses_.empty();
}

/// Returns: false if meanwhile the feed was finished.
asio::awaitable<bool> UdpSink::pause(Clock::duration time) {
  const Clock::time_point end = Clock::now() + time;
  while (Clock::now() < end && !feed_.finished()) {
    woken_.expires_at(end);
    co_await woken_.async_wait(kToCoroutine);
  }
  woken_.expires_at(Clock::time_point::max());
  co_return !feed_.finished();
}

asio::awaitable<BatchPart> UdpSink::next_batch() {
  for (;;) {
    if (BatchPart part = feed_.next()) co_return part;
    if (feed_.finished()) co_return BatchPart{};
    co_await woken_.async_wait(kToCoroutine);
  }
}

asio::awaitable<void> UdpSink::send(const LineBatch& batch, std::size_t first_line) {
  next_line_ = first_line;
  while (next_line_ < batch.lines().size()) {
    const int sent = send_group(batch);
    if (sent > 0) {
      delivered(batch, static_cast<std::size_t>(sent));
    } else {
      co_await recover(errno);
    }
  }
}

/// Returns: how many of the next lines the kernel took; -1 and errno if it did not take the first.
int UdpSink::send_group(const LineBatch& batch) {
  const auto lines = batch.lines().subspan(next_line_);
  const std::size_t count = std::min(lines.size(), kGroup);
  for (std::size_t i = 0; i < count; ++i) {
    pieces_[i] = {const_cast<char*>(batch.message(lines[i]).data()), lines[i].length};
    messages_[i].msg_hdr.msg_iov = &pieces_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
  return ::sendmmsg(socket_.native_handle(), messages_.data(), static_cast<unsigned>(count),
                    MSG_DONTWAIT | MSG_NOSIGNAL);
}

void UdpSink::delivered(const LineBatch& batch, std::size_t count) {
  std::size_t bytes = 0;
  for (const LineRef& line : batch.lines().subspan(next_line_, count)) bytes += line.length;
  next_line_ += count;
  refused_before_ = false;
  feed_.delivered(count, bytes);
  feed_.books().sent({.datagrams = count});
}

/// Deals with the error that kept the next line from being sent: it is tried again, or given up.
asio::awaitable<void> UdpSink::recover(int error) {
  if (error == EINTR) co_return;
  if (error == EAGAIN) {
    co_await socket_.async_wait(udp::socket::wait_write, kToCoroutine);
    co_return;
  }
  feed_.books().error(error);
  switch (error) {
    case ENOBUFS: {
      asio::steady_timer timer(io_, kNoBufferPause);
      co_await timer.async_wait(kToCoroutine);
      break;
    }
    case ECONNREFUSED:
      // An answer to an earlier datagram; this one was not sent yet.
      if (refused_log_.allow(Clock::now())) {
        log_->warn("receiver refuses datagrams output={} to={} address={}", config_.name, target_,
                   addresses_[address_].to_string());
      }
      if (refused_before_) {
        give_up(error);
      } else {
        refused_before_ = true;
        try_other_address();
      }
      break;
    default:
      give_up(error);
  }
}

void UdpSink::give_up(int error) {
  ++next_line_;
  refused_before_ = false;
  if (error == EMSGSIZE) {
    feed_.dropped(DropReason::oversize, 1);
    oversize_loss_.report("oversize", 1);
  } else {
    feed_.dropped_by_errno(error, 1);
    loss_.report(errno_name(error), 1);
  }
}

/// `localhost` is ::1 first, but the receiver may listen on 127.0.0.1 only, and UDP has no connect that would
/// tell.
void UdpSink::try_other_address() {
  if (addresses_.size() < 2) return;
  const ErrorCode ignored = connect_to((address_ + 1) % addresses_.size());
  static_cast<void>(ignored);
}

/// Errors: those of socket() and connect(); the socket in use then stays.
ErrorCode UdpSink::connect_to(std::size_t address) {
  const udp::endpoint peer(addresses_[address], config_.port);
  udp::socket fresh(io_);
  ErrorCode error;
  fresh.open(peer.protocol(), error);
  if (error) return error;
  allow_fragments(fresh.native_handle(), peer.address().is_v6());
  ErrorCode as_large_as_allowed;
  fresh.set_option(asio::socket_base::send_buffer_size(kSendBuffer), as_large_as_allowed);
  fresh.connect(peer, error);
  if (error) return error;
  socket_ = std::move(fresh);
  address_ = address;
  return {};
}

}  // namespace

std::unique_ptr<OutputDriver> make_udp_sink(const SinkConfig& config, OutputFeed& feed, Logger log) {
  if (config.host.empty() || config.port == 0) throw std::runtime_error("a host and a port are needed");
  return std::make_unique<UdpSink>(config, feed, std::move(log));
}

}  // namespace flowcef
