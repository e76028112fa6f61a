#include "flowcef/app/pipeline.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace flowcef {
namespace {

constexpr const char* kStateFile = "templates.state";

std::string start_epoch() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Renderer::Deliver deliver_to_plan(const OutputGroup& group, std::size_t plan, Producer producer) {
  std::vector<Output*> takers;
  for (std::size_t i = 0; i < group.outputs.size(); ++i) {
    if (group.plan_of_output[i] == plan) takers.push_back(group.outputs[i].get());
  }
  return [takers = std::move(takers), producer](const BatchRef& batch) {
    for (Output* output : takers) output->submit(batch, producer);
  };
}

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

}  // namespace

OutputGroup::OutputGroup(const std::vector<OutputConfig>& configs, const std::vector<const Mapping*>& mappings,
                         const LogFactory& logs) {
  for (std::size_t i = 0; i < configs.size(); ++i) {
    outputs.push_back(make_output(configs[i].sink, logs.make("sink")));
    const auto plan = std::ranges::find_if(plans, [&](const RenderingPlan& known) {
      return known.config == configs[i].rendering && known.mapping == mappings[i];
    });
    plan_of_output.push_back(static_cast<std::size_t>(plan - plans.begin()));
    if (plan == plans.end()) plans.push_back({configs[i].rendering, {}, mappings[i]});
  }
  for (std::size_t i = 0; i < plans.size(); ++i) plans[i].deliver = deliver_to_plan(*this, i, Producer::cannot_wait);
}

std::vector<RenderingPlan> OutputGroup::waiting_plans() const {
  std::vector<RenderingPlan> waiting = plans;
  for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i].deliver = deliver_to_plan(*this, i, Producer::can_wait);
  return waiting;
}

void OutputGroup::start() {
  for (const auto& output : outputs) output->start();
}

void OutputGroup::release_producers() {
  for (const auto& output : outputs) output->release_producers();
}

void OutputGroup::stop(std::chrono::steady_clock::time_point deadline) {
  // All at once, so that a receiver that is down does not use up the time of the others.
  std::vector<std::thread> stoppers;
  for (const auto& output : outputs) stoppers.emplace_back([&output, deadline] { output->stop(deadline); });
  for (std::thread& stopper : stoppers) stopper.join();
}

void OutputGroup::add_counts(FinalCounts& counts) const {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    counts.add(outputs[i]->config().name, plan_of_output[i], outputs[i]->counts());
  }
}

Pipeline::Pipeline(const Config& config, std::shared_ptr<const BridgeTranslation> translation, const LogFactory& logs)
    : epoch_(start_epoch()),
      translation_(std::move(translation)),
      outputs_(outputs_with_hosts(config), mappings_of_outputs(*translation_), logs),
      unmapped_(logs.make("map")) {
  const Logger log = logs.make("source");
  if (config.dead_letter) {
    const auto report = [log](const std::string& problem) { log->warn("refused datagrams are not kept: {}", problem); };
    dead_letters_ = std::make_unique<DeadLetterFile>(*config.dead_letter, report);
  }
  std::vector<NamedInput> named;
  for (const InputConfig& input : config.inputs) {
    inputs_.push_back(std::make_unique<InputState>(input.decode, config.exporters));
    named.push_back({input.name, inputs_.back().get()});
  }
  state_ = std::make_unique<StateKeeper>(config.state_dir / kStateFile, std::move(named), *translation_->registry,
                                         logs.make("state"));
  open_udp(config, log);
  open_streams(config, log);
}

/// One worker per CPU, each with a socket for every address.
void Pipeline::open_udp(const Config& config, const Logger& log) {
  const unsigned count = config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) add_worker(outputs_.plans, log);
  for (std::size_t input = 0; input < config.inputs.size(); ++input) {
    const auto* udp = std::get_if<UdpSourceConfig>(&config.inputs[input].source);
    if (udp == nullptr) continue;
    auto sockets = open_udp_sockets(*udp, count, log);
    for (const UdpSocket& socket : sockets.front()) log->info("listening on {} over UDP", socket.local().to_string());
    for (unsigned i = 0; i < count; ++i) workers_[i]->add_udp(input, std::move(sockets[i]));
  }
}

/// Connections have one worker of their own, which may wait for a slow output: no datagram is lost meanwhile.
void Pipeline::open_streams(const Config& config, const Logger& log) {
  IngestWorker* worker = nullptr;
  for (std::size_t input = 0; input < config.inputs.size(); ++input) {
    const auto* stream = std::get_if<StreamSourceConfig>(&config.inputs[input].source);
    if (stream == nullptr) continue;
    if (worker == nullptr) worker = &add_worker(outputs_.waiting_plans(), log);
    StreamSourceConfig settings = *stream;
    settings.allowed = config.inputs[input].decode.exporters;
    for (const Endpoint& address : worker->add_stream(input, settings)) {
      log->info("listening on {} over {}", address.to_string(), stream->tls ? "TLS" : "TCP");
    }
  }
}

IngestWorker& Pipeline::add_worker(const std::vector<RenderingPlan>& plans, const Logger& log) {
  std::vector<InputState*> inputs;
  for (const auto& input : inputs_) inputs.push_back(input.get());
  auto path = std::make_unique<RecordPath>(*translation_->registry, pool_, plans, inputs, dead_letters_.get());
  path->report_unmapped([this](const UnmappedElement& element) { unmapped_.report(element); });
  path->set_event_ids(epoch_ + '-' + std::to_string(workers_.size()) + '-', 1);
  return *workers_.emplace_back(std::make_unique<IngestWorker>(std::move(path), log));
}

void Pipeline::start() {
  state_->load();
  state_->start();
  outputs_.start();
  for (const auto& worker : workers_) worker->start();
}

void Pipeline::stop(std::chrono::milliseconds deadline) {
  outputs_.release_producers();  // a worker that waits for a receiver could not stop
  for (const auto& worker : workers_) worker->stop();
  state_->stop();
  outputs_.stop(std::chrono::steady_clock::now() + deadline);
}

FinalCounts Pipeline::counts() const {
  FinalCounts counts;
  std::uint64_t kernel_drops = 0;
  std::uint64_t truncated = 0;
  for (const auto& worker : workers_) {
    counts.add(worker->path());
    for (const UdpSourceCounts* source : worker->udp_counts()) {
      kernel_drops += source->kernel_drops.value();
      truncated += source->truncated.value();
    }
    for (const StreamSourceCounts* source : worker->stream_counts()) {
      counts.add("sessions", source->opened.value());
      counts.add("sessions.refused", source->refused.value(), false);
      counts.add("sessions.tls_failures", source->tls_failures.value(), false);
      counts.add("sessions.rubbish", source->rubbish.value(), false);
      counts.add("sessions.skipped_bytes", source->skipped_bytes.value(), false);
    }
  }
  counts.add("kernel_drops", kernel_drops);
  counts.add("truncated", truncated, false);
  outputs_.add_counts(counts);
  return counts;
}

}  // namespace flowcef
