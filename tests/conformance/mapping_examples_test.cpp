// Every example in mappings/README.md does what it says. An example is a block of TOML; the block behind it shows
// records and the lines that they become, or none (```cef), or the errors of a mapping that is refused (```error). What an
// example leaves out of a mapping ([cef], a last rule) is added to it.
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "support/capture_lines.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::string_view kHead = R"(
[cef]
vendor = "Flowcef"
product = "Bridge"
device_version = "1"
)";
constexpr std::string_view kRule = R"(
[[event]]
signature = "flow"
name = "Flow record"
severity = 1
)";

struct Block {
  std::string kind;
  unsigned line = 0;  ///< of the README, of the block's first line
  std::vector<std::string> lines;
};

struct Example {
  Block mapping;
  std::optional<Block> shown;  ///< cef or error
};

std::vector<Block> blocks_of(const std::filesystem::path& file) {
  std::vector<Block> blocks;
  std::ifstream in(file);
  bool inside = false;
  unsigned number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("```")) {
      if (!inside) blocks.push_back({line.substr(3), number + 1, {}});
      inside = !inside;
    } else if (inside) {
      blocks.back().lines.push_back(line);
    }
  }
  return blocks;
}

std::vector<Example> examples() {
  std::vector<Example> examples;
  for (const Block& block : blocks_of(source_dir() / "mappings" / "README.md")) {
    if (block.kind == "toml") examples.push_back({block, std::nullopt});
    if (block.kind == "cef" || block.kind == "error") examples.back().shown = block;
  }
  return examples;
}

std::string mapping_text(const Block& block) {
  std::string text;
  bool has_head = false;
  bool has_rule = false;
  for (const std::string& line : block.lines) {
    text += line + '\n';
    has_head = has_head || line.starts_with("vendor =") || line.starts_with("extends =");
    has_rule = has_rule || line.starts_with("[[event]]") || line.starts_with("extends =");
  }
  if (!has_head && text.find("[cef]\n") != std::string::npos) {
    text.insert(text.find("[cef]\n") + 6, kHead.substr(7));
  } else if (!has_head) {
    text += kHead;
  }
  if (!has_rule) text += kRule;
  return text;
}

/// `name=value` pairs; a value with blanks stands in double quotes.
std::vector<std::pair<std::string, std::string>> pairs_of(const std::string& line) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t equals = line.find('=', at);
    const bool quoted = line[equals + 1] == '"';
    const std::size_t begin = equals + (quoted ? 2 : 1);
    const std::size_t end = std::min(line.find(quoted ? '"' : ' ', begin), line.size());
    pairs.emplace_back(line.substr(at, equals - at), line.substr(begin, end - begin));
    at = line.find_first_not_of(' ', end + (quoted ? 1 : 0));
  }
  return pairs;
}

int length_of(DataType type) {
  switch (type) {
    case DataType::unsigned8:
    case DataType::boolean:
      return 1;
    case DataType::unsigned16:
      return 2;
    case DataType::unsigned32:
    case DataType::date_time_seconds:
      return 4;
    case DataType::unsigned64:
    case DataType::date_time_milliseconds:
      return 8;
    default:
      return 0;
  }
}

