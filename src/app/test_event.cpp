#include "flowcef/app/test_event.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <random>

#include "flowcef/core/cef_escape.hpp"
#include "flowcef/map/bridge_event.hpp"
#include "flowcef/map/syslog_envelope.hpp"

namespace flowcef {
namespace {

constexpr std::uint8_t kSeverity = 3;
constexpr std::string_view kEnd = "END";
/// With the text before it, this keeps to the 1023 characters that CEF gives msg; more goes to a key of our own.
constexpr std::size_t kMaxFillerOfMsg = 900;

std::string syslog_header(RenderingConfig config, std::int64_t time_ms) {
  if (config.host.empty()) config.host = machine_name();
  config.hosts.clear();
  if (!config.severity) config.severity = syslog_severity(kSeverity);
  ExportContext context;
  context.received_ns = time_ms * 1'000'000;
  return std::string(SyslogEnvelope(config).render(context));
}

/// Returns: `....50........60.....END`, which stands in the message from `begin` to `end`.
std::string filler(std::size_t begin, std::size_t end) {
  constexpr std::size_t kStep = 10;
  std::string text(end - begin, '.');
  for (std::size_t mark = (begin / kStep + 1) * kStep; mark <= end; mark += kStep) {
    const std::string number = std::to_string(mark);
    if (mark >= begin + number.size()) text.replace(mark - begin - number.size(), number.size(), number);
  }
  return text.replace(text.size() - kEnd.size(), kEnd.size(), kEnd);
}

std::string refusal(const OutputConfig& output, std::size_t size, const std::string& why) {
  return "output " + output.sink.name + ": cannot send " + std::to_string(size) + " bytes: " + why;
}

}  // namespace

TestEvent make_test_event(std::int64_t now_ms) {
  std::array<char, 9> random{};
  static_cast<void>(std::snprintf(random.data(), random.size(), "%08x", std::random_device{}()));
  return {"flowcef-test-" + std::to_string(now_ms / 1000) + '-' + random.data(), now_ms};
}

std::optional<std::size_t> longest_message(const OutputConfig& output) {
  std::optional<std::size_t> longest;
  if (output.rendering.max_bytes != 0) longest = output.rendering.max_bytes;
  if (output.sink.transport == Transport::udp && !output.sink.udp.tcp_fallback) {
    const std::size_t datagram = output.sink.udp.max_message_bytes;
    longest = std::min(longest.value_or(datagram), datagram);
  }
  return longest;
}

std::expected<std::string, std::string> test_message(const OutputConfig& output, const Mapping& mapping,
                                                     const TestEvent& event, std::optional<std::size_t> size) {
  std::string text = syslog_header(output.rendering, event.time_ms);
  text += cef_head(mapping);
  text += "flowcef-test|flowcef test event|" + std::to_string(kSeverity) + "|rt=" + std::to_string(event.time_ms) +
          " externalId=" + event.id + " msg=Sent by flowcef test-send over output " +
          escape_extension_value(output.sink.name);
  const std::size_t shortest = text.size() + 1 + kEnd.size();
  const std::size_t wanted = size.value_or(shortest);
  if (wanted < shortest)
    return std::unexpected(refusal(output, wanted, "the event takes at least " + std::to_string(shortest)));
  if (const auto longest = longest_message(output); longest && wanted > *longest) {
    return std::unexpected(refusal(output, wanted,
                                   "its longest message is " + std::to_string(*longest) +
                                       "; see max_message_bytes and oversize, or choose others with --output"));
  }
  text += wanted - text.size() <= kMaxFillerOfMsg ? " " : ' ' + mapping.prefix + "TestFiller=";
  text += filler(text.size(), wanted);
  return text;
}

BatchRef batch_of(std::string_view message, Framing framing, BatchPool& pool) {
  std::string frame = framing == Framing::octet_counting ? std::to_string(message.size()) + ' ' : "";
  LineRef line{};
  line.offset = static_cast<std::uint32_t>(frame.size());
  line.length = static_cast<std::uint32_t>(message.size());
  frame += message;
  if (framing == Framing::newline) frame += '\n';
  line.frame_end = static_cast<std::uint32_t>(frame.size());
  LineBatch* const batch = pool.acquire();
  batch->grow_to_fit(frame.size());
  std::memcpy(batch->tail(), frame.data(), frame.size());
  batch->commit(line);
  return BatchRef(batch);
}

}  // namespace flowcef
