// PX-12: [output.spool].
#include "flowcef/config/spool_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

class LoadSpool : public testing::Test {
 protected:
  LoadSpool() { files.write("map.toml", ""); }

  /// Loads a complete file with `outputs`, which begin in line 6.
  std::expected<Config, ConfigErrors> load(std::string_view outputs) {
    return load_config(files.write(
        "f.toml", "mapping = 'map.toml'\nstate_dir = 'state'\n[[input]]\ntype = 'udp'\nlisten = '[::]:2055'\n" +
                      std::string(outputs)));
  }

  /// Returns: that of an output with this destination; its `lines` begin in line 10.
  std::optional<SpoolConfig> spool(std::string_view to, std::string_view lines) {
    const auto config = load("[[output]]\nname = 'a'\nto = '" + std::string(to) + "'\n" + std::string(lines));
    if (config) return config->outputs.at(0).sink.spool;
    ADD_FAILURE() << testing::PrintToString(files.texts(config.error())) << lines;
    return std::nullopt;
  }

  std::vector<std::string> errors_of(std::string_view outputs) {
    const auto config = load(outputs);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }

  [[nodiscard]] std::string below(std::string_view path) const { return (files.folder() / path).string(); }

  ConfigFiles files;
};

TEST_F(LoadSpool, FillsInDefaults) {
  SpoolConfig defaults;
  defaults.dir = below("state/spool/a");
  for (const char* to : {"udp://h", "tcp://h", "tls://h"}) {
    EXPECT_EQ(spool(to, ""), std::nullopt);
    EXPECT_EQ(spool(to, "[output.spool]"), defaults) << to;
    EXPECT_EQ(spool(to, "spool = {}"), defaults) << to;
  }
}

TEST_F(LoadSpool, ReadsItsKeys) {
  const auto got = spool("tcp://h", R"([output.spool]
dir = "x/../siem"
max_bytes = "2TiB"
mode = "journal"
fsync = "always"
replay = "interleave"
replay_rate = 5000
)");
  SpoolConfig expected;
  expected.dir = below("siem");
  expected.max_bytes = std::uint64_t{2} << 40;
  expected.mode = SpoolMode::journal;
  expected.sync = SpoolSync::always;
  expected.replay = SpoolReplay::interleave;
  expected.replay_rate = 5000;
  EXPECT_EQ(got, expected);
  const auto other = spool("tcp://h", R"([output.spool]
dir = "/siem"
max_bytes = 16777216
mode = "overflow"
fsync = "never"
replay = "interleave"
replay_rate = "unlimited"
)");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->dir, "/siem");
  EXPECT_EQ(other->max_bytes, 16U << 20);
  EXPECT_EQ(other->sync, SpoolSync::never);
  EXPECT_EQ(other->replay_rate, 0U);
}

TEST_F(LoadSpool, RefusesWhatCannotBe) {
  struct Row {
    const char* lines;
    std::vector<std::string> errors;
  };
  const std::string fifo =
      "output.a.spool.replay_rate: only for replay = \"interleave\" (remove the key: fifo sends as fast as the "
      "receiver takes it)";
  const Row rows[] = {
      {"to = 'file:x'\n[output.spool]",
       {"f.toml:9:1: output.a.spool: only for udp://, tcp:// and tls://, but this output is file (remove the table)"}},
      {"to = 'stdout:'\n[output.spool]",
       {"f.toml:9:1: output.a.spool: only for udp://, tcp:// and tls://, but this output is stdout (remove the "
        "table)"}},
      {"to = 'udp://h'\noversize = 'tcp'\n[output.spool]",
       {"f.toml:10:1: output.a.spool: not together with oversize = \"tcp\" (say \"shed\" or \"drop\" there, or remove "
        "the table)"}},
      {"to = 'tcp://h'\nspool = true", {"f.toml:9:9: output.a.spool: expected a table, got true"}},
      {"to = 'tcp://h'\n[output.spool]\ndir = ''\nmax_bytes = '15MiB'\nmode = 'jornal'\nfsync = 'allways'\n"
       "replay = 'lifo'\nreplay_rate = 0\nfolder = '/x'",
       {"f.toml:10:7: output.a.spool.dir: expected a path, got \"\"",
        "f.toml:11:13: output.a.spool.max_bytes: expected a size 16MiB..64TiB, got \"15MiB\"",
        "f.toml:12:8: output.a.spool.mode: expected overflow or journal, got \"jornal\" (did you mean \"journal\"?)",
        "f.toml:13:9: output.a.spool.fsync: expected interval, always or never, got \"allways\" (did you mean "
        "\"always\"?)",
        "f.toml:14:10: output.a.spool.replay: expected fifo or interleave, got \"lifo\" (did you mean \"fifo\"?)",
        "f.toml:15:15: output.a.spool.replay_rate: expected 1..1000000000 or \"unlimited\", got 0",
        "f.toml:16:1: output.a.spool.folder: unknown key (known keys: dir, max_bytes, mode, fsync, replay, "
        "replay_rate)"}},
      {"to = 'tcp://h'\n[output.spool]\nmax_bytes = '65TiB'",
       {"f.toml:10:13: output.a.spool.max_bytes: expected a size 16MiB..64TiB, got \"65TiB\""}},
      {"to = 'tcp://h'\n[output.spool]\nreplay_rate = 10", {"f.toml:10:15: " + fifo}},
      {"to = 'tcp://h'\n[output.spool]\nreplay_rate = 10\nreplay = 'fifo'", {"f.toml:10:15: " + fifo}},
      // Without a destination nothing is said against the table.
      {"[output.spool]",
       {"f.toml:6:1: output.a.to: missing, expected where to send, such as \"udp://siem.example.com:514\""}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(errors_of("[[output]]\nname = 'a'\n" + std::string(row.lines)), row.errors) << row.lines;
  }
}

TEST_F(LoadSpool, HasAFolderOfItsOwn) {
  struct Row {
    std::string first;
    std::string second;
    std::string got;  ///< by the second, in the error; empty: there is none
  };
  const Row rows[] = {
      {"", "", ""},
      {"dir = 'x'", "dir = 'xy'", ""},
      {"dir = 'x/a'", "dir = 'x/b'", ""},
      {"dir = 'x'", "dir = 'x'", "x"},
      {"dir = 'x'", "dir = './y/../x/'", "x"},
      {"dir = 'x'", "dir = '" + below("x") + "'", "x"},
      {"dir = 'x'", "dir = 'x/y/z'", "x/y/z"},
      {"dir = 'x/y'", "dir = 'x'", "x"},
      {"dir = 'x/y'", "dir = '/'", "/"},
      {"dir = 'state/spool/b'", "", "state/spool/b"},
  };
  for (const Row& row : rows) {
    const auto errors = errors_of("[[output]]\nname = 'a'\nto = 'tcp://h'\n[output.spool]\n" + row.first +
                                  "\n[[output]]\nname = 'b'\nto = 'tcp://i'\n[output.spool]\n" + row.second);
    if (row.got.empty()) {
      EXPECT_THAT(errors, testing::IsEmpty()) << row.second;
      continue;
    }
    const std::string place =
        row.second.empty() ? "f.toml:14:1: output.b.spool: " : "f.toml:15:7: output.b.spool.dir: ";
    const std::string other = row.first.substr(7, row.first.size() - 8);
    EXPECT_THAT(errors, testing::ElementsAre(place + "expected a folder of its own, got \"" + row.got +
                                             "\", but output.a has \"" + other +
                                             "\" (without dir, each output has its own below state_dir)"))
        << row.second;
  }
}

}  // namespace
}  // namespace flowcef
