#include "flowcef/app/pipeline.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "flowcef/app/digest.hpp"
#include "flowcef/config/replicate_loader.hpp"
#include "pipeline_parts.hpp"

namespace flowcef {
namespace {

constexpr const char* kStateFile = "templates.state";

std::string start_epoch() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

std::vector<OutputConfig> outputs_with_hosts(const Config& config) {
  std::vector<OutputConfig> outputs = config.outputs;
  for (OutputConfig& output : outputs) output.rendering.hosts = config.hosts;
  return outputs;
}

std::vector<const Mapping*> mappings_of_outputs(const BridgeTranslation& translation) {
  std::vector<const Mapping*> mappings;
  for (const std::size_t index : translation.of_output) mappings.push_back(&translation.mappings[index]->mapping);
  return mappings;
}

std::shared_ptr<const LogPatterns> patterns_of_input(const BridgeTranslation& translation, std::size_t input) {
  return input < translation.patterns.size() ? translation.patterns[input] : nullptr;
}

std::unique_ptr<DeadLetterFile> open_dead_letters(const std::optional<DeadLetterConfig>& config, const Logger& log) {
  if (!config) return nullptr;
  const auto report = [log](const std::string& problem) { log->warn("refused datagrams are not kept: {}", problem); };
  return std::make_unique<DeadLetterFile>(*config, report);
}

StreamSourceConfig stream_settings(const InputConfig& input) {
  StreamSourceConfig settings = std::get<StreamSourceConfig>(input.source);
  settings.allowed = input.decode.exporters;
  return settings;
}

Pipeline::Pipeline(const Config& config, std::shared_ptr<const BridgeTranslation> translation, const LogFactory& logs)
    : epoch_(start_epoch()),
      logs_(logs),
      log_(logs.make("source")),
      translation_(std::move(translation)),
      outputs_(outputs_with_hosts(config), mappings_of_outputs(*translation_), logs),
      replicates_(config, logs),
      dead_letter_config_(config.dead_letter),
      dead_letters_(open_dead_letters(config.dead_letter, log_)),
      unmapped_(logs.make("map")),
      refusals_(logs.make("decode")) {
  for (const InputConfig& input : config.inputs) {
    inputs_.push_back({input, std::make_unique<InputState>(input.decode, config.exporters, config.identities)});
    inputs_.back().state->name = input.name;
    inputs_.back().state->patterns = patterns_of_input(*translation_, inputs_.size() - 1);
  }
  state_ = std::make_unique<StateKeeper>(config.state_dir / kStateFile, named_inputs(), logs.make("state"));
  add_workers(config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency()));
  for (LiveInput& input : inputs_) open_input(input, config);
  for (const ReplicateConfig& replicate : config.replicates) log_->info("{}", describe(replicate, config.inputs));
}

/// So many for datagrams, each with a socket for every address; and one for connections, which may wait for a slow
/// output: no datagram is lost meanwhile.
void Pipeline::add_workers(unsigned count) {
  for (unsigned i = 0; i <= count; ++i) {
    auto path = std::make_unique<RecordPath>(*translation_->registry, pool_,
                                             outputs_.plans(i < count ? Producer::cannot_wait : Producer::can_wait),
                                             std::vector<InputState*>(), dead_letters_.get());
    path->report_unmapped([this](const UnmappedElement& element) { unmapped_.report(element); });
    path->report_refused([this](const Datagram& datagram, Refusal reason) { refusals_.report(datagram, reason); });
    path->report_double_exports([log = log_](const IpAddress& exporter, const std::string& layout) {
      log->info(
          "exporter={} sends its flows as {} and as NetFlow v5, of which only {} is sent on; to choose, set keep in an "
          "[[exporter]] for it",
          exporter.to_string(), layout, layout);
    });
    path->look_up_in(translation_->lookups.get());
    path->replicate_by(replicates_.replicators());
    path->set_event_ids(epoch_ + '-' + std::to_string(i) + '-', 1);
    workers_.push_back(std::make_unique<IngestWorker>(std::move(path), log_));
  }
}

void Pipeline::open_input(LiveInput& input, const Config& config) {
  if (const auto* udp = std::get_if<UdpSourceConfig>(&input.config.source)) {
    const std::size_t workers = workers_.size() - 1;
    auto sockets = open_udp_sockets(*udp, static_cast<unsigned>(workers), log_);
    for (std::size_t i = 0; i < workers; ++i) {
      workers_[i]->adopt(workers_[i]->prepare_udp(*input.state, std::move(sockets[i])));
    }
  } else if (std::holds_alternative<StreamSourceConfig>(input.config.source)) {
    workers_.back()->adopt(workers_.back()->prepare_stream(*input.state, stream_settings(input.config)));
  } else {
    const std::size_t worker = worker_of(input.config, input.state.get());
    workers_[worker]->adopt(make_alone(worker, input.config, *input.state, config.state_dir));
  }
  log_listening(input.config);
}

/// Files can wait, like connections. A tap stays with its worker, and begins with the one that serves the fewest: all that
/// comes by it goes through one ring of the kernel, in order.
std::size_t Pipeline::worker_of(const InputConfig& input, const InputState* state) const {
  if (std::holds_alternative<FileSourceConfig>(input.source)) return workers_.size() - 1;
  std::size_t best = 0;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i + 1 < workers_.size(); ++i) {
    if (workers_[i]->find(*state) != nullptr) return i;
    const auto taps = static_cast<std::size_t>(
        std::ranges::count_if(workers_[i]->inputs(), [](const auto& served) { return served->tap != nullptr; }));
    if (taps >= fewest) continue;
    fewest = taps;
    best = i;
  }
  return best;
}

