// Sends each line of a batch as one UDP datagram, many datagrams to a system call.
#include <algorithm>
#include <boost/asio.hpp>
#include <cerrno>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "flowcef/sink/backoff.hpp"
#include "flowcef/sink/datagram_socket.hpp"
#include "flowcef/sink/fragment_id_watch.hpp"
#include "flowcef/sink/host_resolver.hpp"
#include "flowcef/sink/loss_log.hpp"
#include "flowcef/sink/output_driver.hpp"
#include "flowcef/sink/token_bucket.hpp"

namespace flowcef {
namespace {

namespace asio = boost::asio;
using asio::ip::address;
using Clock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;
constexpr auto kToCoroutine = asio::as_tuple(asio::use_awaitable);

/// Returns: `ENETUNREACH: Network is unreachable` and the like.
std::string describe(int error) {
  const std::string text = errno_name(error) + ": " + ErrorCode(error, boost::system::system_category()).message();
  return error == EPERM ? text + ", by a firewall on this machine" : text;
}

class UdpSink final : public OutputDriver {
 public:
  UdpSink(const SinkConfig& config, OutputFeed& feed, Logger log)
      : config_(config),
        target_(host_and_port(config.host, config.port)),
        feed_(feed),
        log_(std::move(log)),
        loss_(log_, config.name),
        oversize_loss_(log_, config.name) {
    if (config.udp.rate_limit != 0) rate_.emplace(config.udp.rate_limit, config.udp.rate_burst, Clock::now());
  }

