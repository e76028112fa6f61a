#include "flowcef/config/loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class LoadConfig : public testing::Test {
 protected:
  LoadConfig() {
    files.write("map.toml", "");
    files.write("ca.pem", "");
    files.write("client.pem", "");
    files.write("client.key", "");
  }

  std::expected<Config, ConfigErrors> load(std::string_view text) { return load_config(files.write("f.toml", text)); }

  std::vector<std::string> errors_of(std::string_view text) {
    const auto config = load(text);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }

  /// Returns: the errors of a complete file with `lines` in its only output; they begin in line 6.
  std::vector<std::string> errors_of_output(std::string_view lines) {
    return errors_of("mapping = 'map.toml'\n[[input]]\ntype = 'udp'\nlisten = '[::]:2055'\n[[output]]\n" +
                     std::string(lines));
  }

  ConfigFiles files;
};

constexpr std::string_view kSmallest =
    "mapping = 'map.toml'\n[[input]]\ntype = 'udp'\nlisten = ['0.0.0.0:2055']\n"
    "[[output]]\nname = 'a'\nto = 'stdout:'\n";

TEST_F(LoadConfig, FillsInDefaults) {
  const auto config = load(kSmallest);
  ASSERT_TRUE(config) << testing::PrintToString(files.texts(config.error()));
  EXPECT_EQ(config->mapping, files.folder() / "map.toml");
  EXPECT_THAT(config->elements, IsEmpty());
  EXPECT_TRUE(config->state_dir.is_absolute());
  EXPECT_EQ(config->workers, 0U);
  EXPECT_EQ(config->log_level, "info");
  EXPECT_EQ(config->stop_deadline, 5s);
  ASSERT_EQ(config->inputs.size(), 1U);
  EXPECT_EQ(config->user, "");
  EXPECT_EQ(config->group, "");
  EXPECT_THAT(config->exporters, IsEmpty());
  EXPECT_FALSE(config->dead_letter);
  ASSERT_EQ(config->outputs.size(), 1U);
  EXPECT_EQ(config->outputs[0].sink.transport, Transport::standard_output);
  EXPECT_FALSE(config->outputs[0].sink.required);
  EXPECT_EQ(config->outputs[0].rendering, RenderingConfig{});
}

