// The files that flowcef ships must load, the examples in their comments included.
#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/element_table_loader.hpp"
#include "flowcef/config/loader.hpp"
#include "flowcef/config/mapping_loader.hpp"
#include "flowcef/config/text_file.hpp"

namespace flowcef {
namespace {

const std::filesystem::path kRoot = FLOWCEF_SOURCE_DIR;

/// The shipped file in a folder that has the files it names.
class ShippedConfig : public testing::Test {
 protected:
  ShippedConfig() {
    for (const auto* name : {"mappings/default.toml", "mappings/elements/x.tsv", "certs/ca.pem", "certs/client.pem",
                             "certs/client.key", "certs/server.pem", "certs/server.key"}) {
      files.write(name, "");
    }
  }

  Config load(const std::string& text) {
    auto config = load_config(files.write("flowcef.toml", text));
    if (config) return std::move(*config);
    ADD_FAILURE() << testing::PrintToString(files.texts(config.error()));
    return {};
  }

  ConfigFiles files;
  std::string shipped = read_text_file(kRoot / "flowcef.toml").value_or("");
};

// SK-03
TEST_F(ShippedConfig, ListensOnTheUsualPortsAndPrints) {
  const Config config = load(shipped);
  ASSERT_EQ(config.inputs.size(), 1U);
  std::vector<std::string> listen;
  for (const auto& endpoint : std::get<UdpSourceConfig>(config.inputs[0].source).listen)
    listen.push_back(endpoint.to_string());
  EXPECT_THAT(listen, testing::ElementsAre("0.0.0.0:2055", "[::]:2055", "0.0.0.0:4739", "[::]:4739", "0.0.0.0:9555",
                                           "[::]:9555", "0.0.0.0:9995", "[::]:9995"));
  ASSERT_EQ(config.outputs.size(), 1U);
  EXPECT_EQ(config.outputs[0].sink.transport, Transport::standard_output);
  EXPECT_EQ(config.outputs[0].rendering.header, SyslogHeader::none);
}

/// An example line has its `#` right before the text; prose has a blank between.
std::string with_examples(const std::string& text) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const bool example = text[begin] == '#' && text[begin + 1] != ' ' && text[begin + 1] != '\n';
    result += text.substr(begin + (example ? 1 : 0), end - begin - (example ? 1 : 0));
    begin = end;
  }
  return result;
}

TEST_F(ShippedConfig, ExamplesLoadTogetherAndShowTheDefaults) {
  const Config plain = load(shipped);
  const Config config = load(with_examples(shipped));
  std::vector<std::string> names;
  names.reserve(config.outputs.size());
  for (const auto& output : config.outputs) names.push_back(output.sink.name);
  ASSERT_THAT(names, testing::ElementsAre("terminal", "splunk", "splunk-tls", "qradar", "qradar-tls", "arcsight",
                                          "gigamon", "siem"));
  EXPECT_EQ(config.log_level, plain.log_level);
  EXPECT_EQ(config.stop_deadline, plain.stop_deadline);
  EXPECT_TRUE(plain.elements.empty());
  EXPECT_EQ(config.elements.size(), 1U);
  EXPECT_EQ(config.dead_letter->max_bytes, DeadLetterConfig{}.max_bytes);

  const SinkConfig defaults;
  const SinkConfig& siem = config.outputs.back().sink;
  EXPECT_EQ(siem.queue_bytes, defaults.queue_bytes);
  EXPECT_EQ(siem.queue_full, defaults.queue_full);
  EXPECT_EQ(siem.required, defaults.required);
  EXPECT_EQ(siem.connect_timeout, defaults.connect_timeout);
  EXPECT_EQ(siem.write_timeout, defaults.write_timeout);
  EXPECT_EQ(siem.backoff_min, defaults.backoff_min);
  EXPECT_EQ(siem.backoff_max, defaults.backoff_max);
  EXPECT_EQ(siem.tls.verify, defaults.tls.verify);
  EXPECT_EQ(config.outputs.back().rendering,
            (RenderingConfig{.header = SyslogHeader::rfc5424, .framing = Framing::octet_counting, .host = "bridge-1"}));
}

TEST_F(ShippedConfig, ExamplesOfInputsShowTheDefaults) {
  const Config config = load(with_examples(shipped));
  ASSERT_EQ(config.inputs.size(), 2U);
  EXPECT_EQ(std::get<UdpSourceConfig>(config.inputs[0].source).receive_buffer_bytes,
            UdpSourceConfig{}.receive_buffer_bytes);
  const DecodeConfig defaults;
  const DecodeConfig& udp = config.inputs[0].decode;
  EXPECT_EQ(udp.max_datagrams_per_second_per_exporter, defaults.max_datagrams_per_second_per_exporter);
  EXPECT_EQ(udp.max_templates, defaults.max_templates);
  EXPECT_EQ(udp.max_templates_per_exporter, defaults.max_templates_per_exporter);
  EXPECT_EQ(udp.template_idle_timeout, defaults.template_idle_timeout);
  EXPECT_EQ(udp.hold_bytes, defaults.hold_bytes);
  EXPECT_EQ(udp.hold_bytes_per_exporter, defaults.hold_bytes_per_exporter);
  EXPECT_EQ(udp.hold_time, defaults.hold_time);
  EXPECT_EQ(udp.records, defaults.records);
  EXPECT_EQ(udp.options_records, defaults.options_records);

  const auto& tls = std::get<StreamSourceConfig>(config.inputs[1].source);
  EXPECT_EQ(tls.max_sessions, StreamSourceConfig{}.max_sessions);
  EXPECT_EQ(tls.max_sessions_per_address, StreamSourceConfig{}.max_sessions_per_address);
  EXPECT_EQ(tls.idle_timeout, StreamSourceConfig{}.idle_timeout);
}

void expect_mapping_loads(const std::filesystem::path& file) {
  for (const auto& error : load_mapping(file, kRoot / "mappings").errors) ADD_FAILURE() << error.to_string();
}

TEST(ShippedMappings, Load) {
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "mappings")) {
    if (entry.path().extension() == ".toml") expect_mapping_loads(entry.path());
  }
}

TEST(ShippedElementTables, Load) {
  for (const auto* folder : {"mappings/elements", "mappings/elements/alternatives"}) {
    if (!std::filesystem::is_directory(kRoot / folder)) continue;
    const auto rows = load_element_tables(kRoot / folder);
    std::vector<std::string> errors;
    if (!rows) {
      for (const auto& error : rows.error()) errors.push_back(error.to_string());
    }
    EXPECT_THAT(errors, testing::IsEmpty());
  }
}

}  // namespace
}  // namespace flowcef
