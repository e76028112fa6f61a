#include "receive_batch.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>

namespace flowcef {
namespace {

std::int64_t to_nanoseconds(const timespec& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t wall_clock_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return to_nanoseconds(now);
}

/// What the kernel says beside a datagram; 0: nothing.
struct Noted {
  std::int64_t arrival_ns = 0;
  std::uint8_t hops = 0;
};

/// Source: ip(7) IP_RECVTTL, ipv6(7) IPV6_RECVHOPLIMIT
Noted noted(const msghdr& header) noexcept {
  Noted found;
  // CMSG_NXTHDR wants a mutable header but only reads it.
  auto* message = const_cast<msghdr*>(&header);
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr; control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
      timespec time{};
      std::memcpy(&time, CMSG_DATA(control), sizeof time);
      found.arrival_ns = to_nanoseconds(time);
    } else if ((control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TTL) ||
               (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT)) {
      int hops = 0;
      std::memcpy(&hops, CMSG_DATA(control), sizeof hops);
      found.hops = static_cast<std::uint8_t>(hops);
    }
  }
  return found;
}

}  // namespace

ReceiveBatch::ReceiveBatch(std::size_t bytes_per_datagram)
    : bytes_per_datagram_(bytes_per_datagram),
      payloads_(std::make_unique_for_overwrite<std::uint8_t[]>(kDatagrams * bytes_per_datagram)) {
  for (std::size_t i = 0; i < kDatagrams; ++i) {
    vectors_[i] = {payloads_.get() + i * bytes_per_datagram, bytes_per_datagram};
    messages_[i].msg_hdr.msg_name = senders_[i].get();
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = controls_[i].bytes;
  }
}

int ReceiveBatch::receive(int fd) noexcept {
  for (auto& message : messages_) {
    message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    message.msg_hdr.msg_controllen = sizeof(Control);
  }
  int count = 0;
  do {
    count = recvmmsg(fd, messages_.data(), kDatagrams, MSG_DONTWAIT, nullptr);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
  now_ns_ = 0;
  if (count > 0 && noted(messages_[0].msg_hdr).arrival_ns == 0) now_ns_ = wall_clock_ns();
  return count;
}

ReceivedDatagram ReceiveBatch::operator[](std::size_t index) const noexcept {
  const msghdr& header = messages_[index].msg_hdr;
  ReceivedDatagram datagram;
  datagram.payload = {payloads_.get() + index * bytes_per_datagram_, messages_[index].msg_len};
  datagram.from = senders_[index].to_endpoint();
  datagram.truncated = (header.msg_flags & MSG_TRUNC) != 0;
  const Noted beside = noted(header);
  datagram.received_ns = beside.arrival_ns != 0 ? beside.arrival_ns : now_ns_;
  datagram.hops = beside.hops;
  return datagram;
}

}  // namespace flowcef