TEST_F(LoadConfig, ReadsEveryKey) {
  files.write("more/x.tsv", "");
  files.write("more/site.toml", "");
  const auto config = load(R"(
mapping = "./map.toml"
elements = ["more"]
state_dir = "state"
workers = 256
log_level = "debug"
stop_deadline = "0s"
user = "flowcef"
group = "adm"
dead_letter = { file = "refused.pcapng", size = "1MiB" }
[[exporter]]
match = ["10.1.0.0/16", "2001:db8::1"]
sequence = "records"
[[exporter]]
match = "192.0.2.7"
sequence = "off"
host = "9/3/e1"
[[exporter]]
match = ["192.0.2.8", "2001:db8:1::/48"]
host = "1/1/e1"
[[input]]
type = "udp"
listen = ["0.0.0.0:2055", "[::]:2055"]
[[input]]
type = "udp"
listen = ["192.0.2.1:0"]
[[output]]
name = "siem"
to = "tls://siem.example.com"
header = "rfc3164"
framing = "newline"
wide_in = true
queue = "1GiB"
queue_full = "drop_newest"
required = true
connect_timeout = "2s"
peer_timeout = "3s"
backoff_min = "10ms"
backoff_max = "1m"
[output.tls]
ca = "ca.pem"
certificate = "client.pem"
key = "client.key"
verify = false
server_name = "siem"
[[output]]
name = "lines"
to = "file:out/lines.cef"
header = "gigamon"
padded_day = true
host = "box/slot"
header_time = "utc"
mapping = "more/site.toml"
cef_version = 1
time = "MMM dd yyyy HH:mm:ss zzz"
zone = "local"
bytes = "swapped"
max_message_bytes = "2KiB"
[[output]]
name = "old"
to = "udp://[2001:db8::1]"
header = "rfc3164"
facility = "local4"
severity = "event"
tag = "flows"
host = "exporter"
max_message_bytes = "unlimited"
)");
  ASSERT_TRUE(config) << testing::PrintToString(files.texts(config.error()));
  EXPECT_THAT(config->elements, ElementsAre(files.folder() / "more"));
  EXPECT_EQ(config->state_dir, files.folder() / "state");
  EXPECT_EQ(config->workers, 256U);
  EXPECT_EQ(config->log_level, "debug");
  EXPECT_EQ(config->stop_deadline, 0s);
  ASSERT_EQ(config->inputs.size(), 2U);
  EXPECT_EQ(config->user, "flowcef");
  EXPECT_EQ(config->group, "adm");
  ASSERT_TRUE(config->dead_letter);
  EXPECT_EQ(config->dead_letter->path, files.folder() / "refused.pcapng");
  EXPECT_EQ(config->dead_letter->max_bytes, std::size_t{1} << 20);
  ASSERT_EQ(config->exporters.size(), 3U);
  EXPECT_EQ(config->exporters[0].match, *IpPrefix::parse("10.1.0.0/16"));
  EXPECT_EQ(config->exporters[0].sequence, SequenceRule::records);
  EXPECT_EQ(config->exporters[1].match, *IpPrefix::parse("2001:db8::1"));
  EXPECT_EQ(config->exporters[1].sequence, SequenceRule::records);
  EXPECT_EQ(config->exporters[2].match, *IpPrefix::parse("192.0.2.7/32"));
  EXPECT_EQ(config->exporters[2].sequence, SequenceRule::off);
  // GG-14
  EXPECT_THAT(config->hosts, ElementsAre(ExporterHost{*IpPrefix::parse("192.0.2.7"), "9/3/e1"},
                                         ExporterHost{*IpPrefix::parse("192.0.2.8"), "1/1/e1"},
                                         ExporterHost{*IpPrefix::parse("2001:db8:1::/48"), "1/1/e1"}));

  ASSERT_EQ(config->outputs.size(), 3U);
  const SinkConfig& sink = config->outputs[0].sink;
  const RenderingConfig& rendering = config->outputs[0].rendering;
  EXPECT_EQ(sink.name, "siem");
  EXPECT_EQ(sink.transport, Transport::tls);
  EXPECT_EQ(sink.host, "siem.example.com");
  EXPECT_EQ(sink.port, 6514);
  EXPECT_EQ(sink.queue_bytes, std::size_t{1} << 30);
  EXPECT_EQ(sink.queue_full, QueueFull::drop_newest);
  EXPECT_TRUE(sink.required);
  EXPECT_EQ(sink.connect_timeout, 2s);
  EXPECT_EQ(sink.peer_timeout, 3s);
  EXPECT_EQ(sink.backoff_min, 10ms);
  EXPECT_EQ(sink.backoff_max, 1min);
  EXPECT_EQ(sink.tls.ca, files.folder() / "ca.pem");
  EXPECT_EQ(sink.tls.certificate, files.folder() / "client.pem");
  EXPECT_EQ(sink.tls.key, files.folder() / "client.key");
  EXPECT_FALSE(sink.tls.verify);
  EXPECT_EQ(sink.tls.server_name, "siem");
  EXPECT_EQ(rendering, (RenderingConfig{SyslogHeader::rfc3164, Framing::newline, true}));
  EXPECT_EQ(config->outputs[1].sink.path, files.folder() / "out/lines.cef");
  EXPECT_EQ(
      config->outputs[1].rendering,
      (RenderingConfig{
          .header = SyslogHeader::gigamon, .padded_day = true, .host = "box/slot", .utc = true, .max_bytes = 2048}));
  EXPECT_EQ(config->outputs[1].mapping, files.folder() / "more/site.toml");
  EXPECT_EQ(config->outputs[1].cef, (CefConfig{1, TimeForm::text_year_zone, true, true}));
  EXPECT_EQ(config->outputs[2].rendering, (RenderingConfig{.header = SyslogHeader::rfc3164,
                                                           .facility = 20,
                                                           .severity = std::nullopt,
                                                           .tag = "flows",
                                                           .max_bytes = kMaxDatagramIpv6}));
  EXPECT_TRUE(config->outputs[2].mapping.empty());
  EXPECT_EQ(config->outputs[2].cef, CefConfig{});
}

// What a reload compares.
TEST_F(LoadConfig, DiffersWhereSettingsOrCertificatesDo) {
  constexpr std::string_view kTls =
      "mapping = 'map.toml'\n[[input]]\ntype = 'tls'\nlisten = '[::]:4740'\nrequire = ['protocolIdentifier']\n"
      "[input.tls]\ncertificate = 'client.pem'\nkey = 'client.key'\n"
      "[[output]]\nname = 'a'\nto = 'tls://h'\n[output.tls]\nca = 'ca.pem'\n";
  const auto before = load(kTls);
  ASSERT_TRUE(before) << testing::PrintToString(files.texts(before.error()));
  const auto moved = load("# a line\n" + std::string(kTls));
  EXPECT_EQ(moved->inputs, before->inputs);
  EXPECT_EQ(moved->outputs, before->outputs);

  files.write("client.key", "renewed");
  const auto renewed = load(kTls);
  EXPECT_NE(renewed->inputs, before->inputs);
  EXPECT_EQ(renewed->outputs, before->outputs);

  files.write("ca.pem", "renewed");
  EXPECT_NE(load(kTls)->outputs, before->outputs);
  EXPECT_NE(load(std::string(kTls) + "verify = false\n")->outputs, renewed->outputs);
}

