// Messages to lines by any shipped mapping: every line is CEF, and every record is a line or counted.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "flowcef/config/mapping_loader.hpp"
#include "fuzz/mapping_rules.hpp"
#include "fuzz/message_composer.hpp"

namespace flowcef::test {
namespace {

struct ShippedMapping {
  std::unique_ptr<const Translation> translation;
  CefRules rules;
};

/// Every mapping that comes with the program, the default one first.
const std::vector<ShippedMapping>& shipped_mappings() {
  static const std::vector<ShippedMapping> kMappings = [] {
    std::vector<std::filesystem::path> files{find_default_mapping()};
    const std::filesystem::path folder = files[0].parent_path();
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".toml" && entry.path() != files[0]) files.push_back(entry.path());
    }
    std::sort(files.begin() + 1, files.end());
    std::vector<ShippedMapping> loaded;
    for (const std::filesystem::path& file : files) {
      auto translation = load_translation(file, {});
      const MappingSpec spec = load_mapping(file, folder).spec;
      require(translation && spec.whole, "a shipped mapping can be loaded");
      loaded.push_back({*std::move(translation), rules_of(spec)});
    }
    return loaded;
  }();
  return kMappings;
}

DecodeConfig config_of(unsigned choice) {
  DecodeConfig config;
  config.records = static_cast<RecordView>(choice % 3);
  config.options_records = (choice & 8) == 0;
  if ((choice & 16) != 0) config.require.skylight = true;
  if ((choice & 32) != 0) config.require.elements = {"octetDeltaCount", "applicationName"};
  if ((choice & 64) != 0) config.long_flow = std::chrono::seconds(1);
  return config;
}

void check_line(std::string_view line, SyslogHeader header, const CefRules& rules) {
  if (header != SyslogHeader::none) {
    static constexpr std::string_view kPriority = "<134>";
    static constexpr std::string_view kBeforeCef = " CEF - - - ";
    require(line.starts_with(kPriority) != (header == SyslogHeader::gigamon), "a message has its priority");
    const bool rfc5424 = header == SyslogHeader::rfc5424;
    const std::size_t at = rfc5424 ? line.find(kBeforeCef) : line.find(" CEF:");
    require(at != std::string_view::npos, "a message has its syslog header");
    line.remove_prefix(at + (rfc5424 ? kBeforeCef.size() : 1));
  }
  check_cef(line, rules);
}

/// One way of writing the lines, and how many came.
struct Rendering {
  RenderingConfig config;
  CefRules rules;
  std::uint64_t lines = 0;

  void take(const LineBatch& batch) {
    std::uint32_t at = 0;
    for (const LineRef& line : batch.lines()) {
      const std::string_view frame = batch.bytes().substr(at, line.frame_end - at);
      const std::string_view message = batch.message(line);
      const std::string framed = config.framing == Framing::newline
                                     ? std::string(message) + '\n'
                                     : std::to_string(message.size()) + ' ' + std::string(message);
      require(frame == framed, "a frame is the message and its framing");
      check_line(message, config.header, rules);
      at = line.frame_end;
      ++lines;
    }
    require(at == batch.bytes().size(), "nothing is behind the last line");
  }
};

void render(FuzzInput& in) {
  const unsigned choice = in.u8();
  const unsigned way = in.u8();
  static constexpr std::array kHeaders{SyslogHeader::none, SyslogHeader::rfc3164, SyslogHeader::rfc5424,
                                       SyslogHeader::gigamon};
  const ShippedMapping& mapping = shipped_mappings()[way / kHeaders.size() % shipped_mappings().size()];
  CefRules wide = mapping.rules;
  wide.dictionary = 1;
  std::array<Rendering, 2> renderings{
      Rendering{{SyslogHeader::none, Framing::newline, false}, mapping.rules},
      Rendering{{kHeaders[way % kHeaders.size()], Framing::octet_counting, true}, wide}};
  std::vector<RenderingPlan> plans;
  for (Rendering& rendering : renderings) {
    plans.push_back({rendering.config, [&rendering](const BatchRef& batch) { rendering.take(*batch); }});
  }
  BatchPool pool;
  InputState input(config_of(choice));
  RecordPath path(*mapping.translation, pool, plans, {&input});
  path.set_event_ids("1700000000000-15-", 1);

  MessageComposer composer;
  while (!in.empty()) {
    const std::vector<std::uint8_t> payload = composer.next(in);
    path.inputs().front()->decode(datagram_of(payload, (choice & 4) != 0 ? "2001:db8::7" : "192.0.2.1"));
  }
  path.finish();

  const InputPath& counted = *path.inputs()[0];
  const std::uint64_t sent = counted.decode_counters().records.value() -
                             counted.filter_counters().options_records.value() -
                             counted.filter_counters().incomplete.value();
  for (std::size_t i = 0; i < renderings.size(); ++i) {
    require(renderings[i].lines == sent, "every record is a line, or counted");
    require(path.render_counters()[i]->lines.value() == sent, "every line is counted");
  }
}

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flowcef::test::FuzzInput in(data, size);
  flowcef::test::render(in);
  return 0;
}
