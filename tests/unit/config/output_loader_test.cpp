// Profiles and the other keys of an output that decide the text of its lines.
#include "flowcef/config/output_loader.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"
#include "flowcef/config/profiles.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string machine_name() {
  char name[256] = {};
  EXPECT_EQ(gethostname(name, sizeof name - 1), 0);
  return name;
}

class LoadOutput : public testing::Test {
 protected:
  LoadOutput() {
    files.write("map.toml", "");
    files.write("other.toml", "");
  }

  /// Loads a complete file with `outputs`, which begin in line 5.
  std::expected<Config, ConfigErrors> load(std::string_view outputs) {
    return load_config(files.write(
        "f.toml", "mapping = 'map.toml'\n[[input]]\ntype = 'udp'\nlisten = '[::]:2055'\n" + std::string(outputs)));
  }

  /// Returns: the only output, of which `lines` say more than its name; they begin in line 7.
  OutputConfig output(std::string_view lines) {
    auto config = load("[[output]]\nname = 'a'\n" + std::string(lines));
    if (config) return config->outputs.at(0);
    ADD_FAILURE() << testing::PrintToString(files.texts(config.error())) << lines;
    return {};
  }

  std::vector<std::string> errors_of(std::string_view outputs) {
    const auto config = load(outputs);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }

  std::vector<std::string> errors_of_output(std::string_view lines) {
    return errors_of("[[output]]\nname = 'a'\n" + std::string(lines));
  }

  ConfigFiles files;
};

TEST_F(LoadOutput, ChoosesHeaderAndFramingByTransport) {
  constexpr auto k5424 = SyslogHeader::rfc5424;
  EXPECT_EQ(output("to = 'stdout:'").rendering, RenderingConfig{});
  EXPECT_EQ(output("to = 'file:x'").rendering, RenderingConfig{});
  EXPECT_EQ(output("to = 'udp://h'").rendering, (RenderingConfig{.header = k5424, .max_bytes = kMaxDatagramIpv6}));
  EXPECT_EQ(output("to = 'tcp://h'").rendering, (RenderingConfig{.header = k5424}));
  EXPECT_EQ(output("to = 'tls://h'").rendering, (RenderingConfig{.header = k5424, .framing = Framing::octet_counting}));
}

TEST_F(LoadOutput, HasANameOfItsOwn) {
  EXPECT_THAT(errors_of("[[output]]\nname = 'a'\nto = 'stdout:'\n[[output]]\nname = 'a'\nto = 'file:x'\n"),
              ElementsAre("f.toml:9:8: output.a.name: expected each only once, got \"a\" again (first at line 6)"));
}