TEST_F(LoadConfig, ChecksHeaderOptions) {
  constexpr const char* kHost = "expected 1..255 printable ASCII characters without blanks, got";
  EXPECT_THAT(errors_of_output("name = 'a'\nto = 'stdout:'\nhost = 'a'\npadded_day = true\n"),
              ElementsAre("f.toml:8:8: output.a.host: only for outputs with a syslog header (remove the key, or say "
                          "which header)",
                          "f.toml:9:14: output.a.padded_day: only for header = \"gigamon\" (remove the key: other "
                          "headers have their own form of the day)"));
  EXPECT_THAT(errors_of_output("name = 'a'\nto = 'udp://h'\nhost = 'a b'\n"),
              ElementsAre("f.toml:8:8: output.a.host: " + std::string(kHost) + " \"a b\""));
  EXPECT_THAT(errors_of(std::string(kSmallest) + "[[exporter]]\nmatch = '10.0.0.1'\nhost = ''\n"),
              ElementsAre("f.toml:10:8: exporter[0].host: " + std::string(kHost) + " \"\""));
}

TEST_F(LoadConfig, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      errors_of(R"(mapping = "nowhere.toml"
elements = ["map.toml", 5]
workers = 257
log_levle = "info"
stop_deadline = "5"
[[input]]
type = "upd"
listen = ["0.0.0.0:2055", "localhost:2055", "0.0.0.0:2055", 2055]
receive_buffer = "16MB"
[[output]]
name = "siem"
to = "tls://siem.example.com:70000"
header = "rfc5425"
[[output]]
to = "stdout:"
quue = "64MiB"
)"),
      ElementsAre(
          "f.toml:1:11: mapping: expected a readable file, got \"nowhere.toml\" "
          "(nowhere.toml: No such file or directory)",
          "f.toml:2:13: elements[0]: expected a folder, got \"map.toml\" "
          "(map.toml: Not a directory)",
          "f.toml:2:25: elements[1]: expected a path, got 5", "f.toml:3:11: workers: expected 1..256, got 257",
          "f.toml:4:1: log_levle: unknown key (did you mean \"log_level\"?)",
          "f.toml:5:17: stop_deadline: expected a duration 0ms..10m, got \"5\" "
          "(units are ms, s, m, h and d, as in \"5s\")",
          "f.toml:7:8: input[0].type: expected udp, tcp, tls, syslog, tap or file, got \"upd\" (did you mean \"udp\"?)",
          "f.toml:8:27: input[0].listen[1]: expected a numeric address with a port, such as "
          "\"0.0.0.0:2055\" or \"[::]:2055\", got \"localhost:2055\"",
          "f.toml:8:45: input[0].listen[2]: expected each only once, got \"0.0.0.0:2055\" again "
          "(first at line 8)",
          "f.toml:8:61: input[0].listen[3]: expected text, got 2055",
          "f.toml:9:18: input[0].receive_buffer: expected a size 64KiB..1GiB, got \"16MB\" "
          "(units are B, KiB, MiB, GiB and TiB, as in \"64KiB\")",
          "f.toml:12:6: output.siem.to: expected a port 1..65535 after the host, got "
          "\"tls://siem.example.com:70000\"",
          "f.toml:13:10: output.siem.header: expected none, rfc3164, rfc5424 or gigamon, got \"rfc5425\" "
          "(did you mean \"rfc5424\"?)",
          "f.toml:14:1: output[1].name: missing, expected a name for logs and counters, such as "
          "\"siem\"",
          "f.toml:16:1: output[1].quue: unknown key (did you mean \"queue\"?)"));
}

TEST_F(LoadConfig, MissesWhatItNeeds) {
  EXPECT_THAT(errors_of(""), ElementsAre("f.toml: mapping: missing, expected the path of the mapping file",
                                         "f.toml: input: missing, expected at least one [[input]]",
                                         "f.toml: output: missing, expected at least one [[output]]"));
  EXPECT_THAT(errors_of("mapping = 'map.toml'\ninput = []\n[output]\nname = 'x'\n"),
              ElementsAre("f.toml:2:9: input: expected [[input]], got an empty array",
                          "f.toml:3:1: output: expected [[output]], got a table "
                          "(double brackets, as there may be several)"));
}

