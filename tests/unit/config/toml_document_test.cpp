#include "flowcef/config/toml_document.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;

std::vector<std::string> keys_of(const TomlValue& value) {
  std::vector<std::string> keys;
  for (const auto& member : std::get<TomlValue::Table>(value.data)) keys.push_back(member.key);
  return keys;
}

TEST(ReadToml, KeepsTheOrderOfTheFile) {
  const ConfigFiles files;
  const auto root = read_toml(files.write("a.toml", "z = 1\ny = { d = 1, b = 2, c = 3 }\na = 2\nx.y = 1\n"));
  ASSERT_TRUE(root);
  EXPECT_THAT(keys_of(*root), ElementsAre("z", "y", "a", "x"));
  EXPECT_THAT(keys_of(std::get<TomlValue::Table>(root->data)[1].value), ElementsAre("d", "b", "c"));
}

TEST(ReadToml, KnowsPlacesInCharacters) {
  const ConfigFiles files;
  const auto root = read_toml(files.write("a.toml", "\xef\xbb\xbf# BOM\r\n'ü' = [ true,\r\n  'ö', 1.5 ]\r\n"));
  ASSERT_TRUE(root);
  const auto& member = std::get<TomlValue::Table>(root->data)[0];
  EXPECT_EQ(member.where, (TomlPlace{2, 1}));
  EXPECT_EQ(member.value.where, (TomlPlace{2, 7}));
  const auto& items = std::get<TomlValue::Array>(member.value.data);
  EXPECT_EQ(items[0].where, (TomlPlace{2, 9}));
  EXPECT_EQ(items[2].where, (TomlPlace{3, 8}));
  EXPECT_EQ(std::get<std::string>(items[1].data), "ö");
}

TEST(ReadToml, ReportsSyntaxWithItsPlace) {
  const ConfigFiles files;
  const auto root = read_toml(files.write("a.toml", "a = 1\na = 2\n"));
  ASSERT_FALSE(root);
  EXPECT_THAT(files.texts({root.error()}),
              ElementsAre("a.toml:2:5: not valid TOML: Error while parsing key-value pair: cannot redefine existing "
                          "integer 'a'"));
}

TEST(ReadToml, KeepsHostileTextOutOfTheMessage) {
  const ConfigFiles files;
  std::string key = "\"\\u001b[2J";
  key.append(5000, 'x');
  key += '"';
  const auto root = read_toml(files.write("a.toml", key + " = 1\n" + key + " = 2\n"));
  ASSERT_FALSE(root);
  EXPECT_LT(root.error().problem.size(), 250U);
  EXPECT_EQ(root.error().problem.find('\x1b'), std::string::npos);
}

TEST(ReadToml, BoundsTheDepth) {
  const ConfigFiles files;
  std::string key = "a";
  for (int i = 0; i < 1000; ++i) key += ".a";
  EXPECT_EQ(read_toml(files.write("dots.toml", key + " = 1\n")).error().problem, "nested too deep");
  std::string brackets = "a = ";
  brackets.append(1000, '[');
  EXPECT_THAT(read_toml(files.write("brackets.toml", brackets)).error().problem,
              testing::StartsWith("not valid TOML: "));
}

TEST(ReadToml, SaysWhyAFileCannotBeRead) {
  const ConfigFiles files;
  EXPECT_THAT(files.texts({read_toml(files.folder() / "none.toml").error()}),
              ElementsAre("none.toml: cannot be read: No such file or directory"));
  files.write("folder/x", "");
  EXPECT_THAT(files.texts({read_toml(files.folder() / "folder").error()}),
              ElementsAre("folder: cannot be read: Is a directory"));
  EXPECT_EQ(read_toml("/dev/zero").error().problem, "cannot be read: larger than 16 MiB");
}

}  // namespace
}  // namespace flowcef