// GG-03, PX-13
TEST_F(LoadOutput, ProfilesSetWhatTheirReceiverWants) {
  struct Row {
    const char* profile;
    const char* to;
    RenderingConfig rendering;
    CefConfig cef;
  };
  const CefConfig epoch{.version = {}, .time = TimeForm::epoch_ms, .local_time = {}, .swap_bytes = {}};
  const CefConfig cef0{.version = 0, .time = TimeForm::epoch_ms, .local_time = {}, .swap_bytes = {}};
  constexpr auto k3164 = SyslogHeader::rfc3164;
  constexpr auto k5424 = SyslogHeader::rfc5424;
  constexpr auto kCounted = Framing::octet_counting;
  const Row rows[] = {
      {"splunk", "udp://h", {.header = k5424, .wide_in = true, .max_bytes = 9'500}, epoch},
      {"splunk", "tcp://h", {.header = k5424, .wide_in = true, .max_bytes = 10'000}, epoch},
      {"splunk", "tls://h", {.header = k5424, .wide_in = true, .max_bytes = 10'000}, epoch},
      {"sc4s", "udp://192.0.2.1:601", {.header = k5424, .wide_in = true, .max_bytes = 65'507}, cef0},
      {"sc4s", "tcp://h", {.header = k5424, .wide_in = true, .max_bytes = 65'536}, cef0},
      {"sc4s", "tcp://h:601", {.header = k5424, .framing = kCounted, .wide_in = true, .max_bytes = 65'536}, cef0},
      {"sc4s", "tls://h", {.header = k5424, .wide_in = true, .max_bytes = 65'536}, cef0},
      {"sc4s", "tls://h:5425", {.header = k5424, .framing = kCounted, .wide_in = true, .max_bytes = 65'536}, cef0},
      {"qradar", "udp://h", {.header = k5424, .max_bytes = 1'024}, cef0},
      {"qradar", "tcp://h", {.header = k5424, .max_bytes = 4'096}, cef0},
      {"qradar", "tls://h", {.header = k5424, .max_bytes = 8'192}, cef0},
      {"arcsight", "tcp://h", {.header = k3164, .max_bytes = 8'192}, cef0},
      {"sentinel", "tcp://h", {.header = k3164, .wide_in = true, .host = machine_name(), .max_bytes = 8'096}, cef0},
      {"elastic", "udp://h:9003", {.header = k5424, .wide_in = true, .max_bytes = 10'240}, epoch},
      {"elastic", "tls://h:9004", {.header = k5424, .wide_in = true}, epoch},
      {"gigamon", "udp://192.0.2.1", {.header = SyslogHeader::gigamon, .max_bytes = 65'507}, {}},
      {"splunk", "file:x", {.header = k5424, .wide_in = true, .max_bytes = 10'000}, epoch},
  };
  std::vector<std::string_view> covered;
  for (const Row& row : rows) {
    const auto got = output("to = '" + std::string(row.to) + "'\nprofile = '" + row.profile + "'\n");
    EXPECT_EQ(got.rendering, row.rendering) << row.profile << ' ' << row.to;
    EXPECT_EQ(got.cef, row.cef) << row.profile << ' ' << row.to;
    covered.emplace_back(row.profile);
  }
  for (const Profile& profile : profiles()) EXPECT_THAT(covered, testing::Contains(profile.name));
}

// PX-13
TEST_F(LoadOutput, SingleKeysGoBeforeTheProfile) {
  const auto got = output(R"(to = "tls://h"
profile = "sentinel"
header = "rfc5424"
host = "exporter"
facility = 23
severity = "err"
framing = "octet-counting"
max_message_bytes = 480
wide_in = false
cef_version = 1
time = "epoch_s"
bytes = "standard"
)");
  EXPECT_EQ(got.rendering, (RenderingConfig{.header = SyslogHeader::rfc5424,
                                            .framing = Framing::octet_counting,
                                            .facility = 23,
                                            .severity = 3,
                                            .max_bytes = 480}));
  EXPECT_EQ(got.cef, (CefConfig{.version = 1, .time = TimeForm::epoch_s, .local_time = {}, .swap_bytes = false}));
  EXPECT_EQ(output("to = 'tcp://h'\nprofile = 'sentinel'\nheader = 'none'\n").rendering.host, "");
  EXPECT_EQ(output("to = 'tcp://h'\nhost = 'bridge'\n").rendering.host, machine_name());
}

TEST_F(LoadOutput, RefusesKeysThatCannotAct) {
  struct Row {
    const char* lines;
    std::vector<std::string> errors;
  };
  const Row rows[] = {
      {"to = 'stdout:'\nfacility = 'user'\nseverity = 'info'",
       {"f.toml:8:12: output.a.facility: only for header = \"rfc3164\" or \"rfc5424\" (remove the key: other headers "
        "have no priority)",
        "f.toml:9:12: output.a.severity: only for header = \"rfc3164\" or \"rfc5424\" (remove the key: other headers "
        "have no priority)"}},
      {"to = 'udp://h'\ntag = 'flows'\nheader_time = 'utc'",
       {"f.toml:8:7: output.a.tag: only for header = \"rfc3164\" (remove the key: other headers have none)",
        "f.toml:9:15: output.a.header_time: only for header = \"rfc3164\" or \"gigamon\" (remove the key: no other "
        "shows a time without its zone)"}},
      {"to = 'udp://h'\nprofile = 'gigamon'\nseverity = 'event'",
       {"f.toml:9:12: output.a.severity: only for header = \"rfc3164\" or \"rfc5424\" (remove the key: other headers "
        "have no priority)"}},
      {"to = 'udp://h'\nprofile = 'splunk'\nframing = 'newline'",
       {"f.toml:9:11: output.a.framing: only for tcp:// and tls://, but this output is udp (remove the key)"}},
  };
  for (const Row& row : rows) EXPECT_EQ(errors_of_output(row.lines), row.errors) << row.lines;
}

TEST_F(LoadOutput, RefusesUnfitValues) {
  EXPECT_THAT(
      errors_of_output("to = 'udp://h'\nprofile = 'splunc'\nheader = 'rfc3164'\nfacility = 24\nseverity = 'warn'\n"
                       "tag = 'a b'\nheader_time = 'UTC'\nmax_message_bytes = 479\ncef_version = 1000\n"
                       "time = 'iso'\nzone = 'utc'\nbytes = 'in'\nmapping = 'none.toml'\n"),
      ElementsAre(
          "f.toml:8:11: output.a.profile: expected splunk, sc4s, qradar, arcsight, sentinel, elastic or gigamon, got "
          "\"splunc\" (did you mean \"splunk\"?)",
          "f.toml:10:12: output.a.facility: expected 0..23 or a name such as local0, got 24",
          "f.toml:11:12: output.a.severity: expected emerg, alert, crit, err, warning, notice, info, debug or event, "
          "got \"warn\"",
          "f.toml:12:7: output.a.tag: expected 1..32 letters, digits, -, _ or ., got \"a b\"",
          "f.toml:13:15: output.a.header_time: expected local or utc, got \"UTC\" (did you mean \"utc\"?)",
          "f.toml:14:21: output.a.max_message_bytes: expected a size 480B..64MiB or \"unlimited\", got 479",
          "f.toml:15:15: output.a.cef_version: expected 0..999, got 1000",
          testing::StartsWith("f.toml:16:8: output.a.time: expected epoch_ms, epoch_s, iso8601, "),
          "f.toml:17:8: output.a.zone: expected UTC or local, got \"utc\" (did you mean \"UTC\"?)",
          "f.toml:18:9: output.a.bytes: expected standard or swapped, got \"in\"",
          "f.toml:19:11: output.a.mapping: expected a readable file, got \"none.toml\" "
          "(none.toml: No such file or directory)"));
  EXPECT_THAT(errors_of_output("to = 'udp://h'\nfacility = 'local8'\nmax_message_bytes = '1KB'\n"),
              ElementsAre(testing::EndsWith("local6 or local7, got \"local8\" (did you mean \"local0\"?)"),
                          "f.toml:9:21: output.a.max_message_bytes: expected a size 480B..64MiB or \"unlimited\", got "
                          "\"1KB\" (units are B, KiB, MiB, GiB and TiB, as in \"64KiB\")"));
}

// GG-01
TEST_F(LoadOutput, TakesOneFormatPerDestination) {
  struct Row {
    const char* first;
    const char* second;
    const char* error;
  };
  constexpr const char* kTwice =
      "f.toml:11:6: output.b.to: expected one output per destination, but output.a at line 7 sends there (every event "
      "would arrive twice: remove one of them)";
  const Row rows[] = {
      {"to = 'stdout:'\n", "to = 'stdout:'\n", kTwice},
      {"to = 'file:x'\n", "to = 'file:./y/../x'\n", kTwice},
      {"to = 'udp://SIEM.example.com'\n", "to = 'udp://siem.example.com:514'\n", kTwice},
      {"to = 'tcp://[2001:db8::1]'\n", "to = 'tcp://[2001:0DB8::0:1]'\n", kTwice},
      {"to = 'udp://h'\n", "to = 'udp://h'\nmapping = 'map.toml'\n", kTwice},
      {"to = ['tcp://h', 'tcp://i']\n", "to = 'tcp://I:514'\n", kTwice},
      {"to = 'tcp://h'\n", "to = ['tcp://i', 'tcp://h']\n",
       "f.toml:11:18: output.b.to[1]: expected one output per destination, but output.a at line 7 sends there (every "
       "event would arrive twice: remove one of them)"},
      {"to = ['tcp://h', 'tcp://i']\n", "to = ['tcp://j', 'tcp://i']\nbytes = 'swapped'\n",
       "f.toml:11:18: output.b.to[1]: expected one format per destination, but output.a at line 7 sends there "
       "otherwise (they differ in bytes: send one of them elsewhere, or remove it)"},
      {"to = 'tcp://h'\n", "to = 'tcp://h'\nheader = 'rfc3164'\nmapping = 'other.toml'\nbytes = 'swapped'\n",
       "f.toml:11:6: output.b.to: expected one format per destination, but output.a at line 7 sends there otherwise "
       "(they differ in mapping, bytes, header: send one of them elsewhere, or remove it)"},
      {"to = 'tcp://h'\n", "to = 'tcp://h'\nframing = 'octet-counting'\n",
       "f.toml:11:6: output.b.to: expected one format per destination, but output.a at line 7 sends there otherwise "
       "(they differ in framing: send one of them elsewhere, or remove it)"},
      {"to = 'tcp://h'\n", "to = 'tcp://h'\nprofile = 'splunk'\n",
       "f.toml:11:6: output.b.to: expected one format per destination, but output.a at line 7 sends there otherwise "
       "(they differ in time, wide_in, max_message_bytes: send one of them elsewhere, or remove it)"},
      {"to = 'udp://h'\n", "to = 'udp://h'\noversize = 'tcp'\nsource = '192.0.2.1'\n",
       "f.toml:11:6: output.b.to: expected one format per destination, but output.a at line 7 sends there otherwise "
       "(they differ in oversize: send one of them elsewhere, or remove it)"},
      {"to = 'udp://h'\n", "to = 'udp://h'\nmax_message_bytes = 1400\nfragment = 'path-mtu'\noversize = 'drop'\n",
       "f.toml:11:6: output.b.to: expected one format per destination, but output.a at line 7 sends there otherwise "
       "(they differ in max_message_bytes, oversize, fragment: send one of them elsewhere, or remove it)"},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(errors_of("[[output]]\nname = 'a'\n" + std::string(row.first) +
                          "required = true\n[[output]]\nname = 'b'\n" + row.second),
                ElementsAre(row.error))
        << row.second;
  }
  for (const char* second :
       {"to = 'tcp://h'", "to = 'udp://h:515'", "to = 'udp://i'", "to = 'file:h'", "to = 'stdout:'"}) {
    EXPECT_THAT(errors_of("[[output]]\nname = 'a'\nto = 'udp://h'\n[[output]]\nname = 'b'\n" + std::string(second)),
                IsEmpty());
  }
}

}  // namespace
}  // namespace flowcef
