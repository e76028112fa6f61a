#include "flowcef/app/state_keeper.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

class Keeper : public DecodeFixture {
 protected:
  Keeper() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Keeper() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] StateKeeper keeper(InputState& input, const std::string& name = "udp") {
    return {file_, {{name, &input}}, logs_.make("state")};
  }
  void save() {
    auto saving = keeper(input_);
    saving.start();
    saving.stop();
  }
  static MessageBuilder templates() {
    return MessageBuilder::ipfix()
        .templates(template_record(256, {{10, 4}}))
        .options_templates(ipfix_options_record(257, {{10, 4}}, {{82, 8}}))
        .set(257, ByteWriter().u32(7).text("ge-0/0/7"));
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("state_keeper_test-" + std::to_string(getpid()));
  const std::filesystem::path file_ = folder_ / "templates.state";
  LogFactory logs_{spdlog::level::off};
};

// PX-01: what was known before the restart is known after it.
TEST_F(Keeper, RestoresTemplatesAndTables) {
  decode(templates());
  save();
  InputState input;
  keeper(input).load(registry_);
  DecodeCounters counters;
  Decoder decoder(registry_, input, counters, *this);
  records_.clear();
  const auto data = MessageBuilder::ipfix().set(256, ByteWriter().u32(7)).bytes();
  decoder.decode(datagram_of(data));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].hex.at("ingressInterface"), "00000007");
  EXPECT_EQ(counters.templates.value(), 0U);
  const auto content =
      input.templates.content_of({datagram_of(data).exporter, datagram_of(data).listener, 1, ExportFormat::ipfix, 0});
  ASSERT_EQ(content.rows.size(), 1U);
  EXPECT_EQ(content.rows[0].text, "ge-0/0/7");
}

TEST_F(Keeper, KeepsInputsApart) {
  decode(templates());
  save();
  InputState other;
  keeper(other, "another").load(registry_);
  EXPECT_EQ(other.templates.size(), 0U);
}

TEST_F(Keeper, SavesSoonAfterAChange) {
  auto saving = keeper(input_);
  saving.start();
  decode(templates());
  for (int i = 0; i < 500 && !std::filesystem::exists(file_); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(std::filesystem::exists(file_));
  saving.stop();
}

TEST_F(Keeper, StartsWithoutADamagedFile) {
  std::ofstream(file_) << "no state at all";
  keeper(input_).load(registry_);
  EXPECT_EQ(input_.templates.size(), 0U);
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_TRUE(std::filesystem::exists(file_.string() + ".damaged")) << "for a person to look at";
}

TEST_F(Keeper, NothingToLoadIsFine) {
  keeper(input_).load(registry_);
  EXPECT_EQ(input_.templates.size(), 0U);
}

}  // namespace
}  // namespace flowcef::test
