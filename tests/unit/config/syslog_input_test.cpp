// Inputs of log lines.
#include <gmock/gmock.h>

#include "input_files.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class LoadSyslogInput : public LoadInput {};

// BC-17, BC-23
TEST_F(LoadSyslogInput, FillsInDefaults) {
  const auto config = inputs("type = 'syslog'\nlisten = '0.0.0.0:514'\npatterns = 'a.toml'\n");
  EXPECT_EQ(config[0].name, "syslog:0.0.0.0:514");
  const auto& udp = std::get<UdpSourceConfig>(config[0].source);
  EXPECT_THAT(udp.listen, ElementsAre(*Endpoint::parse("0.0.0.0:514")));
  EXPECT_EQ(udp.receive_buffer_bytes, std::size_t{16} << 20);
  ASSERT_TRUE(config[0].decode.log);
  EXPECT_THAT(config[0].decode.log->patterns, ElementsAre(files.folder() / "a.toml"));
  EXPECT_EQ(config[0].decode.log->unmatched, UnmatchedLines::count);
  EXPECT_FALSE(config[0].decode.log->local_time);
  EXPECT_TRUE(config[0].decode.send);
}

// BC-17, BC-22, BC-23
TEST_F(LoadSyslogInput, ReadsEveryKey) {
  const auto config = inputs(R"(type = "syslog"
listen = "0.0.0.0:514"
patterns = ["a.toml", "b.toml"]
unmatched = "send"
zone = "local"
send = false
exporters = "10.0.0.0/8"
receive_buffer = "1MiB"
max_datagrams_per_second = 1000
[[input]]
type = "syslog"
transport = "tcp"
listen = "0.0.0.0:514"
unmatched = "send"
max_sessions = 10
max_sessions_per_address = 1
idle_timeout = "5m"
[[input]]
name = "shaper-log"
type = "syslog"
transport = "tls"
listen = "0.0.0.0:6514"
patterns = "a.toml"
[input.tls]
certificate = "server.pem"
key = "server.key"
)");
  const DecodeConfig& decode = config[0].decode;
  EXPECT_THAT(decode.log->patterns, ElementsAre(files.folder() / "a.toml", files.folder() / "b.toml"));
  EXPECT_EQ(decode.log->unmatched, UnmatchedLines::send);
  EXPECT_TRUE(decode.log->local_time);
  EXPECT_FALSE(decode.send);
  EXPECT_THAT(decode.exporters, ElementsAre(*IpPrefix::parse("10.0.0.0/8")));
  EXPECT_EQ(decode.max_datagrams_per_second_per_exporter, 1000U);
  EXPECT_EQ(std::get<UdpSourceConfig>(config[0].source).receive_buffer_bytes, std::size_t{1} << 20);

  EXPECT_EQ(config[1].name, "syslog-tcp:0.0.0.0:514") << "the same address over UDP is another input";
  const auto& tcp = std::get<StreamSourceConfig>(config[1].source);
  EXPECT_EQ(tcp.content, StreamContent::syslog);
  EXPECT_EQ(tcp.max_sessions, 10U);
  EXPECT_EQ(tcp.max_sessions_per_address, 1U);
  EXPECT_EQ(tcp.idle_timeout, 5min);
  EXPECT_FALSE(tcp.tls);
  EXPECT_THAT(config[1].decode.log->patterns, IsEmpty());

  EXPECT_EQ(config[2].name, "shaper-log");
  const auto& tls = std::get<StreamSourceConfig>(config[2].source);
  EXPECT_EQ(tls.content, StreamContent::syslog);
  ASSERT_TRUE(tls.tls);
  EXPECT_EQ(tls.tls->certificate, files.folder() / "server.pem");
}

TEST_F(LoadSyslogInput, ExportsOfAnInputMayFeedLookupsAlone) {
  const InputConfig input = udp_input("send = false");
  EXPECT_FALSE(input.decode.send);
  EXPECT_FALSE(input.decode.log);
  EXPECT_EQ(errors_of_udp("send = 'no'"),
            std::vector<std::string>{"f.toml:8:8: input[0].send: expected true or false, got \"no\""});
}

// Of a mistake in the type nothing follows.
TEST_F(LoadSyslogInput, SaysNothingOfOtherKeysWithoutAType) {
  EXPECT_THAT(errors_of("type = 'sylog'\ntransport = 'tcp'\nlisten = '0.0.0.0:514'\nreceive_buffer = '1MiB'\n"
                        "patterns = 'a.toml'\ntls = { certificate = 'server.pem', key = 'server.key' }\n"),
              ElementsAre("f.toml:6:8: input[0].type: expected udp, tcp, tls, syslog, tap or file, got \"sylog\" "
                          "(did you mean \"syslog\"?)"));
}

