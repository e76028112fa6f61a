// What becomes of messages above a limit: no line at all (oversize = "drop"), or a limit that moves (path MTU).
#include <gmock/gmock.h>

#include <atomic>

#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;

/// Messages of records with an address and a text.
class MessageLimit : public RenderFixture {
 protected:
  MessageLimit() {
    use_keys(R"(
src = { from = "sourceIPv4Address", priority = 2 }
msg = { from = "interfaceName", priority = 9 })");
  }

  static MessageBuilder texts(const std::vector<std::size_t>& lengths) {
    ByteWriter records;
    for (const std::size_t length : lengths) records.u32(0x0a000001).variable(std::string(length, 'x'));
    return MessageBuilder::ipfix().templates(template_record(300, {{8, 4}, {82, 65535}})).set(300, records);
  }

  static std::string whole(std::size_t length) {
    return "CEF:0|V|P|1|s|n|3|src=10.0.0.1 msg=" + std::string(length, 'x');
  }

  /// Renders by a plan that follows the limit.
  std::vector<std::string> lines_along_path(const MessageBuilder& message) {
    if (!path_) {
      const auto collect = [this](const BatchRef& batch) {
        for (const LineRef& line : batch->lines()) lines_.emplace_back(batch->message(line));
      };
      RenderingPlan plan{rendering_, collect};
      plan.path_limit = &limit_;
      input_ = std::make_unique<InputState>(decode_);
      path_ = std::make_unique<RecordPath>(*translation_, pool_, std::vector{plan}, std::vector{input_.get()});
    }
    return lines(message);
  }

  [[nodiscard]] const RenderCounters& counters() const { return *path_->render_counters()[0]; }

  std::atomic<std::size_t> limit_{0};
};

// GG-10
TEST_F(MessageLimit, RecordsAboveItHaveNoLineWhereNoneIsShortened) {
  for (const Framing framing : {Framing::newline, Framing::octet_counting}) {
    use_rendering({.framing = framing, .max_bytes = whole(50).size(), .shed = false});
    path_.reset();
    EXPECT_THAT(lines(texts({50, 51, 1, 2000, 49})), ElementsAre(whole(50), whole(1), whole(49)));
    EXPECT_EQ(counters().lines.value(), 3U);
    EXPECT_EQ(counters().oversize.value(), 2U);
    EXPECT_EQ(counters().dropped_records.value(), 0U);
    EXPECT_EQ(counters().shed_lines.value(), 0U);
    EXPECT_EQ(counters().bytes.value(), 3 * whole(1).size() + 97);
  }
}

// GG-06
TEST_F(MessageLimit, FollowsThePath) {
  use_rendering({.max_bytes = 1000, .follows_path = true});
  const std::string shortened = "CEF:0|V|P|1|s|n|3|msg=" + std::string(300, 'x') + " XShedKeys=1";
  const auto message = texts({300, 3});
  EXPECT_THAT(lines_along_path(message), ElementsAre(whole(300), whole(3)));
  limit_ = whole(300).size() - 1;
  EXPECT_THAT(lines_along_path(message), ElementsAre(shortened, whole(3)));
  EXPECT_EQ(counters().shed_lines.value(), 1U);
  limit_ = shortened.size();
  EXPECT_THAT(lines_along_path(message), ElementsAre(shortened, whole(3)));
  limit_ = shortened.size() - 1;
  EXPECT_THAT(lines_along_path(message), ElementsAre("CEF:0|V|P|1|s|n|3|XShedKeys=2", whole(3)));
  limit_ = 20;
  EXPECT_THAT(lines_along_path(message), ElementsAre());
  EXPECT_EQ(counters().oversize.value(), 2U);
  limit_ = whole(300).size();
  EXPECT_THAT(lines_along_path(message), ElementsAre(whole(300), whole(3)));
}

TEST_F(MessageLimit, TheSmallerOfTheTwoCounts) {
  const auto message = texts({300});
  use_rendering({.max_bytes = whole(300).size() - 1, .follows_path = true});
  limit_ = 2000;
  EXPECT_EQ(lines_along_path(message).at(0).find("src="), std::string::npos);
  EXPECT_EQ(counters().shed_keys.value(), 1U);

  path_.reset();
  use_rendering({.follows_path = true});
  EXPECT_THAT(lines_along_path(message), ElementsAre(whole(300)));
  limit_ = whole(300).size() - 1;
  EXPECT_EQ(lines_along_path(message).at(0).find("src="), std::string::npos);
  limit_ = 0;
  EXPECT_THAT(lines_along_path(message), ElementsAre(whole(300)));
}

TEST_F(MessageLimit, LongRecordsHaveNoLineWhereThePathShrinks) {
  use_rendering({.max_bytes = 1000, .shed = false, .follows_path = true});
  const auto message = texts({300, 3});
  limit_ = whole(300).size() - 1;
  EXPECT_THAT(lines_along_path(message), ElementsAre(whole(3)));
  EXPECT_EQ(counters().oversize.value(), 1U);
  limit_ = whole(300).size();
  EXPECT_THAT(lines_along_path(message), ElementsAre(whole(300), whole(3)));
}

}  // namespace
}  // namespace flowcef::test
