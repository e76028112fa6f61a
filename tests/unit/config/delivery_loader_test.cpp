// The keys of an output that decide how its lines travel, and what its limits turn into.
#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::size_t kMiB = std::size_t{1} << 20;

class LoadDelivery : public testing::Test {
 protected:
  LoadDelivery() { files.write("map.toml", ""); }

  /// Loads a complete file with one output, of which `lines` say more than its name; they begin in line 7.
  std::expected<Config, ConfigErrors> load(std::string_view lines) {
    return load_config(files.write("f.toml",
                                   "mapping = 'map.toml'\n[[input]]\ntype = 'udp'\nlisten = '[::]:2055'\n"
                                   "[[output]]\nname = 'a'\n" +
                                       std::string(lines)));
  }

  OutputConfig output(std::string_view lines) {
    auto config = load(lines);
    if (config) return config->outputs.at(0);
    ADD_FAILURE() << testing::PrintToString(files.texts(config.error())) << lines;
    return {};
  }

  std::vector<std::string> errors_of(std::string_view lines) {
    const auto config = load(lines);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }

  ConfigFiles files;
};

TEST_F(LoadDelivery, FillsInDefaults) {
  for (const char* to : {"to = 'stdout:'", "to = 'file:x'", "to = 'tcp://h'", "to = 'tls://h'"}) {
    SinkConfig sink = output(to).sink;
    SinkConfig defaults;
    defaults.name = "a";
    defaults.transport = sink.transport;
    defaults.host = sink.host;
    defaults.port = sink.port;
    defaults.path = sink.path;
    EXPECT_EQ(sink, defaults) << to;
  }
}

// GG-05, GG-07
TEST_F(LoadDelivery, ReadsTheKeysOfUdp) {
  const SinkConfig sink = output(R"(to = "udp://192.0.2.9"
fragment = "path-mtu"
ipv6_mtu = "path"
rate_limit = 5000
rate_burst = 20
source = "192.0.2.1:514"
resolve_interval = "90s"
max_message_bytes = 1000
oversize = "tcp"
)")
                              .sink;
  EXPECT_EQ(sink.udp, (UdpConfig{.fragment = Fragment::path_mtu,
                                 .ipv6_mtu = 0,
                                 .rate_limit = 5000,
                                 .rate_burst = 20,
                                 .resolve_interval = 90s,
                                 .max_message_bytes = 1000,
                                 .tcp_fallback = true}));
  EXPECT_EQ(sink.source_address, "192.0.2.1");
  EXPECT_EQ(sink.source_port, 514);
}

TEST_F(LoadDelivery, ReadsTheKeysOfStreams) {
  for (const std::string to : {"to = 'tcp://h'\n", "to = 'tls://h'\n"}) {
    const SinkConfig sink = output(to + R"(connections = 64
queue = "1GiB"
peer_timeout = "2m"
replay_acked = "3MiB"
replay_max_bytes = "64KiB"
source = "2001:DB8:0::1"
)")
                                .sink;
    EXPECT_EQ(sink.connections, 64U);
    EXPECT_EQ(sink.peer_timeout, 2min);
    EXPECT_EQ(sink.replay_acked, 3 * kMiB);
    EXPECT_EQ(sink.replay_max_bytes, std::size_t{64} << 10);
    EXPECT_EQ(sink.source_address, "2001:db8::1");
    EXPECT_EQ(sink.source_port, 0);
    EXPECT_EQ(output(to + "replay_acked = 'auto'").sink.replay_acked, std::nullopt);
    EXPECT_EQ(output(to + "replay_acked = 0").sink.replay_acked, 0U);
  }
}

// Receivers that share the lines have connections at the same time; those that stand in for another do not.
TEST_F(LoadDelivery, CountsTheConnectionsToAllReceivers) {
  const std::string failover = "to = ['tcp://a', 'tcp://b', 'tcp://c']\nqueue = '6MiB'\n";
  const std::string balance = failover + "mode = 'balance'\n";
  EXPECT_EQ(output(failover + "connections = 64").sink.connections, 64U);
  EXPECT_EQ(output(balance + "connections = 21").sink.connections, 21U);
  EXPECT_EQ(errors_of(balance + "connections = 22"),
            (std::vector<std::string>{"f.toml:10:15: output.a.connections: expected 1..21, got 22"}));
  EXPECT_EQ(output(failover + "replay_acked = '3MiB'").sink.replay_acked, 3 * kMiB);
  EXPECT_EQ(output(balance + "replay_acked = '1MiB'").sink.replay_acked, kMiB);
  EXPECT_THAT(errors_of(balance + "replay_acked = '1025KiB'"),
              ElementsAre(testing::HasSubstr("expected at most half of queue, divided by connections")));
}

