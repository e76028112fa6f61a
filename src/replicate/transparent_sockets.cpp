#include "flowcef/replicate/transparent_sockets.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "flowcef/replicate/replicate_socket.hpp"

namespace flowcef {
namespace {

bool is_out_of_files(int error) noexcept {
  return error == EMFILE || error == ENFILE;
}

}  // namespace

std::size_t TransparentSockets::Hash::operator()(const Endpoint& endpoint) const noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, endpoint.address.ipv6_bytes().data(), sizeof halves);
  const std::uint64_t mixed = (halves[0] ^ halves[1] * 0x9e3779b97f4a7c15U ^ endpoint.port) * 0xbf58476d1ce4e5b9U;
  return mixed >> 32;
}

SocketBudget& SocketBudget::of_process() noexcept {
  static SocketBudget budget([] {
    constexpr rlim_t kShare = 4;
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return kFewest;
    return static_cast<std::uint32_t>(std::clamp<rlim_t>(files.rlim_cur / kShare, kFewest, 16'384));
  }());
  return budget;
}

std::expected<int, int> TransparentSockets::socket_of(const Endpoint& exporter) {
  const FileDescriptor* const known = sockets_.find(exporter);
  if (known != nullptr && known->is_open()) return known->get();
  while (sockets_.size() != 0 && (sockets_.full() || !budget_.has_room(sockets_.size()))) drop_oldest();
  auto opened = open_replicate_socket(to_, exporter);
  while (!opened && is_out_of_files(opened.error()) && sockets_.size() != 0) {
    drop_oldest();
    opened = open_replicate_socket(to_, exporter);
  }
  if (!opened) return std::unexpected(opened.error());
  if (FileDescriptor* const closed = sockets_.find(exporter)) {
    *closed = *std::move(opened);
    return closed->get();
  }
  budget_.add(1);
  return sockets_.insert(exporter, *std::move(opened)).get();
}

void TransparentSockets::forget(const Endpoint& exporter) {
  if (FileDescriptor* const known = sockets_.find(exporter)) *known = FileDescriptor{};
}

void TransparentSockets::drop_oldest() {
  sockets_.drop_oldest();
  budget_.add(-1);
}

}  // namespace flowcef
