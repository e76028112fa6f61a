// What templates cost: measured by the allocator, so the same every time.
#include <gtest/gtest.h>
#include <malloc.h>

#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint32_t kExporters = 10'000;
constexpr std::uint16_t kTemplates = 20;

std::size_t allocated_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// 25 fields; `kind` makes the definition another one.
ByteWriter template_of(std::uint16_t id, std::uint32_t kind) {
  ByteWriter out;
  out.u16(id).u16(25).u16(1000 + kind % 30'000).u16(4).u16(31'000 + kind / 30'000).u16(4);
  for (std::uint16_t field = 1; field <= 23; ++field) out.u16(field).u16(4);
  return out;
}

class Memory : public DecodeFixture {
 protected:
  /// Input: `own` gives each exporter definitions that no other one has.
  void send_templates(std::uint32_t exporter, bool own) {
    MessageBuilder message = MessageBuilder::ipfix();
    for (std::uint16_t i = 0; i < kTemplates; ++i) {
      message.templates(template_of(static_cast<std::uint16_t>(256 + i), own ? exporter * kTemplates + i : i));
    }
    const auto bytes = message.bytes();
    Datagram datagram = datagram_of(bytes);
    const std::uint8_t address[] = {10, static_cast<std::uint8_t>(exporter >> 16),
                                    static_cast<std::uint8_t>(exporter >> 8), static_cast<std::uint8_t>(exporter)};
    datagram.exporter.address = IpAddress::from_ipv4(address);
    decoder_.decode(datagram);
  }
  std::size_t cost_of_all(bool own) {
    const std::size_t before = allocated_bytes();
    for (std::uint32_t exporter = 0; exporter < kExporters; ++exporter) send_templates(exporter, own);
    EXPECT_EQ(input_.templates.size(), std::size_t{kExporters} * kTemplates);
    const std::size_t cost = allocated_bytes() - before;
    RecordProperty("mebibytes", static_cast<int>(cost >> 20));
    return cost;
  }
};

TEST_F(Memory, OfTenThousandExportersOfTwentyTemplates) {
  if (allocated_bytes() == 0) GTEST_SKIP() << "the allocator keeps no books here";
  const std::size_t cost = cost_of_all(false);
  std::cout << "10,000 exporters of one make, 20 templates each: " << (cost >> 20) << " MiB\n";
  EXPECT_LT(cost, std::size_t{128} << 20);
}

TEST_F(Memory, OfTenThousandExportersThatShareNothing) {
  if (allocated_bytes() == 0) GTEST_SKIP() << "the allocator keeps no books here";
  const std::size_t cost = cost_of_all(true);
  std::cout << "10,000 exporters, 20 templates each that no other one has: " << (cost >> 20) << " MiB\n";
  EXPECT_LT(cost, std::size_t{640} << 20);
}

// PX-16: a flood of templates from one address stays in its quota and leaves the others as they are.
TEST_F(Memory, OfATemplateFlood) {
  if (allocated_bytes() == 0) GTEST_SKIP() << "the allocator keeps no books here";
  for (std::uint32_t exporter = 0; exporter < 100; ++exporter) send_templates(exporter, false);
  const std::size_t before = allocated_bytes();
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    decode(MessageBuilder::ipfix(1'700'000'000, i).templates(template_of(256, i)));
  }
  const std::size_t cost = allocated_bytes() - before;
  std::cout << "50,000 templates of one address: " << (cost >> 10) << " KiB\n";
  EXPECT_LT(cost, std::size_t{16} << 20);
  EXPECT_EQ(input_.templates.size(), 100U * kTemplates + input_.config.max_templates_per_exporter);
  EXPECT_EQ(counters_.templates_ejected.value(), 50'000U - input_.config.max_templates_per_exporter);
}

}  // namespace
}  // namespace flowcef::test