/// Input: of an input that one worker serves
std::unique_ptr<WorkerInput> Pipeline::make_alone(std::size_t worker, const InputConfig& input, InputState& state,
                                                  const std::filesystem::path& state_dir) {
  if (const auto* tap = std::get_if<TapConfig>(&input.source)) return workers_[worker]->prepare_tap(state, *tap);
  const auto& files = std::get<FileSourceConfig>(input.source);
  return workers_[worker]->prepare_files(state, files,
                                         state_dir / ("files-" + sha256_hex(files.path).substr(0, 12) + ".state"));
}

void Pipeline::log_listening(const InputConfig& input) const {
  const std::string_view what = input.decode.log ? " for log lines" : "";
  if (const auto* udp = std::get_if<UdpSourceConfig>(&input.source)) {
    for (const Endpoint& address : udp->listen) log_->info("listening on {} over UDP{}", address.to_string(), what);
  } else if (const auto* stream = std::get_if<StreamSourceConfig>(&input.source)) {
    for (const Endpoint& address : stream->listen) {
      log_->info("listening on {} over {}{}", address.to_string(), stream->tls ? "TLS" : "TCP", what);
    }
  } else if (const auto* files = std::get_if<FileSourceConfig>(&input.source)) {
    log_->info("following files of {}", files->path);
  }  // a tap says so itself, once its interface is there
}

std::vector<NamedInput> Pipeline::named_inputs() const {
  std::vector<NamedInput> named;
  for (const LiveInput& input : inputs_) named.push_back({input.config.name, input.state.get()});
  return named;
}

void Pipeline::hand_over(unsigned uid) {
  for (const auto& worker : workers_) {
    for (const auto& input : worker->inputs()) {
      if (input->udp) input->udp->hand_over(uid);
    }
  }
}

void Pipeline::start() {
  state_->load(*translation_->registry);
  state_->start();
  outputs_.start();
  replicates_.start();
  watch_lookups();
  for (const auto& worker : workers_) worker->start();
}

void Pipeline::watch_lookups() {
  lookup_watch_ = std::make_unique<LookupWatch>(*translation_->lookups, logs_.make("lookup"));
}

void Pipeline::stop(std::chrono::milliseconds deadline) {
  outputs_.release_producers();  // a worker that waits for a receiver could not stop
  for (const auto& worker : workers_) worker->stop();
  const auto end = std::chrono::steady_clock::now() + deadline;
  replicates_.stop(end);
  lookup_watch_.reset();
  settle();
  state_->stop();
  outputs_.stop(end);
  replicates_.join();
}

std::vector<RenderingPlan> Pipeline::plans_of(std::size_t worker) const {
  return outputs_.plans(worker + 1 < workers_.size() ? Producer::cannot_wait : Producer::can_wait);
}

/// Takes the lines of the renderings into the books of the outputs that they were for. To be called once for each
/// rendering, when it is over.
void Pipeline::settle() {
  std::vector<RenderedCounts> by_plan(outputs_.plan_count());
  for (const auto& worker : workers_) {
    const auto& counters = worker->path().render_counters();
    for (std::size_t i = 0; i < counters.size(); ++i) by_plan[i] += RenderedCounts(*counters[i]);
  }
  outputs_.settle(by_plan);
  for (const RenderedCounts& rendered : by_plan) retired_.add(rendered);
}

FinalCounts Pipeline::input_counts() const {
  FinalCounts counts = retired_;
  for (const auto& worker : workers_) {
    for (const auto& input : worker->inputs()) {
      counts.add(*input->path);
      add_source_counts(*input, counts);
    }
  }
  return counts;
}

FinalCounts Pipeline::counts() const {
  FinalCounts counts = input_counts();
  add_lookups(counts);
  outputs_.add_counts(counts, counts.sent_on());
  for (const ReplicateCounts& replicate : replicates_.counts()) counts.add(replicate);
  return counts;
}

void Pipeline::add_lookups(FinalCounts& counts) const {
  const std::vector<LookupCounts> all = translation_->lookups->counts();
  for (std::size_t i = 0; i < all.size(); ++i) counts.add(translation_->lookups->schemas()[i].name, all[i]);
}

BridgeSurvey Pipeline::survey() const {
  BridgeSurvey survey;
  survey.taken_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  survey.books = retired_;
  survey.unlisted = retired_.sum_of_exporters();
  for (const auto& worker : workers_) {
    const auto of_worker = worker->survey();
    if (!of_worker) continue;
    survey.add(*of_worker);
    survey.workers.push_back({of_worker->taken_ns, worker == workers_.back()});
  }
  add_lookups(survey.books);
  outputs_.add_counts(survey.books, survey.books.sent_on(), survey.by_plan);
  survey.outputs = outputs_.status();
  survey.replicates = replicates_.counts();
  for (const ReplicateCounts& replicate : survey.replicates) survey.books.add(replicate);
  return survey;
}

std::vector<std::uint64_t> Pipeline::worker_ticks() const {
  std::vector<std::uint64_t> ticks;
  for (std::size_t i = 0; i + 1 < workers_.size(); ++i) ticks.push_back(workers_[i]->ticks());
  return ticks;
}

FinalCounts Pipeline::running_counts() const {
  FinalCounts counts = retired_;
  for (const auto& worker : workers_) {
    for (const auto& rendering : worker->path().render_counters()) counts.add(RenderedCounts(*rendering));
    for (const auto& input : worker->inputs()) {
      counts.add_running(*input->path);
      add_source_counts(*input, counts);
    }
  }
  add_lookups(counts);
  outputs_.add_counts(counts, counts.sent_on());
  for (const ReplicateCounts& replicate : replicates_.counts()) counts.add(replicate);
  return counts;
}

}  // namespace flowcef
