// Composes captured frames and pcap files byte by byte, good ones and bad ones.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/ip_address.hpp"

namespace flowcef::test {

using ByteVector = std::vector<std::uint8_t>;

inline ByteVector bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

inline void append(ByteVector& to, const ByteVector& more) {
  to.insert(to.end(), more.begin(), more.end());
}

inline void append_be(ByteVector& to, std::uint64_t value, unsigned length) {
  for (unsigned i = length; i > 0; --i) to.push_back(static_cast<std::uint8_t>(value >> 8 * (i - 1)));
}

inline void append_le(ByteVector& to, std::uint64_t value, unsigned length) {
  for (unsigned i = 0; i < length; ++i) to.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

inline ByteVector slice(const ByteVector& bytes, std::size_t begin, std::size_t length) {
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(begin);
  return {from, from + static_cast<std::ptrdiff_t>(length)};
}

inline constexpr std::uint16_t kExporterPort = 40001;
inline constexpr std::uint16_t kListenerPort = 2055;

/// Input: `length_field` stands in for the right one, unless negative.
inline ByteVector udp(const ByteVector& payload, int length_field = -1) {
  ByteVector out;
  append_be(out, kExporterPort, 2);
  append_be(out, kListenerPort, 2);
  append_be(out, length_field < 0 ? payload.size() + 8 : static_cast<unsigned>(length_field), 2);
  append_be(out, 0, 2);
  append(out, payload);
  return out;
}

struct Ipv4Options {
  std::uint8_t protocol = 17;
  std::uint16_t id = 7;
  unsigned offset = 0;  ///< bytes
  bool more = false;
  unsigned option_words = 0;
  int total_length = -1;  ///< stands in for the right one, unless negative
  std::string source = "192.0.2.1";
};

inline ByteVector ipv4(const ByteVector& payload, const Ipv4Options& options = {}) {
  const unsigned header = 20 + 4 * options.option_words;
  ByteVector out{static_cast<std::uint8_t>(0x40 | header / 4), 0};
  append_be(out, options.total_length < 0 ? header + payload.size() : static_cast<unsigned>(options.total_length), 2);
  append_be(out, options.id, 2);
  append_be(out, options.offset / 8 | (options.more ? 0x2000U : 0U), 2);
  out.push_back(64);
  out.push_back(options.protocol);
  append_be(out, 0, 2);
  for (const auto& text : {options.source, std::string("198.51.100.2")}) {
    const auto address = *IpAddress::parse(text);
    out.insert(out.end(), address.ipv4_bytes(), address.ipv4_bytes() + 4);
  }
  out.resize(header, 1);
  append(out, payload);
  return out;
}

inline ByteVector ipv6(const ByteVector& payload, std::uint8_t next_header = 17, int payload_length = -1) {
  ByteVector out{0x60, 0, 0, 0};
  append_be(out, payload_length < 0 ? payload.size() : static_cast<unsigned>(payload_length), 2);
  out.push_back(next_header);
  out.push_back(64);
  for (const auto* text : {"2001:db8::1", "2001:db8::2"}) {
    const auto address = *IpAddress::parse(text);
    out.insert(out.end(), address.ipv6_bytes().begin(), address.ipv6_bytes().end());
  }
  append(out, payload);
  return out;
}

/// A hop-by-hop, routing or destination options header of 8 * (1 + extra_units) bytes, before `rest`.
inline ByteVector extension(std::uint8_t next_header, const ByteVector& rest, std::uint8_t extra_units = 0) {
  ByteVector out{next_header, extra_units, 1, 4, 0, 0, 0, 0};
  out.resize(8U * (1U + extra_units));
  append(out, rest);
  return out;
}

inline ByteVector fragment6(const ByteVector& part, unsigned offset, bool more, std::uint32_t id = 7,
                            std::uint8_t next_header = 17) {
  ByteVector out{next_header, 0};
  append_be(out, offset | (more ? 1U : 0U), 2);
  append_be(out, id, 4);
  append(out, part);
  return ipv6(out, 44);
}

inline std::uint16_t ether_type_of(const ByteVector& ip) {
  return !ip.empty() && ip[0] >> 4 == 6 ? std::uint16_t{0x86dd} : std::uint16_t{0x0800};
}

inline ByteVector ethernet(const ByteVector& ip, const std::vector<std::uint16_t>& tags = {}) {
  ByteVector out(12, 0x02);
  for (const auto tag : tags) {
    append_be(out, tag, 2);
    append_be(out, 42, 2);
  }
  append_be(out, ether_type_of(ip), 2);
  append(out, ip);
  return out;
}

/// A capture file in memory: classic pcap, nanoseconds or microseconds, either byte order.
class CaptureBuilder {
 public:
  explicit CaptureBuilder(std::uint32_t link_type = 1, bool nanoseconds = true, bool big_endian = false)
      : nanoseconds_(nanoseconds), big_endian_(big_endian) {
    put(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4);
    put(2, 2);
    put(4, 2);
    put(0, 8);
    put(262144, 4);
    put(link_type, 4);
  }

  /// Input: `wire_length` as on the network; 0: nothing was cut.
  CaptureBuilder& add(const ByteVector& frame, std::int64_t time_ns = 0, std::size_t wire_length = 0) {
    const auto time = static_cast<std::uint64_t>(time_ns);
    put(time / 1'000'000'000, 4);
    put(time % 1'000'000'000 / (nanoseconds_ ? 1 : 1000), 4);
    put(frame.size(), 4);
    put(wire_length == 0 ? frame.size() : wire_length, 4);
    append(bytes_, frame);
    return *this;
  }

  [[nodiscard]] const ByteVector& bytes() const { return bytes_; }

 private:
  void put(std::uint64_t value, unsigned length) {
    big_endian_ ? append_be(bytes_, value, length) : append_le(bytes_, value, length);
  }

  bool nanoseconds_;
  bool big_endian_;
  ByteVector bytes_;
};

/// A pcapng file in memory, little-endian, times in nanoseconds.
class CaptureNgBuilder {
 public:
  CaptureNgBuilder() {
    ByteVector body;
    append_le(body, 0x1a2b3c4d, 4);
    append_le(body, 1, 2);
    append_le(body, 0, 2);
    append_le(body, ~std::uint64_t{0}, 8);
    block(0x0a0d0d0a, body);
  }

  CaptureNgBuilder& add_interface(std::uint16_t link_type) {
    ByteVector body;
    append_le(body, link_type, 2);
    append_le(body, 0, 2);
    append_le(body, 262144, 4);
    append_le(body, 9, 2);  // if_tsresol
    append_le(body, 1, 2);
    append_le(body, 9, 4);
    append_le(body, 0, 4);
    block(1, body);
    return *this;
  }

  CaptureNgBuilder& add(const ByteVector& frame, std::int64_t time_ns = 0, std::uint32_t interface = 0) {
    ByteVector body;
    append_le(body, interface, 4);
    append_le(body, static_cast<std::uint64_t>(time_ns) >> 32, 4);
    append_le(body, static_cast<std::uint64_t>(time_ns) & 0xffffffff, 4);
    append_le(body, frame.size(), 4);
    append_le(body, frame.size(), 4);
    append(body, frame);
    body.resize((body.size() + 3) / 4 * 4);
    block(6, body);
    return *this;
  }

  [[nodiscard]] const ByteVector& bytes() const { return bytes_; }

 private:
  void block(std::uint32_t type, const ByteVector& body) {
    append_le(bytes_, type, 4);
    append_le(bytes_, body.size() + 12, 4);
    append(bytes_, body);
    append_le(bytes_, body.size() + 12, 4);
  }

  ByteVector bytes_;
};

/// A file with the given content that goes away with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const ByteVector& content) {
    std::string name = (std::filesystem::temp_directory_path() / "flowcef-XXXXXX").string();
    const int fd = mkstemp(name.data());
    if (fd >= 0) close(fd);
    path_ = name;
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace flowcef::test
