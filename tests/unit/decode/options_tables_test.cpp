#include "flowcef/decode/options_tables.hpp"

#include <array>
#include <bit>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint16_t kId = 300;

/// Learns from whatever options data the decoder hands over.
class OptionsTablesTest : public DecodeFixture {
 protected:
  void on_data_set(const DataSet& set) override {
    if (!set.layout.options) return;
    tables_.learn(set, [this](const OptionsRow& row, const OptionsRow* before) {
      if (refuse_) return false;
      asked_.emplace_back(row, before == nullptr);
      return true;
    });
  }

  using Fields = std::initializer_list<FieldSpec>;
  void netflow9(Fields scope, Fields fields, const ByteWriter& data) {
    decode(MessageBuilder::netflow9().options_templates(netflow9_options_record(kId, scope, fields)).set(kId, data));
  }
  void ipfix(Fields scope, Fields fields, const ByteWriter& data) {
    decode(MessageBuilder::ipfix().options_templates(ipfix_options_record(kId, scope, fields)).set(kId, data));
  }

  [[nodiscard]] std::string name(OptionsTable table, const std::vector<std::uint8_t>& key) const {
    return std::string(tables_.name(table, key));
  }
  [[nodiscard]] std::uint64_t interval(const std::vector<std::uint8_t>& sampler = {}) const {
    return tables_.sampling_interval(sampler);
  }

  OptionsTables tables_;
  std::vector<std::pair<OptionsRow, bool>> asked_;
  bool refuse_ = false;
};

/// A text field of fixed length, filled with NUL.
ByteWriter& padded(ByteWriter& out, std::string_view text, std::size_t length) {
  return out.text(text).zeros(length - text.size());
}

TEST_F(OptionsTablesTest, TakesInterfaceDescriptionsOfAsr9000) {
  ByteWriter data;
  padded(data.u32(0).u32(17), "TenGigE0/0/0/1", 64);
  padded(data.u32(0).u32(18), "uplink  ", 64);
  netflow9({{1, 4}}, {{10, 4}, {83, 64}}, data);
  EXPECT_EQ(name(OptionsTable::interface_description, {0, 17}), "TenGigE0/0/0/1");
  EXPECT_EQ(name(OptionsTable::interface_description, {0, 0, 0, 18}), "uplink");
  EXPECT_EQ(name(OptionsTable::interface_name, {17}), "");
  EXPECT_TRUE(tables_.has(OptionsTable::interface_description));
  EXPECT_FALSE(tables_.has(OptionsTable::interface_name));
}

TEST_F(OptionsTablesTest, TakesInterfaceNamesByTheV9Scope) {
  netflow9({{2, 2}}, {{82, 6}}, padded(ByteWriter().u16(9), "eth9", 6));
  EXPECT_EQ(name(OptionsTable::interface_name, {0, 0, 0, 9}), "eth9");
}

TEST_F(OptionsTablesTest, TakesInterfaceNamesByAnyInterfaceElement) {
  for (const std::uint16_t element : std::initializer_list<std::uint16_t>{10, 14, 252, 253}) {
    tables_ = OptionsTables();
    ipfix({{element, 4}}, {{82, kVariableLength}, {83, kVariableLength}},
          ByteWriter().u32(7).variable("ge-0/0/7").variable("to the core"));
    EXPECT_EQ(name(OptionsTable::interface_name, {7}), "ge-0/0/7") << element;
    EXPECT_EQ(name(OptionsTable::interface_description, {7}), "to the core") << element;
  }
}

TEST_F(OptionsTablesTest, TakesTheFirstOfSeveralKeys) {
  netflow9({{2, 4}}, {{14, 4}, {10, 4}, {82, 3}}, ByteWriter().u32(1).u32(2).u32(3).text("lo0"));
  EXPECT_EQ(tables_.size(), 1U);
  EXPECT_EQ(name(OptionsTable::interface_name, {3}), "lo0");
}

// PX-08: by sampler, as an ASR 9000 has it.
TEST_F(OptionsTablesTest, TakesSamplersOfAsr9000) {
  netflow9({{1, 4}}, {{48, 2}, {50, 4}, {49, 1}, {84, 32}},
           padded(ByteWriter().u32(0).u16(3).u32(1000).u8(2), "edge", 32));
  EXPECT_EQ(interval({3}), 1000U);
  EXPECT_EQ(interval({0, 0, 0, 3}), 1000U);
  EXPECT_EQ(interval({4}), 0U);
  EXPECT_EQ(interval(), 0U);
  EXPECT_EQ(name(OptionsTable::sampler_name, {0, 3}), "edge");
}

