#include <gmock/gmock.h>

#include <filesystem>

#include "input_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;

class TapInput : public LoadInput {};
class FileInput : public LoadInput {};

// SK-02, SK-03: an interface and the four ports.
TEST_F(TapInput, HasDefaults) {
  const InputConfig input = inputs("type = 'tap'\ninterface = 'eth0'\n").front();
  EXPECT_EQ(input.name, "tap:eth0");
  const auto& tap = std::get<TapConfig>(input.source);
  EXPECT_EQ(tap.interface, "eth0");
  EXPECT_THAT(tap.ports, ElementsAre(2055, 4739, 9555, 9995));
  EXPECT_EQ(tap.receive_buffer_bytes, std::size_t{16} << 20);
  EXPECT_FALSE(tap.promiscuous);
  EXPECT_EQ(input.decode.template_idle_timeout, std::chrono::hours(168));
}

TEST_F(TapInput, ReadsItsKeysAndThoseOfDecode) {
  const InputConfig input = inputs(R"(type = 'tap'
interface = 'any'
ports = [2055, 6343]
promiscuous = true
receive_buffer = "1MiB"
match_port = true
template_idle_timeout = "1h"
max_templates = 7
max_datagrams_per_second = 9
exporters = ["10.0.0.0/8"]
wait = "2s"
)")
                                .front();
  const auto& tap = std::get<TapConfig>(input.source);
  EXPECT_THAT(tap.ports, ElementsAre(2055, 6343));
  EXPECT_EQ(tap.receive_buffer_bytes, std::size_t{1} << 20);
  EXPECT_TRUE(tap.promiscuous);
  EXPECT_EQ(input.decode.match_port, true);
  EXPECT_EQ(input.decode.template_idle_timeout, std::chrono::hours(1));
  EXPECT_EQ(input.decode.max_templates, 7U);
  EXPECT_EQ(input.decode.max_datagrams_per_second_per_exporter, 9U);
  EXPECT_EQ(input.decode.exporters.size(), 1U);
}

TEST_F(TapInput, RefusesWhatIsNoneOfIt) {
  EXPECT_THAT(
      errors_of("type = 'tap'\n"),
      ElementsAre("f.toml:5:1: input[0].interface: missing, expected the name of an interface such as \"eth0\", "
                  "or \"any\""));
  EXPECT_THAT(
      errors_of("type = 'tap'\ninterface = 'eth0'\nlisten = ['0.0.0.0:2055']\nports = [0]\nmax_sessions = 3\n"),
      ElementsAre("f.toml:8:10: input[0].listen: only for udp, tcp, tls and syslog, but this input is tap "
                  "(remove the key)",
                  "f.toml:9:10: input[0].ports[0]: expected 1..65535, got 0",
                  "f.toml:10:16: input[0].max_sessions: only for tcp and tls, but this input is tap (remove the "
                  "key)"));
  EXPECT_THAT(errors_of("type = 'udp'\nlisten = '0.0.0.0:2055'\nports = [1]\ninterface = 'lo'\npath = 'x'\n"),
              ElementsAre("f.toml:8:9: input[0].ports: only for tap, but this input is udp (remove the key)",
                          "f.toml:9:13: input[0].interface: only for tap, but this input is udp (remove the key)",
                          "f.toml:10:8: input[0].path: only for file, but this input is udp (remove the key)"));
}

// The transport is wrong as well, so that it cannot be named.
TEST_F(TapInput, RefusesItsKeysOfSyslogOverNothing) {
  EXPECT_THAT(errors_of("type = 'syslog'\ntransport = 'x'\nlisten = '0.0.0.0:514'\nunmatched = 'send'\nports = [1]\n"),
              ElementsAre(testing::HasSubstr("input[0].transport: "),
                          "f.toml:10:9: input[0].ports: only for tap, but this input is syslog (remove the key)"));
}

// Between two datagrams of a file any time may have passed.
TEST_F(FileInput, NothingExpires) {
  const InputConfig input = inputs("type = 'file'\npath = '/captures/*.pcap'\nmatch_port = true\n").front();
  EXPECT_EQ(input.name, "file:/captures/*.pcap");
  EXPECT_EQ(std::get<FileSourceConfig>(input.source).path, "/captures/*.pcap");
  EXPECT_FALSE(input.decode.template_idle_timeout);
  EXPECT_EQ(input.decode.match_port, true);
}

TEST_F(FileInput, BeginsAtTheFolderOfTheConfiguration) {
  const InputConfig input = inputs("type = 'file'\npath = 'captures'\n").front();
  const std::filesystem::path path = std::get<FileSourceConfig>(input.source).path;
  EXPECT_TRUE(path.is_absolute());
  EXPECT_EQ(path.filename(), "captures");
}

// Each datagram would be taken twice.
TEST_F(FileInput, RefusesFilesOfAnotherInput) {
  const auto errors =
      errors_of("type = 'file'\nname = 'a'\npath = '/x'\n[[input]]\ntype = 'file'\nname = 'b'\npath = '/x'\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0], testing::HasSubstr("f.toml:12:8: input.b.path: "));
}

TEST_F(FileInput, RefusesKeysOfSockets) {
  EXPECT_THAT(errors_of("type = 'file'\npath = '/x'\nreceive_buffer = '1MiB'\nports = [2055]\n"),
              ElementsAre("f.toml:8:18: input[0].receive_buffer: only for udp and tap, but this input is file (remove "
                          "the key)",
                          "f.toml:9:9: input[0].ports: only for tap, but this input is file (remove the key)"));
}

}  // namespace
}  // namespace flowcef
