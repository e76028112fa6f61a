#include "workloads.hpp"

#include <functional>

#include "support/packet_builder.hpp"

namespace flowcef::bench {
namespace {

using test::ByteWriter;
using test::MessageBuilder;

constexpr std::size_t kPayload = 1464;

/// Values differ from record to record, so that branches and number lengths do.
std::uint32_t scatter(std::uint32_t n) {
  return n * 2654435761U >> 7;
}

/// As many records as fit.
ByteWriter fill(std::size_t room, std::size_t& count, const std::function<void(ByteWriter&, std::uint32_t)>& write) {
  ByteWriter records;
  count = 0;
  for (std::uint32_t n = 0;; ++n) {
    ByteWriter one;
    write(one, n);
    if (records.size() + one.size() > room) return records;
    records.append(one.bytes());
    ++count;
  }
}

Workload netflow5() {
  ByteWriter bytes = test::netflow5_header({.count = 30});
  for (std::uint32_t n = 0; n < 30; ++n) {
    bytes.append(test::netflow5_record({.source = 0x0a000000 + scatter(n) % 65536,
                                        .packets = scatter(n) % 5000,
                                        .octets = scatter(n) % 5'000'000,
                                        .first = 900'000 + n * 977,
                                        .source_port = static_cast<std::uint16_t>(scatter(n)),
                                        .protocol = static_cast<std::uint8_t>(n % 5 == 0 ? 17 : 6)})
                     .bytes());
  }
  return {"netflow5", {}, bytes.bytes(), 30};
}

Workload netflow9_ipv4() {
  const auto layout = test::template_record(256, {{8, 4},
                                                  {12, 4},
                                                  {15, 4},
                                                  {10, 4},
                                                  {14, 4},
                                                  {2, 4},
                                                  {1, 4},
                                                  {22, 4},
                                                  {21, 4},
                                                  {7, 2},
                                                  {11, 2},
                                                  {16, 4},
                                                  {17, 4},
                                                  {9, 1},
                                                  {13, 1},
                                                  {4, 1},
                                                  {6, 1},
                                                  {5, 1},
                                                  {61, 1}});
  std::size_t count = 0;
  const ByteWriter records = fill(kPayload - 24, count, [](ByteWriter& out, std::uint32_t n) {
    out.u32(0x0a000000 + scatter(n) % 65536).u32(0xc6336400 + n % 256).u32(0x0a0000fe).u32(n % 48).u32(n % 7);
    out.u32(scatter(n) % 5000).u32(scatter(n) % 5'000'000).u32(900'000 + n * 977).u32(990'000 + n);
    out.u16(scatter(n) & 0xffff)
        .u16(443)
        .u32(64512)
        .u32(15169)
        .u8(24)
        .u8(16)
        .u8(n % 5 == 0 ? 17 : 6)
        .u8(27)
        .u8(0)
        .u8(n % 2);
  });
  return {"netflow9/ipv4", MessageBuilder::netflow9().templates(layout).bytes(),
          MessageBuilder::netflow9().set(256, records).bytes(), count};
}

Workload ipfix_ipv6() {
  const auto layout = test::template_record(257, {{27, 16},
                                                  {28, 16},
                                                  {10, 4},
                                                  {14, 4},
                                                  {2, 8},
                                                  {1, 8},
                                                  {152, 8},
                                                  {153, 8},
                                                  {7, 2},
                                                  {11, 2},
                                                  {31, 4},
                                                  {4, 1},
                                                  {6, 2},
                                                  {5, 1},
                                                  {136, 1}});
  std::size_t count = 0;
  const ByteWriter records = fill(kPayload - 20, count, [](ByteWriter& out, std::uint32_t n) {
    out.u64(0x20010db8'00000000).u64(std::uint64_t{scatter(n)} << 20).u64(0x20010db8'0001abcd).u64(n);
    out.u32(n % 48).u32(n % 7).u64(scatter(n) % 5000).u64(scatter(n) % 5'000'000);
    out.u64(1'700'000'000'000 + n)
        .u64(1'700'000'000'900 + n)
        .u16(scatter(n) & 0xffff)
        .u16(443)
        .u32(n)
        .u8(6)
        .u16(27)
        .u8(0)
        .u8(3);
  });
  return {"ipfix/ipv6", MessageBuilder::ipfix().templates(layout).bytes(),
          MessageBuilder::ipfix().set(257, records).bytes(), count};
}

Workload ipfix_strings() {
  const auto layout = test::template_record(258, {{8, 4},
                                                  {12, 4},
                                                  {7, 2},
                                                  {11, 2},
                                                  {4, 1},
                                                  {2, 4},
                                                  {1, 4},
                                                  {152, 8},
                                                  {153, 8},
                                                  {460, 65535},
                                                  {461, 65535},
                                                  {371, 65535},
                                                  {96, 65535}});
  std::size_t count = 0;
  const ByteWriter records = fill(kPayload - 20, count, [](ByteWriter& out, std::uint32_t n) {
    out.u32(0x0a000000 + scatter(n) % 65536).u32(0xc6336400 + n).u16(scatter(n) & 0xffff).u16(443).u8(6);
    out.u32(scatter(n) % 5000).u32(scatter(n) % 5'000'000).u64(1'700'000'000'000 + n).u64(1'700'000'000'900 + n);
    out.variable("host" + std::to_string(n) + ".example.com")
        .variable("/api/v1/items?id=" + std::to_string(scatter(n)));
    out.variable("user" + std::to_string(n)).variable("https");
  });
  return {"ipfix/strings", MessageBuilder::ipfix().templates(layout).bytes(),
          MessageBuilder::ipfix().set(258, records).bytes(), count};
}

}  // namespace

std::vector<Workload> workloads() {
  return {netflow5(), netflow9_ipv4(), ipfix_ipv6(), ipfix_strings()};
}

}  // namespace flowcef::bench
