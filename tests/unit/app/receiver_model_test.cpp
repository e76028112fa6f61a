#include "flowcef/app/receiver_model.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "flowcef/app/receiver_check.hpp"

namespace flowcef::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReceiverModelFile : public ::testing::Test {
 protected:
  ~ReceiverModelFile() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> errors_of(const std::string& toml) {
    std::filesystem::create_directory(folder_);
    std::ofstream(folder_ / "some.toml") << toml;
    std::vector<std::string> texts;
    const auto model = load_receiver_model(folder_ / "some.toml");
    if (model) return texts;
    for (ConfigError error : model.error()) {
      error.where.file = "some.toml";
      texts.push_back(error.to_string());
    }
    return texts;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("flowcef-receiver-" + std::to_string(getpid()));
};

std::string rule(const std::string& check, const std::string& more = {}) {
  return "[[rule]]\nid = \"x\"\ncheck = \"" + check +
         "\"\neffect = \"key\"\nwhy = \"w\"\nsource = \"s\"\nadvice = \"a\"\n" + more;
}

const std::string kNeeded = "description = \"d\"\nreader = \"strict\"\n" + rule("header") + rule("values") +
                            rule("keys", "characters = \"a-z\"\n");

TEST_F(ReceiverModelFile, AModelThatIsWhole) {
  EXPECT_THAT(errors_of(kNeeded), ElementsAre());
}

// A rule without a source is hearsay.
TEST_F(ReceiverModelFile, WhatIsMissingIsNamedWithItsPlace) {
  EXPECT_THAT(
      errors_of(kNeeded + "[[rule]]\nid = \"y\"\ncheck = \"empty\"\neffect = \"key\"\nwhy = \"w\"\nadvice = \"a\"\n"),
      ElementsAre(HasSubstr("source: missing, expected where that was read or how it was measured")));
  EXPECT_THAT(
      errors_of("description = \"d\"\nreader = \"strict\"\n" + rule("keys", "characters = \"a\"\n") + rule("header")),
      ElementsAre(HasSubstr("missing, expected one with check = \"values\"")));
}

TEST_F(ReceiverModelFile, UnknownWordsAndSecondRulesAreRefused) {
  EXPECT_THAT(errors_of(kNeeded + rule("emty")), ElementsAre(HasSubstr("(did you mean \"empty\"?)")));
  EXPECT_THAT(errors_of(kNeeded + rule("empty", "bytes = 3\n")), ElementsAre(HasSubstr("bytes")));
  EXPECT_THAT(errors_of(kNeeded + rule("header")),
              ElementsAre(HasSubstr("expected one rule of a kind, got a second one")));
  EXPECT_THAT(errors_of(kNeeded + rule("types", "types = { long = [\"in\", \"In\"] }\n")),
              ElementsAre(HasSubstr("named twice")));
}

TEST_F(ReceiverModelFile, ReceiversWithoutAModelAreRefusedWithTheNamesThatThereAre) {
  const auto models = load_receiver_models(receiver_models_folder(), {"qradar", "sc4s", "splunk"});
  ASSERT_FALSE(models);
  ASSERT_EQ(models.error().size(), 2U);
  EXPECT_THAT(models.error()[0].to_string(), HasSubstr("expected elastic, liblognorm or sc4s, got \"qradar\""));
  EXPECT_THAT(models.error()[1].to_string(), HasSubstr("got \"splunk\""));
}

}  // namespace
}  // namespace flowcef::test
