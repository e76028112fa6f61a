#include "flowcef/config/input_loader.hpp"

#include <gmock/gmock.h>

#include "input_files.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(LoadInput, FillsInDefaults) {
  const InputConfig input = udp_input("");
  EXPECT_EQ(input.name, "udp:0.0.0.0:2055");
  const auto& udp = std::get<UdpSourceConfig>(input.source);
  EXPECT_THAT(udp.listen, ElementsAre(*Endpoint::parse("0.0.0.0:2055")));
  EXPECT_EQ(udp.receive_buffer_bytes, std::size_t{16} << 20);
  const DecodeConfig& decode = input.decode;
  EXPECT_FALSE(decode.match_port);
  EXPECT_EQ(decode.max_templates, 200'000U);
  EXPECT_EQ(decode.max_templates_per_exporter, 1'000U);
  EXPECT_EQ(decode.template_idle_timeout, 168h);
  EXPECT_EQ(decode.hold_bytes, std::size_t{16} << 20);
  EXPECT_EQ(decode.hold_bytes_per_exporter, std::size_t{1} << 20);
  EXPECT_EQ(decode.hold_time, 30min);
  EXPECT_EQ(decode.records, RecordView::interpreted);
  EXPECT_TRUE(decode.options_records);
  EXPECT_FALSE(decode.require.skylight);
  EXPECT_THAT(decode.require.elements, IsEmpty());
  EXPECT_THAT(input.require, IsEmpty());
  EXPECT_EQ(decode.long_flow, 0ms);
  EXPECT_THAT(decode.exporters, IsEmpty());
  EXPECT_EQ(decode.max_datagrams_per_second_per_exporter, kUnlimited);
}

// SS-07, SS-08, SS-23, SK-31, PX-01, PX-02, PX-16: each of them is a setting of an input.
TEST_F(LoadInput, ReadsEveryKeyOfUdp) {
  const auto config = inputs(R"(name = "core-1"
type = "udp"
listen = ["0.0.0.0:2055", "[::]:2055"]
receive_buffer = 65536
match_port = true
max_templates = 5
max_templates_per_exporter = 2
template_idle_timeout = "2m"
hold = { bytes = "1MiB", bytes_per_exporter = "64KiB", time = "10s" }
records = "both"
options_records = false
require = ["sourceIPv4Address", "9:232"]
long_flow = "90s"
exporters = ["10.0.0.0/8", "2001:db8::1"]
max_datagrams_per_second = 1000
)");
  const InputConfig& input = config[0];
  EXPECT_EQ(input.name, "core-1");
  const auto& udp = std::get<UdpSourceConfig>(input.source);
  EXPECT_THAT(udp.listen, ElementsAre(*Endpoint::parse("0.0.0.0:2055"), *Endpoint::parse("[::]:2055")));
  EXPECT_EQ(udp.receive_buffer_bytes, 65536U);
  const DecodeConfig& decode = input.decode;
  EXPECT_EQ(decode.match_port, true);
  EXPECT_EQ(decode.max_templates, 5U);
  EXPECT_EQ(decode.max_templates_per_exporter, 2U);
  EXPECT_EQ(decode.template_idle_timeout, 2min);
  EXPECT_EQ(decode.hold_bytes, std::size_t{1} << 20);
  EXPECT_EQ(decode.hold_bytes_per_exporter, 65536U);
  EXPECT_EQ(decode.hold_time, 10s);
  EXPECT_EQ(decode.records, RecordView::both);
  EXPECT_FALSE(decode.options_records);
  EXPECT_THAT(decode.require.elements, ElementsAre("sourceIPv4Address", "9:232"));
  ASSERT_EQ(input.require.size(), 2U);
  EXPECT_EQ(input.require[1].text, "9:232");
  EXPECT_EQ(input.require[1].where, (SourcePosition{(files.folder() / "f.toml").string(), 17, 33}));
  EXPECT_EQ(decode.long_flow, 90s);
  EXPECT_THAT(decode.exporters, ElementsAre(*IpPrefix::parse("10.0.0.0/8"), *IpPrefix::parse("2001:db8::1")));
  EXPECT_EQ(decode.max_datagrams_per_second_per_exporter, 1000U);
}

TEST_F(LoadInput, ReadsEveryKeyOfTls) {
  const auto config = inputs(R"(type = "tls"
listen = "[::1]:4740"
max_sessions = 10
max_sessions_per_address = 1
idle_timeout = "5m"
[input.tls]
certificate = "server.pem"
key = "server.key"
client_ca = "ca.pem"
)");
  EXPECT_EQ(config[0].name, "tls:[::1]:4740");
  const auto& stream = std::get<StreamSourceConfig>(config[0].source);
  EXPECT_THAT(stream.listen, ElementsAre(*Endpoint::parse("[::1]:4740")));
  EXPECT_EQ(stream.max_sessions, 10U);
  EXPECT_EQ(stream.max_sessions_per_address, 1U);
  EXPECT_EQ(stream.idle_timeout, 5min);
  ASSERT_TRUE(stream.tls);
  EXPECT_EQ(stream.tls->certificate, files.folder() / "server.pem");
  EXPECT_EQ(stream.tls->key, files.folder() / "server.key");
  EXPECT_EQ(stream.tls->client_ca, files.folder() / "ca.pem");
}

TEST_F(LoadInput, KeepsTemplatesOfTcpForTheSession) {
  const auto config = inputs("type = 'tcp'\nlisten = '0.0.0.0:4739'\nidle_timeout = 'unlimited'\n");
  const auto& stream = std::get<StreamSourceConfig>(config[0].source);
  EXPECT_EQ(stream.max_sessions, 1024U);
  EXPECT_EQ(stream.max_sessions_per_address, 64U);
  EXPECT_FALSE(stream.idle_timeout);
  EXPECT_FALSE(stream.tls);
  EXPECT_FALSE(config[0].decode.template_idle_timeout);
}

// SS-09
TEST_F(LoadInput, TakesAwayEachLimitOnItsOwn) {
  EXPECT_EQ(udp_input("max_templates = 'unlimited'").decode.max_templates, kUnlimited);
  EXPECT_EQ(udp_input("max_templates = 'unlimited'").decode.template_idle_timeout, 168h);
  EXPECT_EQ(udp_input("max_templates_per_exporter = 'unlimited'").decode.max_templates_per_exporter, kUnlimited);
  EXPECT_EQ(udp_input("template_idle_timeout = 'unlimited'").decode.template_idle_timeout, std::nullopt);
  EXPECT_EQ(udp_input("template_idle_timeout = 'unlimited'").decode.max_templates, 200'000U);
  EXPECT_EQ(udp_input("max_datagrams_per_second = 'unlimited'").decode.max_datagrams_per_second_per_exporter,
            kUnlimited);
  EXPECT_EQ(udp_input("hold = false").decode.hold_bytes, 0U);
}

// SK-34: the limit of one minute goes with the sensor's set.
TEST_F(LoadInput, MarksLongFlowsForSkylight) {
  const DecodeConfig skylight = udp_input("require = 'skylight'").decode;
  EXPECT_TRUE(skylight.require.skylight);
  EXPECT_EQ(skylight.long_flow, 60s);
  EXPECT_EQ(udp_input("long_flow = '2m'\nrequire = 'skylight'").decode.long_flow, 2min);
  EXPECT_EQ(udp_input("").decode.wait, 0ms);
  EXPECT_EQ(udp_input("wait = '1500ms'").decode.wait, 1500ms);
  EXPECT_THAT(errors_of_udp("wait = '61s'"), testing::SizeIs(1));
  EXPECT_EQ(udp_input("long_flow = false\nrequire = 'skylight'").decode.long_flow, 0ms);
}

TEST_F(LoadInput, RefusesUnfitValues) {
  struct Row {
    const char* lines;
    std::vector<std::string> errors;
  };
  const Row rows[] = {
      {"name = 'a/b'", {"f.toml:8:8: input[0].name: expected 1..63 letters, digits, - or _, got \"a/b\""}},
      {"receive_buffer = 1", {"f.toml:8:18: input[0].receive_buffer: expected a size 64KiB..1GiB, got 1"}},
      {"match_port = 'yes'", {"f.toml:8:14: input[0].match_port: expected true or false, got \"yes\""}},
      {"max_templates = 0", {"f.toml:8:17: input[0].max_templates: expected 1..1000000000 or \"unlimited\", got 0"}},
      {"max_templates_per_exporter = 'none'",
       {"f.toml:8:30: input[0].max_templates_per_exporter: expected 1..1000000000 or \"unlimited\", got \"none\""}},
      {"max_datagrams_per_second = -1",
       {"f.toml:8:28: input[0].max_datagrams_per_second: expected 1..1000000000 or \"unlimited\", got -1"}},
      {"template_idle_timeout = '0s'",
       {"f.toml:8:25: input[0].template_idle_timeout: expected a duration 1s..365d or \"unlimited\", got \"0s\""}},
      {"template_idle_timeout = 30",
       {"f.toml:8:25: input[0].template_idle_timeout: expected a duration 1s..365d or \"unlimited\", got 30 "
        "(units are ms, s, m, h and d, as in \"5s\")"}},
      {"hold = true",
       {"f.toml:8:8: input[0].hold: expected false or a table of bytes, bytes_per_exporter and time, got true"}},
      {"hold = { bytes = 0, bytes_per_exporter = '128GiB', time = '8d', tyme = 1 }",
       {"f.toml:8:18: input[0].hold.bytes: expected a size 64KiB..64GiB, got 0",
        "f.toml:8:42: input[0].hold.bytes_per_exporter: expected a size 64KiB..64GiB, got \"128GiB\"",
        "f.toml:8:59: input[0].hold.time: expected a duration 1s..7d, got \"8d\"",
        "f.toml:8:65: input[0].hold.tyme: unknown key (did you mean \"time\"?)"}},
      {"records = 'hex'", {"f.toml:8:11: input[0].records: expected interpreted, raw or both, got \"hex\""}},
      {"options_records = 1", {"f.toml:8:19: input[0].options_records: expected true or false, got 1"}},
      {"require = 'skylite'",
       {"f.toml:8:11: input[0].require: expected skylight or an array of element names, got \"skylite\""}},
      {"require = []",
       {"f.toml:8:11: input[0].require: expected skylight or an array of element names, got an empty array"}},
      {"require = ['source address', 8]",
       {"f.toml:8:12: input[0].require[0]: expected an element name or pen:id, got \"source address\"",
        "f.toml:8:30: input[0].require[1]: expected an element name or pen:id, got 8"}},
      {"long_flow = true",
       {"f.toml:8:13: input[0].long_flow: expected a duration 1s..1d or false, got true "
        "(units are ms, s, m, h and d, as in \"5s\")"}},
      {"exporters = []", {"f.toml:8:13: input[0].exporters: expected an array of prefixes, got an empty array"}},
      {"exporters = ['10.0.0.1/8']",
       {"f.toml:8:14: input[0].exporters[0]: expected a prefix such as \"10.0.0.0/8\", no bits set behind it, or an "
        "address, got \"10.0.0.1/8\""}},
      {"max_template = 5", {"f.toml:8:1: input[0].max_template: unknown key (did you mean \"max_templates\"?)"}},
  };
  for (const auto& row : rows) EXPECT_EQ(errors_of_udp(row.lines), row.errors) << row.lines;
}

TEST_F(LoadInput, RefusesOptionsOfOtherTypes) {
  EXPECT_THAT(
      errors_of("type = 'tcp'\nlisten = '0.0.0.0:4739'\nreceive_buffer = '1MiB'\nmatch_port = true\n"
                "template_idle_timeout = '1m'\nmax_datagrams_per_second = 5\n[input.tls]\n"
                "certificate = 'server.pem'\nkey = 'server.key'\n"),
      ElementsAre(
          "f.toml:8:18: input[0].receive_buffer: only for udp and tap, but this input is tcp (remove the key)",
          "f.toml:9:14: input[0].match_port: only for udp, tap and file, but this input is tcp (remove the key)",
          "f.toml:10:25: input[0].template_idle_timeout: only for udp and tap, but this input is tcp "
          "(remove the key)",
          "f.toml:11:28: input[0].max_datagrams_per_second: only for udp and tap, but this input is tcp "
          "(remove the key)",
          "f.toml:12:1: input[0].tls: only for tls, but this input is tcp "
          "(remove the table, or say type = \"tls\")"));
  EXPECT_THAT(
      errors_of("name = 'u'\ntype = 'udp'\nlisten = '0.0.0.0:2055'\nmax_sessions = 5\n"
                "max_sessions_per_address = 5\nidle_timeout = '1m'\ntls = {}\n"),
      ElementsAre("f.toml:9:16: input.u.max_sessions: only for tcp and tls, but this input is udp (remove the key)",
                  "f.toml:10:28: input.u.max_sessions_per_address: only for tcp and tls, but this input is udp "
                  "(remove the key)",
                  "f.toml:11:16: input.u.idle_timeout: only for tcp and tls, but this input is udp (remove the key)",
                  "f.toml:12:7: input.u.tls: only for tls, but this input is udp "
                  "(remove the table, or say type = \"tls\")"));
}

TEST_F(LoadInput, RefusesUnfitStreams) {
  EXPECT_THAT(errors_of("type = 'tls'\nlisten = '0.0.0.0:4740'\nmax_sessions = 0\nmax_sessions_per_address = 1000001\n"
                        "idle_timeout = '500ms'\n"),
              ElementsAre("f.toml:5:1: input[0].tls: missing, expected a table [input.tls] with certificate and key",
                          "f.toml:8:16: input[0].max_sessions: expected 1..1000000, got 0",
                          "f.toml:9:28: input[0].max_sessions_per_address: expected 1..1000000, got 1000001",
                          "f.toml:10:16: input[0].idle_timeout: expected a duration 1s..365d or \"unlimited\", got "
                          "\"500ms\""));
  EXPECT_THAT(
      errors_of("type = 'tls'\nlisten = '0.0.0.0:4740'\n[input.tls]\ncertificate = 'none.pem'\nca = 'ca.pem'\n"),
      ElementsAre("f.toml:8:1: input[0].tls.key: missing, expected the private key of the certificate",
                  "f.toml:9:15: input[0].tls.certificate: expected a readable file, got \"none.pem\" "
                  "(none.pem: No such file or directory)",
                  "f.toml:10:1: input[0].tls.ca: unknown key "
                  "(known keys: certificate, key, client_ca)"));
}

TEST_F(LoadInput, NamesOneMistakeInTheTypeAlone) {
  EXPECT_THAT(errors_of("type = 'sctp'\nlisten = '0.0.0.0:4739'\nreceive_buffer = '1MiB'\nmax_sessions = 5\n"),
              ElementsAre("f.toml:6:8: input[0].type: expected udp, tcp, tls, syslog, tap or file, got \"sctp\" (did "
                          "you mean \"tcp\"?)"));
}

TEST_F(LoadInput, ListensOnceOnEachAddressOfAProtocol) {
  EXPECT_THAT(errors_of("type = 'udp'\nlisten = '[::ffff:192.0.2.1]:1'\n"
                        "[[input]]\ntype = 'udp'\nlisten = ['192.0.2.1:2', '192.0.2.1:1']\n"
                        "[[input]]\ntype = 'tcp'\nlisten = ['192.0.2.1:1', '192.0.2.1:1']\n"),
              ElementsAre("f.toml:10:26: input[1].listen[1]: expected each only once, got \"192.0.2.1:1\" again "
                          "(first at line 7)",
                          "f.toml:13:26: input[2].listen[1]: expected each only once, got \"192.0.2.1:1\" again "
                          "(first at line 13)"));
}

TEST_F(LoadInput, NamesInputsOnce) {
  EXPECT_THAT(errors_of("name = 'a'\ntype = 'udp'\nlisten = '0.0.0.0:0'\n"
                        "[[input]]\nname = 'a'\ntype = 'udp'\nlisten = '0.0.0.0:0'\n"),
              ElementsAre("f.toml:10:8: input.a.name: expected each only once, got \"a\" again (first at line 6)"));
  EXPECT_THAT(errors_of("type = 'udp'\nlisten = '0.0.0.0:0'\n[[input]]\ntype = 'udp'\nlisten = '0.0.0.0:0'\n"),
              ElementsAre("f.toml:10:10: input[1].listen: expected each only once, got \"udp:0.0.0.0:0\" again "
                          "(first at line 7)"));
}

}  // namespace
}  // namespace flowcef