TEST_F(OptionsTablesTest, TakesVrfNamesOfAsr9000) {
  netflow9({{1, 4}}, {{234, 4}, {236, 32}}, padded(ByteWriter().u32(0).u32(0x60000001), "customer-a", 32));
  EXPECT_EQ(name(OptionsTable::vrf_name, {0x60, 0, 0, 1}), "customer-a");
}

TEST_F(OptionsTablesTest, TakesApplicationsOfIosNbar) {
  ByteWriter data;
  padded(padded(data.u32(0).u32(0x0d0001c5), "youtube", 24), "YouTube video", 55);
  padded(padded(data.u32(0).u32(0x03000035), "domain", 24), "Domain Name Server", 55);
  netflow9({{1, 4}}, {{95, 4}, {96, 24}, {94, 55}}, data);
  EXPECT_EQ(name(OptionsTable::application_name, {0x0d, 0, 1, 0xc5}), "youtube");
  // RFC 6759: an engine byte, then a selector that may lack its leading zeros.
  EXPECT_EQ(name(OptionsTable::application_name, {3, 0x35}), "domain");
  EXPECT_EQ(name(OptionsTable::application_name, {3, 0, 0x35}), "domain");
  EXPECT_EQ(name(OptionsTable::application_name, {0x35}), "");
  EXPECT_EQ(name(OptionsTable::application_name, {4, 0, 0, 0x35}), "");
}

TEST_F(OptionsTablesTest, TakesApplicationsOfFortiOs) {
  const std::vector<std::uint8_t> id{0x14, 0, 0, 0x30, 0x44, 0, 0, 0x8f, 0x34};
  ByteWriter data;
  data.u16(0).append(id);
  padded(data, "SSH", 64);
  padded(data, "Remote access", 64);
  padded(data, "Network.Service", 32);
  netflow9({{1, 2}}, {{95, 9}, {96, 64}, {94, 64}, {372, 32}}, data);
  EXPECT_EQ(name(OptionsTable::application_name, id), "SSH");
  EXPECT_EQ(name(OptionsTable::application_name, {0x14, 0, 0, 0x30, 0x44, 0, 0x8f, 0x34}), "SSH");
  EXPECT_EQ(name(OptionsTable::application_name, {0x14, 0x30, 0x44, 0, 0, 0x8f, 0x34}), "");
}

// PX-08: of the whole domain.
TEST_F(OptionsTablesTest, TakesTheDomainsIntervalOfFortiOs) {
  netflow9({{1, 2}}, {{40, 8}, {41, 8}, {42, 8}, {36, 2}, {37, 2}, {34, 4}, {35, 1}},
           ByteWriter().u16(0).u64(1).u64(2).u64(3).u16(60).u16(15).u32(512).u8(1));
  EXPECT_EQ(interval(), 512U);
  EXPECT_EQ(interval({7}), 512U);
}

