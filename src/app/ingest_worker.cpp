#include "flowcef/app/ingest_worker.hpp"

#include <algorithm>
#include <boost/asio.hpp>
#include <chrono>
#include <utility>

#include "flowcef/app/state_store.hpp"

namespace flowcef {
namespace {

constexpr std::chrono::seconds kTick(1);
constexpr std::chrono::milliseconds kWaitingTick(20);
constexpr std::chrono::seconds kSaveEvery(5);  // an output with room has written its lines by then

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

void start_source(const WorkerInput& input) {
  if (input.udp) input.udp->start();
  if (input.stream) input.stream->start();
  if (input.tap) input.tap->start();
  if (input.files) input.files->start();
}

InputReport report_of(const WorkerInput& input) {
  const DecodeCounters& decode = input.path->decode_counters();
  InputReport report;
  report.name = input.state->name;
  for (const Counter& format : decode.datagrams) report.datagrams += format.value();
  report.records = decode.records.value();
  report.refused = decode.refused_total();
  report.held_sets = input.path->held().size();
  report.missing_templates = input.path->held().missing_templates();
  report.held_bytes = input.state->held_bytes.load(std::memory_order_relaxed);
  if (input.udp) report.kernel_drops = input.udp->counts().kernel_drops.value();
  if (input.tap) report.kernel_drops = input.tap->counts().kernel_drops.value();
  return report;
}

void stop_source(const WorkerInput& input) {
  if (input.udp) input.udp->stop();
  if (input.stream) input.stream->stop();
  if (input.tap) input.tap->stop();
  if (input.files) input.files->stop();
}

void add_frames(const CaptureCounts& frames, FinalCounts& counts) {
  counts.add("frames", frames.frames.value());
  counts.add("frames.other", frames.other.value(), false);
  counts.add("frames.truncated", frames.truncated.value(), false);
  counts.add("frames.bad", frames.bad.value(), false);
  const std::uint64_t headless = frames.headless.value();  // first, and bounded: both may grow meanwhile
  const std::uint64_t incomplete = frames.incomplete.value();
  counts.add("frames.incomplete", incomplete - std::min(headless, incomplete), false);
}

}  // namespace

struct IngestWorker::Loop {
  boost::asio::io_context context{1};
  boost::asio::steady_timer tick{context};
  boost::asio::steady_timer waiting_tick{context};
};

IngestWorker::IngestWorker(std::unique_ptr<RecordPath> path, Logger log)
    : path_(std::move(path)), log_(std::move(log)), loop_(std::make_unique<Loop>()) {}

IngestWorker::~IngestWorker() {
  stop();
}

std::unique_ptr<WorkerInput> IngestWorker::prepare_udp(InputState& input, std::vector<UdpSocket> sockets) {
  auto made = std::make_unique<WorkerInput>();
  made->state = &input;
  const UdpSourceHandlers handlers{[entry = made.get()](const Datagram& datagram) { entry->path->decode(datagram); },
                                   [this] { on_idle(); }};
  made->udp = std::make_unique<UdpSource>(loop_->context, std::move(sockets), log_, handlers);
  return made;
}

std::unique_ptr<WorkerInput> IngestWorker::prepare_stream(InputState& input, const StreamSourceConfig& config) {
  auto made = std::make_unique<WorkerInput>();
  made->state = &input;
  const StreamSourceHandlers handlers{[entry = made.get()](const Datagram& datagram) { entry->path->decode(datagram); },
                                      [entry = made.get()](std::uint64_t session, const Endpoint& exporter) {
                                        entry->path->end_session(exporter.address, session);
                                      },
                                      [this] { on_idle(); },
                                      [this] { return is_wanted_.load(std::memory_order_relaxed); }};
  made->stream = std::make_unique<StreamSource>(loop_->context, config, log_, handlers);
  return made;
}

std::unique_ptr<WorkerInput> IngestWorker::prepare_tap(InputState& input, const TapConfig& config) {
  auto made = std::make_unique<WorkerInput>();
  made->state = &input;
  const TapHandlers handlers{[entry = made.get()](const Datagram& datagram) { entry->path->decode(datagram); },
                             [this] { on_idle(); }};
  made->tap = std::make_unique<TapSource>(loop_->context, config, log_, handlers);
  return made;
}

std::unique_ptr<WorkerInput> IngestWorker::prepare_files(InputState& input, const FileSourceConfig& config,
                                                         const std::filesystem::path& progress) {
  auto made = std::make_unique<WorkerInput>();
  made->state = &input;
  FileSourceHandlers handlers;
  handlers.on_datagram = [entry = made.get()](const Datagram& datagram) { entry->path->decode(datagram); };
  handlers.on_idle = [this] { on_idle(); };
  handlers.load = [progress] { return read_state_file(progress); };
  handlers.unsafe_for = [&input] { return kSaveEvery + longest_delay(input); };
  handlers.save = [progress](Bytes content) { return write_state_file(progress, content); };
  made->files = std::make_unique<FileSource>(loop_->context, config, log_, std::move(handlers));
  return made;
}

void IngestWorker::adopt(std::unique_ptr<WorkerInput> input) {
  input->path = &path_->add_input(*input->state);
  if (started_) start_source(*input);
  inputs_.push_back(std::move(input));
}

std::unique_ptr<WorkerInput> IngestWorker::stop_input(const InputState& input) {
  const auto found = std::ranges::find(inputs_, &input, [](const auto& entry) { return entry->state; });
  std::unique_ptr<WorkerInput> stopped = std::move(*found);
  inputs_.erase(found);
  stop_source(*stopped);
  stopped->path->finish();
  path_->flush();
  return stopped;
}

void IngestWorker::remove(std::unique_ptr<WorkerInput> input) {
  path_->remove_input(*input->path);
}

void IngestWorker::replace_tap(WorkerInput& live, std::unique_ptr<WorkerInput> made, FinalCounts& counts) {
  const std::int64_t now = now_ns();
  live.tap->stop(now);
  add_source_counts(live, counts);
  made->path = live.path;
  made->tap->start(now);
  const auto place = std::ranges::find(inputs_, &live, [](const auto& entry) { return entry.get(); });
  *place = std::move(made);
}

WorkerInput* IngestWorker::find(const InputState& input) const noexcept {
  const auto found = std::ranges::find(inputs_, &input, [](const auto& entry) { return entry->state; });
  return found == inputs_.end() ? nullptr : found->get();
}

void IngestWorker::start() {
  started_ = true;
  for (const auto& input : inputs_) start_source(*input);
  take_survey(now_ns());
  schedule_tick();
  thread_ = std::thread([this] { loop_->context.run(); });
}

void IngestWorker::schedule_tick() {
  loop_->tick.expires_after(kTick);
  loop_->tick.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping_) return;  // one that was due already cannot be cancelled
    const std::int64_t now = now_ns();
    path_->tick(now);
    take_survey(now);
    ticks_.fetch_add(1, std::memory_order_relaxed);
    schedule_tick();
  });
}

