#include "flowcef/app/pipeline.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace flowcef {
namespace {

std::string start_epoch() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

OutputGroup::OutputGroup(const std::vector<OutputConfig>& configs, const LogFactory& logs) {
  std::vector<std::vector<Output*>> takers;
  for (const OutputConfig& config : configs) {
    outputs.push_back(make_output(config.sink, logs.make("sink")));
    const auto plan = std::find_if(plans.begin(), plans.end(),
                                   [&](const RenderingPlan& known) { return known.config == config.rendering; });
    const auto index = static_cast<std::size_t>(plan - plans.begin());
    if (plan == plans.end()) {
      plans.push_back({config.rendering, {}});
      takers.emplace_back();
    }
    plan_of_output.push_back(index);
    takers[index].push_back(outputs.back().get());
  }
  for (std::size_t i = 0; i < plans.size(); ++i) {
    plans[i].deliver = [outputs_of_plan = std::move(takers[i])](const BatchRef& batch) {
      for (Output* output : outputs_of_plan) output->submit(batch);
    };
  }
}

void OutputGroup::start() {
  for (const auto& output : outputs) output->start();
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

Pipeline::Pipeline(const Config& config, const Translation& translation, const LogFactory& logs)
    : outputs_(config.outputs, logs) {
  const unsigned workers = config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency());
  const Logger log = logs.make("source");
  std::vector<std::vector<std::vector<UdpSocket>>> sockets(workers);  // [worker][input][listen address]
  for (const UdpSourceConfig& input : config.inputs) {
    auto opened = open_udp_sockets(input, workers, log);
    for (const UdpSocket& socket : opened.front()) log->info("listening on {}", socket.local().to_string());
    for (unsigned i = 0; i < workers; ++i) sockets[i].push_back(std::move(opened[i]));
  }
  const std::string epoch = start_epoch();
  for (unsigned i = 0; i < workers; ++i) {
    auto path = std::make_unique<RecordPath>(translation, pool_, outputs_.plans);
    path->set_event_ids(epoch + '-' + std::to_string(i) + '-', 1);
    workers_.push_back(std::make_unique<IngestWorker>(std::move(sockets[i]), std::move(path), log));
  }
}

void Pipeline::start() {
  outputs_.start();
  for (const auto& worker : workers_) worker->start();
}

void Pipeline::stop(std::chrono::milliseconds deadline) {
  for (const auto& worker : workers_) worker->stop();
  outputs_.stop(std::chrono::steady_clock::now() + deadline);
}

FinalCounts Pipeline::counts() const {
  FinalCounts counts;
  std::uint64_t kernel_drops = 0;
  std::uint64_t truncated = 0;
  for (const auto& worker : workers_) {
    counts.add(worker->path());
    for (const UdpSourceCounts* source : worker->source_counts()) {
      kernel_drops += source->kernel_drops.value();
      truncated += source->truncated.value();
    }
  }
  counts.add("kernel_drops", kernel_drops);
  counts.add("truncated", truncated, false);
  outputs_.add_counts(counts);
  return counts;
}

}  // namespace flowcef
