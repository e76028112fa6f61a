#include "flowcef/replicate/replica_sender.hpp"

#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/replicate/replicate_socket.hpp"

namespace flowcef {
namespace {

using Clock = ReplicaQueue::Clock;

/// Until the kernel has room again (ENOBUFS), of which no event tells.
constexpr std::chrono::milliseconds kNoBufferPause{2};
/// Then it is dropped, so that what a rule drops for good holds up the others no longer than that.
constexpr int kNoBufferTries = 125;
/// The longest wait between two looks whether a stop sets a deadline.
constexpr std::chrono::milliseconds kLookAgain{100};
constexpr std::chrono::seconds kLogInterval{30};

void set_hops(msghdr& header, bool v4, int hops) noexcept {
  cmsghdr* const control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
  control->cmsg_type = v4 ? IP_TTL : IPV6_HOPLIMIT;
  control->cmsg_len = CMSG_LEN(sizeof hops);
  std::memcpy(CMSG_DATA(control), &hops, sizeof hops);
}

/// A socket bound to port 0 or to no address would send from one of this host.
bool has_sender(const Endpoint& exporter) noexcept {
  if (exporter.port == 0) return false;
  return exporter.address.is_v4() ? load_be<std::uint32_t>(exporter.address.ipv4_bytes()) != 0
                                  : !exporter.address.is_unspecified();
}

/// Returns: whether it may have come by ICMP, as the answer to an earlier datagram.
bool may_be_answer(int error) noexcept {
  switch (error) {
    case ECONNREFUSED:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case EACCES:  // IPv6: administratively prohibited
    case EMSGSIZE:
    case ENETUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPROTO:
      return true;
    default:
      return false;
  }
}

}  // namespace

ReplicaSender::ReplicaSender(const ReplicateConfig& config, ReplicaQueue& queue, Logger log)
    : config_(config),
      queue_(queue),
      log_(std::move(log)),
      errors_log_(kLogInterval),
      kept_(config.to, SocketBudget::of_process()) {
  for (std::size_t i = 0; i < kGroup; ++i) {
    msghdr& header = messages_[i].msg_hdr;
    header.msg_iov = &pieces_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].bytes;
    header.msg_controllen = sizeof controls_[i].bytes;
  }
}

void ReplicaSender::send(std::span<const ReplicaRef> replicas) {
  while (!replicas.empty()) {
    const Replica& first = *replicas.front();
    const char* reason = refusal(first);
    if (reason == nullptr && Clock::now() >= queue_.deadline()) reason = "stopped";
    if (reason != nullptr) {
      queue_.dropped(reason, first);
      replicas = replicas.subspan(1);
      continue;
    }
    const auto socket = socket_for(first);
    if (!socket) {
      queue_.failed(error_name(socket.error()));
      drop(first, socket.error());
      replicas = replicas.subspan(1);
      continue;
    }
    const auto group = replicas.first(group_of(replicas));
    const int sent = send_group(*socket, group);
    if (sent > 0) {
      account(group.first(static_cast<std::size_t>(sent)));
      replicas = replicas.subspan(static_cast<std::size_t>(sent));
    } else if (const int error = errno; !recover(error, *socket, first)) {
      drop(first, error);
      replicas = replicas.subspan(1);
    }
  }
}

const char* ReplicaSender::refusal(const Replica& replica) const noexcept {
  if (replica.hops() == 1) return "ttl_expired";
  const bool is_kept = config_.source == ReplicateSource::keep;
  if (!is_kept) return nullptr;
  if (replica.exporter().address.is_v4() != config_.to.address.is_v4()) return "other_ip_version";
  return has_sender(replica.exporter()) ? nullptr : "no_source";
}

/// Returns: how many of them, from the first on, one socket sends.
std::size_t ReplicaSender::group_of(std::span<const ReplicaRef> replicas) const noexcept {
  const bool is_kept = config_.source == ReplicateSource::keep;
  const auto end = std::ranges::find_if(replicas.subspan(1), [&](const ReplicaRef& replica) {
    return refusal(*replica) != nullptr || (is_kept && replica->exporter() != replicas.front()->exporter());
  });
  return std::min(kGroup, static_cast<std::size_t>(end - replicas.begin()));
}

std::expected<int, int> ReplicaSender::socket_for(const Replica& replica) {
  if (config_.source == ReplicateSource::keep) return kept_.socket_of(replica.exporter());
  if (!own_.is_open()) {
    auto opened = open_replicate_socket(config_.to, std::nullopt);
    if (!opened) return std::unexpected(opened.error());
    own_ = *std::move(opened);
  }
  return own_.get();
}

void ReplicaSender::forget_socket(const Replica& replica) {
  if (config_.source == ReplicateSource::keep) {
    kept_.forget(replica.exporter());
  } else {
    own_ = FileDescriptor{};
  }
}

int ReplicaSender::send_group(int fd, std::span<const ReplicaRef> group) noexcept {
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Bytes payload = group[i]->payload();
    pieces_[i] = {const_cast<std::uint8_t*>(payload.data()), payload.size()};
    const int hops = group[i]->hops();
    set_hops(messages_[i].msg_hdr, config_.to.address.is_v4(), hops == 0 ? kDefaultHops : hops - 1);
  }
  return ::sendmmsg(fd, messages_.data(), static_cast<unsigned>(group.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void ReplicaSender::account(std::span<const ReplicaRef> group) {
  std::size_t bytes = 0;
  std::size_t cost = 0;
  for (const ReplicaRef& replica : group) {
    bytes += replica->payload().size();
    cost += replica->cost();
  }
  tries_ = {};
  queue_.sent(group.size(), bytes, cost);
}

bool ReplicaSender::recover(int error, int fd, const Replica& first) {
  switch (error) {
    case EINTR:
      return true;
    case EAGAIN:
      wait_for_room(fd);
      return true;
    case ENOBUFS:
    case ENOMEM:
      queue_.failed(error_name(error));
      if (++tries_.without_room == kNoBufferTries) return false;
      std::this_thread::sleep_for(kNoBufferPause);
      return true;
    default:
      queue_.failed(error_name(error));
      if (may_be_answer(error) && !std::exchange(tries_.after_answer, true)) {
        discard_answers(fd);
        return true;
      }
      forget_socket(first);
      return false;
  }
}

void ReplicaSender::wait_for_room(int fd) const {
  pollfd waiting{fd, POLLOUT, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(queue_.deadline() - Clock::now());
  const auto wait = std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(0), kLookAgain);
  if (::poll(&waiting, 1, static_cast<int>(wait.count())) == 1 && (waiting.revents & POLLERR) != 0) discard_answers(fd);
}

void ReplicaSender::drop(const Replica& replica, int error) {
  tries_ = {};
  queue_.dropped(error_name(error), replica);
  if (const auto held_back = errors_log_.allow(Clock::now())) {
    log_->warn("cannot send on a datagram replicate={} to={} exporter={} reason=\"{}\" suppressed={}", config_.name,
               config_.to.to_string(), replica.exporter().to_string(), describe_replicate_error(error), *held_back);
  }
}

}  // namespace flowcef