// PX-08: of an interface, by the v9 scope or an element; interface 0 is none.
TEST_F(OptionsTablesTest, KeepsInterfacesAndTheDomainApart) {
  const auto of_interface = [&](std::initializer_list<std::uint8_t> first, std::initializer_list<std::uint8_t> other) {
    const std::vector<std::uint8_t> bytes[] = {first, other};
    return tables_.sampling_interval({}, std::array{Bytes(bytes[0]), Bytes(bytes[1])});
  };
  netflow9({{2, 4}}, {{34, 4}, {35, 1}}, ByteWriter().u32(5).u32(100).u8(2).u32(6).u32(1'000).u8(2));
  EXPECT_EQ(interval(), 0U);
  EXPECT_EQ(of_interface({5}, {}), 100U);
  EXPECT_EQ(of_interface({0, 0, 0, 6}, {5}), 1'000U);
  EXPECT_EQ(of_interface({7}, {0, 5}), 100U);
  EXPECT_EQ(of_interface({7}, {}), 0U);
  netflow9({{2, 4}}, {{34, 4}, {35, 1}}, ByteWriter().u32(0).u32(20).u8(2));
  EXPECT_EQ(of_interface({7}, {8}), 20U);
  ipfix({{14, 4}}, {{305, 4}, {306, 4}}, ByteWriter().u32(5).u32(1).u32(7));
  EXPECT_EQ(of_interface({5}, {6}), 8U);
  ipfix({{302, 2}, {14, 4}}, {{34, 4}}, ByteWriter().u16(5).u32(9).u32(3));
  const std::vector<std::uint8_t> five{5};
  EXPECT_EQ(tables_.sampling_interval(five, std::array{Bytes(five)}), 3U);
}

TEST_F(OptionsTablesTest, HasNoTableForWlans) {
  netflow9({{1, 4}}, {{20000, 2}, {147, 33}}, padded(ByteWriter().u32(0).u16(4), "guests", 33));
  EXPECT_EQ(tables_.size(), 0U);
}

// SK-22: the base of uptime times comes in options data.
TEST_F(OptionsTablesTest, TakesSamplingAndBootTimeOfSoftflowd) {
  ipfix({{143, 4}}, {{160, 8}, {304, 2}, {305, 2}, {306, 4}},
        ByteWriter().u32(1).u64(1'699'999'000'000).u16(1).u16(1).u32(99));
  EXPECT_EQ(interval(), 100U);
  EXPECT_EQ(tables_.system_init_ms(), 1'699'999'000'000);
}

TEST_F(OptionsTablesTest, TakesIntervalAndBootTimeOfJunosMx) {
  ByteWriter data;
  data.u32(1).u64(1).u64(2).u64(1'690'000'000'000).u32(0x0a000001).zeros(16).u32(2000).u16(60).u16(60).u8(10).u8(17);
  ipfix({{144, 4}}, {{41, 8}, {42, 8}, {160, 8}, {130, 4}, {131, 16}, {34, 4}, {36, 2}, {37, 2}, {214, 1}, {215, 1}},
        data);
  EXPECT_EQ(interval(), 2000U);
  EXPECT_EQ(tables_.system_init_ms(), 1'690'000'000'000);
}

TEST_F(OptionsTablesTest, LeavesImplausibleBootTimesOut) {
  for (const std::uint64_t init_ms : {std::uint64_t{0}, std::uint64_t{1'800'000'000'000}, ~std::uint64_t{0}}) {
    ipfix({{143, 4}}, {{160, 8}}, ByteWriter().u32(1).u64(init_ms));
  }
  ipfix({{143, 4}}, {{160, 4}}, ByteWriter().u32(1).u32(1'699'999'000));
  EXPECT_EQ(tables_.system_init_ms(), std::nullopt);
}

struct SamplingCase {
  const char* name;
  std::vector<FieldSpec> fields;
  ByteWriter values;
  std::uint64_t interval;
};

std::vector<SamplingCase> sampling_cases() {
  const auto f64 = [](double value) { return ByteWriter().u64(std::bit_cast<std::uint64_t>(value)); };
  const auto f32 = [](float value) { return ByteWriter().u32(std::bit_cast<std::uint32_t>(value)); };
  constexpr std::uint64_t kMost = kMaxSamplingInterval;
  return {
      {"packets and space", {{305, 4}, {306, 4}}, ByteWriter().u32(1).u32(4095), 4096},
      {"several packets", {{305, 4}, {306, 4}}, ByteWriter().u32(10).u32(90), 10},
      {"to the nearest", {{305, 1}, {306, 1}}, ByteWriter().u8(10).u8(25), 4},
      {"no space", {{305, 4}}, ByteWriter().u32(100), 0},
      {"no packets", {{305, 4}, {306, 4}}, ByteWriter().u32(0).u32(100), 0},
      {"space beyond reason", {{305, 8}, {306, 8}}, ByteWriter().u64(1).u64(~std::uint64_t{0}), 0},
      {"n out of N", {{309, 4}, {310, 4}}, ByteWriter().u32(2).u32(128), 64},
      {"0 out of N", {{309, 4}, {310, 4}}, ByteWriter().u32(0).u32(128), 0},
      {"n out of 0", {{309, 4}, {310, 4}}, ByteWriter().u32(2).u32(0), 0},
      {"probability", {{311, 8}}, f64(0.001), 1000},
      {"probability of 4 bytes", {{311, 4}}, f32(0.25F), 4},
      {"probability of 2 bytes", {{311, 2}}, ByteWriter().u16(0x3c00), 0},
      {"probability 0", {{311, 8}}, f64(0), 0},
      {"probability 2", {{311, 8}}, f64(2), 0},
      {"negative probability", {{311, 8}}, f64(-0.5), 0},
      {"no number", {{311, 8}}, f64(std::numeric_limits<double>::quiet_NaN()), 0},
      {"tiny probability", {{311, 8}}, f64(1e-300), 0},
      {"interval", {{34, 4}}, ByteWriter().u32(10), 10},
      {"interval 0", {{34, 4}}, ByteWriter().u32(0), 1},
      {"random interval 0", {{50, 2}}, ByteWriter().u16(0), 1},
      {"interval 0 beside packets and space", {{34, 4}, {305, 4}, {306, 4}}, ByteWriter().u32(0).u32(1).u32(9), 10},
      {"longest interval", {{34, 4}}, ByteWriter().u32(kMost), kMost},
      {"interval beyond reason", {{34, 4}}, ByteWriter().u32(kMost + 1), 0},
      {"interval of 9 bytes", {{34, 9}}, ByteWriter().u8(0).u64(10), 0},
      {"random interval first", {{34, 4}, {50, 4}}, ByteWriter().u32(10).u32(20), 20},
      {"interval where the random one is 0", {{34, 4}, {50, 4}}, ByteWriter().u32(10).u32(0), 10},
  };
}

// PX-08: every way to state a rate; an interval of 0 is no sampling; rates beyond reason are ignored.
TEST_F(OptionsTablesTest, ReadsSamplingIntervals) {
  for (const SamplingCase& row : sampling_cases()) {
    tables_ = OptionsTables();
    ByteWriter record;
    record.u16(kId).u16(1 + row.fields.size()).u16(1);
    write_field(record, {302, 8});
    for (const FieldSpec& field : row.fields) write_field(record, field);
    decode(MessageBuilder::ipfix().options_templates(record).set(kId, ByteWriter().u64(12).append(row.values.bytes())));
    EXPECT_EQ(interval({12}), row.interval) << row.name;
    EXPECT_EQ(interval(), 0U) << row.name;
  }
}

// PX-08: a sampler of its own counts before the domain.
TEST_F(OptionsTablesTest, KeepsSamplersAndTheDomainApart) {
  ipfix({{302, 2}}, {{305, 4}, {306, 4}, {335, 4}}, ByteWriter().u16(1).u32(1).u32(9).text("fast"));
  ipfix({{149, 4}}, {{34, 4}}, ByteWriter().u32(1).u32(50));
  EXPECT_EQ(interval({1}), 10U);
  EXPECT_EQ(interval({2}), 50U);
  EXPECT_EQ(interval({0}), 50U);
  EXPECT_EQ(interval(), 50U);
  EXPECT_EQ(name(OptionsTable::sampler_name, {1}), "fast");
}

TEST_F(OptionsTablesTest, TakesUserNames) {
  ipfix({{365, 6}}, {{371, 5}}, ByteWriter().number(0x0200'0000'0001, 6).text("alice"));
  EXPECT_EQ(name(OptionsTable::user_name, {2, 0, 0, 0, 0, 1}), "alice");
  ipfix({{148, 8}}, {{371, 3}}, ByteWriter().u64(77).text("bob"));
  EXPECT_EQ(name(OptionsTable::user_name, {77}), "bob");
  ipfix({{143, 4}, {1000, 4, 9}}, {{371, 5}}, ByteWriter().u32(1).u32(78).text("carol"));
  EXPECT_EQ(name(OptionsTable::user_name, {0, 78}), "carol");
  netflow9({{2, 4}, {1, 4}}, {{148, 4}, {40000, 4}}, ByteWriter().u32(5).u32(6).u32(79).text("dave"));
  EXPECT_EQ(name(OptionsTable::user_name, {79}), "dave");
  ipfix({{144, 4}}, {{371, 5}}, ByteWriter().u32(1).text("erika"));
  EXPECT_EQ(tables_.size(), 4U);
}

TEST_F(OptionsTablesTest, CutsAndRefusesNames) {
  const std::string long_ascii(300, 'x');
  const std::string two_bytes = std::string(254, 'x') + "\u00e4bc";
  const std::string four_bytes = std::string(252, 'x') + "\U0001F600bc";
  const std::string continuations(300, '\x80');
  const struct {
    const char* name;
    std::string sent;
    std::string kept;
  } kCases[] = {
      {"blanks", "eth0  ", "eth0"},
      {"behind NUL", std::string("eth0\0x ", 7), "eth0"},
      {"only blanks", "   ", ""},
      {"too long", long_ascii, std::string(255, 'x')},
      {"cut at a border of 2 bytes", two_bytes, std::string(254, 'x')},
      {"cut at a border of 4 bytes", four_bytes, std::string(252, 'x')},
      {"no UTF-8", continuations, std::string(252, '\x80')},
      {"UTF-8", "B\u00fcro \u2116 1", "B\u00fcro \u2116 1"},
      {"escape", "eth\x1b[2J", ""},
      {"newline", "eth0\nx", ""},
      {"DEL", "eth\x7f", ""},
      {"C1", "eth\u009b", ""},
      {"c2 as another character's end", "\u00c2\u00a0\u20ac", "\u00c2\u00a0\u20ac"},
  };
  for (const auto& row : kCases) {
    tables_ = OptionsTables();
    ipfix({{10, 4}}, {{82, kVariableLength}}, ByteWriter().u32(1).variable(row.sent));
    EXPECT_EQ(name(OptionsTable::interface_name, {1}), row.kept) << row.name;
    EXPECT_EQ(tables_.size(), row.kept.empty() ? 0U : 1U) << row.name;
  }
}

TEST_F(OptionsTablesTest, TellsKeysApart) {
  ipfix({{10, 4}}, {{82, 1}}, ByteWriter().u32(0).text("a").u32(1).text("b").u32(256).text("c"));
  EXPECT_EQ(name(OptionsTable::interface_name, {0}), "a");
  EXPECT_EQ(name(OptionsTable::interface_name, {0, 0}), "a");
  EXPECT_EQ(name(OptionsTable::interface_name, {0, 1}), "b");
  EXPECT_EQ(name(OptionsTable::interface_name, {1, 0}), "c");
  EXPECT_EQ(name(OptionsTable::interface_name, {}), "");
}

TEST_F(OptionsTablesTest, LeavesKeysOfExcessiveLengthOut) {
  const std::string longest(kMaxOptionsKey, 'k');
  const std::string longer(kMaxOptionsKey + 1, 'k');
  for (const std::string& key : {longest, longer}) {
    ipfix({{48, kVariableLength}}, {{34, 4}, {84, 1}}, ByteWriter().variable(key).u32(9).text("s"));
    ipfix({{95, kVariableLength}}, {{96, 1}}, ByteWriter().variable(key).text("a"));
  }
  EXPECT_EQ(tables_.size(), 3U);
  EXPECT_EQ(interval({longest.begin(), longest.end()}), 9U);
  EXPECT_EQ(interval({longer.begin(), longer.end()}), 0U);
  EXPECT_EQ(name(OptionsTable::application_name, {longest.begin(), longest.end()}), "a");
  EXPECT_EQ(name(OptionsTable::application_name, {longer.begin(), longer.end()}), "");
}

TEST_F(OptionsTablesTest, AsksForWhatIsNewOrOtherOnly) {
  const auto learn = [this](std::string_view text) { ipfix({{10, 4}}, {{82, 4}}, ByteWriter().u32(1).text(text)); };
  learn("eth0");
  learn("eth0");
  learn("eth1");
  ASSERT_EQ(asked_.size(), 2U);
  EXPECT_EQ(asked_[0].first, (OptionsRow{OptionsTable::interface_name, "\x01", "eth0", 0}));
  EXPECT_TRUE(asked_[0].second);
  EXPECT_FALSE(asked_[1].second);
  EXPECT_EQ(tables_.size(), 1U);

  refuse_ = true;
  learn("eth2");
  EXPECT_EQ(name(OptionsTable::interface_name, {1}), "eth1");
}

TEST_F(OptionsTablesTest, RestoresWhatItHadAccepted) {
  ipfix({{10, 4}}, {{82, 4}, {34, 4}, {160, 8}}, ByteWriter().u32(1).text("eth0").u32(10).u64(1'600'000'000'000));
  OptionsTables other;
  tables_.for_each([&](const OptionsRow& row) { other.restore(row); });
  EXPECT_EQ(other.size(), 3U);
  EXPECT_EQ(other.name(OptionsTable::interface_name, std::vector<std::uint8_t>{1}), "eth0");
  const std::vector<std::uint8_t> one{1};
  EXPECT_EQ(other.sampling_interval({}, std::array{Bytes(one)}), 10U);
  EXPECT_EQ(other.system_init_ms(), 1'600'000'000'000);
  EXPECT_TRUE(other.has(OptionsTable::system_init_time));
}

// Hostile input: options records of any elements with lengths that do not fit them.
TEST_F(OptionsTablesTest, TakesFieldsOfAnyLength) {
  for (const std::uint16_t length : std::initializer_list<std::uint16_t>{1, 2, 3, 5, 7, 9, 16, 40}) {
    ByteWriter data;
    for (int i = 0; i < 12; ++i) data.append(std::vector<std::uint8_t>(length, 0x41));
    ipfix({{10, length}, {95, length}, {48, length}},
          {{82, length},
           {96, length},
           {84, length},
           {34, length},
           {305, length},
           {306, length},
           {309, length},
           {311, length},
           {160, length}},
          data);
  }
  EXPECT_EQ(counters_.refused_total(), 0U);
  EXPECT_GT(tables_.size(), 0U);
}

}  // namespace
}  // namespace flowcef::test
