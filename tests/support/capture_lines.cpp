#include "support/capture_lines.hpp"

#include <cstdlib>
#include <iostream>
#include <map>

#include "flowcef/app/error_report.hpp"
#include "flowcef/source/export_file.hpp"

namespace flowcef::test {

std::filesystem::path source_dir() {
  return FLOWCEF_SOURCE_DIR;
}

const Translation& shipped_translation(const std::string& name) {
  static std::map<std::string, std::unique_ptr<const Translation>> loaded;
  auto& translation = loaded[name];
  if (!translation) {
    const std::filesystem::path mappings = source_dir() / "mappings";
    auto result = load_translation(mappings / (name + ".toml"), {mappings / "elements"});
    if (!result) {
      print_errors(std::cerr, result.error());
      std::abort();
    }
    translation = *std::move(result);
  }
  return *translation;
}

CaptureLines convert_capture(const std::filesystem::path& file, const Translation& translation,
                             const RenderingConfig& rendering) {
  CaptureLines result;
  BatchPool pool;
  const auto collect = [&result](const BatchRef& batch) {
    for (const LineRef& line : batch->lines()) result.lines.emplace_back(batch->message(line));
  };
  InputState input(decode_config_for_files({}));
  RecordPath path(translation, pool, {{rendering, collect}}, {&input});
  const auto exports = open_export_file(file.string());
  Datagram datagram;
  while (exports->next(datagram)) {
    path.set_event_ids(std::to_string(datagram.frame) + '-', 1);
    path.inputs().front()->decode(datagram);
  }
  path.finish();
  result.records = path.inputs().front()->decode_counters().records.value();
  result.refused = path.inputs().front()->decode_counters().refused_total();
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    const std::uint64_t count = path.inputs().front()->decode_counters().refused[i].value();
    if (count != 0)
      result.refusals.push_back(std::string(to_string(static_cast<Refusal>(i))) + ' ' + std::to_string(count));
  }
  return result;
}

}  // namespace flowcef::test
