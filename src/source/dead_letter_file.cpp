#include "flowcef/source/dead_letter_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace flowcef {
namespace {

using Buffer = std::vector<std::uint8_t>;

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kMaxUdpLength = 65535;
constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::size_t kMaxReason = 1000;

constexpr std::uint32_t kEnhancedPacketBlock = 6;
constexpr std::uint16_t kCommentOption = 1;
constexpr std::size_t kEmptyPacketBlock = 32;  // neither packet nor options
constexpr std::size_t kMaxBlock = kEmptyPacketBlock + kIpv6Header + kMaxUdpLength + kMaxReason + 16;

/// Section header and interface description, little-endian.
constexpr auto kFileHeader = std::to_array<std::uint8_t>({
    0x0a, 0x0d, 0x0d, 0x0a, 28,   0,    0,    0,     // section header block, its length
    0x4d, 0x3c, 0x2b, 0x1a, 1,    0,    0,    0,     // byte order, version 1.0
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,  // section length: not stated
    28,   0,    0,    0,                             //
    1,    0,    0,    0,    32,   0,    0,    0,     // interface description block, its length
    101,  0,    0,    0,    0,    0,    4,    0,     // LINKTYPE_RAW, snapshot length 262144
    9,    0,    1,    0,    9,    0,    0,    0,     // if_tsresol: nanoseconds
    0,    0,    0,    0,    32,   0,    0,    0,     // opt_endofopt
});

template <class T>
void put_le(Buffer& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

template <class T>
void put_be(Buffer& out, T value) {
  for (std::size_t i = sizeof(T); i > 0; --i) out.push_back(static_cast<std::uint8_t>(value >> 8 * (i - 1)));
}

template <class Range>
void put_bytes(Buffer& out, const Range& range) {
  out.insert(out.end(), range.begin(), range.end());
}

void pad(Buffer& out) {
  out.resize((out.size() + 3) / 4 * 4);
}

void store_be16(std::uint8_t* at, std::uint16_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

std::uint32_t load_le32(const std::uint8_t* at) noexcept {
  return std::byteswap(load_be<std::uint32_t>(at));
}

/// Sum of 16-bit words, the last one filled up with zero. Source: RFC 1071
std::uint64_t add_words(Bytes bytes, std::uint64_t sum) noexcept {
  for (; bytes.size() >= 2; bytes = bytes.subspan(2)) sum += load_be<std::uint16_t>(bytes.data());
  return bytes.empty() ? sum : sum + (std::uint64_t{bytes.front()} << 8);
}

std::uint16_t checksum_of(std::uint64_t sum) noexcept {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// An unknown address has no family of its own.
bool fits_ipv4(const IpAddress& address) noexcept {
  return address.is_v4() || address.is_unspecified();
}

Bytes ipv4_of(const Endpoint& endpoint) noexcept {
  return {endpoint.address.ipv4_bytes(), 4};
}

void put_ipv4_header(Buffer& out, const Datagram& datagram, std::size_t udp_length) {
  const std::size_t start = out.size();
  put_be(out, std::uint16_t{0x4500});
  put_be(out, static_cast<std::uint16_t>(kIpv4Header + udp_length));
  put_be(out, std::uint32_t{0});  // no fragment
  out.push_back(64);
  out.push_back(kProtocolUdp);
  put_be(out, std::uint16_t{0});
  put_bytes(out, ipv4_of(datagram.exporter));
  put_bytes(out, ipv4_of(datagram.listener));
  std::uint8_t* header = out.data() + start;
  store_be16(header + 10, checksum_of(add_words({header, kIpv4Header}, 0)));
}

void put_ipv6_header(Buffer& out, const Datagram& datagram, std::size_t udp_length) {
  put_be(out, std::uint32_t{0x60000000});
  put_be(out, static_cast<std::uint16_t>(udp_length));
  out.push_back(kProtocolUdp);
  out.push_back(64);
  put_bytes(out, datagram.exporter.address.ipv6_bytes());
  put_bytes(out, datagram.listener.address.ipv6_bytes());
}

/// Input: `address_sum` of the pseudo header's addresses.
void put_udp(Buffer& out, const Datagram& datagram, Bytes payload, std::uint64_t address_sum) {
  const std::size_t start = out.size();
  const std::size_t length = kUdpHeader + payload.size();
  put_be(out, datagram.exporter.port);
  put_be(out, datagram.listener.port);
  put_be(out, static_cast<std::uint16_t>(length));
  put_be(out, std::uint16_t{0});
  put_bytes(out, payload);
  const std::uint64_t sum = add_words({out.data() + start, length}, address_sum + kProtocolUdp + length);
  const std::uint16_t checksum = checksum_of(sum);
  store_be16(out.data() + start + 6, checksum == 0 ? std::uint16_t{0xffff} : checksum);
}

/// Returns: how many bytes the packet would have, had nothing been cut off it.
std::size_t put_packet(Buffer& out, const Datagram& datagram) {
  const bool v4 = fits_ipv4(datagram.exporter.address) && fits_ipv4(datagram.listener.address);
  const std::size_t headers = (v4 ? kIpv4Header : kIpv6Header) + kUdpHeader;
  const std::size_t most = kMaxUdpLength - kUdpHeader - (v4 ? kIpv4Header : 0);
  const Bytes payload = datagram.payload.first(std::min(datagram.payload.size(), most));
  std::uint64_t sum = 0;
  if (v4) {
    put_ipv4_header(out, datagram, kUdpHeader + payload.size());
    sum = add_words(ipv4_of(datagram.listener), add_words(ipv4_of(datagram.exporter), 0));
  } else {
    put_ipv6_header(out, datagram, kUdpHeader + payload.size());
    sum = add_words(datagram.listener.address.ipv6_bytes(), add_words(datagram.exporter.address.ipv6_bytes(), 0));
  }
  put_udp(out, datagram, payload, sum);
  return headers + datagram.payload.size();
}

void make_block(Buffer& out, const Datagram& datagram, std::string_view reason) {
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(datagram.received_ns, 0));
  out.clear();
  put_le(out, kEnhancedPacketBlock);
  put_le(out, std::uint32_t{0});  // block length, below
  put_le(out, std::uint32_t{0});  // interface
  put_le(out, static_cast<std::uint32_t>(time >> 32));
  put_le(out, static_cast<std::uint32_t>(time));
  put_le(out, std::uint64_t{0});  // packet lengths, below
  const std::size_t packet = out.size();
  const std::size_t original = put_packet(out, datagram);
  const std::size_t kept = out.size() - packet;
  pad(out);
  const std::string_view comment = reason.substr(0, kMaxReason);
  put_le(out, kCommentOption);
  put_le(out, static_cast<std::uint16_t>(comment.size()));
  put_bytes(out, comment);
  pad(out);
  put_le(out, std::uint32_t{0});  // opt_endofopt
  const std::size_t length = out.size() + 4;
  put_le(out, static_cast<std::uint32_t>(length));
  const auto patch = [&out](std::size_t at, std::size_t value) {
    for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
  };
  patch(4, length);
  patch(20, kept);
  patch(24, original);
}

bool read_at(int file, std::uint64_t offset, std::uint8_t* bytes, std::size_t length) {
  return ::pread(file, bytes, length, static_cast<off_t>(offset)) == static_cast<ssize_t>(length);
}

}  // namespace

DeadLetterFile::DeadLetterFile(DeadLetterConfig config, OnProblem on_problem)
    : config_(std::move(config)), on_problem_(std::move(on_problem)) {
  block_.reserve(kMaxBlock);
  if (!open()) throw std::runtime_error(config_.path + ": " + std::strerror(errno));
}

bool DeadLetterFile::write(const Datagram& datagram, std::string_view reason) noexcept {
  const std::scoped_lock lock(mutex_);
  make_block(block_, datagram, reason);
  const bool written =
      (file_.is_open() || open()) && (size_ + block_.size() <= config_.max_bytes || rotate()) && append(block_);
  if (!written && !failing_) on_problem_(config_.path + ": " + std::strerror(errno));
  failing_ = !written;
  return written;
}

/// Errors: errno, here and below.
bool DeadLetterFile::open() {
  if (!open_file(0)) return false;
  if (size_ == 0) return append(kFileHeader);
  return can_be_continued() || rotate();
}

bool DeadLetterFile::open_file(int flags) {
  FileDescriptor file(::open(config_.path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | flags, 0600));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode)) {
    errno = EINVAL;
    return false;
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  file_ = std::move(file);
  return true;
}

/// Whether the file begins as ours do, and its last packet is whole.
bool DeadLetterFile::can_be_continued() const {
  std::array<std::uint8_t, kFileHeader.size()> header{};
  if (!read_at(file_.get(), 0, header.data(), header.size()) || header != kFileHeader) return false;
  const std::uint64_t packets = size_ - header.size();
  if (packets == 0) return true;
  std::uint8_t trailer[4] = {};
  std::uint8_t start[8] = {};
  if (!read_at(file_.get(), size_ - sizeof trailer, trailer, sizeof trailer)) return false;
  const std::uint32_t length = load_le32(trailer);
  if (length < kEmptyPacketBlock || length > packets) return false;
  return read_at(file_.get(), size_ - length, start, sizeof start) && load_le32(start) == kEnhancedPacketBlock &&
         load_le32(start + 4) == length;
}

bool DeadLetterFile::rotate() {
  file_ = FileDescriptor();
  if (std::rename(config_.path.c_str(), (config_.path + ".1").c_str()) != 0) return false;
  return open_file(O_EXCL) && append(kFileHeader);
}

/// In one system call, so that a reader never sees half of it; what a full disk cuts is taken back.
bool DeadLetterFile::append(Bytes bytes) {
  const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
  if (written == static_cast<ssize_t>(bytes.size())) {
    size_ += bytes.size();
    return true;
  }
  const int error = written < 0 ? errno : ENOSPC;
  if (written > 0 && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) file_ = FileDescriptor();
  // A file without its header is opened anew, which writes it.
  if (size_ == 0) file_ = FileDescriptor();
  errno = error;
  return false;
}

}  // namespace flowcef