std::vector<std::uint8_t> bytes_from_hex(std::string text, char between) {
  std::erase(text, between);
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// A field of the template, and its value in the record.
struct MadeField {
  FieldSpec field;
  ByteWriter value;
};

MadeField make_field(const InformationElement& element, const std::string& value) {
  MadeField made{{element.id.id, 0, element.id.pen}, {}};
  if (element.type == DataType::ipv4_address || element.type == DataType::ipv6_address) {
    const auto address = IpAddress::parse(value);
    EXPECT_TRUE(address) << value;
    made.field.length = element.type == DataType::ipv4_address ? 4 : 16;
    const auto* const begin = address->ipv6_bytes().data() + (made.field.length == 4 ? 12 : 0);
    made.value.append({begin, begin + made.field.length});
  } else if (element.type == DataType::mac_address) {
    made.field.length = 6;
    made.value.append(bytes_from_hex(value, ':'));
  } else if (const int length = length_of(element.type); length != 0) {
    made.field.length = static_cast<std::uint16_t>(length);
    made.value.number(std::stoull(value), length);
  } else {
    made.field.length = kVariableLength;
    const bool hex = value.starts_with("0x");
    const auto bytes =
        hex ? bytes_from_hex(value.substr(2), ' ') : std::vector<std::uint8_t>(value.begin(), value.end());
    made.value.variable({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  return made;
}

class MappingExamples : public RenderFixture {
 protected:
  void use(const Example& example) {
    path_.reset();
    translation_.reset();
    auto translation = translation_of(mapping_text(example.mapping), Elements::shipped);
    if (translation) {
      translation_ = *std::move(translation);
      return;
    }
    for (const ConfigError& error : translation.error()) ADD_FAILURE() << error.to_string();
  }

  /// Returns: the lines that the record becomes.
  std::vector<std::string> lines_of(const std::string& record) {
    std::string exporter = "192.0.2.1";
    bool options = false;
    bool netflow9 = false;
    std::vector<MadeField> fields;
    for (const auto& [name, value] : pairs_of(record)) {
      if (name == "@exporter") {
        exporter = value;
      } else if (name == "@kind") {
        options = value == "options";
      } else if (name == "@format") {
        netflow9 = value == "netflow9";
      } else {
        const InformationElement* element = translation_->registry.find_by_name(name);
        EXPECT_NE(element, nullptr) << name;
        if (element != nullptr) fields.push_back(make_field(*element, value));
      }
    }
    const std::uint16_t id = ++template_id_;
    ByteWriter layout;
    layout.u16(id).u16(fields.size());
    if (options) layout.u16(1);
    ByteWriter bytes;
    for (const MadeField& made : fields) {
      write_field(layout, made.field);
      bytes.append(made.value.bytes());
    }
    auto message = netflow9 ? MessageBuilder::netflow9() : MessageBuilder::ipfix();
    if (options) {
      message.options_templates(layout);
    } else {
      message.templates(layout);
    }
    return lines(message.set(id, bytes), exporter);
  }

  std::uint16_t template_id_ = 300;
};

std::string extension_of(const std::string& line) {
  std::size_t at = 0;
  for (int bars = 0; bars < 7; ++bars) at = line.find('|', at) + 1;
  return line.substr(at);
}

TEST_F(MappingExamples, EachMappingLoads) {
  std::size_t count = 0;
  for (const Example& example : examples()) {
    if (example.shown && example.shown->kind == "error") continue;
    SCOPED_TRACE("README.md:" + std::to_string(example.mapping.line));
    use(example);
    ++count;
  }
  EXPECT_GE(count, 15U);
}

TEST_F(MappingExamples, EachRecordBecomesTheLineShown) {
  std::size_t count = 0;
  for (const Example& example : examples()) {
    if (!example.shown || example.shown->kind != "cef") continue;
    SCOPED_TRACE("README.md:" + std::to_string(example.shown->line));
    use(example);
    if (!translation_) continue;
    const std::vector<std::string>& shown = example.shown->lines;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const std::string& record = shown[i];
      const auto made = lines_of(record);
      if (i + 1 == shown.size() || !shown[i + 1].starts_with("    ")) {
        EXPECT_TRUE(made.empty()) << record;
        continue;
      }
      const std::string expected = shown[++i].substr(4);
      ASSERT_EQ(made.size(), 1U) << record;
      EXPECT_EQ(expected.starts_with("CEF:") ? made[0] : flowcef::test::extension_of(made[0]), expected) << record;
      ++count;
    }
  }
  EXPECT_GE(count, 30U);
}

TEST_F(MappingExamples, EachMistakeIsReportedAsShown) {
  std::size_t count = 0;
  for (const Example& example : examples()) {
    if (!example.shown || example.shown->kind != "error") continue;
    SCOPED_TRACE("README.md:" + std::to_string(example.shown->line));
    const auto translation = translation_of(mapping_text(example.mapping), Elements::shipped);
    ASSERT_FALSE(translation);
    std::vector<std::string> errors;
    for (const ConfigError& error : translation.error()) errors.push_back(error.to_string());
    EXPECT_EQ(errors, example.shown->lines);
    ++count;
  }
  EXPECT_GE(count, 1U);
}

}  // namespace
}  // namespace flowcef::test
