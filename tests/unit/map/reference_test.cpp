// For random templates, records and mappings the compiled program's line is that of a slow, obvious renderer.
#include "flowcef/config/mapping_loader.hpp"
#include "flowcef/map/renderer.hpp"
#include "random_cases.hpp"
#include "support/reference_renderer.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint64_t kCasesOfEach = 1'500;  ///< of each test
constexpr std::string_view kEventPrefix = "7-";

class Reference : public RandomCases {
 protected:
  /// Returns: the lines that the map stage makes.
  static std::vector<std::string> compiled(const Mapping& mapping, const DataSet& set, bool wide_in) {
    std::vector<std::string> lines;
    BatchPool pool;
    RenderCounters counters;
    RenderingConfig config;
    config.wide_in = wide_in;
    Renderer renderer(mapping, config, pool, counters, [&](const BatchRef& batch) {
      for (const LineRef& line : batch->lines()) lines.emplace_back(batch->message(line));
    });
    renderer.render(set, {kEventPrefix, 1});
    renderer.flush();
    return lines;
  }

  static std::string describe_record(const DataSet& set, std::uint32_t index) {
    const reference::Record record(set, index);
    std::string text = std::string(to_string(set.layout.format)) + (set.layout.options ? " options" : "") + " view " +
                       std::to_string(static_cast<int>(set.layout.view)) + '\n';
    for (std::size_t at = 0; at < record.size(); ++at) {
      const Field& field = record.field(at);
      text += "  " + std::to_string(field.id.pen) + ':' + std::to_string(field.id.id) + ' ' +
              (field.element == nullptr ? "?" : field.element->name) + '[' + std::to_string(field.length) + "] " +
              reference::hex(record.bytes(at)) + '\n';
    }
    return text;
  }

  static void compare(MappingSpec spec, const RandomFlows& flows, bool wide_in) {
    const auto mapping = resolve(spec);
    ASSERT_TRUE(mapping) << mapping.error().front().to_string() << '\n' << describe(spec);
    const DataSet set = flows.set();
    const auto lines = compiled(*mapping, set, wide_in);
    const ReferenceRenderer reference(spec, wide_in);
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < set.record_count; ++i) {
      const auto expected = reference.line(set, i, std::string(kEventPrefix), 1 + i);
      if (!expected) continue;
      ASSERT_LT(next, lines.size()) << describe(spec) << describe_record(set, i);
      ASSERT_EQ(lines[next++], *expected) << describe(spec) << describe_record(set, i);
    }
    ASSERT_EQ(next, lines.size()) << describe(spec);
  }
};

TEST_F(Reference, SaysTheSameForRandomMappings) {
  for_each_case(kCasesOfEach, [](RandomSource& random) {
    RandomFlowMaker flow_maker(*registry_, random);
    RandomMappingMaker mapping_maker(*registry_, random, flow_maker);
    const auto flows = flow_maker.make();
    compare(mapping_maker.make(*flows), *flows, random.chance(20));
  });
}

TEST_F(Reference, SaysTheSameForTheDefaultMapping) {
  MappingSpec spec = load_mapping(find_default_mapping(), {}).spec;
  ASSERT_TRUE(spec.whole);
  spec.device_version.text = "1";
  for_each_case(kCasesOfEach, [&](RandomSource& random) {
    const auto flows = RandomFlowMaker(*registry_, random).make();
    compare(spec, *flows, random.chance(20));
  });
}

}  // namespace
}  // namespace flowcef::test
