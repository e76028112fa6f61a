// Decode and map allocate nothing once every template has been seen.
#include <gtest/gtest.h>

#include "support/allocation_counter.hpp"
#include "support/capture_lines.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

struct Export {
  std::vector<std::uint8_t> templates;  ///< sent once
  std::vector<std::uint8_t> data;       ///< sent again and again
};

Export netflow5_export() {
  ByteWriter bytes = netflow5_header({.count = 30});
  for (int i = 0; i < 30; ++i) bytes.append(netflow5_record({}).bytes());
  return {{}, bytes.bytes()};
}

Export fixed_export() {
  ByteWriter records;
  for (int i = 0; i < 20; ++i) records.u32(1).u32(2).u64(3).u64(1'700'000'000'000);
  return {MessageBuilder::ipfix().templates(template_record(300, {{8, 4}, {12, 4}, {1, 8}, {152, 8}})).bytes(),
          MessageBuilder::ipfix().set(300, records).bytes()};
}

Export variable_export() {
  ByteWriter records;
  for (int i = 0; i < 20; ++i) records.variable("www.example.com/path?a=b").u32(1).variable("user").u8(6);
  return {MessageBuilder::ipfix().templates(template_record(301, {{460, 65535}, {8, 4}, {371, 65535}, {4, 1}})).bytes(),
          MessageBuilder::ipfix().set(301, records).bytes()};
}

struct Workload {
  const char* name;
  Export (*make)();
};

void PrintTo(const Workload& row, std::ostream* out) {
  *out << row.name;
}

class Allocations : public testing::TestWithParam<Workload> {};

TEST_P(Allocations, AreZeroPerRecordInSteadyState) {
  const Export sent = GetParam().make();
  BatchPool pool;
  std::size_t lines = 0;
  std::vector<RenderingPlan> plans;
  plans.push_back({{SyslogHeader::rfc5424, Framing::octet_counting},
                   [&](const BatchRef& batch) { lines += batch->lines().size(); }});
  RecordPath path(shipped_translation(), pool, plans);
  path.set_event_ids("1700000000000-0-", 1);
  path.decode(datagram_of(sent.templates));
  // Enough to fill several batches, so that the pool is warm and each buffer has grown its index.
  for (int i = 0; i < 400; ++i) path.decode(datagram_of(sent.data));
  path.flush();
  ASSERT_GT(lines, 0U);

  const std::size_t lines_before = lines;
  const std::size_t before = allocations();
  for (int i = 0; i < 400; ++i) path.decode(datagram_of(sent.data));
  path.flush();
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_GE(lines - lines_before, 8000U);
}

INSTANTIATE_TEST_SUITE_P(Messages, Allocations,
                         testing::Values(Workload{"Netflow5", &netflow5_export}, Workload{"FixedLength", &fixed_export},
                                         Workload{"VariableLength", &variable_export}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace flowcef::test
