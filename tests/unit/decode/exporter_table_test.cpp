#include "flowcef/decode/exporter_table.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

IpAddress address(std::uint32_t number) {
  const std::uint8_t bytes[] = {10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                                static_cast<std::uint8_t>(number)};
  return IpAddress::from_ipv4(bytes);
}

class Exporters : public testing::Test {
 protected:
  Domain& domain(Exporter& exporter, std::uint32_t number) {
    DomainKey key;
    key.exporter.address = exporter.address;
    key.domain = number;
    return table_.domain(exporter, key);
  }

  InputState input_;
  ExporterTable table_{input_};
};

// PX-16: many exporters with many domains each: the silent ones make room, whoever speaks stays.
TEST_F(Exporters, TheirDomainsAreBoundedTogether) {
  constexpr std::uint32_t kExporters = 280;
  constexpr std::uint32_t kDomains = 1'000;
  for (std::uint32_t i = 0; i < kExporters; ++i) table_.exporter(address(i));
  for (std::uint32_t i = 0; i < kExporters; ++i) {
    Exporter& exporter = table_.exporter(address(i));
    for (std::uint32_t number = 0; number < kDomains; ++number) {
      ASSERT_EQ(&domain(exporter, number).exporter, &exporter);
    }
  }
  std::size_t domains = 0;
  table_.for_each([&](const Exporter& exporter) { domains += exporter.domains.size(); });
  EXPECT_LE(domains, 262'144U);
  EXPECT_LT(table_.size(), kExporters);
  EXPECT_EQ(table_.exporter(address(kExporters - 1)).domains.size(), kDomains);
}

// PX-16: addresses that the input does not hear do not crowd out those that it does.
TEST_F(Exporters, StrangersTakeNobodysPlace) {
  constexpr auto kRefused = static_cast<std::size_t>(Refusal::exporter_not_allowed);
  constexpr std::uint32_t kStrangers = 70'000;
  table_.exporter(address(0)).counts.records = 7;
  for (std::uint32_t i = 1; i <= kStrangers; ++i) ++table_.counts_of_stranger(address(i)).refused[kRefused];
  EXPECT_EQ(table_.exporter(address(0)).counts.records, 7U);
  std::uint64_t refused = table_.forgotten().refused[kRefused];
  EXPECT_NE(refused, 0U);
  table_.for_each([&](const Exporter& exporter) { refused += exporter.counts.refused[kRefused]; });
  EXPECT_EQ(refused, kStrangers);
}

}  // namespace
}  // namespace flowcef::test
