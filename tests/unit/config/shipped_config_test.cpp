// The files that flowcef ships must load, the examples in their comments included.
#include <gmock/gmock.h>

#include <algorithm>

#include "config_files.hpp"
#include "flowcef/config/element_table_loader.hpp"
#include "flowcef/config/loader.hpp"
#include "flowcef/config/mapping_loader.hpp"
#include "flowcef/config/profiles.hpp"
#include "flowcef/config/text_file.hpp"

namespace flowcef {
namespace {

const std::filesystem::path kRoot = FLOWCEF_SOURCE_DIR;

/// The shipped file in a folder that has the files it names.
class ShippedConfig : public testing::Test {
 protected:
  ShippedConfig() {
    for (const auto* name :
         {"mappings/default.toml", "mappings/gigamon.toml", "mappings/elements/x.tsv", "mappings/layouts/x.toml",
          "certs/ca.pem", "certs/client.pem", "certs/client.key", "certs/server.pem", "certs/server.key", "classes.tsv",
          "assets.csv", "mappings/patterns/packetshaper.toml"}) {
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
  ASSERT_THAT(names,
              testing::ElementsAre("terminal", "splunk", "splunk-tls", "sc4s", "qradar", "qradar-tls", "arcsight",
                                   "sentinel", "elastic", "gigamon", "siem-pair", "siem-udp", "siem"));
  EXPECT_EQ(config.log_level, plain.log_level);
  EXPECT_EQ(config.stop_deadline, plain.stop_deadline);
  EXPECT_TRUE(plain.elements.empty());
  EXPECT_EQ(config.elements.size(), 1U);
  EXPECT_EQ(config.dead_letter->max_bytes, DeadLetterConfig{}.max_bytes);

  ASSERT_EQ(config.lookups.size(), 2U);
  EXPECT_EQ(config.lookups[0].window, LookupConfig{}.window);
  EXPECT_EQ(config.lookups[0].after, LookupConfig{}.after);
  EXPECT_EQ(config.lookups[0].max_entries, LookupConfig{}.max_entries);
  EXPECT_EQ(config.lookups[1].check_every, LookupConfig{}.check_every);

  const SinkConfig defaults;
  const SinkConfig& siem = config.outputs.back().sink;
  EXPECT_EQ(siem.queue_bytes, defaults.queue_bytes);
  EXPECT_EQ(siem.queue_full, defaults.queue_full);
  EXPECT_EQ(siem.required, defaults.required);
  EXPECT_EQ(siem.connections, defaults.connections);
  EXPECT_EQ(siem.connect_timeout, defaults.connect_timeout);
  EXPECT_EQ(siem.peer_timeout, defaults.peer_timeout);
  EXPECT_EQ(siem.replay_acked, defaults.replay_acked);
  EXPECT_EQ(siem.replay_max_bytes, defaults.replay_max_bytes);
  EXPECT_EQ(siem.backoff_min, defaults.backoff_min);
  EXPECT_EQ(siem.backoff_max, defaults.backoff_max);
  EXPECT_EQ(siem.tls.verify, defaults.tls.verify);
  SpoolConfig spool;
  spool.dir = "/var/lib/flowcef/spool/siem";
  EXPECT_EQ(siem.spool, spool);
  const SinkConfig& pair = config.outputs.at(config.outputs.size() - 3).sink;
  EXPECT_EQ(pair.more_receivers.size(), 1U);
  EXPECT_EQ(pair.distribution, defaults.distribution);
  EXPECT_EQ(pair.failback_after, defaults.failback_after);
  EXPECT_EQ(siem.tls.accepted_after, defaults.tls.accepted_after);
  EXPECT_EQ(config.outputs.back().rendering,
            (RenderingConfig{.header = SyslogHeader::rfc5424, .framing = Framing::octet_counting}));
  EXPECT_EQ(config.outputs.back().mapping, config.mapping);
  // What a mapping has that says nothing of it.
  EXPECT_EQ(config.outputs.back().cef, (CefConfig{0, TimeForm::epoch_ms, false, false}));
}

TEST_F(ShippedConfig, TheExampleOfUdpShowsTheDefaults) {
  const Config config = load(with_examples(shipped));
  const OutputConfig& output = config.outputs.at(config.outputs.size() - 2);
  ASSERT_EQ(output.sink.name, "siem-udp");
  UdpConfig expected;
  expected.rate_limit = output.sink.udp.rate_limit;
  expected.rate_burst = expected.rate_limit / 10;
  expected.max_message_bytes = kMaxDatagramIpv6;
  EXPECT_EQ(output.sink.udp, expected);
  EXPECT_EQ(output.rendering,
            (RenderingConfig{.header = SyslogHeader::rfc5424, .max_bytes = expected.max_message_bytes}));
}

// SK-03
TEST_F(ShippedConfig, TheExampleOfATapShowsTheDefaults) {
  const Config config = load(with_examples(shipped));
  const auto tap = std::ranges::find_if(
      config.inputs, [](const InputConfig& input) { return std::holds_alternative<TapConfig>(input.source); });
  ASSERT_NE(tap, config.inputs.end());
  EXPECT_EQ(std::get<TapConfig>(tap->source), (TapConfig{.interface = "eth0"}));
}

/// Returns: the keys that an output, or a table of it, may have.
std::vector<std::string> known_keys(const ConfigFiles& files, const std::string& text) {
  const auto config = load_config(files.write("unknown.toml", text));
  if (config || config.error().size() != 1) return {};
  std::string_view list = config.error()[0].hint;
  static constexpr std::string_view kBegin = "known keys: ";
  if (!list.starts_with(kBegin)) return {};
  std::vector<std::string> keys;
  for (list.remove_prefix(kBegin.size()); !list.empty();) {
    const std::size_t end = std::min(list.find(", "), list.size());
    keys.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return keys;
}

TEST_F(ShippedConfig, ShowsEveryKeyOfAnOutput) {
  const std::string examples = with_examples(shipped);
  for (const auto& [table, least] :
       {std::pair("", 30U), std::pair("[output.tls]\n", 6U), std::pair("[output.spool]\n", 6U)}) {
    const std::string text = examples + "[[output]]\nname = 'x'\nto = 'tls://x'\n" + table + "'----------------' = 0\n";
    const auto keys = known_keys(files, text);
    EXPECT_GE(keys.size(), least);
    for (const std::string& key : keys) {
      EXPECT_TRUE(examples.find('\n' + key + " = ") != std::string::npos ||
                  examples.find("\n[output." + key + "]\n") != std::string::npos)
          << key;
    }
  }
}

// Of each profile there is an example, of which only keys beside it say more.
TEST_F(ShippedConfig, ExamplesUseTheProfiles) {
  for (const Profile& profile : profiles()) {
    EXPECT_NE(shipped.find("\n#profile = \"" + std::string(profile.name) + "\"\n"), std::string::npos) << profile.name;
  }
}

std::string_view header_word(SyslogHeader header) {
  switch (header) {
    case SyslogHeader::none:
      return "none";
    case SyslogHeader::rfc3164:
      return "rfc3164";
    case SyslogHeader::rfc5424:
      return "rfc5424";
    case SyslogHeader::gigamon:
      return "gigamon";
  }
  return "";
}

std::string limit_word(std::size_t bytes) {
  return bytes == 0 ? "unlimited" : std::to_string(bytes);
}

/// Returns: the line of README's table that describes a profile.
std::string readme_row(const Profile& profile) {
  const std::string mapping = "mapping's";
  std::string octet_counting;
  for (const auto port : profile.octet_counting_ports) {
    if (port != 0) octet_counting += (octet_counting.empty() ? ", octet counts on " : " and ") + std::to_string(port);
  }
  const MessageLimits& longest = profile.longest;
  return "| `" + std::string(profile.name) + "` | " + std::string(header_word(profile.header)) + " | " +
         (profile.bridge_as_host ? "bridge" : "exporter") + " | lines" + octet_counting + " | " +
         (profile.version ? std::to_string(*profile.version) : mapping) + " | " +
         (profile.time == TimeForm::epoch_ms ? "epoch_ms" : mapping) + " | " + (profile.wide_in ? "yes" : "no") +
         " | " + limit_word(longest.udp) + " | " + limit_word(longest.tcp) + " | " + limit_word(longest.tls) + " |\n";
}

// README's table says what the profiles set.
TEST(Readme, ShowsTheProfiles) {
  const std::string readme = read_text_file(kRoot / "README.md").value_or("");
  for (const Profile& profile : profiles()) {
    EXPECT_NE(readme.find(readme_row(profile)), std::string::npos) << readme_row(profile);
  }
}

// GG-32
TEST(Readme, SaysWhoRefusesGigamonsHeaderAndVersion) {
  const std::string readme = read_text_file(kRoot / "README.md").value_or("");
  const std::size_t begin = readme.find("### Gigamon's header");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = readme.substr(begin, readme.find("\n## ", begin) - begin);
  for (const Profile& profile : profiles()) {
    if (profile.header == SyslogHeader::gigamon) continue;
    EXPECT_NE(section.find("`profile = \"" + std::string(profile.name) + "\"`"), std::string::npos) << profile.name;
  }
}

TEST_F(ShippedConfig, ExamplesOfInputsShowTheDefaults) {
  const Config config = load(with_examples(shipped));
  ASSERT_EQ(config.inputs.size(), 6U);
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

  EXPECT_EQ(config.inputs[4].name, "shaper-log");
  EXPECT_EQ(config.inputs[4].decode.log->unmatched, LogConfig{}.unmatched);
  EXPECT_EQ(config.inputs[4].decode.log->local_time, LogConfig{}.local_time);
  EXPECT_EQ(config.inputs[4].decode.send, defaults.send);
  EXPECT_EQ(config.inputs[4].decode.wait, defaults.wait);
  const auto& syslog = std::get<StreamSourceConfig>(config.inputs[5].source);
  EXPECT_EQ(syslog.content, StreamContent::syslog);
  EXPECT_EQ(syslog.max_sessions, StreamSourceConfig{}.max_sessions);
  EXPECT_EQ(syslog.idle_timeout, StreamSourceConfig{}.idle_timeout);
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
