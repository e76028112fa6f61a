#include "receive_batch.hpp"

#include <cerrno>
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

/// Returns: the kernel's arrival time, 0 if it gave none.
std::int64_t arrival_ns(const msghdr& header) noexcept {
  // CMSG_NXTHDR wants a mutable header but only reads it.
  auto* message = const_cast<msghdr*>(&header);
  for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr; control = CMSG_NXTHDR(message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec time{};
    std::memcpy(&time, CMSG_DATA(control), sizeof time);
    return to_nanoseconds(time);
  }
  return 0;
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
  if (count > 0 && arrival_ns(messages_[0].msg_hdr) == 0) now_ns_ = wall_clock_ns();
  return count;
}

ReceivedDatagram ReceiveBatch::operator[](std::size_t index) const noexcept {
  const msghdr& header = messages_[index].msg_hdr;
  ReceivedDatagram datagram;
  datagram.payload = {payloads_.get() + index * bytes_per_datagram_, messages_[index].msg_len};
  datagram.from = senders_[index].to_endpoint();
  datagram.truncated = (header.msg_flags & MSG_TRUNC) != 0;
  const std::int64_t stamp = arrival_ns(header);
  datagram.received_ns = stamp != 0 ? stamp : now_ns_;
  return datagram;
}

}  // namespace flowcef
