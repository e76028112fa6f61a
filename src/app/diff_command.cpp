#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/diff_report.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/file_settings.hpp"
#include "flowcef/app/progress_bar.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/source/export_file.hpp"
#include "flowcef/source/file_list.hpp"

namespace flowcef {
namespace {

/// One mapping with a decoder of its own, as element tables may stand beside each.
class Side {
 public:
  struct Line {
    std::uint64_t event;
    std::string_view text;
  };

  Side(std::unique_ptr<const Translation> translation, const FileSettings& settings)
      : translation_(std::move(translation)),
        input_(settings.decode, settings.exporters, settings.identities),
        path_(*translation_, pool_, {{{}, [this](BatchRef batch) { batches_.push_back(std::move(batch)); }}},
              {&input_}) {}

  /// Returns:  the datagram's lines, by ascending event
  /// Lifetime: until the next call
  const std::vector<Line>& lines_of(const Datagram& datagram, const std::string& event_prefix) {
    lines_.clear();
    batches_.clear();
    path_.set_event_ids(event_prefix, 1);
    path_.inputs().front()->decode(datagram);
    path_.flush();
    for (const BatchRef& batch : batches_) {
      for (const LineRef& line : batch->lines()) lines_.push_back({line.event, batch->message(line)});
    }
    return lines_;
  }

  void finish() { path_.finish(); }
  [[nodiscard]] const Translation& translation() const { return *translation_; }
  [[nodiscard]] const DecodeCounters& counters() const { return path_.inputs().front()->decode_counters(); }

 private:
  std::unique_ptr<const Translation> translation_;
  BatchPool pool_;
  std::vector<BatchRef> batches_;
  std::vector<Line> lines_;
  InputState input_;
  RecordPath path_;
};

class Comparison {
 public:
  Comparison(std::unique_ptr<const Translation> a, std::unique_ptr<const Translation> b, const FileSettings& settings)
      : diff_(a->mapping.prefix, b->mapping.prefix), a_(std::move(a), settings), b_(std::move(b), settings) {}

  /// Errors: std::runtime_error if the file cannot be read, or not to its end
  void add_file(const std::string& name, std::optional<std::uint16_t> port) {
    const auto file = open_export_file(name);
    ProgressBar progress(name);
    Datagram datagram;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
    try {
      while (file->next(datagram)) {
        progress.update(file->progress());
        if (port && datagram.listener.port != *port) continue;
        if (first_ns == 0) first_ns = last_ns = datagram.received_ns;
        last_ns = std::max(last_ns, datagram.received_ns);
        add(datagram);
      }
    } catch (const std::runtime_error&) {
      progress.clear();
      frames_ += file->counts().frames.value();
      throw;
    }
    progress.clear();
    if (!file->warning().empty()) std::cerr << file->warning() << '\n';
    frames_ += file->counts().frames.value();
    span_ns_ += last_ns - first_ns;
  }

  void report(std::ostream& out, std::array<std::string, 2> mappings) {
    a_.finish();
    b_.finish();
    write_diff_report(out,
                      {std::move(mappings),
                       {a_.translation().hash, b_.translation().hash},
                       a_.counters().records.value(),
                       a_.counters().refused_total(),
                       span_ns_},
                      diff_);
  }

 private:
  /// Lines of the same event are of the same record: both sides decode alike.
  void add(const Datagram& datagram) {
    const std::string prefix = std::to_string(frames_ + datagram.frame) + '-';
    const auto& a = a_.lines_of(datagram, prefix);
    const auto& b = b_.lines_of(datagram, prefix);
    auto next_a = a.begin();
    auto next_b = b.begin();
    while (next_a != a.end() || next_b != b.end()) {
      const bool has_a = next_a != a.end() && (next_b == b.end() || next_a->event <= next_b->event);
      const bool has_b = next_b != b.end() && (next_a == a.end() || next_b->event <= next_a->event);
      const std::uint64_t event = has_a ? next_a->event : next_b->event;
      diff_.add(prefix + std::to_string(event), has_a ? next_a->text : "", has_b ? next_b->text : "");
      if (has_a) ++next_a;
      if (has_b) ++next_b;
    }
  }

  LineDiff diff_;
  Side a_;
  Side b_;
  std::uint64_t frames_ = 0;
  std::int64_t span_ns_ = 0;
};

}  // namespace

int diff_command(const DiffOptions& options) {
  const bool names_both = options.mappings.size() == 2;
  const auto settings =
      load_file_settings(options.source, names_both ? options.mappings.front() : std::filesystem::path());
  if (!settings) {
    print_errors(std::cerr, settings.error());
    return kExitUsage;
  }
  auto a = load_translation(settings->mapping, settings->elements, settings->layouts, settings->patterns);
  auto b = load_translation(options.mappings.back(), settings->elements, settings->layouts, settings->patterns);
  if (!a) print_errors(std::cerr, a.error());
  if (!b) print_errors(std::cerr, b.error());
  if (!a || !b) return kExitUsage;
  const std::vector<std::string> files = expand_files(options.source.files);
  Comparison comparison(*std::move(a), *std::move(b), *settings);
  bool readable = true;
  for (const std::string& name : files) {
    try {
      comparison.add_file(name, options.source.port);
    } catch (const std::runtime_error& error) {
      std::cerr << error.what() << '\n';
      readable = false;
    }
  }
  comparison.report(std::cout, {settings->mapping.string(), options.mappings.back().string()});
  return readable ? kExitOk : kExitFailed;
}

}  // namespace flowcef
