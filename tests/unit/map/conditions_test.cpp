// Conditions of event rules, one by one and in trees.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "condition_specs.hpp"

namespace flowcef::test {
namespace {

class Conditions : public SpecFixture {
 protected:
  void use(const ConditionSpec& when) { use_spec(spec_of({rule_for(when, "yes")})); }
  bool holds(const std::vector<std::uint8_t>& payload, std::string_view exporter = "192.0.2.1") {
    const std::string made = signature(payload, exporter);
    EXPECT_TRUE(made == "yes" || made == "else") << made;
    return made == "yes";
  }
  bool holds(const FieldSpec& field, const ByteWriter& value) { return holds(record({field}, value)); }
};

struct ValueRow {
  const char* name;
  ConditionSpec when;
  FieldSpec field;
  ByteWriter value;
  bool holds;
};

TEST_F(Conditions, TestValuesByTheElementsType) {
  constexpr FieldSpec kPort{7, 2};
  constexpr FieldSpec kAddress{8, 4};
  constexpr FieldSpec kAddress6{27, 16};
  constexpr FieldSpec kMac{56, 6};
  constexpr FieldSpec kName{82, kVariableLength};
  constexpr FieldSpec kFixedName{82, 8};
  constexpr FieldSpec kTrust{276, 1};
  constexpr FieldSpec kMicros{154, 8};
  constexpr FieldSpec kSigned{434, 4};
  const auto ports = element("sourceTransportPort", {number(53), range(1024, 2048)});
  const auto open = element("sourceTransportPort", {range(1024, ~std::uint64_t{0})});
  const auto net = element("sourceIPv4Address", {text("10.0.0.0/8"), text("192.0.2.1")});
  const auto net6 = element("sourceIPv6Address", {text("2001:db8::/33"), text("192.0.2.0/24")});
  const auto mac = element("sourceMacAddress", {text("00:00:5E:00:53:ff")});
  const auto name = element("interfaceName", {text("eth0"), text("a=b")});
  const auto trusted = element("dataRecordsReliability", {true});
  const auto since_1970 = element("flowStartMicroseconds", {range(1'000'000, 1'500'000)});
  const auto integer = element("mibObjectValueInteger", {range(0, ~std::uint64_t{0})});
  const auto six = [](const char* address) {
    ByteWriter out;
    const IpAddress parsed = *IpAddress::parse(address);
    for (const std::uint8_t byte : parsed.ipv6_bytes()) out.u8(byte);
    return out;
  };
  const auto ntp = [](std::uint64_t seconds, std::uint64_t fraction) {
    return ByteWriter().u32(seconds + 2'208'988'800).u32(fraction);
  };
  const std::vector<ValueRow> rows = {
      {"one of several numbers", ports, kPort, ByteWriter().u16(53), true},
      {"no number of them", ports, kPort, ByteWriter().u16(54), false},
      {"the range's first", ports, kPort, ByteWriter().u16(1024), true},
      {"the range's last", ports, kPort, ByteWriter().u16(2048), true},
      {"below the range", ports, kPort, ByteWriter().u16(1023), false},
      {"above the range", ports, kPort, ByteWriter().u16(2049), false},
      {"shorter than usual", ports, {7, 1}, ByteWriter().u8(53), true},
      {"longer than a number", ports, {7, 10}, ByteWriter().zeros(9).u8(53), true},
      {"beyond 64 bits", open, {7, 9}, ByteWriter().u8(1).u64(2000), false},
      {"an open range's end", open, {7, 8}, ByteWriter().u64(~std::uint64_t{0}), true},
      {"a number without bytes", ports, {7, kVariableLength}, ByteWriter().variable(""), false},
      {"within the prefix", net, kAddress, ByteWriter().u32(0x0affffff), true},
      {"behind the prefix", net, kAddress, ByteWriter().u32(0x0b000000), false},
      {"the address", net, kAddress, ByteWriter().u32(0xc0000201), true},
      {"another address", net, kAddress, ByteWriter().u32(0xc0000202), false},
      {"an address of a wrong length", net, {8, 2}, ByteWriter().u16(0x0a00), false},
      {"within the IPv6 prefix", net6, kAddress6, six("2001:db8:7fff::1"), true},
      {"behind the IPv6 prefix", net6, kAddress6, six("2001:db8:8000::1"), false},
      {"IPv4 in IPv6 form", net6, kAddress6, six("::ffff:192.0.2.9"), true},
      {"IPv4 in IPv6 form, another", net6, kAddress6, six("::ffff:192.0.3.9"), false},
      {"the MAC address", mac, kMac, ByteWriter().u16(0).u32(0x5e0053ff), true},
      {"another MAC address", mac, kMac, ByteWriter().u16(0).u32(0x5e0053fe), false},
      {"the text", name, kName, ByteWriter().variable("eth0"), true},
      {"a text with signs", name, kName, ByteWriter().variable("a=b"), true},
      {"a longer text", name, kName, ByteWriter().variable("eth01"), false},
      {"no text", name, kName, ByteWriter().variable(""), false},
      {"a text padded with NULs", name, kFixedName, ByteWriter().text("eth0").zeros(4), true},
      {"a text and the NUL that ends it", name, kName, ByteWriter().variable(std::string_view("eth0\0", 5)), true},
      {"only NULs", name, kFixedName, ByteWriter().zeros(8), false},
      {"true", trusted, kTrust, ByteWriter().u8(1), true},
      {"false", trusted, kTrust, ByteWriter().u8(2), false},
      {"neither", trusted, kTrust, ByteWriter().u8(0), false},
      {"a time", since_1970, kMicros, ntp(1, 0x8000'0000), true},
      {"a later time", since_1970, kMicros, ntp(1, 0x8001'0000), false},
      {"a signed number", integer, kSigned, ByteWriter().u32(7), true},
      {"a negative number", integer, kSigned, ByteWriter().u32(0xffff'ffff), false},
  };
  for (const ValueRow& row : rows) {
    use(row.when);
    EXPECT_EQ(holds(row.field, row.value), row.holds) << row.name;
    use(not_of(row.when));
    EXPECT_EQ(holds(row.field, row.value), !row.holds) << "not " << row.name;
  }
}

TEST_F(Conditions, OfAnElementThatTheTemplateLacks) {
  const auto tcp = element("protocolIdentifier", {number(6)});
  use(any_of({tcp, element("sourceTransportPort", {number(53)})}));
  EXPECT_TRUE(holds({7, 2}, ByteWriter().u16(53)));
  use(not_of(tcp));
  EXPECT_TRUE(holds({7, 2}, ByteWriter().u16(53)));
  use(all_of({tcp, element("sourceTransportPort", {number(53)})}));
  EXPECT_FALSE(holds({7, 2}, ByteWriter().u16(53)));
}

TEST_F(Conditions, TheFirstOfSeveralFieldsOfAnElementCounts) {
  use(element("sourceTransportPort", {number(53)}));
  EXPECT_TRUE(holds(record({{7, 2}, {7, 2}}, ByteWriter().u16(53).u16(54))));
  EXPECT_FALSE(holds(record({{7, 2}, {7, 2}}, ByteWriter().u16(54).u16(53))));
}

TEST_F(Conditions, PresentAndAbsentLookAtTheTemplate) {
  use(present({"protocolIdentifier", "sourceTransportPort"}));
  EXPECT_TRUE(holds(record({{7, 2}, {4, 1}}, ByteWriter().u16(0).u8(0))));
  EXPECT_FALSE(holds({7, 2}, ByteWriter().u16(1)));
  use(absent({"protocolIdentifier", "sourceTransportPort"}));
  EXPECT_FALSE(holds({7, 2}, ByteWriter().u16(0)));
  EXPECT_TRUE(holds({11, 2}, ByteWriter().u16(0)));
  use(present({"4711:12"}));
  EXPECT_TRUE(holds({12, 2, 4711}, ByteWriter().u16(0)));
}

TEST_F(Conditions, ExporterByPrefix) {
  use(exporter({"10.0.0.0/8", "2001:db8::/32", "192.0.2.7"}));
  const auto payload = record({{7, 2}}, ByteWriter().u16(1));
  for (const char* inside : {"10.1.2.3", "2001:db8::1", "192.0.2.7"}) EXPECT_TRUE(holds(payload, inside)) << inside;
  for (const char* outside : {"11.1.2.3", "2001:db9::1", "192.0.2.8"}) EXPECT_FALSE(holds(payload, outside)) << outside;
  use(all_of({not_of(exporter({"10.0.0.0/8"})), exporter({"10.0.0.0/7"})}));
  EXPECT_TRUE(holds(payload, "11.0.0.1"));
  EXPECT_FALSE(holds(payload, "10.0.0.1"));
}

TEST_F(Conditions, FormatOfTheExport) {
  const auto ipfix = record({{7, 2}}, ByteWriter().u16(1));
  const auto v9 =
      MessageBuilder::netflow9().templates(template_record(300, {{7, 2}})).set(300, ByteWriter().u16(1)).bytes();
  const auto v5 = netflow5_header({}).append(netflow5_record({}).bytes()).bytes();
  use(format({"netflow5", "ipfix"}));
  EXPECT_TRUE(holds(ipfix));
  EXPECT_FALSE(holds(v9));
  EXPECT_TRUE(holds(v5));
  use(not_of(format({"netflow9"})));
  EXPECT_FALSE(holds(v9));
  EXPECT_TRUE(holds(v5));
}

// SK-13: what stands in the destination port of NetFlow v5 is a port or ICMP's type and code.
TEST_F(Conditions, PortsOfIcmpRecordsAreNone) {
  Netflow5Record icmp;
  icmp.protocol = 1;
  icmp.destination_port = 0x0800;
  Netflow5Record tcp = icmp;
  tcp.protocol = 6;
  const auto of_icmp = netflow5_header({}).append(netflow5_record(icmp).bytes()).bytes();
  const auto of_tcp = netflow5_header({}).append(netflow5_record(tcp).bytes()).bytes();
  use(element("destinationTransportPort", {number(0x0800)}));
  EXPECT_FALSE(holds(of_icmp));
  EXPECT_TRUE(holds(of_tcp));
  use(element("icmpTypeCodeIPv4", {number(0x0800)}));
  EXPECT_TRUE(holds(of_icmp));
  EXPECT_FALSE(holds(of_tcp));
}

TEST_F(Conditions, BitsOfAHeaderField) {
  use(element("samplingInterval", {number(100)}));
  const auto v5 = [](std::uint16_t sampling) {
    return netflow5_header({.sampling = sampling}).append(netflow5_record({}).bytes()).bytes();
  };
  EXPECT_TRUE(holds(v5(0x4000 | 100)));
  EXPECT_FALSE(holds(v5(0x4000 | 101)));
}

TEST_F(Conditions, TheUnusedFamilyHasNoAddress) {
  use(element("sourceIPv4Address", {text("0.0.0.0/0")}));
  EXPECT_FALSE(holds(record({{8, 4}, {27, 16}}, ByteWriter().u32(0).u64(0x20010db8'00000000).u64(1))));
  EXPECT_TRUE(holds(record({{8, 4}, {27, 16}}, ByteWriter().u32(1).zeros(16))));
}

// ---- random trees

/// A field of a random record, with its value in both forms.
struct ModelField {
  std::string name;
  FieldSpec spec;
  ByteWriter bytes;
  std::optional<TestValue> value;  ///< as a test would have it; nothing: none can fit
};

constexpr const char* kNames[] = {"eth0", "eth1", ""};
constexpr const char* kAddresses[] = {"10.0.0.1", "10.1.0.1", "192.0.2.1"};
constexpr const char* kPrefixes[] = {"10.0.0.0/8", "10.1.0.0/16", "192.0.2.1", "0.0.0.0/0"};
constexpr const char* kElements[] = {"protocolIdentifier", "sourceTransportPort",    "sourceIPv4Address",
                                     "interfaceName",      "dataRecordsReliability", "natEvent"};
constexpr ExportFormat kSentFormats[] = {ExportFormat::netflow9, ExportFormat::ipfix};

struct ModelRecord {
  std::vector<ModelField> fields;
  bool options = false;
  ExportFormat format = ExportFormat::ipfix;
  IpAddress exporter;

  [[nodiscard]] const ModelField* find(const std::string& name) const {
    const auto found = std::ranges::find(fields, name, &ModelField::name);
    return found == fields.end() ? nullptr : &*found;
  }
};

bool passes(const TestSpec& test, const TestValue& value) {
  if (const auto* range = std::get_if<TestSpec::Range>(&test.value)) {
    const auto number = std::get<std::uint64_t>(value);
    return number >= range->min && number <= range->max;
  }
  if (const auto* text = std::get_if<std::string>(&test.value)) {
    const auto& got = std::get<std::string>(value);
    const auto address = IpAddress::parse(got);
    return address ? IpPrefix::parse(*text)->contains(*address) : *text == got;
  }
  return test.value.index() == value.index() &&
         (std::holds_alternative<bool>(value) ? std::get<bool>(value) == std::get<bool>(test.value)
                                              : std::get<std::uint64_t>(value) == std::get<std::uint64_t>(test.value));
}

/// The language as it is written down.
bool fulfils(const ModelRecord& record, const ConditionSpec& condition) {
  const auto fulfilled = [&](const ConditionSpec& part) { return fulfils(record, part); };
  const auto has = [&](const PositionedText& word) { return record.find(word.text) != nullptr; };
  switch (condition.kind) {
    case Kind::all:
      return std::ranges::all_of(condition.parts, fulfilled);
    case Kind::any:
      return std::ranges::any_of(condition.parts, fulfilled);
    case Kind::negation:
      return !fulfils(record, condition.parts.front());
    case Kind::kind:
      return condition.options_record == record.options;
    case Kind::present:
      return std::ranges::all_of(condition.words, has);
    case Kind::absent:
      return std::ranges::none_of(condition.words, has);
    case Kind::exporter:
      return std::ranges::any_of(condition.words, [&](const PositionedText& word) {
        return IpPrefix::parse(word.text)->contains(record.exporter);
      });
    case Kind::format:
      return std::ranges::any_of(condition.words, [&](const PositionedText& word) {
        return word.text == (record.format == ExportFormat::ipfix ? "ipfix" : "netflow9");
      });
    case Kind::found:
    case Kind::column:
      return false;  // none of the model's
    case Kind::element:
      break;
  }
  const ModelField* field = record.find(condition.element.text);
  return field != nullptr && field->value &&
         std::ranges::any_of(condition.tests, [&](const TestSpec& test) { return passes(test, *field->value); });
}

class RandomConditions : public testing::Test {
 protected:
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  template <class T, std::size_t N>
  const T& one_of(const T (&items)[N]) {
    return items[below(N)];
  }

  TestValue random_test(const std::string& name) {
    if (name == "sourceIPv4Address") return text(one_of(kPrefixes));
    if (name == "interfaceName") return text(kNames[below(2)]);
    if (name == "dataRecordsReliability") return chance(2);
    if (chance(2)) return number(below(6));
    const std::size_t min = below(6);
    return range(min, min + below(3));
  }

  ConditionSpec random_leaf() {
    switch (below(8)) {
      case 0:
        return options(chance(2));
      case 1:
        return present({one_of(kElements)});
      case 2:
        return absent({one_of(kElements), one_of(kElements)});
      case 3:
        return exporter({one_of(kPrefixes)});
      case 4:
        return format({chance(2) ? "ipfix" : "netflow9"});
      default: {
        const std::string name = one_of(kElements);
        std::vector<TestValue> tests;
        do tests.push_back(random_test(name));
        while (chance(3));
        return element(name, tests);
      }
    }
  }

  ConditionSpec random_condition(unsigned depth) {
    if (depth == 0 || chance(4)) return random_leaf();
    if (chance(4)) return not_of(random_condition(depth - 1));
    std::vector<ConditionSpec> parts;
    do parts.push_back(random_condition(depth - 1));
    while (!chance(3));
    return chance(2) ? all_of(std::move(parts)) : any_of(std::move(parts));
  }

  ModelField random_field(bool fixed) {
    const std::string name = one_of(kElements);
    const std::uint64_t small = below(6);
    if (name == "protocolIdentifier") return {name, {4, 1}, ByteWriter().u8(small), number(small)};
    if (name == "natEvent") return {name, {230, 1}, ByteWriter().u8(small), number(small)};
    if (name == "sourceTransportPort") return {name, {7, 2}, ByteWriter().u16(small), number(small)};
    if (name == "sourceIPv4Address") {
      const char* address = one_of(kAddresses);
      const IpAddress parsed = *IpAddress::parse(address);
      return {name, {8, 4}, ByteWriter().u32(load_be<std::uint32_t>(parsed.ipv4_bytes())), text(address)};
    }
    if (name == "dataRecordsReliability") {
      const std::uint64_t value = below(3);
      return {name, {276, 1}, ByteWriter().u8(value), value == 0 ? std::nullopt : std::optional<TestValue>(value == 1)};
    }
    const std::string value = one_of(kNames);
    const auto as_test = value.empty() ? std::nullopt : std::optional(text(value));
    if (fixed) return {name, {82, 6}, ByteWriter().text(value).zeros(6 - value.size()), as_test};
    return {name, {82, kVariableLength}, ByteWriter().text(value), as_test};
  }

  ModelRecord random_record() {
    ModelRecord record;
    record.options = chance(3);
    record.format = one_of(kSentFormats);
    record.exporter = *IpAddress::parse(one_of(kAddresses));
    const bool fixed = chance(2);
    do record.fields.push_back(random_field(fixed));
    while (!chance(5));
    return record;
  }

  static std::string signature_of(Renderer& renderer, const ElementRegistry& registry, const ModelRecord& record,
                                  std::string& line) {
    const auto layout = std::make_shared<Template>();
    layout->serial = new_layout_serial();
    layout->options = record.options;
    layout->format = record.format;
    ByteWriter bytes;
    std::vector<FieldPosition> positions;
    for (const ModelField& model : record.fields) {
      Field field;
      field.id = {0, model.spec.id};
      field.element = registry.find(field.id);
      field.length = model.spec.length;
      field.offset = static_cast<std::uint32_t>(bytes.size());
      layout->variable = layout->variable || field.length == kVariableLength;
      layout->fields.push_back(field);
      positions.push_back({field.offset, static_cast<std::uint32_t>(model.bytes.size())});
      bytes.append(model.bytes.bytes());
    }
    layout->record_length = static_cast<std::uint32_t>(bytes.size());
    if (!layout->variable) positions.clear();
    ExportContext context;
    context.format = record.format;
    context.exporter.address = record.exporter;
    renderer.render(
        {*layout, context, 300, bytes.bytes(), 1, positions, static_cast<std::uint32_t>(positions.size()), {}, {}},
        {"7-", 1});
    renderer.flush();
    const auto event = read_cef(line);
    return event ? event->signature() : event.error();
  }

  std::mt19937 random_{20260101};
};

/// Returns: the lines of the rules that can never match.
std::vector<unsigned> refused_lines(const MappingSpec& spec, const ElementRegistry& registry) {
  std::vector<unsigned> refused;
  const auto mapping = resolve_mapping(spec, registry);
  if (mapping) return refused;
  for (const ConfigError& error : mapping.error()) {
    EXPECT_THAT(error.problem, testing::StartsWith("can never match: "));
    refused.push_back(error.where.line);
  }
  return refused;
}

TEST_F(RandomConditions, CompiledDecideAsWritten) {
  const ElementRegistry registry;
  BatchPool pool;
  std::map<std::string, unsigned> chosen;
  std::size_t all_refused = 0;
  for (int round = 0; round < 1000; ++round) {
    MappingSpec spec = spec_of({});
    for (unsigned i = 0; i < 3; ++i) {
      spec.events.insert(spec.events.end() - 1, rule_for(random_condition(4), std::to_string(i), i + 1));
    }
    const std::vector<EventSpec> written = spec.events;
    const auto refused = refused_lines(spec, registry);
    std::erase_if(spec.events, [&](const EventSpec& event) {
      return std::ranges::find(refused, event.where.line) != refused.end();
    });
    all_refused += refused.size();
    const auto mapping = resolve_mapping(spec, registry);
    ASSERT_TRUE(mapping) << mapping.error().front().to_string();
    RenderCounters counters;
    std::string line;
    Renderer renderer(*mapping, {}, pool, counters,
                      [&](const BatchRef& batch) { line = batch->message(batch->lines().back()); });
    for (int i = 0; i < 20; ++i) {
      const ModelRecord record = random_record();
      const auto expected = std::ranges::find_if(
          written, [&](const EventSpec& event) { return !event.when || fulfils(record, *event.when); });
      ASSERT_EQ(signature_of(renderer, registry, record, line), expected->signature.text) << "round " << round;
      ++chosen[expected->signature.text];
    }
  }
  EXPECT_GT(all_refused, 20U);
  for (const char* event : {"0", "1", "2", "else"}) EXPECT_GT(chosen[event], 300U) << event;
}

}  // namespace
}  // namespace flowcef::test