TEST_F(LoadDelivery, ABurstIsATenthOfTheRate) {
  struct Row {
    const char* lines;
    std::size_t rate;
    std::size_t burst;
  };
  for (const Row& row : {Row{"", 0, 0}, Row{"rate_limit = 'unlimited'", 0, 0}, Row{"rate_limit = 1", 1, 1},
                         Row{"rate_limit = 19", 19, 1}, Row{"rate_limit = 1000", 1000, 100},
                         Row{"rate_burst = 7\nrate_limit = 1000", 1000, 7}}) {
    const UdpConfig udp = output("to = 'udp://h'\n" + std::string(row.lines)).sink.udp;
    EXPECT_EQ(udp.rate_limit, row.rate) << row.lines;
    EXPECT_EQ(udp.rate_burst, row.burst) << row.lines;
  }
}

// GG-10
TEST_F(LoadDelivery, LimitsMessagesAndSaysWhatBecomesOfLongerOnes) {
  struct Row {
    const char* to;
    const char* lines;
    std::size_t max_bytes;  ///< of the rendering
    bool shed = true;
    std::size_t datagram = kMaxDatagramIpv4;
    bool tcp = false;
  };
  constexpr std::size_t k4 = 65'507;
  constexpr std::size_t k6 = 65'487;
  const Row rows[] = {
      {"udp://192.0.2.1", "", k4, true, k4},
      {"udp://[2001:db8::1]", "", k6, true, k6},
      {"udp://h", "", k6, true, k6},
      {"udp://h", "max_message_bytes = 'unlimited'", k6, true, k6},
      {"udp://192.0.2.1", "max_message_bytes = '64KiB'", k4, true, k4},
      {"udp://h", "max_message_bytes = 1024", 1024, true, 1024},
      {"udp://h", "max_message_bytes = 1024\noversize = 'shed'", 1024, true, 1024},
      {"udp://h", "max_message_bytes = 1024\noversize = 'drop'", 1024, false, 1024},
      {"udp://h", "oversize = 'drop'", k6, false, k6},
      {"udp://h", "oversize = 'tcp'", 0, true, k6, true},
      {"udp://h", "max_message_bytes = 1024\noversize = 'tcp'", 0, true, 1024, true},
      {"udp://h", "profile = 'qradar'\noversize = 'tcp'", 0, true, 1024, true},
      {"udp://h", "profile = 'gigamon'", k6, true, k6},
      {"udp://192.0.2.1", "profile = 'sc4s'", k4, true, k4},
      {"tcp://h", "max_message_bytes = 1024\noversize = 'drop'", 1024, false},
      {"tls://h", "profile = 'qradar'\noversize = 'drop'", 8192, false},
      {"file:x", "max_message_bytes = 1024\noversize = 'shed'", 1024, true},
      {"stdout:", "max_message_bytes = '1MiB'\noversize = 'drop'", kMiB, false},
  };
  for (const Row& row : rows) {
    const OutputConfig got = output("to = '" + std::string(row.to) + "'\n" + row.lines);
    EXPECT_EQ(got.rendering.max_bytes, row.max_bytes) << row.to << ' ' << row.lines;
    EXPECT_EQ(got.rendering.shed, row.shed) << row.to << ' ' << row.lines;
    EXPECT_EQ(got.sink.udp.max_message_bytes, row.datagram) << row.to << ' ' << row.lines;
    EXPECT_EQ(got.sink.udp.tcp_fallback, row.tcp) << row.to << ' ' << row.lines;
    EXPECT_FALSE(got.rendering.follows_path);
  }
}

// GG-06: what goes over TCP instead need not be rendered along the path.
TEST_F(LoadDelivery, FollowsThePathWhereNothingIsFragmented) {
  const std::string path = "to = 'udp://h'\nfragment = 'path-mtu'\n";
  EXPECT_TRUE(output(path).rendering.follows_path);
  EXPECT_TRUE(output(path + "oversize = 'drop'").rendering.follows_path);
  EXPECT_FALSE(output(path + "oversize = 'tcp'").rendering.follows_path);
  EXPECT_FALSE(output("to = 'udp://h'\nfragment = 'allow'").rendering.follows_path);
}

TEST_F(LoadDelivery, ReadsFingerprints) {
  const std::string lower(64, 'a');
  std::string bytes = "00:ff";
  for (int i = 2; i < 32; ++i) bytes += ":A" + std::to_string(i % 10);
  std::string digits = "00ff";
  for (int i = 2; i < 32; ++i) digits += 'a' + std::to_string(i % 10);
  const auto tls = [&](const std::string& lines) { return output("to = 'tls://h'\n[output.tls]\n" + lines).sink.tls; };
  EXPECT_THAT(tls("fingerprint = 'sha-256:" + bytes + "'").fingerprints, ElementsAre(digits));
  EXPECT_THAT(tls("fingerprint = ['sha-256:" + lower + "', 'sha-256:" + bytes + "']").fingerprints,
              ElementsAre(lower, digits));
  EXPECT_THAT(tls("accepted_after = '0s'").fingerprints, ElementsAre());
  EXPECT_EQ(tls("accepted_after = '7s'").accepted_after, 7s);
}

