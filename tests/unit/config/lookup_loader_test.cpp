#include "flowcef/config/lookup_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class LoadLookup : public testing::Test {
 protected:
  LoadLookup() {
    for (const auto* name : {"map.toml", "assets.csv"}) files.write(name, "");
  }

  /// Input: what stands under the first `[[lookup]]`, from line 10 on.
  std::expected<Config, ConfigErrors> load(std::string_view lines) {
    return load_config(
        files.write("f.toml",
                    "mapping = 'map.toml'\n[[output]]\nname = 'a'\nto = 'stdout:'\n"
                    "[[input]]\nname = 'shaper-log'\ntype = 'udp'\nlisten = '0.0.0.0:2055'\n[[lookup]]\n" +
                        std::string(lines)));
  }

  LookupConfig lookup(std::string_view lines) {
    auto config = load(lines);
    if (config && config->lookups.size() == 1) return config->lookups.front();
    ADD_FAILURE() << testing::PrintToString(config ? std::vector<std::string>{} : files.texts(config.error()));
    return {};
  }

  std::vector<std::string> errors_of(const std::string& lines) {
    const auto config = load(lines);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }

  ConfigFiles files;
};

std::vector<std::string> texts(const std::vector<PositionedText>& words) {
  std::vector<std::string> texts;
  for (const PositionedText& word : words) texts.push_back(word.text);
  return texts;
}

// BC-20
TEST_F(LoadLookup, ReadsOneThatRecordsFill) {
  const LookupConfig made = lookup(
      "name = 'web'\ninputs = ['shaper-log']\nkey = ['sourceIPv4Address', 'destinationIPv4Address']\n"
      "columns = 'userName'\nwindow = '5m'\nafter = '0s'\nmax_entries = 7\n");
  EXPECT_EQ(made.name.text, "web");
  EXPECT_THAT(texts(made.inputs), ElementsAre("shaper-log"));
  EXPECT_THAT(texts(made.key), ElementsAre("sourceIPv4Address", "destinationIPv4Address"));
  EXPECT_THAT(texts(made.columns), ElementsAre("userName"));
  EXPECT_EQ(made.columns[0].where.line, 13U);
  EXPECT_EQ(made.window, 5min);
  EXPECT_EQ(made.after, 0ms);
  EXPECT_EQ(made.max_entries, 7U);
}

TEST_F(LoadLookup, ReadsOneOfAFile) {
  const LookupConfig made =
      lookup("name = 'assets'\nfile = 'assets.csv'\nkey = 'sourceIPv4Address'\ncheck_every = '1m'\n");
  EXPECT_EQ(made.file, files.folder() / "assets.csv");
  EXPECT_EQ(made.check_every, 1min);
  EXPECT_THAT(texts(made.inputs), ElementsAre());
}

TEST_F(LoadLookup, SaysWhatIsWrong) {
  const struct {
    const char* lines;
    std::vector<std::string> errors;
  } cases[] = {
      {"",
       {"f.toml:9:1: lookup[0].name: missing, expected the name that mappings call it by, such as \"web\"",
        "f.toml:9:1: lookup[0].key: missing, expected elements such as [\"sourceIPv4Address\"]",
        "f.toml:9:1: lookup[0]: expected inputs or file, got neither (inputs = [\"NAME\"] or file = \"FILE.csv\")",
        "f.toml:9:1: lookup[0].columns: missing, expected elements to keep, such as [\"userName\"]"}},
      {"name = '1'\nkey = 'a'\ncolumns = 'b'\ninputs = 'shaper-log'\n",
       {"f.toml:10:8: lookup[0].name: expected 1..63 letters, digits, - or _, a letter first, got \"1\""}},
      {"name = 'w'\nkey = 'a'\ncolumns = 'b'\ninputs = 'shaper-logs'\n",
       {"f.toml:13:10: lookup.w.inputs: expected names of inputs, got \"shaper-logs\" (did you mean \"shaper-log\"?)"}},
      {"name = 'w'\nkey = ['a', 'a']\ncolumns = 'b'\ninputs = 'shaper-log'\n",
       {"f.toml:11:13: lookup.w.key[1]: \"a\" is there twice (remove one)"}},
      {"name = 'w'\nkey = ['a', 'b', 'c', 'd', 'e']\ncolumns = 'b'\ninputs = 'shaper-log'\n",
       {"f.toml:11:7: lookup.w.key: expected at most 4 names, got 5"}},
      {"name = 'w'\nkey = 'a'\ninputs = 'shaper-log'\nfile = 'assets.csv'\nwindow = '1s'\n",
       {"f.toml:13:8: lookup.w.file: expected inputs or file, got both (a lookup is filled by one of the two)",
        "f.toml:14:10: lookup.w.window: only with inputs, but this lookup has a file (remove it)"}},
      {"name = 'w'\nkey = 'a'\ncolumns = 'b'\ninputs = 'shaper-log'\nmax_entries = 0\ncheck_every = '1s'\n",
       {"f.toml:14:15: lookup.w.max_entries: expected 1..10000000, got 0",
        "f.toml:15:15: lookup.w.check_every: only with file, but this lookup has inputs (remove it)"}},
      {"name = 'w'\nkey = 'a'\nfile = 'assets.csv'\n[[lookup]]\nname = 'w'\nkey = 'a'\nfile = 'assets.csv'\n",
       {"f.toml:14:8: lookup.w.name: expected each only once, got \"w\" again (first at line 10)"}},
  };
  for (const auto& c : cases) EXPECT_EQ(errors_of(c.lines), c.errors) << c.lines;
}

}  // namespace
}  // namespace flowcef