TEST_F(LoadSyslogInput, RefusesUnfitValues) {
  EXPECT_THAT(errors_of("type = 'syslog'\nlisten = '0.0.0.0:514'\n"),
              ElementsAre("f.toml:5:1: input[0].patterns: missing, expected pattern files such as "
                          "\"mappings/patterns/squid.toml\" "
                          "(or say unmatched = \"send\" to send every line as it is)"));
  EXPECT_THAT(errors_of("type = 'syslog'\nlisten = '0.0.0.0:514'\ntransport = 'tpc'\npatterns = ['none.toml', 5]\n"
                        "unmatched = 'drop'\nzone = 'CET'\nreceive_buffer = '1MiB'\nmax_sessions = 5\n"),
              ElementsAre("f.toml:8:13: input[0].transport: expected udp, tcp or tls, got \"tpc\" "
                          "(did you mean \"tcp\"?)",
                          "f.toml:9:13: input[0].patterns[0]: expected a readable file, got \"none.toml\" "
                          "(none.toml: No such file or directory)",
                          "f.toml:9:26: input[0].patterns[1]: expected a path, got 5",
                          "f.toml:10:13: input[0].unmatched: expected count or send, got \"drop\"",
                          "f.toml:11:8: input[0].zone: expected UTC or local, got \"CET\""));
  EXPECT_THAT(errors_of("type = 'syslog'\ntransport = 'tls'\nlisten = '0.0.0.0:6514'\nunmatched = 'send'\n"),
              ElementsAre("f.toml:5:1: input[0].tls: missing, expected a table [input.tls] with certificate and key"));
}

TEST_F(LoadSyslogInput, RefusesWhatIsNotForSyslog) {
  EXPECT_THAT(errors_of("type = 'syslog'\nlisten = '0.0.0.0:514'\nunmatched = 'send'\nmax_templates = 0\n"
                        "hold = true\nrequire = 'skylight'\nmax_sessions = 5\ntls = {}\n"),
              ElementsAre("f.toml:9:17: input[0].max_templates: not for syslog: log lines are no exports "
                          "(remove the key)",
                          "f.toml:10:8: input[0].hold: not for syslog: log lines are no exports (remove the key)",
                          "f.toml:11:11: input[0].require: not for syslog: log lines are no exports (remove the key)",
                          "f.toml:12:16: input[0].max_sessions: only for tcp and tls, but this input is syslog over "
                          "udp (remove the key)",
                          "f.toml:13:7: input[0].tls: only for tls, but this input is syslog over udp "
                          "(remove the table, or say transport = \"tls\")"));
  EXPECT_THAT(
      errors_of("type = 'syslog'\ntransport = 'tcp'\nlisten = '0.0.0.0:514'\nunmatched = 'send'\n"
                "match_port = true\ntemplate_idle_timeout = '1m'\nreceive_buffer = '1MiB'\n"),
      ElementsAre("f.toml:10:14: input[0].match_port: not for syslog: log lines are no exports (remove the key)",
                  "f.toml:11:25: input[0].template_idle_timeout: not for syslog: log lines are no exports "
                  "(remove the key)",
                  "f.toml:12:18: input[0].receive_buffer: only for udp and tap, but this input is syslog over tcp "
                  "(remove the key)"));
  EXPECT_THAT(errors_of_udp("transport = 'tcp'\npatterns = 'a.toml'\nunmatched = 'send'\nzone = 'UTC'\n"),
              ElementsAre("f.toml:8:13: input[0].transport: only for syslog, but this input is udp "
                          "(remove the key, or say type = \"syslog\")",
                          "f.toml:9:12: input[0].patterns: only for syslog, but this input is udp "
                          "(remove the key, or say type = \"syslog\")",
                          "f.toml:10:13: input[0].unmatched: only for syslog, but this input is udp "
                          "(remove the key, or say type = \"syslog\")",
                          "f.toml:11:8: input[0].zone: only for syslog, but this input is udp "
                          "(remove the key, or say type = \"syslog\")"));
}

TEST_F(LoadSyslogInput, LogLinesAndExportsShareNoAddress) {
  EXPECT_THAT(errors_of("type = 'udp'\nlisten = '0.0.0.0:514'\n"
                        "[[input]]\ntype = 'syslog'\nlisten = '0.0.0.0:514'\nunmatched = 'send'\n"
                        "[[input]]\ntype = 'syslog'\ntransport = 'tcp'\nlisten = '0.0.0.0:514'\nunmatched = 'send'\n"),
              ElementsAre("f.toml:10:10: input[1].listen: expected each only once, got \"0.0.0.0:514\" again "
                          "(first at line 7)"));
}

}  // namespace
}  // namespace flowcef
