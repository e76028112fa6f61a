#include "flowcef/app/unmapped_log.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace flowcef::test {
namespace {

class UnmappedLogs : public testing::Test {
 protected:
  /// What was logged, by line, without time and logger.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::istringstream text(text_.str());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
      lines.push_back(line.substr(line.find("warning map: ")));
    }
    return lines;
  }

  std::ostringstream text_;
  UnmappedLog log_{
      LogFactory(spdlog::level::warn, std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)).make("map")};
};

TEST_F(UnmappedLogs, EachElementOnceWithWhatToDo) {
  const InformationElement octets{{0, 1}, "octetDeltaCount", DataType::unsigned64};
  for (int i = 0; i < 2; ++i) {
    log_.report({octets.id, &octets, "XOctetDeltaCount"});
    log_.report({{4711, 12}, nullptr, "XPen4711Id12"});
    log_.report({{kNetflow9Pen, 65000}, nullptr, "XV9Field65000"});
  }
  EXPECT_THAT(
      lines(),
      testing::ElementsAre(
          "warning map: no key shows element=octetDeltaCount key=XOctetDeltaCount; to choose a key, add to "
          "[keys]: KEY = \"octetDeltaCount\"",
          "warning map: no key shows element=4711:12 key=XPen4711Id12; no element table has it; to choose a key "
          "all the same, add to [keys]: KEY = \"4711:12\"",
          "warning map: no key shows element=4294967295:65000 key=XV9Field65000; no element table has it"));
}

// An exporter that makes up numbers fills neither the log nor the memory.
TEST_F(UnmappedLogs, NoMoreThanSoMany) {
  for (std::uint32_t pen = 1; pen <= UnmappedLog::kMaxElements + 100; ++pen) log_.report({{pen, 1}, nullptr, "XKey"});
  EXPECT_EQ(lines().size(), UnmappedLog::kMaxElements + 1);
  EXPECT_EQ(lines().back(), "warning map: further elements that no key shows are not named");
}

}  // namespace
}  // namespace flowcef::test
