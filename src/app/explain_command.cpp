#include <filesystem>
#include <iostream>
#include <stdexcept>

#include "explain_path.hpp"
#include "explain_report.hpp"
#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/explain.hpp"
#include "flowcef/app/progress_bar.hpp"
#include "flowcef/source/export_file.hpp"
#include "flowcef/source/file_list.hpp"

namespace flowcef {
namespace {

std::string requirement_text(const Requirement& requirement) {
  std::string text = requirement.skylight ? "skylight" : "";
  for (const std::string& element : requirement.elements) text += (text.empty() ? "" : ", ") + element;
  return text;
}

/// Event ids are those that convert gives the same records.
void explain_file(const FileOptions& options, std::size_t index, ExplainPath& path, ExplainedInput& input,
                  std::ostream& errors) {
  const std::string& name = options.files[index];
  ProgressBar progress(name);
  const auto file = open_export_file(name);
  const auto count_frames = [&] {
    input.frames += file->counts().frames.value();
    input.bad_frames += file->counts().truncated.value() + file->counts().bad.value();
    input.other_frames += file->counts().other.value();
  };
  Datagram datagram;
  try {
    while (file->next(datagram)) {
      progress.update(file->progress());
      if (options.port && datagram.listener.port != *options.port) {
        ++input.other_ports;
        continue;
      }
      path.decode(datagram, {index, datagram.frame}, std::to_string(input.frames + datagram.frame) + '-');
    }
  } catch (const std::runtime_error&) {
    progress.clear();
    count_frames();
    throw;
  }
  progress.clear();
  if (!file->warning().empty()) errors << file->warning() << '\n';
  count_frames();
}

}  // namespace

int explain(const ExplainOptions& options, std::ostream& out, std::ostream& errors) {
  const auto settings = load_file_settings(options.source, options.mapping);
  if (!settings) {
    print_errors(errors, settings.error());
    return kExitUsage;
  }
  const auto translation =
      load_translation(settings->mapping, settings->elements, settings->layouts, settings->patterns);
  if (!translation) {
    print_errors(errors, translation.error());
    return kExitUsage;
  }
  ExplainPath path(**translation, *settings);
  ExplainedInput input;
  input.mapping = settings->mapping.filename();
  input.require = requirement_text(settings->decode.require);
  int status = kExitOk;
  FileOptions source = options.source;
  source.files = expand_files(source.files);
  for (std::size_t i = 0; i < source.files.size(); ++i) {
    input.files.push_back(std::filesystem::path(source.files[i]).filename());
    try {
      explain_file(source, i, path, input, errors);
    } catch (const std::runtime_error& error) {
      errors << error.what() << '\n';
      status = kExitFailed;
    }
  }
  path.finish();
  print_report(out, input, path.findings());
  return status;
}

int explain_command(const ExplainOptions& options) {
  return explain(options, std::cout, std::cerr);
}

}  // namespace flowcef
