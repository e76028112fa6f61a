// SK-04: the bridge's own events as lines.
#include "flowcef/map/bridge_event.hpp"

#include <gtest/gtest.h>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/map/renderer.hpp"
#include "support/cef_reader.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

BridgeEvent silent() {
  BridgeEvent event{"flowcef-exporter-silent",     "Exporter silent", 7, 1'750'000'000'123,
                    IpAddress::parse("192.0.2.1"), "nothing=came\n|", {}};
  event.keys = {{"cnt", "3", false}, {"SilentSeconds", "61", true}, {"cs1", "flows", false, "Input"}};
  return event;
}

class BridgeEventTest : public testing::Test {
 protected:
  [[nodiscard]] std::string line(const BridgeEvent& event, const RenderingConfig& config,
                                 std::size_t most = 10'000) const {
    return event_line(event, translation_->mapping, config, "1-2-3", most);
  }
  const std::unique_ptr<const Translation> translation_ = *translation_of(kPlainHead);
};

TEST_F(BridgeEventTest, IsALineLikeThoseOfItsExporter) {
  RenderingConfig config;
  config.header = SyslogHeader::rfc5424;
  config.severity.reset();
  EXPECT_EQ(
      line(silent(), config),
      "<131>1 2025-06-15T15:06:40.123Z 192.0.2.1 CEF - - - CEF:0|V|P|1|flowcef-exporter-silent|Exporter silent|7|"
      "rt=1750000000123 externalId=1-2-3 dvc=192.0.2.1 cat=flowcef msg=nothing\\=came\\n| cnt=3 XSilentSeconds=61 "
      "cs1=flows cs1Label=Input");
}

TEST_F(BridgeEventTest, AStrictReaderTakesIt) {
  BridgeEvent event = silent();
  for (const char* exporter : {"192.0.2.1", "2001:db8::1", ""}) {
    event.exporter = IpAddress::parse(exporter);
    const auto read = read_cef(line(event, {}));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->value("cat"), "flowcef");
  }
}

TEST_F(BridgeEventTest, TimesAreAsTheMappingHasThem) {
  std::string mapping(kPlainHead);
  mapping += "[keys]\nrt = { from = \"@receive_time\", time = \"MMM dd yyyy HH:mm:ss\" }\n";
  const auto translated = translation_of(mapping);
  ASSERT_TRUE(translated);
  const auto& translation = *translated;
  EXPECT_NE(event_line(silent(), translation->mapping, {}, "1", 10'000).find("|rt=Jun 15 2025 15:06:40 "),
            std::string::npos);
}

TEST_F(BridgeEventTest, KeepsToTheLimit) {
  const std::string whole = line(silent(), {});
  for (std::size_t most = whole.size(); most > 0; --most) {
    const std::string text = line(silent(), {}, most);
    ASSERT_LE(text.size(), most);
    if (text.empty()) break;
    EXPECT_TRUE(read_cef(text)) << text;
  }
}

// PX-11: an event is no record, and all lines are in the books.
TEST_F(BridgeEventTest, IsCounted) {
  for (const Framing framing : {Framing::newline, Framing::octet_counting}) {
    BatchPool pool;
    RenderCounters counters;
    std::string bytes;
    RenderingConfig config;
    config.framing = framing;
    Renderer renderer(translation_->mapping, config, pool, counters,
                      [&](const BatchRef& batch) { bytes += batch->bytes(); });
    renderer.write_event(silent(), "1-1", 1);
    renderer.flush();
    const std::string text = event_line(silent(), translation_->mapping, config, "1-1", 10'000);
    EXPECT_EQ(bytes, framing == Framing::newline ? text + '\n' : std::to_string(text.size()) + ' ' + text);
    const RenderedCounts rendered(counters);
    EXPECT_EQ(rendered.lines, 1U);
    EXPECT_EQ(rendered.events, 1U);
    EXPECT_EQ(rendered.records(), 0U);
  }
}

}  // namespace
}  // namespace flowcef::test
