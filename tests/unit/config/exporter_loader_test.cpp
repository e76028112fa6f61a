#include "flowcef/config/exporter_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

class Exporters : public testing::Test {
 protected:
  Exporters() { files.write("map.toml", ""); }

  /// The tables begin in line 8.
  std::expected<Config, ConfigErrors> load(std::string_view tables) {
    return load_config(files.write("f.toml",
                                   "mapping = 'map.toml'\n[[input]]\ntype = 'udp'\nlisten = '[::]:2055'\n"
                                   "[[output]]\nname = 'a'\nto = 'stdout:'\n" +
                                       std::string(tables)));
  }
  std::vector<std::string> errors_of(std::string_view tables) {
    const auto config = load(tables);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }
  std::vector<std::string> class_errors_of(std::string_view table) {
    files.write("c.tsv", table);
    return errors_of("[[exporter]]\nmatch = '192.0.2.1'\nclasses = 'c.tsv'\n");
  }

  ConfigFiles files;
};

TEST_F(Exporters, HaveSettings) {
  files.write("c.tsv", "# of the unit\n1\tInbound/HTTP\r\n \n4294967295\tOutbound/\xc3\xbc b\n");
  const auto config = load(R"(
[[exporter]]
match = "192.0.2.1"
keep = "netflow5"
counters = "total"
own_exports = false
classes = "c.tsv"
interfaces = { 1 = "inside", 4294967295 = "outside, left" }
[[exporter]]
match = ["192.0.2.2", "192.0.2.3"]
keep = "packeteer2"
classes = "c.tsv"
[[exporter]]
match = "192.0.2.4"
keep = "auto"
counters = "delta"
own_exports = true
[[exporter]]
match = "192.0.2.5"
keep = "all"
)");
  ASSERT_TRUE(config) << testing::PrintToString(files.texts(config.error()));
  ASSERT_EQ(config->exporters.size(), 5U);
  const ExporterConfig& one = config->exporters[0];
  EXPECT_EQ(one.keep, KeptRecords::netflow5);
  EXPECT_EQ(one.counters, CounterMeaning::total);
  EXPECT_EQ(one.own_exports, false);
  EXPECT_EQ(one.sequence, std::nullopt);
  ASSERT_TRUE(one.classes && one.interfaces);
  EXPECT_THAT(*one.classes, UnorderedElementsAre(Pair(1, "Inbound/HTTP"), Pair(4294967295, "Outbound/\xc3\xbc b")));
  EXPECT_THAT(*one.interfaces, UnorderedElementsAre(Pair(1, "inside"), Pair(4294967295, "outside, left")));
  EXPECT_EQ(config->exporters[1].keep, KeptRecords::layouts);
  EXPECT_EQ(config->exporters[2].match, *IpPrefix::parse("192.0.2.3"));
  EXPECT_EQ(config->exporters[2].classes, one.classes) << "one table for all";
  EXPECT_EQ(config->exporters[3].keep, KeptRecords::automatic);
  EXPECT_EQ(config->exporters[3].counters, CounterMeaning::delta);
  EXPECT_EQ(config->exporters[3].own_exports, true);
  EXPECT_EQ(config->exporters[3].classes, nullptr);
  EXPECT_EQ(config->exporters[4].keep, KeptRecords::all);
}