  void run() override {
    asio::co_spawn(io_, serve(), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io_.run();
    feed_.message_limit() = 0;
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
  /// Until the kernel's device queue has room again (ENOBUFS), of which no event tells.
  static constexpr std::chrono::milliseconds kNoBufferPause{2};
  /// Before the second attempt to send where there is no way to the receiver; grows from there.
  static constexpr std::chrono::milliseconds kUnreachablePause{100};

  asio::awaitable<void> serve();
  asio::awaitable<bool> open();
  asio::awaitable<bool> pause(Clock::duration time);
  asio::awaitable<BatchPart> next_batch();
  asio::awaitable<void> send();
  asio::awaitable<void> recover(int error);
  asio::awaitable<void> wait_for_way(int error);

  void ask_for_addresses();
  void on_addresses(HostResolver::Result result);
  bool connect_to_any(std::size_t first);
  std::optional<DatagramSocket::Failure> connect_to(const address& receiver);
  [[nodiscard]] std::size_t after_address_in_use() const;
  void reached();
  void on_refused();
  void on_too_large();

  void look_at_path();
  [[nodiscard]] std::span<const LineRef> lines_left() const { return batch_->lines().subspan(next_line_); }
  [[nodiscard]] bool may_be_sent(const LineRef& line) const { return line.length <= config_.udp.max_message_bytes; }
  void delivered(std::size_t count);
  void warn_if_ids_repeat(std::size_t fragmented);
  void give_up(int error);
  void drop_oversize();

  SinkConfig config_;
  std::string target_;
  OutputFeed& feed_;
  Logger log_;
  LossLog loss_;
  LossLog oversize_loss_;
  RateLimiter refused_log_{std::chrono::seconds{30}};
  RateLimiter unconnected_log_{std::chrono::seconds{30}};
  RateLimiter unreachable_log_{std::chrono::seconds{30}};
  RateLimiter unresolved_log_{std::chrono::seconds{30}};
  RateLimiter repeating_ids_log_{std::chrono::minutes{10}};

  asio::io_context io_{1};
  HostResolver resolver_{io_};
  DatagramSocket socket_{io_};
  asio::steady_timer woken_{io_, Clock::time_point::max()};
  asio::steady_timer resolve_{io_};
  asio::steady_timer deadline_{io_};
  Backoff backoff_{std::min(config_.backoff_min, kUnreachablePause), config_.backoff_max, std::random_device{}()};
  std::optional<TokenBucket> rate_;
  FragmentIdWatch id_watch_;

  std::vector<address> addresses_;  ///< the latest that were found
  std::optional<address> address_;  ///< in use
  bool looking_up_ = false;
  bool unreachable_ = false;
  bool told_unreachable_ = false;
  PacketSizes sizes_;  ///< of the path

  BatchRef batch_;  ///< being sent
  std::size_t next_line_ = 0;
  bool failed_before_ = false;  ///< the next line was kept back once by the answer to an earlier datagram
};

asio::awaitable<void> UdpSink::serve() {
  if (co_await open()) {
    while (BatchPart part = co_await next_batch()) {
      batch_ = std::move(part.batch);
      next_line_ = part.first_line;
      co_await send();
      batch_ = BatchRef{};
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
    feed_.notes().enter(LinkState::resolving);
    ask_for_addresses();
    while (looking_up_ && !feed_.finished()) co_await woken_.async_wait(kToCoroutine);
    if (!addresses_.empty() && connect_to_any(0)) break;
    const auto wait = backoff.next();
    log_->info("will retry output={} to={} wait_ms={}", config_.name, target_, wait.count());
    feed_.unreachable();
    feed_.notes().enter(LinkState::waiting);
    if (!co_await pause(wait)) co_return false;
  }
  reached();
  co_return true;
}

void UdpSink::ask_for_addresses() {
  if (std::exchange(looking_up_, true)) return;
  resolver_.resolve(config_.host, [this](HostResolver::Result result) { on_addresses(std::move(result)); });
}

void UdpSink::on_addresses(HostResolver::Result result) {
  looking_up_ = false;
  woken_.cancel();
  resolve_.expires_after(config_.udp.resolve_interval);
  resolve_.async_wait([this](ErrorCode cancelled) {
    if (!cancelled) ask_for_addresses();
  });
  if (result.addresses.empty()) {
    feed_.notes().error("cannot resolve " + config_.host + ": " + result.error);
    if (unresolved_log_.allow(Clock::now())) {
      log_->warn("cannot resolve output={} host={} reason=\"{}\"", config_.name, config_.host, result.error);
    }
    return;
  }
  addresses_ = std::move(result.addresses);
  if (address_ && std::ranges::find(addresses_, *address_) == addresses_.end()) connect_to_any(0);
}

/// Tries the addresses in turn from `first` on. Returns: false if the socket in use stays.
bool UdpSink::connect_to_any(std::size_t first) {
  std::optional<DatagramSocket::Failure> failure;
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const address& receiver = addresses_[(first + i) % addresses_.size()];
    const bool is_other = address_ != receiver;
    failure = connect_to(receiver);
    if (failure) continue;
    if (is_other) log_->info("sending output={} to={} address={}", config_.name, target_, receiver.to_string());
    return true;
  }
  feed_.books().error(failure->error);
  feed_.notes().error(failure->text);
  if (unconnected_log_.allow(Clock::now())) {
    told_unreachable_ = true;
    log_->warn("cannot send output={} to={} reason=\"{}\"", config_.name, target_, failure->text);
  }
  return false;
}

std::optional<DatagramSocket::Failure> UdpSink::connect_to(const address& receiver) {
  const auto connected = socket_.connect(config_, receiver);
  if (!connected) return connected.error();
  address_ = receiver;
  feed_.notes().peer(receiver.to_string(), "udp");
  look_at_path();
  return std::nullopt;
}

std::size_t UdpSink::after_address_in_use() const {
  const auto found = std::ranges::find(addresses_, *address_);
  return static_cast<std::size_t>(found - addresses_.begin() + 1) % addresses_.size();
}

void UdpSink::reached() {
  unreachable_ = false;
  backoff_.reset();
  feed_.connected();
  feed_.notes().enter(LinkState::open);
  if (std::exchange(told_unreachable_, false)) {
    log_->info("sending again output={} to={} address={}", config_.name, target_, address_->to_string());
  }
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

asio::awaitable<void> UdpSink::send() {
  look_at_path();
  while (next_line_ < batch_->lines().size()) {
    const std::size_t most = rate_ ? rate_->available(Clock::now()) : DatagramSocket::kGroup;
    const auto group = lines_left().first(std::min({lines_left().size(), most, DatagramSocket::kGroup}));
    const auto too_large = std::ranges::find_if_not(group, [this](const LineRef& line) { return may_be_sent(line); });
    if (group.empty()) {
      co_await pause(rate_->wait());
    } else if (too_large == group.begin()) {
      drop_oversize();
    } else if (const int sent = socket_.send(*batch_, {group.begin(), too_large}); sent > 0) {
      delivered(static_cast<std::size_t>(sent));
    } else {
      co_await recover(errno);
    }
  }
}

/// The kernel's knowledge of the path comes from routers and expires.
void UdpSink::look_at_path() {
  sizes_ = socket_.packet_sizes();
  if (config_.udp.fragment != Fragment::path_mtu) return;
  const std::size_t limit = sizes_.largest_whole();
  if (feed_.message_limit().exchange(limit) == limit) return;
  log_->info("path takes messages of limited size output={} to={} bytes={}", config_.name, target_, limit);
}

void UdpSink::delivered(std::size_t count) {
  std::size_t bytes = 0;
  SentDatagrams sent{.datagrams = count};
  for (const LineRef& line : lines_left().first(count)) {
    bytes += line.length;
    if (sizes_.is_whole(line.length)) continue;
    ++sent.fragmented;
    sent.fragments += sizes_.packets(line.length);
  }
  next_line_ += count;
  failed_before_ = false;
  if (rate_) rate_->take(count);
  feed_.delivered(count, bytes);
  feed_.books().sent(sent);
  if (unreachable_) reached();
  if (socket_.is_v4()) warn_if_ids_repeat(sent.fragmented);
}

void UdpSink::warn_if_ids_repeat(std::size_t fragmented) {
  const Clock::time_point now = Clock::now();
  if (!id_watch_.sent(fragmented, now) || !repeating_ids_log_.allow(now)) return;
  log_->warn(
      "fragmented datagrams go so fast that their 16-bit ids repeat within {} s, so that the receiver may join "
      "fragments of different lines: use tcp or tls, or shorter lines output={} to={}",
      FragmentIdWatch::kReassembly.count(), config_.name, target_);
}

/// Deals with the error that kept the next line from being sent: it is tried again, or given up.
asio::awaitable<void> UdpSink::recover(int error) {
  if (error == EINTR) co_return;
  if (error == EAGAIN) {
    co_await socket_.room();
    co_return;
  }
  feed_.books().error(error);
  switch (error) {
    case ENOBUFS:
      co_await pause(kNoBufferPause);
      break;
    case ECONNREFUSED:
      on_refused();
      break;
    case EMSGSIZE:
      on_too_large();
      break;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EINVAL:  // the source address is no more
      co_await wait_for_way(error);
      break;
    default:
      feed_.notes().error(describe(error));
      give_up(error);
  }
}

/// Nothing was sent, so that nothing need be lost but by the queue's policy.
asio::awaitable<void> UdpSink::wait_for_way(int error) {
  unreachable_ = true;
  feed_.disconnected();
  feed_.unreachable();
  feed_.notes().enter(LinkState::waiting);
  feed_.notes().error(describe(error));
  if (unreachable_log_.allow(Clock::now())) {
    told_unreachable_ = true;
    log_->warn("no way to the receiver, lines wait output={} to={} address={} reason=\"{}\"", config_.name, target_,
               address_->to_string(), describe(error));
  }
  const std::optional<address> tried = address_;
  ask_for_addresses();
  co_await pause(backoff_.next());
  if (address_ == tried) connect_to_any(after_address_in_use());
}

/// An answer to an earlier datagram: the next line was not sent yet. `localhost` is ::1 first, but the receiver may
/// listen on 127.0.0.1 only, and UDP has no connect that would tell.
void UdpSink::on_refused() {
  feed_.notes().error("the receiver refuses datagrams: nothing listens on the port");
  if (refused_log_.allow(Clock::now())) {
    log_->warn("receiver refuses datagrams output={} to={} address={}", config_.name, target_, address_->to_string());
    ask_for_addresses();
  }
  if (std::exchange(failed_before_, true)) {
    give_up(ECONNREFUSED);
  } else if (addresses_.size() > 1) {
    connect_to(addresses_[after_address_in_use()]);
  }
}

/// A router may have answered so to an earlier datagram.
void UdpSink::on_too_large() {
  look_at_path();
  if (!sizes_.is_whole(lines_left().front().length) || std::exchange(failed_before_, true)) drop_oversize();
}

void UdpSink::give_up(int error) {
  ++next_line_;
  failed_before_ = false;
  feed_.dropped_by_errno(error, 1);
  loss_.report(errno_name(error), 1);
}

void UdpSink::drop_oversize() {
  const LineRef& line = lines_left().front();
  ++next_line_;
  failed_before_ = false;
  if (feed_.has_detour()) return feed_.divert(batch_->message(line), line.event);
  feed_.dropped(DropReason::oversize, 1);
  oversize_loss_.report("oversize", 1);
}

}  // namespace

std::unique_ptr<OutputDriver> make_udp_sink(const SinkConfig& config, OutputFeed& feed, Logger log) {
  if (config.host.empty() || config.port == 0) throw std::runtime_error("a host and a port are needed");
  return std::make_unique<UdpSink>(config, feed, std::move(log));
}

}  // namespace flowcef