TEST_F(LoadDelivery, RefusesOtherFingerprints) {
  const std::string good = "sha-256:" + std::string(64, 'a');
  const std::string pairs = "sha-256:" + std::string(31 * 3, 'a') + "aa";
  const std::string unfit[] = {
      "",
      "sha-1:" + std::string(40, 'a'),
      "sha-1:" + std::string(64, 'a'),
      std::string(64, 'a'),
      "sha256:" + std::string(64, 'a'),
      good.substr(1),
      good + "a",
      good.substr(0, good.size() - 1),
      good.substr(0, good.size() - 1) + "g",
      good.substr(0, good.size() - 1) + "/",
      good.substr(0, good.size() - 1) + ":",
      pairs,
      "sha-256:",
  };
  for (const std::string& text : unfit) {
    EXPECT_THAT(errors_of("to = 'tls://h'\n[output.tls]\nfingerprint = ['" + good + "', '" + text + "']\n"),
                ElementsAre(testing::AllOf(
                    testing::HasSubstr(
                        "output.a.tls.fingerprint[1]: expected sha-256: and 32 bytes in hex, such as \"sha-256:"),
                    testing::EndsWith("(openssl x509 -noout -fingerprint -sha256 -in FILE shows those of a "
                                      "certificate)"))))
        << text;
  }
  EXPECT_THAT(
      errors_of("to = 'tls://h'\n[output.tls]\nfingerprint = []\naccepted_after = 2\n"),
      ElementsAre("f.toml:9:15: output.a.tls.fingerprint: expected fingerprints such as \"sha-256:AA:BB:...\", got an "
                  "empty array",
                  "f.toml:10:18: output.a.tls.accepted_after: expected a duration 0ms..1h, got 2 (units are ms, s, m, "
                  "h and d, as in \"5s\")"));
}

TEST_F(LoadDelivery, RefusesKeysOfOtherTransports) {
  const auto refused = [](int line, std::size_t column, const std::string& key, const std::string& why) {
    return "f.toml:" + std::to_string(line) + ':' + std::to_string(column) + ": output.a." + key + ": " + why +
           " (remove the key)";
  };
  constexpr std::pair<const char*, const char*> kDatagramKeys[] = {
      {"fragment", "'allow'"}, {"ipv6_mtu", "1280"},         {"rate_limit", "1"},
      {"rate_burst", "1"},     {"resolve_interval", "'5m'"},
  };
  constexpr std::pair<const char*, const char*> kStreamKeys[] = {
      {"connections", "1"}, {"peer_timeout", "'60s'"}, {"replay_acked", "'auto'"}, {"replay_max_bytes", "'8MiB'"}};
  const auto check = [&](const char* to, const std::string& scheme, const auto& keys, const std::string& only) {
    std::string lines = "to = '" + std::string(to) + "'\n";
    std::vector<std::string> errors;
    int line = 8;
    for (const auto& [key, value] : keys) {
      lines += std::string(key) + " = " + value + '\n';
      errors.push_back(refused(line++, std::string(key).size() + 4, key, only + ", but this output is " + scheme));
    }
    EXPECT_EQ(errors_of(lines), errors) << lines;
  };
  for (const auto& [to, scheme] : {std::pair("stdout:", "stdout"), std::pair("file:x", "file"),
                                   std::pair("tcp://h", "tcp"), std::pair("tls://h", "tls")}) {
    check(to, scheme, kDatagramKeys, "only for udp://");
  }
  for (const auto& [to, scheme] :
       {std::pair("stdout:", "stdout"), std::pair("file:x", "file"), std::pair("udp://h", "udp")}) {
    check(to, scheme, kStreamKeys, "only for tcp:// and tls://");
  }
  constexpr std::pair<const char*, const char*> kSource[] = {{"source", "'192.0.2.1'"}};
  check("file:x", "file", kSource, "only for udp://, tcp:// and tls://");
}

