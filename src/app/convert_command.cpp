#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/file_settings.hpp"
#include "flowcef/app/output_group.hpp"
#include "flowcef/app/progress_bar.hpp"
#include "flowcef/app/unmapped_log.hpp"
#include "flowcef/source/export_file.hpp"
#include "flowcef/source/file_list.hpp"

namespace flowcef {
namespace {

OutputConfig output_config(const ConvertOptions& options, const std::vector<ExporterHost>& hosts) {
  OutputConfig config;
  config.sink.name = options.output.empty() ? "stdout" : "file";
  config.sink.transport = options.output.empty() ? Transport::standard_output : Transport::file;
  config.sink.path = options.output;
  config.sink.required = true;
  config.rendering.header = options.header;
  config.rendering.hosts = hosts;
  return config;
}

struct FileCounts {
  std::uint64_t frames = 0;
  std::uint64_t truncated = 0;
  std::uint64_t bad = 0;
  std::uint64_t incomplete = 0;

  void add(const CaptureCounts& counts) {
    frames += counts.frames.value();
    truncated += counts.truncated.value();
    bad += counts.bad.value();
    incomplete += counts.incomplete.value();
  }
};

/// Event ids are `frame-record`, so that the same input gives the same bytes; frames count on from file to file.
void convert_file(const ConvertOptions& options, const std::string& name, RecordPath& path, FileCounts& totals,
                  ProgressBar& progress) {
  const auto file = open_export_file(name);
  Datagram datagram;
  try {
    while (file->next(datagram)) {
      progress.update(file->progress());
      if (options.source.port && datagram.listener.port != *options.source.port) continue;
      path.set_event_ids(std::to_string(totals.frames + datagram.frame) + '-', 1);
      path.inputs().front()->decode(datagram);
    }
  } catch (const std::runtime_error&) {
    totals.add(file->counts());  // its frames have been numbered
    throw;
  }
  progress.clear();
  if (!file->warning().empty()) std::cerr << file->warning() << '\n';
  totals.add(file->counts());
}

}  // namespace

int convert_command(const ConvertOptions& options) {
  const std::vector<std::string> files = expand_files(options.source.files);
  const auto settings = load_file_settings(options.source, options.mapping);
  if (!settings) {
    print_errors(std::cerr, settings.error());
    return kExitUsage;
  }
  const auto translation =
      load_translation(settings->mapping, settings->elements, settings->layouts, settings->patterns);
  if (!translation) {
    print_errors(std::cerr, translation.error());
    return kExitUsage;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const LogFactory logs(spdlog::level::warn);
  // The output appends, as a log file wants it; a conversion starts anew.
  if (!options.output.empty()) std::ofstream(options.output, std::ios::trunc);

  BatchPool pool;
  OutputGroup outputs({output_config(options, settings->hosts)}, {&(*translation)->mapping}, logs);
  InputState input(settings->decode, settings->exporters, settings->identities);
  RecordPath path(**translation, pool, outputs.plans(Producer::can_wait), {&input});
  UnmappedLog unmapped(logs.make("map"));
  path.report_unmapped([&unmapped](const UnmappedElement& element) { unmapped.report(element); });
  FileCounts totals;
  bool readable = true;
  outputs.start();
  for (const std::string& name : files) {
    ProgressBar progress(name);
    try {
      convert_file(options, name, path, totals, progress);
    } catch (const std::runtime_error& error) {
      progress.clear();
      std::cerr << error.what() << '\n';
      readable = false;
    }
  }
  path.finish();
  outputs.settle({RenderedCounts(*path.render_counters().front())});
  outputs.stop(std::chrono::steady_clock::time_point::max());

  FinalCounts counts;
  counts.add(path);
  counts.add("frames", totals.frames);
  counts.add("frames.truncated", totals.truncated, false);
  counts.add("frames.bad", totals.bad, false);
  counts.add("frames.incomplete", totals.incomplete, false);
  outputs.add_counts(counts, counts.sent_on());
  std::cerr << counts.to_string();
  for (const std::string& imbalance : counts.imbalances()) {
    std::cerr << "the books do not balance: " << imbalance << '\n';
    readable = false;
  }
  return readable && counts.dropped_lines() == 0 ? kExitOk : kExitFailed;
}

}  // namespace flowcef