TEST_F(LoadConfig, ReportsSyntaxAlone) {
  EXPECT_THAT(errors_of("mapping = 'map.toml'\nworkers = \n"),
              ElementsAre(testing::StartsWith("f.toml:2:11: not valid TOML: ")));
}

// An error stays on its line, whatever the file says.
TEST_F(LoadConfig, RefusesPathsOfControlCharacters) {
  EXPECT_THAT(errors_of("elements = \"a\\nb\"\n" + std::string(kSmallest)),
              ElementsAre("f.toml:1:12: elements: expected a path, got \"a\\x0ab\""));
}

TEST_F(LoadConfig, RefusesUnfitAccountsAndDeadLetters) {
  EXPECT_THAT(
      errors_of("user = 'a:b'\ndead_letter = { file = '', sise = 1, size = '4KiB' }\n" + std::string(kSmallest)),
      ElementsAre("f.toml:1:8: user: expected an account name, got \"a:b\"",
                  "f.toml:2:24: dead_letter.file: expected a path, got \"\"",
                  "f.toml:2:28: dead_letter.sise: unknown key (did you mean \"size\"?)",
                  "f.toml:2:45: dead_letter.size: expected a size 128KiB..64GiB, got \"4KiB\""));
  EXPECT_THAT(errors_of("group = 'adm'\ndead_letter = 'x.pcapng'\n" + std::string(kSmallest)),
              ElementsAre("f.toml:1:9: group: only together with user (name the user too)",
                          "f.toml:2:15: dead_letter: expected a table such as { file = \"refused.pcapng\" }, got "
                          "\"x.pcapng\""));
  EXPECT_THAT(errors_of("dead_letter = {}\n" + std::string(kSmallest)),
              ElementsAre("f.toml:1:15: dead_letter.file: missing, expected the path of the capture file to write"));
}

TEST_F(LoadConfig, RefusesUnfitExporters) {
  EXPECT_THAT(
      errors_of(std::string(kSmallest) + "[[exporter]]\n"
                                         "match = ['10.1.0.0/8', '10.0.0.0/33', 'r1', '10.0.0.1', '10.0.0.1/32']\n"
                                         "sequence = 'none'\n[[exporter]]\nmach = '10.0.0.0/8'\n"),
      ElementsAre("f.toml:9:10: exporter[0].match[0]: expected a prefix such as \"10.0.0.0/8\", no bits set behind it, "
                  "or an address, got \"10.1.0.0/8\"",
                  "f.toml:9:24: exporter[0].match[1]: expected a prefix such as \"10.0.0.0/8\", no bits set behind it, "
                  "or an address, got \"10.0.0.0/33\"",
                  "f.toml:9:39: exporter[0].match[2]: expected a prefix such as \"10.0.0.0/8\", no bits set behind it, "
                  "or an address, got \"r1\"",
                  "f.toml:9:57: exporter[0].match[4]: expected each only once, got \"10.0.0.1/32\" again "
                  "(first at line 9)",
                  "f.toml:10:12: exporter[0].sequence: expected standard, records, datagrams or off, got \"none\"",
                  "f.toml:11:1: exporter[1]: expected at least one setting, got none (sequence, host, keep, counters, "
                  "own_exports, merge, silent_after, classes or interfaces)",
                  "f.toml:11:1: exporter[1].match: missing, expected prefixes such as \"10.1.0.0/16\"",
                  "f.toml:12:1: exporter[1].mach: unknown key (did you mean \"match\"?)"));
  EXPECT_THAT(errors_of(std::string(kSmallest) + "[exporter]\nmatch = '10.0.0.0/8'\n"),
              ElementsAre("f.toml:8:1: exporter: expected [[exporter]], got a table "
                          "(double brackets, as there may be several)"));
}