void IngestWorker::take_survey(std::int64_t now_ns) {
  auto survey = std::make_shared<WorkerSurvey>();
  survey->taken_ns = now_ns;
  for (const auto& counters : path_->render_counters()) {
    survey->by_plan.emplace_back(*counters);
    survey->books.add(survey->by_plan.back());
  }
  for (const auto& input : inputs_) {
    survey->books.add_running(*input->path);
    add_source_counts(*input, survey->books);
    survey->inputs.push_back(report_of(*input));
    survey_exporters(input->state->name, !input->files, input->path->exporters(), *survey);
  }
  const std::lock_guard lock(survey_mutex_);
  survey_ = std::move(survey);
}

std::shared_ptr<const WorkerSurvey> IngestWorker::survey() const {
  const std::lock_guard lock(survey_mutex_);
  return survey_;
}

void IngestWorker::refresh_survey() {
  take_survey(now_ns());
}

void IngestWorker::on_idle() {
  path_->flush();
  if (path_->is_waiting() && !is_waiting_) schedule_waiting_tick();
}

/// Goes on for as long as datagrams wait.
void IngestWorker::schedule_waiting_tick() {
  is_waiting_ = true;
  loop_->waiting_tick.expires_after(kWaitingTick);
  loop_->waiting_tick.async_wait([this](const boost::system::error_code& error) {
    is_waiting_ = false;
    if (error || stopping_) return;
    path_->decode_due();
    if (path_->is_waiting()) schedule_waiting_tick();
  });
}

void IngestWorker::park() {
  is_wanted_ = true;  // sessions with much to read would otherwise come first, each with all it has
  boost::asio::post(loop_->context, [this] {
    is_wanted_ = false;
    parking_.enter();
  });
  parking_.wait_entered();
}

void IngestWorker::post(std::vector<BridgeEvent> events) {
  boost::asio::post(loop_->context, [this, events = std::move(events)] { path_->emit(events); });
}

void IngestWorker::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(loop_->context, [this] {
    stopping_ = true;
    for (const auto& input : inputs_) stop_source(*input);
    loop_->tick.cancel();
    loop_->waiting_tick.cancel();
    path_->finish();
  });
  thread_.join();
}

std::chrono::milliseconds longest_delay(const InputState& input) {
  std::chrono::milliseconds merge{0};
  for (const ExporterConfig& exporter : input.exporters) {
    merge = std::max(merge, exporter.merge.value_or(std::chrono::milliseconds(0)));
  }
  return input.config.wait + FlowMerger::longest(merge);
}

void add_source_counts(const WorkerInput& input, FinalCounts& counts) {
  std::uint64_t kernel_drops = 0;
  if (input.udp) {
    kernel_drops = input.udp->counts().kernel_drops.value();
    counts.add("truncated", input.udp->counts().truncated.value(), false);
  }
  if (input.tap) {
    kernel_drops = input.tap->counts().kernel_drops.value();
    add_frames(input.tap->frames(), counts);
    counts.add("frames.other_ports", input.tap->counts().other_ports.value(), false);
    counts.add("taps.interrupted", input.tap->counts().interruptions.value(), false);
  }
  counts.add("kernel_drops", kernel_drops);
  if (input.files) {
    add_frames(input.files->frames(), counts);
    counts.add("files", input.files->counts().files.value());
    counts.add("files.unreadable", input.files->counts().unreadable.value(), false);
  }
  if (!input.stream) return;
  const StreamSourceCounts& source = input.stream->counts();
  counts.add("sessions", source.opened.value());
  counts.add("sessions.refused", source.refused.value(), false);
  counts.add("sessions.tls_failures", source.tls_failures.value(), false);
  counts.add("sessions.rubbish", source.rubbish.value(), false);
  counts.add("sessions.skipped_bytes", source.skipped_bytes.value(), false);
}

}  // namespace flowcef