TEST_F(LoadDelivery, RefusesUnfitValues) {
  struct Row {
    const char* lines;
    std::vector<std::string> errors;
  };
  const Row rows[] = {
      {"to = 'udp://h'\nfragment = 'path'\nipv6_mtu = 1279\nrate_limit = 0\nrate_burst = 0\nresolve_interval = '5'\n"
       "oversize = 'shedd'",
       {"f.toml:8:12: output.a.fragment: expected allow or path-mtu, got \"path\"",
        "f.toml:9:12: output.a.ipv6_mtu: expected 1280..65535 or \"path\", got 1279",
        "f.toml:10:14: output.a.rate_limit: expected 1..1000000000 or \"unlimited\", got 0",
        "f.toml:11:14: output.a.rate_burst: expected 1..1000000000, got 0",
        "f.toml:12:20: output.a.resolve_interval: expected a duration 1s..1d, got \"5\" (units are ms, s, m, h and d, "
        "as in \"5s\")",
        "f.toml:13:12: output.a.oversize: expected shed, tcp or drop, got \"shedd\" (did you mean \"shed\"?)"}},
      {"to = 'udp://h'\nrate_burst = 5",
       {"f.toml:8:14: output.a.rate_burst: only together with rate_limit (say how many lines a second too)"}},
      {"to = 'udp://h'\nrate_burst = 5\nrate_limit = 'unlimited'",
       {"f.toml:8:14: output.a.rate_burst: only together with rate_limit (say how many lines a second too)"}},
      {"to = 'tcp://h'\nconnections = 65\npeer_timeout = '9ms'\nreplay_acked = '2GiB'\nreplay_max_bytes = '63KiB'",
       {"f.toml:8:15: output.a.connections: expected 1..64, got 65",
        "f.toml:9:16: output.a.peer_timeout: expected a duration 10ms..1h, got \"9ms\"",
        "f.toml:10:16: output.a.replay_acked: expected a size 0B..1GiB or \"auto\", got \"2GiB\"",
        "f.toml:11:20: output.a.replay_max_bytes: expected a size 64KiB..1GiB, got \"63KiB\""}},
      {"to = 'tcp://h'\nqueue = '8MiB'\nconnections = 2\nreplay_acked = '2049KiB'",
       {"f.toml:10:16: output.a.replay_acked: expected at most half of queue, divided by connections, got \"2049KiB\" "
        "(raise queue)"}},
      {"to = 'tls://h'\nconnections = 0", {"f.toml:8:15: output.a.connections: expected 1..64, got 0"}},
      {"to = 'tcp://h'\nwrite_timeout = '60s'",
       {"f.toml:8:1: output.a.write_timeout: unknown key (it is called \"peer_timeout\" now)"}},
      {"to = 'tcp://h'\noversize = 'tcp'",
       {"f.toml:8:12: output.a.oversize: \"tcp\" only for udp://, but this output is tcp (say \"shed\" or \"drop\", or "
        "remove the key)"}},
      {"to = 'tcp://h'\noversize = 'shed'",
       {"f.toml:8:12: output.a.oversize: has no effect without max_message_bytes (say max_message_bytes = \"8KiB\", or "
        "remove the key)"}},
      {"to = 'tls://h'\nprofile = 'elastic'\noversize = 'drop'",
       {"f.toml:9:12: output.a.oversize: has no effect without max_message_bytes (say max_message_bytes = \"8KiB\", or "
        "remove the key)"}},
      {"to = 'udp://192.0.2.9'\nsource = '2001:db8::1'",
       {"f.toml:8:10: output.a.source: expected an IPv4 address as 192.0.2.9 is, got \"2001:db8::1\""}},
      {"to = 'tcp://[2001:db8::9]'\nsource = '192.0.2.1'",
       {"f.toml:8:10: output.a.source: expected an IPv6 address as 2001:db8::9 is, got \"192.0.2.1\""}},
      {"to = 'tls://h'\nsource = '192.0.2.1:514'",
       {"f.toml:8:10: output.a.source: a port only for udp://, but this output is tls (remove the port: every "
        "connection has its own)"}},
      {"to = ['tls://h', 'tls://192.0.2.9']\nsource = '2001:db8::1'",
       {"f.toml:8:10: output.a.source: expected an IPv4 address as 192.0.2.9 is, got \"2001:db8::1\""}},
      {"to = 'udp://h'\nsource = 'eth0'",
       {"f.toml:8:10: output.a.source: expected a numeric address, with a port 1..65535 or without, got \"eth0\" "
        "(write \"192.0.2.1\", \"192.0.2.1:514\", \"2001:db8::1\" or \"[2001:db8::1]:514\")"}},
      {"to = 'udp://h'\nsource = 514", {"f.toml:8:10: output.a.source: expected text, got 514"}},
      // Without a destination nothing is said against the keys of any transport.
      {"rate_limit = 10\nconnections = 2\nsource = '192.0.2.1:514'\noversize = 'tcp'",
       {"f.toml:5:1: output.a.to: missing, expected where to send, such as \"udp://siem.example.com:514\""}},
  };
  for (const Row& row : rows) EXPECT_EQ(errors_of(row.lines), row.errors) << row.lines;
}

}  // namespace
}  // namespace flowcef
