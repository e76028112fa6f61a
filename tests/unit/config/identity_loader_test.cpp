// PX-14: who the exporter is, as the configuration says it.
#include "flowcef/config/identity_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;

class Identities : public testing::Test {
 protected:
  Identities() { files.write("map.toml", ""); }

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

  ConfigFiles files;
};

TEST_F(Identities, AreReadInOrder) {
  const auto config = load(
      "[[identity]]\nfrom = '192.0.2.1'\nport = 50001\ndomain = 7\nexporter = '10.1.1.1'\n"
      "[[identity]]\nfrom = '2001:db8::/32'\nexporter = 'elements'\n");
  ASSERT_TRUE(config) << files.texts(config.error()).front();
  const auto prefix = [](const char* text) { return IpPrefix::parse(text).value(); };
  EXPECT_THAT(config->identities,
              ElementsAre(IdentityRule{prefix("192.0.2.1"), std::uint16_t{50001}, 7U, IpAddress::parse("10.1.1.1")},
                          IdentityRule{prefix("2001:db8::/32"), std::nullopt, std::nullopt, std::nullopt}));
}

TEST_F(Identities, ErrorsAllAtOnce) {
  EXPECT_THAT(errors_of("[[identity]]\nfrom = 'gateway'\nport = 0\ndomain = -1\nexporter = '::'\nname = 'x'\n"),
              testing::SizeIs(5));
  EXPECT_THAT(errors_of("[[identity]]\n"), testing::SizeIs(2));
}

TEST_F(Identities, TwoOfOneSender) {
  const auto twice = errors_of(
      "[[identity]]\nfrom = '192.0.2.1'\nport = 1\nexporter = '10.1.1.1'\n"
      "[[identity]]\nfrom = '192.0.2.1'\nport = 1\nexporter = '10.1.1.2'\n");
  ASSERT_THAT(twice, testing::SizeIs(1));
  EXPECT_THAT(twice.front(), testing::StartsWith("f.toml:13:8: identity[1].from: expected each only once"));
  EXPECT_THAT(errors_of("[[identity]]\nfrom = '192.0.2.1'\nport = 1\nexporter = '10.1.1.1'\n"
                        "[[identity]]\nfrom = '192.0.2.1'\ndomain = 1\nexporter = '10.1.1.2'\n"),
              testing::IsEmpty());
}

}  // namespace
}  // namespace flowcef
