// A mapping file: refused with errors that say where and what, or able to turn records of every kind into CEF. The
// same text gives the same result each time.
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "flowcef/config/element_table_loader.hpp"
#include "flowcef/config/mapping_loader.hpp"
#include "fuzz/mapping_rules.hpp"
#include "fuzz/text_input.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

std::filesystem::path shipped_mappings() {
  static const std::filesystem::path kFolder = find_default_mapping().parent_path();
  return kFolder;
}

/// Holds the element registry, which takes far longer to make than a mapping.
Translation& translation() {
  static const std::unique_ptr<Translation> kTranslation = [] {
    auto made = std::make_unique<Translation>();
    const auto rows = load_element_tables(shipped_mappings() / "elements");
    require(rows && made->registry.add(*rows).empty(), "the shipped element tables can be loaded");
    return made;
  }();
  return *kTranslation;
}

/// Every type of element, and what values, events and times are made of.
constexpr FieldSpec kFields[] = {
    {8, 4},   {12, 4},  {27, 16}, {28, 16},     {7, 2},       {11, 2},     {4, 1},       {6, 2},        {5, 1},
    {1, 8},   {2, 3},   {10, 4},  {22, 4},      {21, 4},      {150, 4},    {152, 8},     {153, 8},      {154, 8},
    {157, 8}, {161, 4}, {32, 2},  {56, 6},      {61, 1},      {89, 1},     {95, 4},      {230, 1},      {233, 1},
    {34, 4},  {276, 1}, {434, 4}, {311, 8},     {16, 4},      {225, 4},    {281, 16},    {15, 4},       {210, 2},
    {60, 1},  {7, 2},   {1, 16},  {291, 65535}, {313, 65535}, {96, 65535}, {371, 65535}, {32767, 65535}};

ByteWriter layout() {
  ByteWriter out;
  out.u16(300).u16(std::size(kFields));
  for (const FieldSpec& field : kFields) write_field(out, field);
  return out;
}

/// A flow as exporters send it, whose texts try to break out of their keys.
void write_usual_record(ByteWriter& out) {
  out.u32(0x0a000001).u32(0xc0000201).u64(0x20010db8'00000000).u64(1).u64(0).u64(0xffff'0a00'0009);
  out.u16(40000).u16(443).u8(6).u16(27).u8(184).u64(5'000'000'000).number(4, 3).u32(7).u32(990'000).u32(999'000);
  out.u32(1'700'000'000).u64(1'700'000'000'000).u64(1'700'000'000'900).u64(0xe8fe'6f80'8000'0000);
  out.u64(0xe8fe'6f80'c000'0000).u32(1500).u16(0x0301).u16(0x0200).u32(7).u8(1).u8(64).u32(0x0d00'0035).u8(4).u8(3);
  out.u32(100).u8(1).u32(0xffff'fff9).u64(0x3ff8'0000'0000'0000).u32(64512).u32(0xc633'6401);
  out.u64(0x20010db8'00000000).u64(2).u32(0).zeros(2).u8(4).u16(53).u64(0).u64(12);
  out.variable(std::string_view("\x03\x00\x07\x00\x02\x00\x50\x01\xbb", 9))
      .variable(std::string_view("\x00\x01\xff", 3));
  out.variable("dns a=b").variable("cn=\xc3\xa9,\\|o=x\n ").variable("170106000000Z");
}

/// Every byte of numbers and addresses is the same, every text too but for the user's name.
void write_uniform_record(ByteWriter& out, std::uint8_t byte, std::string_view text, std::string_view user) {
  for (const FieldSpec& field : kFields) {
    if (field.length == 65535) {
      out.variable(field.id == 371 ? user : text);
    } else {
      out.append(std::vector<std::uint8_t>(field.length, byte));
    }
  }
}

std::vector<std::vector<std::uint8_t>> messages() {
  std::string longest;
  while (longest.size() < 4100) longest += "\xe2\x82\xac=\x1f";
  ByteWriter records;
  write_usual_record(records);
  write_uniform_record(records, 0, "", "");
  write_uniform_record(records, 0xff, "\xff\x80 =", longest);
  write_uniform_record(records, 0x81, "\xf0\x9f", "a\\");
  const auto options = ipfix_options_record(301, {{10, 4}}, {{82, 8}});
  const auto narrow = template_record(302, {{27, 16}, {28, 16}, {11, 2}, {4, 1}, {22, 4}, {21, 4}, {94, 12}});
  return {MessageBuilder::ipfix().templates(layout()).set(300, records).bytes(),
          MessageBuilder::ipfix()
              .options_templates(options)
              .set(301, ByteWriter().u32(7).text("eth\x01=0").zeros(2))
              .bytes(),
          MessageBuilder::netflow9()
              .templates(narrow)
              .set(302, ByteWriter().zeros(10).u16(0xffff).u32(1).u64(0).zeros(31))
              .bytes(),
          netflow5_header({}).append(netflow5_record({}).bytes()).bytes()};
}
constexpr std::size_t kRecords = 7;

/// What became of a mapping: errors, or else a line of each record.
struct Result {
  std::vector<std::string> errors;
  std::vector<std::string> lines;
  CefRules rules;  ///< of the lines

  void refuse(const ConfigErrors& found) {
    check_errors(found);
    for (const ConfigError& error : found) errors.push_back(error.to_string());
  }
};

Result result_of(const std::filesystem::path& file, RecordView view) {
  Result result;
  LoadedMapping loaded = load_mapping(file, shipped_mappings());
  MappingSpec& spec = loaded.spec;
  require(spec.whole == loaded.errors.empty(), "what is left out of a mapping is an error");
  if (spec.device_version.text.empty()) spec.device_version.text = "1";
  auto mapping = resolve_mapping(spec, translation().registry);  // also of a mapping with gaps
  if (!spec.whole) return result.refuse(loaded.errors), result;
  if (!mapping) return result.refuse(mapping.error()), result;
  translation().mapping = *std::move(mapping);
  result.rules = rules_of(spec);

  BatchPool pool;
  DecodeConfig config;
  config.records = view;
  config.long_flow = std::chrono::milliseconds(1);
  InputState input(config);
  const auto take = [&](const BatchRef& batch) {
    for (const LineRef& line : batch->lines()) result.lines.emplace_back(batch->message(line));
  };
  RecordPath path(translation(), pool, {{RenderingConfig{}, take}}, {&input});
  path.set_event_ids("1700000000000-15-", 1);
  static const auto kMessages = messages();
  for (const auto& message : kMessages) path.inputs().front()->decode(datagram_of(message));
  path.finish();
  require(path.inputs()[0]->decode_counters().records.value() == kRecords, "every record is decoded");
  const std::uint64_t dropped = path.render_counters()[0]->dropped_records.value();
  require(result.lines.size() + dropped == kRecords, "every record is a line, or dropped by a rule");
  return result;
}

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  const std::filesystem::path file = test::write_input(data, size);
  const auto view = static_cast<RecordView>(size % 3);
  const test::Result result = test::result_of(file, view);
  for (const std::string& line : result.lines) test::check_cef(line, result.rules);
  const test::Result again = test::result_of(file, view);
  test::require(result.errors == again.errors && result.lines == again.lines, "the same text gives the same result");
  return 0;
}
