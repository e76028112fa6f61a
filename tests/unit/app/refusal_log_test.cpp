#include "flowcef/app/refusal_log.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>

#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

// BC-03: one line for each exporter, that says what to do.
TEST(RefusalLogs, NamesPacketeer1OnceForEachExporter) {
  std::ostringstream text;
  RefusalLog log(
      LogFactory(spdlog::level::warn, std::make_shared<spdlog::sinks::ostream_sink_mt>(text)).make("decode"));
  const std::vector<std::uint8_t> payload(100);
  for (int i = 0; i < 5; ++i) {
    log.report(datagram_of(payload, "192.0.2.1"), Refusal::packeteer1);
    log.report(datagram_of(payload, "192.0.2.2"), Refusal::packeteer1);
    log.report(datagram_of(payload, "192.0.2.3"), Refusal::unknown_version);
  }
  const std::string lines = text.str();
  EXPECT_EQ(std::ranges::count(lines, '\n'), 2) << lines;
  EXPECT_THAT(lines, testing::HasSubstr("refused exporter=192.0.2.1 reason=packeteer1"));
  EXPECT_THAT(lines, testing::HasSubstr("set the record type to Packeteer-2 or NetFlow-5"));
}

TEST(RefusalLogs, SendersThatMakeUpAddressesFillNothing) {
  std::ostringstream text;
  RefusalLog log(
      LogFactory(spdlog::level::warn, std::make_shared<spdlog::sinks::ostream_sink_mt>(text)).make("decode"));
  const std::vector<std::uint8_t> payload(100);
  for (std::size_t i = 0; i < RefusalLog::kMaxExporters + 50; ++i) {
    const std::string address = "10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256);
    log.report(datagram_of(payload, address), Refusal::packeteer1);
  }
  const std::string lines = text.str();
  EXPECT_EQ(std::ranges::count(lines, '\n'), static_cast<std::ptrdiff_t>(RefusalLog::kMaxExporters));
}

}  // namespace
}  // namespace flowcef::test
