#include "flowcef/app/receiver_check.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "flowcef/app/receiver_report.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/app/sample_exports.hpp"
#include "flowcef/source/export_file.hpp"

namespace flowcef {
namespace {

constexpr std::int64_t kSampleDelay = 250'000'000;  // between export and arrival, in nanoseconds

/// Made-up exports come from this address: TEST-NET-1, RFC 5737.
constexpr std::array<std::uint8_t, 4> kSampleExporter = {192, 0, 2, 1};

/// What is asked of real exporters only would leave nothing of made-up records.
DecodeConfig decode_config(const Config& config, bool made_up) {
  DecodeConfig decode = decode_config_for_files(config.inputs.front().decode);
  if (made_up) {
    decode.require = {};
    decode.exporters.clear();
  }
  return decode;
}

void decode_samples(RecordPath& path, const BridgeTranslation& translation) {
  std::vector<const Mapping*> mappings;
  for (const auto& entry : translation.mappings) mappings.push_back(&entry->mapping);
  Datagram datagram;
  datagram.exporter = {IpAddress::from_ipv4(kSampleExporter.data()), 50000};
  datagram.received_ns = std::int64_t{kSampleExportTime} * 1'000'000'000 + kSampleDelay;
  std::uint64_t number = 0;
  for (const auto& message : sample_exports(mappings, *translation.registry)) {
    datagram.payload = message;
    datagram.frame = ++number;
    path.set_event_ids(std::to_string(number) + '-', 1);
    path.inputs().front()->decode(datagram);
  }
}

void decode_captures(RecordPath& path, const std::vector<std::string>& captures, std::ostream& out) {
  std::uint64_t number = 0;
  for (const std::string& name : captures) {
    const auto file = open_export_file(name);
    Datagram datagram;
    while (file->next(datagram)) {
      path.set_event_ids(std::to_string(++number) + '-', 1);
      path.inputs().front()->decode(datagram);
    }
    if (!file->warning().empty()) out << file->warning() << '\n';
  }
}

}  // namespace

bool try_receivers(const Config& config, const BridgeTranslation& translation, const std::vector<ReceiverModel>& models,
                   const std::vector<std::string>& captures, std::ostream& out) {
  std::vector<std::vector<ReceiverReport>> reports;  // by output, then by model
  std::uint64_t lines = 0;
  for (const OutputConfig& output : config.outputs) {
    auto& of_output = reports.emplace_back();
    for (const ReceiverModel& model : models) of_output.emplace_back(model, output.sink.name, output.sink.transport);
  }
  BatchPool pool;
  std::vector<RenderingPlan> plans;
  for (std::size_t i = 0; i < config.outputs.size(); ++i) {
    const auto show = [&of_output = reports[i], &lines](const BatchRef& batch) {
      for (const LineRef& line : batch->lines()) {
        ++lines;
        for (ReceiverReport& report : of_output) report.add(batch->message(line));
      }
    };
    const Mapping& mapping = translation.mappings[translation.of_output[i]]->mapping;
    plans.push_back({config.outputs[i].rendering, show, &mapping});
  }
  InputState input(decode_config(config, captures.empty()), config.exporters, config.identities);
  RecordPath path(*translation.registry, pool, plans, {&input});
  if (captures.empty()) {
    decode_samples(path, translation);
  } else {
    decode_captures(path, captures, out);
  }
  path.finish();
  if (lines == 0) throw std::runtime_error("no record came out of the captures, so there is nothing to try");
  bool loses = false;
  for (const auto& of_output : reports) {
    for (const ReceiverReport& report : of_output) {
      out << report.to_string();
      loses |= report.loses_anything();
    }
  }
  return loses;
}

std::filesystem::path receiver_models_folder() {
  return find_default_mapping().parent_path() / "receivers";
}

}  // namespace flowcef