TEST_F(Exporters, UnfitSettingsAreRefused) {
  EXPECT_THAT(errors_of("[[exporter]]\nmatch = '192.0.2.1'\nkeep = 'netflow9'\ncounters = 'totals'\nown_exports = 1\n"
                        "classes = 'none.tsv'\ninterfaces = ['inside']\n"),
              ElementsAre("f.toml:10:8: exporter[0].keep: expected auto, packeteer2, netflow5 or all, got \"netflow9\" "
                          "(did you mean \"netflow5\"?)",
                          "f.toml:11:12: exporter[0].counters: expected delta or total, got \"totals\" (did you mean "
                          "\"total\"?)",
                          "f.toml:12:15: exporter[0].own_exports: expected true or false, got 1",
                          "f.toml:13:11: exporter[0].classes: expected a readable file, got \"none.tsv\" (none.tsv: No "
                          "such file or directory)",
                          "f.toml:14:14: exporter[0].interfaces: expected a table such as { 1 = \"inside\", 2 = "
                          "\"outside\" }, got an array"));
  EXPECT_THAT(errors_of("[[exporter]]\nmatch = '192.0.2.1'\n[exporter.interfaces]\n1 = 'a'\n01 = 'b'\neth0 = 'c'\n"
                        "4294967296 = 'd'\n2 = ''\n3 = 3\n4 = \"a\\nb\"\n"),
              ElementsAre("f.toml:12:1: exporter[0].interfaces.01: expected each interface only once",
                          "f.toml:13:1: exporter[0].interfaces.eth0: expected an interface number, 0..4294967295 (such "
                          "as 1 = \"inside\")",
                          "f.toml:14:1: exporter[0].interfaces.4294967296: expected an interface number, 0..4294967295 "
                          "(such as 1 = \"inside\")",
                          "f.toml:15:5: exporter[0].interfaces.2: expected a name of 1..255 bytes without control "
                          "characters, got \"\"",
                          "f.toml:16:5: exporter[0].interfaces.3: expected a name of 1..255 bytes without control "
                          "characters, got 3",
                          "f.toml:17:5: exporter[0].interfaces.4: expected a name of 1..255 bytes without control "
                          "characters, got \"a\\x0ab\""));
}

TEST_F(Exporters, UnfitTablesOfClassesAreRefused) {
  constexpr const char* kName = "expected a name of 1..255 bytes in UTF-8 without control characters, got ";
  const std::string longest(255, 'x');
  EXPECT_THAT(
      class_errors_of("1 Inbound\nx\tInbound\n\tInbound\n4294967296\tInbound\n-1\tInbound\n2\t\n3\ta\tb\n"
                      "4\t\xff\n5\t" +
                      longest + "\n6\t" + longest + "x\n5\ty\n"),
      ElementsAre("c.tsv:1:1: expected a number, a TAB and a name, got \"1 Inbound\"",
                  "c.tsv:2:1: expected a class number, 0..4294967295, got \"x\"",
                  "c.tsv:3:1: expected a class number, 0..4294967295, got \"\"",
                  "c.tsv:4:1: expected a class number, 0..4294967295, got \"4294967296\"",
                  "c.tsv:5:1: expected a class number, 0..4294967295, got \"-1\"",
                  "c.tsv:6:3: " + std::string(kName) + "\"\"", "c.tsv:7:3: " + std::string(kName) + "\"a\\x09b\"",
                  "c.tsv:8:3: " + std::string(kName) + "\"\\xff\"",
                  "c.tsv:10:3: " + std::string(kName) + '"' + std::string(60, 'x') + "...\"",
                  "c.tsv:11:1: expected each class only once, got 5 again (first at line 9)"));
}

// With those of the configuration itself, which come first.
TEST_F(Exporters, ErrorsOfTablesAreSaidOnceAndWithAllOthers) {
  files.write("c.tsv", "x\ty\n");
  EXPECT_THAT(errors_of("[[exporter]]\nmatch = '192.0.2.1'\nclasses = 'c.tsv'\n"
                        "[[exporter]]\nmatch = '192.0.2.2'\nclasses = 'c.tsv'\nkeep = 1\n"),
              ElementsAre("f.toml:14:8: exporter[1].keep: expected auto, packeteer2, netflow5 or all, got 1",
                          "c.tsv:1:1: expected a class number, 0..4294967295, got \"x\""));
}

TEST_F(Exporters, TablesOfClassesAreBounded) {
  std::string table;
  for (int i = 0; i < 65'536; ++i) table += std::to_string(i) + "\tc\n";
  EXPECT_THAT(class_errors_of(table), ElementsAre());
  EXPECT_THAT(class_errors_of(table + "70000\tc\n70001\tc\n"),
              ElementsAre("c.tsv:65537:1: expected at most 65536 classes, got more"));
}

}  // namespace
}  // namespace flowcef
