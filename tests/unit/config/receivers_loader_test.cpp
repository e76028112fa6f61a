// PX-12: an output with several receivers.
#include "flowcef/config/receivers_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"
#include "flowcef/config/target.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class LoadReceivers : public testing::Test {
 protected:
  LoadReceivers() { files.write("map.toml", ""); }

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

  ConfigFiles files;
};

TEST_F(LoadReceivers, AreTakenInTheirOrder) {
  const SinkConfig sink = output("to = ['tls://b:7000', 'tls://[2001:db8::1]', 'tls://192.0.2.1:514']").sink;
  EXPECT_EQ(sink.transport, Transport::tls);
  EXPECT_THAT(receivers_of(sink),
              ElementsAre(Receiver{"b", 7000}, Receiver{"2001:db8::1", 6514}, Receiver{"192.0.2.1", 514}));
  EXPECT_EQ(sink.distribution, Distribution::failover);
  EXPECT_EQ(sink.failback_after, 60s);
  EXPECT_THAT(receivers_of(output("to = 'tcp://b'").sink), ElementsAre(Receiver{"b", 514}));
}

TEST_F(LoadReceivers, ReadsHowTheyShareTheLines) {
  const std::string to = "to = ['tcp://b', 'tcp://c']\n";
  EXPECT_EQ(output(to + "mode = 'balance'").sink.distribution, Distribution::balance);
  EXPECT_EQ(output(to + "mode = 'failover'").sink.distribution, Distribution::failover);
  EXPECT_EQ(output(to + "failback_after = '100ms'").sink.failback_after, 100ms);
  EXPECT_EQ(output(to + "mode = 'failover'\nfailback_after = '1d'").sink.failback_after, 24h);
}

// All of them get the same bytes.
TEST_F(LoadReceivers, HaveTheDefaultsOfTheirTransport) {
  const std::string profile = "\nprofile = 'sc4s'\n";
  EXPECT_EQ(output("to = ['tls://b', 'tls://c']").rendering, output("to = 'tls://b'").rendering);
  EXPECT_EQ(output("to = ['tcp://b', 'tcp://c']" + profile).rendering, output("to = 'tcp://b'" + profile).rendering);
  EXPECT_EQ(output("to = ['tcp://b:601', 'tcp://c:601']" + profile).rendering,
            output("to = 'tcp://b:601'" + profile).rendering);
  EXPECT_EQ(output("to = ['tcp://b:601', 'tcp://c']\nframing = 'octet-counting'" + profile).rendering.framing,
            Framing::octet_counting);
}

std::string list_of(int receivers) {
  std::string list;
  for (int i = 0; i < receivers; ++i) list += "'tcp://h" + std::to_string(i) + "',";
  return "to = [" + list + "]";
}

TEST_F(LoadReceivers, RefusesWhatCannotBe) {
  struct Row {
    std::string lines;
    std::vector<std::string> errors;
  };
  const std::string udp_hint = " (make one output per receiver: each gets every event)";
  const std::string only_list = ": only with several receivers (remove the key, or make a list of to)";
  const Row rows[] = {
      {list_of(0), {"f.toml:7:6: output.a.to: expected text, or an array of 2..16 receivers, got an array of 0"}},
      {list_of(1),
       {"f.toml:7:6: output.a.to: expected text, or an array of 2..16 receivers, got an array of 1 (take the brackets "
        "away)"}},
      {list_of(16), {}},
      {list_of(17), {"f.toml:7:6: output.a.to: expected text, or an array of 2..16 receivers, got an array of 17"}},
      {"to = ['udp://b', 'udp://c']",
       {"f.toml:7:7: output.a.to[0]: expected tcp:// or tls:// in a list, got \"udp://b\"" + udp_hint,
        "f.toml:7:18: output.a.to[1]: expected tcp:// or tls:// in a list, got \"udp://c\"" + udp_hint}},
      {"to = ['tcp://b', 'file:x']",
       {"f.toml:7:18: output.a.to[1]: expected tcp:// or tls:// in a list, got \"file:x\"" + udp_hint}},
      {"to = ['tcp://b', 'tls://c']",
       {"f.toml:7:18: output.a.to[1]: expected tcp:// as the receivers before it, got \"tls://c\" (all receivers of an "
        "output are spoken to alike)"}},
      {"to = ['tcp://SIEM', 'tcp://c', 'tcp://siem:514']",
       {"f.toml:7:32: output.a.to[2]: expected each only once, got \"siem port 514\" again (first at line 7)"}},
      {"to = ['tcp://[::1]:1', 'tcp://[0:0::1]:1']",
       {"f.toml:7:24: output.a.to[1]: expected each only once, got \"::1 port 1\" again (first at line 7)"}},
      {"to = ['tcp://b', 'c', 3]\nmode = 'balanced'",
       {"f.toml:7:18: output.a.to[1]: expected stdout:, file:PATH, udp://HOST:PORT, tcp://HOST:PORT or "
        "tls://HOST:PORT, got \"c\"",
        "f.toml:7:23: output.a.to[2]: expected text, got 3",
        "f.toml:8:8: output.a.mode: expected failover or balance, got \"balanced\" (did you mean \"balance\"?)"}},
      {"to = 'tcp://b'\nmode = 'failover'\nfailback_after = '1m'",
       {"f.toml:8:8: output.a.mode" + only_list, "f.toml:9:18: output.a.failback_after" + only_list}},
      {"to = 'udp://b'\nmode = 'balance'", {"f.toml:8:8: output.a.mode" + only_list}},
      {"to = ['tcp://b', 'tcp://c']\nfailback_after = '99ms'",
       {"f.toml:8:18: output.a.failback_after: expected a duration 100ms..1d, got \"99ms\""}},
      {"to = ['tcp://b', 'tcp://c']\nmode = 'balance'\nfailback_after = '1m'",
       {"f.toml:9:18: output.a.failback_after: only for mode = \"failover\" (remove the key: with balance all "
        "receivers "
        "get lines)"}},
      {"to = ['tcp://b', 'tcp://c:601']\nprofile = 'sc4s'",
       {"f.toml:7:6: output.a.to: expected one framing for all receivers, but the profile counts octets only on some "
        "of their ports (say which framing, or use the same port)"}},
      // Without a destination nothing is said against keys that depend on it.
      {"mode = 'balance'",
       {"f.toml:5:1: output.a.to: missing, expected where to send, such as \"udp://siem.example.com:514\""}},
  };
  for (const Row& row : rows) {
    const auto config = load(row.lines);
    EXPECT_EQ(config ? std::vector<std::string>{} : files.texts(config.error()), row.errors) << row.lines;
  }
}

}  // namespace
}  // namespace flowcef
