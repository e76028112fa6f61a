// Decode and map allocate nothing once every template has been seen.
#include <gtest/gtest.h>

#include "flowcef/decode/options_tables.hpp"
#include "flowcef/lookup/lookups.hpp"
#include "form_lines.hpp"
#include "support/allocation_counter.hpp"
#include "support/capture_lines.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

/// Returns: the line of the set's last record, which takes no allocation once it has been made a thousand times.
std::string line_without_allocations(const Mapping& mapping, const DataSet& set, const RenderingConfig& config = {},
                                     LookupReader* reader = nullptr) {
  BatchPool pool;
  RenderCounters counters;
  std::string line;
  line.reserve(4096);
  Renderer renderer(mapping, config, pool, counters,
                    [&](const BatchRef& batch) { line = batch->message(batch->lines().back()); });
  renderer.look_up_in(reader);
  for (int i = 0; i < 1000; ++i) renderer.render(set, {"7-", 1});
  renderer.flush();
  // Full batches are handed on meanwhile; only one that is mostly empty is copied, see BatchPool::seal().
  const std::size_t before = allocations();
  for (int i = 0; i < 1000; ++i) renderer.render(set, {"7-", 1});
  EXPECT_EQ(allocations() - before, 0U);
  return line;
}

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
  InputState input;
  RecordPath path(shipped_translation(), pool, plans, {&input});
  path.set_event_ids("1700000000000-0-", 1);
  path.inputs().front()->decode(datagram_of(sent.templates));
  // Enough to fill several batches, so that the pool is warm and each buffer has grown its index.
  for (int i = 0; i < 400; ++i) path.inputs().front()->decode(datagram_of(sent.data));
  path.flush();
  ASSERT_GT(lines, 0U);

  const std::size_t lines_before = lines;
  const std::size_t before = allocations();
  for (int i = 0; i < 400; ++i) path.inputs().front()->decode(datagram_of(sent.data));
  path.flush();
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_GE(lines - lines_before, 8000U);
}

INSTANTIATE_TEST_SUITE_P(Messages, Allocations,
                         testing::Values(Workload{"Netflow5", &netflow5_export}, Workload{"FixedLength", &fixed_export},
                                         Workload{"VariableLength", &variable_export}),
                         [](const auto& row) { return std::string(row.param.name); });

// Keys of values in lists are made once; names come out of the tables as they are. So for lines that are shortened.
TEST(AllocationsOfLists, AreZeroPerRecordInSteadyState) {
  const auto list = std::make_shared<Template>();
  const auto& registry = shipped_translation().registry;
  list->fields.push_back({{0, 291}, registry.find({0, 291}), 4});
  list->fields.push_back({{0, 10}, registry.find({0, 10}), 4, 4});
  list->record_length = 8;
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 4, 0, 0, 0, 3};
  std::vector<ListItem> items;
  for (std::uint32_t i = 0; i < 4; ++i) items.push_back({{0, 4}, registry.find({0, 4}), 0, 1, {i, 1}});
  OptionsTables tables;
  tables.restore({OptionsTable::interface_name, "\x03", "ge-0/0/3", 0});
  ExportContext context;
  context.tables = &tables;
  const std::uint32_t end = 4;
  const DataSet set{*list, context, 300, bytes, 1, {}, 0, items, {&end, 1}};

  const std::string line = line_without_allocations(shipped_translation().mapping, set);
  EXPECT_NE(line.find(" FlowcefBridgeProtocolIdentifier4=4 "), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with(" FlowcefBridgeIngressInterfaceName=ge-0/0/3")) << line;

  const std::string shorter =
      line_without_allocations(shipped_translation().mapping, set, {.max_bytes = line.size() - 1});
  EXPECT_TRUE(shorter.ends_with(" FlowcefBridgeShedKeys=1")) << shorter;
}

// Texts of local times keep the zone's offsets; nothing else is kept.
TEST(AllocationsOfForms, AreZeroPerRecordInSteadyState) {
  MappingSpec spec = spec_of({timed("start", "@start", TimeForm::text_year_ms_zone),
                              key_of("XText", {"interfaceName"}, ValueForm::plain, 6),
                              key_of("XBase64", {"interfaceName"}, ValueForm::base64),
                              in_unit("XTook", "flowDurationMilliseconds", TimeUnit::seconds)});
  spec.local_time = true;
  const ElementRegistry registry;
  const auto mapping = resolve_mapping(spec, registry);
  ASSERT_TRUE(mapping);
  const auto flow = std::make_shared<Template>();
  flow->fields.push_back({{0, 152}, registry.find({0, 152}), 8});
  flow->fields.push_back({{0, 82}, registry.find({0, 82}), 8, 8});
  flow->fields.push_back({{0, 161}, registry.find({0, 161}), 4, 16});
  flow->record_length = 20;
  ByteWriter record;
  record.u64(1'700'000'000'123).text("eth=0/12").u32(5000);
  const ExportContext context;
  const DataSet set{*flow, context, 300, record.bytes(), 1, {}, 0, {}, {}};

  const std::string line = line_without_allocations(*mapping, set);
  EXPECT_TRUE(line.ends_with(R"( XText=eth… XBase64=ZXRoPTAvMTI\= XTook=5)")) << line;
}

// What was found is copied from where it lies.
TEST(AllocationsOfLookups, AreZeroPerRecordInSteadyState) {
  const ElementRegistry registry;
  LookupConfig config;
  config.name.text = "web";
  config.inputs = {{"log", {}}};
  config.key = {{"sourceIPv4Address", {}}};
  config.columns = {{"userName", {}}};
  const auto lookups = Lookups::make({config}, registry);
  ASSERT_TRUE(lookups);
  const std::vector<std::uint8_t> address = {10, 1, 2, 3};
  LookupKey key;
  ASSERT_TRUE(key.append(DataType::ipv4_address, address));
  (*lookups)->put(0, key, std::vector<std::string_view>{"jane"}, 1'700'000'000'000);
  const MappingSpec spec = spec_of({key_of("suser", {"@web(sourceIPv4Address).userName"}),
                                    key_of("duser", {"@web(destinationIPv4Address).userName"})});
  const auto mapping = resolve_mapping(spec, registry, &(*lookups)->schemas());
  ASSERT_TRUE(mapping) << mapping.error().front().to_string();
  const auto flow = std::make_shared<Template>();
  flow->fields.push_back({{0, 8}, registry.find({0, 8}), 4});
  flow->fields.push_back({{0, 12}, registry.find({0, 12}), 4, 4});
  flow->record_length = 8;
  ByteWriter record;
  record.append(address).u32(7);
  ExportContext context;
  context.export_ms = 1'700'000'000'000;
  const DataSet set{*flow, context, 300, record.bytes(), 1, {}, 0, {}, {}};

  LookupReader reader(**lookups);
  reader.begin();
  const std::string line = line_without_allocations(*mapping, set, {}, &reader);
  reader.end();
  EXPECT_NE(line.find("suser=jane"), std::string::npos) << line;
}

}  // namespace
}  // namespace flowcef::test