TEST_F(LoadConfig, RefusesUnfitOutputs) {
  struct Row {
    const char* lines;
    std::vector<std::string> errors;
  };
  const Row rows[] = {
      {"name = 'a b'\nto = 'stdout:'",
       {"f.toml:6:8: output[0].name: expected 1..63 letters, digits, - or _, got \"a b\""}},
      {"name = 'u'\nto = 'udp://h'\nframing = 'octet-counting'",
       {"f.toml:8:11: output.u.framing: only for tcp:// and tls://, but this output is udp (remove the "
        "key)"}},
      {"name = 'u'\nto = 'tcp://h'\nframing = 'octet'",
       {"f.toml:8:11: output.u.framing: expected newline or octet-counting, got \"octet\""}},
      {"name = 't'\nto = 'tcp://h'\n[output.tls]\nverify = true",
       {"f.toml:8:1: output.t.tls: only for tls://, but this output is tcp "
        "(remove the table, or send to tls://)"}},
      {"name = 't'\nto = 'tls://h'\n[output.tls]\ncertificate = 'client.pem'",
       {"f.toml:8:1: output.t.tls.key: missing, expected the private key of the certificate"}},
      {"name = 't'\nto = 'tls://h'\n[output.tls]\nkey = 'client.key'",
       {"f.toml:8:1: output.t.tls.certificate: missing, expected the certificate of the key"}},
      {"name = 't'\nto = 'tls://h'\n[output.tls]\nca = 'none.pem'\nverfy = 1\nverify = 'yes'\nserver_name = "
       "''",
       {"f.toml:9:6: output.t.tls.ca: expected a readable file, got \"none.pem\" "
        "(none.pem: No such file or directory)",
        "f.toml:10:1: output.t.tls.verfy: unknown key (did you mean \"verify\"?)",
        "f.toml:11:10: output.t.tls.verify: expected true or false, got \"yes\"",
        "f.toml:12:15: output.t.tls.server_name: expected a host name, got \"\""}},
      {"name = 't'\nto = 'tls://h'\ntls = true", {"f.toml:8:7: output.t.tls: expected a table, got true"}},
      {"name = 'b'\nto = 'tcp://h'\nbackoff_min = '1m'",
       {"f.toml:8:15: output.b.backoff_min: expected backoff_min no longer than backoff_max, got \"1m\""}},
      {"name = 'b'\nto = 'tcp://h'\nbackoff_max = '100ms'",
       {"f.toml:8:15: output.b.backoff_max: expected backoff_min no longer than backoff_max, got \"100ms\""}},
      {"name = 'q'\nto = 'tcp://h'\nqueue = '1KiB'\nqueue_full = 'block'\nwide_in = 1\n"
       "connect_timeout = 1.5\nrequired = 'yes'",
       {"f.toml:8:9: output.q.queue: expected a size 256KiB..64GiB, got \"1KiB\"",
        "f.toml:9:14: output.q.queue_full: expected drop_oldest or drop_newest, got \"block\"",
        "f.toml:10:11: output.q.wide_in: expected true or false, got 1",
        "f.toml:11:19: output.q.connect_timeout: expected a duration 10ms..1h, got 1.5 "
        "(units are ms, s, m, h and d, as in \"5s\")",
        "f.toml:12:12: output.q.required: expected true or false, got \"yes\""}},
      {"name = 'x'\nto = 'siem.example.com'",
       {"f.toml:7:6: output.x.to: expected stdout:, file:PATH, udp://HOST:PORT, tcp://HOST:PORT or "
        "tls://HOST:PORT, got \"siem.example.com\" (put udp://, tcp:// or tls:// before a host)"}},
      {"name = 'x'",
       {"f.toml:5:1: output.x.to: missing, expected where to send, such as \"udp://siem.example.com:514\""}},
      {"name = 'x'\nto = 1979-05-27", {"f.toml:7:6: output.x.to: expected text, got a date or time"}},
  };
  for (const auto& row : rows) EXPECT_EQ(errors_of_output(row.lines), row.errors) << row.lines;
}

TEST_F(LoadConfig, KeepsHostileTextOutOfErrors) {
  EXPECT_THAT(
      errors_of_output("name = \"a\\u001b[2J\"\nto = 'stdout:'\n\"x\\ny\" = 1\n"),
      ElementsAre(
          "f.toml:6:8: output[0].name: expected 1..63 letters, digits, - or _, got \"a\\x1b[2J\"",
          "f.toml:8:1: output[0].\"x\\x0ay\": unknown key "
          "(known keys: name, to, mode, failback_after, mapping, profile, header, host, facility, severity, tag, "
          "header_time, padded_day, "
          "framing, max_message_bytes, oversize, wide_in, cef_version, time, zone, bytes, source, fragment, ipv6_mtu, "
          "rate_limit, rate_burst, resolve_interval, queue, queue_full, required, connections, connect_timeout, "
          "peer_timeout, replay_acked, replay_max_bytes, backoff_min, backoff_max, tls, spool)"));
  const std::string letters(100, 'x');
  EXPECT_THAT(errors_of_output("name = '" + letters + "'\nto = 'stdout:'"),
              ElementsAre("f.toml:6:8: output[0].name: expected 1..63 letters, digits, - or _, got \"" +
                          letters.substr(0, 60) + "...\""));
}

}  // namespace
}  // namespace flowcef
