#include "flowcef/app/bridge_settings.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace flowcef::test {
namespace {

class BridgeSettingsTest : public testing::Test {
 protected:
  BridgeSettingsTest() { std::filesystem::create_directories(folder_ / "elements"); }
  ~BridgeSettingsTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  static std::string mapping(const std::string& version, const std::string& keys) {
    return "[cef]\nversion = 0\nvendor = \"V\"\nproduct = \"P\"\ndevice_version = \"" + version +
           "\"\nprefix = \"X\"\n[[event]]\nsignature = \"s\"\nname = \"n\"\nseverity = 3\n[keys]\n" + keys + '\n';
  }
  static std::string config(const std::string& more) {
    return "mapping = \"a.toml\"\nstate_dir = \"state\"\n[[input]]\ntype = \"udp\"\nlisten = [\"127.0.0.1:2055\"]\n" +
           more;
  }
  /// The errors, without the folder.
  [[nodiscard]] std::vector<std::string> errors_of(const std::filesystem::path& file) const {
    const auto settings = load_bridge_settings(file);
    std::vector<std::string> texts;
    if (settings) return texts;
    for (const ConfigError& error : settings.error()) {
      std::string text = error.to_string();
      for (std::size_t at; (at = text.find(folder_.string() + '/')) != std::string::npos;) {
        text.erase(at, folder_.string().size() + 1);
      }
      texts.push_back(std::move(text));
    }
    return texts;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("bridge_settings-" + std::to_string(getpid()));
};

TEST_F(BridgeSettingsTest, TellsAllThatIsWrongInAllFilesAtOnce) {
  write("a.toml", mapping("1", "srcc = \"sourceIPv4Address\""));
  write("b.toml", mapping("1", "src = \"sourceIPv4Addres\""));
  write("elements/bad.tsv", "name\tnumber\n");
  write("not.pem", "no certificate\n");
  const auto file = write("flowcef.toml", config(R"(listten = 1
user = "flowcef-nobody-has-this-name"
[[output]]
name = "a"
to = "tls://127.0.0.1:6514"
[output.tls]
ca = "not.pem"
[[output]]
name = "b"
to = "tcp://127.0.0.1:514"
mapping = "b.toml"
)"));
  const auto errors = errors_of(file);
  for (const char* place : {"flowcef.toml:6:1: ", "flowcef.toml:7:1: ", "elements/bad.tsv:", "a.toml:12:1: ",
                            "b.toml:12:7: ", "flowcef.toml: output.a.tls: "}) {
    EXPECT_TRUE(std::ranges::any_of(errors, [&](const std::string& error) { return error.starts_with(place); }))
        << place << " is missing in\n"
        << testing::PrintToString(errors);
  }
}

TEST_F(BridgeSettingsTest, AMistakeOfTwoOutputsIsToldOnce) {
  write("a.toml", mapping("1", "srcc = \"sourceIPv4Address\""));
  const auto file = write("flowcef.toml", config(R"([[output]]
name = "a"
to = "udp://127.0.0.1:514"
[[output]]
name = "b"
to = "udp://127.0.0.1:515"
bytes = "swapped"
)"));
  EXPECT_EQ(errors_of(file).size(), 1U) << testing::PrintToString(errors_of(file));
}

// GG-02: outputs that want the same of CEF share a mapping.
TEST_F(BridgeSettingsTest, EachOutputHasItsMapping) {
  write("a.toml", mapping("1", "src = \"sourceIPv4Address\""));
  write("b.toml", mapping("1", "src = \"sourceIPv4Address\""));
  const auto file = write("flowcef.toml", config(R"([[output]]
name = "a"
to = "udp://127.0.0.1:514"
[[output]]
name = "b"
to = "udp://127.0.0.1:515"
mapping = "b.toml"
[[output]]
name = "c"
to = "udp://127.0.0.1:516"
[[output]]
name = "d"
to = "udp://127.0.0.1:517"
bytes = "swapped"
)"));
  const auto settings = load_bridge_settings(file);
  ASSERT_TRUE(settings) << settings.error().front().to_string();
  EXPECT_EQ(settings->translation->of_output, (std::vector<std::size_t>{0, 1, 0, 2}));
}

TEST_F(BridgeSettingsTest, TheDeviceVersionCanNameVersionAndHash) {
  const auto version_with = [this](const std::string& version) {
    write("a.toml", mapping(version, "src = \"sourceIPv4Address\""));
    const auto file = write("flowcef.toml", config("[[output]]\nname = \"a\"\nto = \"udp://127.0.0.1:514\"\n"));
    const auto settings = load_bridge_settings(file);
    if (!settings) return settings.error().front().to_string();
    const BridgeMapping& made = *settings->translation->mappings.front();
    EXPECT_EQ(made.hash.size(), 12U);
    const std::string start = "CEF:0|V|P|";
    const std::string& header = made.mapping.events.front().header;
    EXPECT_TRUE(header.starts_with(start)) << header;
    std::string shown = header.substr(start.size(), header.find('|', start.size()) - start.size());
    const std::size_t at = shown.find(made.hash);
    return at == std::string::npos ? shown : shown.replace(at, 12, "HASH");
  };
  EXPECT_EQ(version_with("7"), "7");
  EXPECT_EQ(version_with("{hash}"), "HASH");
  EXPECT_EQ(version_with("{version}/{hash}"), FLOWCEF_VERSION "/HASH");
  EXPECT_NE(version_with("01234567890123456789-{hash}").find("a.toml:5:18: device_version: expected at most 31"),
            std::string::npos)
      << version_with("01234567890123456789-{hash}");
}

}  // namespace
}  // namespace flowcef::test
