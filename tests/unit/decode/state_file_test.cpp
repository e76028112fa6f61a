#include "flowcef/decode/state_file.hpp"

#include <gmock/gmock.h>

#include "flowcef/decode/template_parser.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

SavedDomain domain_of(std::string_view exporter, ExportFormat format) {
  SavedDomain domain;
  domain.key = {{*IpAddress::parse(exporter), 4000}, {*IpAddress::parse("192.0.2.200"), 2055}, 0x80000001, format};
  domain.templates.push_back({256, false, 0, {0, 8, 0, 4, 0, 1, 0, 4}, 1'700'000'000'123});
  domain.templates.push_back({65535, true, 1, {0, 10, 0, 4, 0, 82, 0xff, 0xff}, -1});
  domain.rows.push_back({OptionsTable::interface_name, std::string("\x01\x00", 2), "eth0", 0});
  domain.rows.push_back({OptionsTable::sampling_interval, "", "", ~std::uint64_t{0}});
  domain.rows.push_back(
      {OptionsTable::system_init_time, std::string(kMaxOptionsKey, 'k'), std::string(kMaxOptionsText, 't'), 1});
  return domain;
}

SavedState state() {
  SavedState saved;
  saved.inputs.push_back({"edge", {domain_of("192.0.2.1", ExportFormat::netflow9)}});
  saved.inputs.push_back({"", {}});
  saved.inputs.push_back({"core", {domain_of("2001:db8::1", ExportFormat::ipfix), SavedDomain()}});
  return saved;
}

std::string error_of(Bytes bytes) {
  const auto result = decode_state(bytes);
  return result ? "" : result.error();
}

// PX-01: templates and options tables survive a restart.
TEST(StateFile, ReadsBackWhatWasWritten) {
  for (const SavedState& saved : {state(), SavedState()}) {
    const auto result = decode_state(encode_state(saved));
    ASSERT_TRUE(result) << result.error();
    EXPECT_EQ(*result, saved);
  }
}

TEST(StateFile, RefusesEveryTruncation) {
  const auto bytes = encode_state(state());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    // In an allocation of its exact size, so that the address sanitizer sees a read past it.
    const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(error_of(cut), "") << length;
  }
}

TEST(StateFile, RefusesEveryByteThatDiffers) {
  auto bytes = encode_state(state());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const std::uint8_t flip : std::initializer_list<std::uint8_t>{0x01, 0x80, 0xff}) {
      bytes[at] ^= flip;
      EXPECT_NE(error_of(bytes), "") << at;
      bytes[at] ^= flip;
    }
  }
  EXPECT_EQ(error_of(bytes), "");
}

TEST(StateFile, RefusesBytesBehindTheEnd) {
  auto bytes = encode_state(state());
  bytes.push_back(0);
  EXPECT_NE(error_of(bytes), "");
}

TEST(StateFile, SaysWhatIsWrong) {
  auto bytes = encode_state(SavedState());
  EXPECT_EQ(error_of(Bytes()), "is no state file");
  EXPECT_EQ(error_of(Bytes(bytes).first(10)), "is damaged: it is cut off");
  EXPECT_EQ(error_of(Bytes(bytes).first(18)), "is damaged: its checksum is wrong");
  bytes[9] = 2;
  EXPECT_EQ(error_of(bytes), "is of version 2, expected 1");
  bytes[0] = 'F';
  EXPECT_EQ(error_of(bytes), "is no state file");
}

/// FNV-1a, as the format has it.
std::vector<std::uint8_t> with_checksum(const ByteWriter& content) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const std::uint8_t byte : content.bytes()) sum = (sum ^ byte) * 0x100000001b3;
  return ByteWriter(content).u64(sum).bytes();
}

ByteWriter head() {
  return ByteWriter().text("flowcefs").u16(1);
}

ByteWriter one_domain(std::uint32_t templates, std::uint32_t rows, std::uint8_t format = 4) {
  return head().u32(1).u16(1).text("x").u32(1).zeros(40).u8(format).u32(templates).u32(rows);
}

// Counts and lengths that a right checksum stands behind, and that are wrong nonetheless.
TEST(StateFile, RefusesWhatCannotBe) {
  const auto saved_template = [](std::uint64_t options, std::uint64_t length) {
    return one_domain(1, 0).u16(256).u8(options).u16(0).u64(0).u16(length);
  };
  const auto saved_row = [](std::uint64_t table) { return one_domain(0, 1).u8(table).u64(0); };
  const struct {
    const char* name;
    ByteWriter content;
    bool good;
  } kCases[] = {
      {"empty domain", one_domain(0, 0), true},
      {"bytes left", one_domain(0, 0).u8(0), false},
      {"inputs beyond the end", head().u32(1).zeros(5), false},
      {"all inputs there can be", head().u32(0xffffffff).zeros(600), false},
      {"more inputs than kept", head().u32(kMaxSavedInputs + 1).zeros((kMaxSavedInputs + 1) * 6), false},
      {"as many inputs as kept", head().u32(kMaxSavedInputs).zeros(kMaxSavedInputs * 6), true},
      {"name beyond the end", head().u32(1).u16(5).zeros(4), false},
      {"domains beyond the end", head().u32(1).u16(0).u32(2).zeros(97), false},
      {"unknown format", one_domain(0, 0, kExportFormatCount), false},
      {"templates beyond the end", one_domain(0xffffffff, 0), false},
      {"rows beyond the end", one_domain(0, 0xffffffff), false},
      {"template", saved_template(1, 4).zeros(4), true},
      {"template of another kind", saved_template(2, 4).zeros(4), false},
      {"definition beyond the end", saved_template(1, 5).zeros(4), false},
      {"longest definition", saved_template(0, kMaxTemplateFields * 8).zeros(kMaxTemplateFields * 8), true},
      {"definition too long", saved_template(0, kMaxTemplateFields * 8 + 1).zeros(kMaxTemplateFields * 8 + 1), false},
      {"row", saved_row(0).u8(1).text("k").u8(1).text("t"), true},
      {"row of no table", saved_row(kOptionsTableCount).u8(0).u8(0), false},
      {"latest boot time", one_domain(0, 1).u8(7).u64(0x7fffffffffffffff).u8(0).u8(0), true},
      {"boot time out of range", one_domain(0, 1).u8(7).u64(0x8000000000000000).u8(0).u8(0), false},
      {"longest key", saved_row(0).u8(kMaxOptionsKey).zeros(kMaxOptionsKey).u8(0), true},
      {"key too long", saved_row(0).u8(kMaxOptionsKey + 1).zeros(kMaxOptionsKey + 1).u8(0), false},
      {"key beyond the end", saved_row(0).u8(9).zeros(8), false},
      {"text beyond the end", saved_row(0).u8(0).u8(9).zeros(8), false},
  };
  for (const auto& row : kCases) {
    const std::string expected = row.good ? "" : "is damaged: it has a count, length or number that cannot be";
    EXPECT_EQ(error_of(with_checksum(row.content)), expected) << row.name;
  }
}

}  // namespace
}  // namespace flowcef::test
