#include "flowcef/replicate/transparent_sockets.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "flowcef/replicate/replicate_socket.hpp"

namespace flowcef {

std::size_t TransparentSockets::Hash::operator()(const Endpoint& endpoint) const noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, endpoint.address.ipv6_bytes().data(), sizeof halves);
  const std::uint64_t mixed = (halves[0] ^ halves[1] * 0x9e3779b97f4a7c15U ^ endpoint.port) * 0xbf58476d1ce4e5b9U;
  return mixed >> 32;
}

std::expected<int, int> TransparentSockets::socket_of(const Endpoint& exporter) {
  FileDescriptor* const known = sockets_.find(exporter);
  if (known != nullptr && known->is_open()) return known->get();
  auto opened = open_replicate_socket(to_, exporter);
  if (!opened) return std::unexpected(opened.error());
  if (known == nullptr) return sockets_.insert(exporter, *std::move(opened)).get();
  *known = *std::move(opened);
  return known->get();
}

void TransparentSockets::forget(const Endpoint& exporter) {
  if (FileDescriptor* const known = sockets_.find(exporter)) *known = FileDescriptor{};
}

std::uint32_t TransparentSockets::default_capacity() noexcept {
  constexpr rlim_t kShare = 16;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 64;
  return static_cast<std::uint32_t>(std::clamp<rlim_t>(files.rlim_cur / kShare, 64, 4096));
}

}  // namespace flowcef
