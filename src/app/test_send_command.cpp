#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/test_event.hpp"
#include "flowcef/app/test_send_report.hpp"
#include "flowcef/config/target.hpp"
#include "flowcef/sink/output.hpp"

namespace flowcef {
namespace {

using Clock = std::chrono::steady_clock;

/// How long an acknowledgement, and then the end of a connection, may take.
constexpr std::chrono::seconds kPatience(3);
constexpr std::chrono::milliseconds kPollInterval(10);

/// The event on its way to one receiver of an output.
class Trial {
 public:
  /// Input: `receiver`: the one of the output's that is to have the event
  Trial(const OutputConfig& config, const Receiver& receiver, std::string message) : message_(std::move(message)) {
    outcome_.bytes = message_.size();
    SinkConfig& sink = outcome_.status.config;
    sink = config.sink;
    sink.host = receiver.host;
    sink.port = receiver.port;
    sink.more_receivers.clear();
    sink.connections = 1;
    sink.spool.reset();
    framing_ = config.rendering.framing;
  }

  void open(const LogFactory& logs) {
    try {
      output_ = make_output(outcome_.status.config, logs.make("sink"));
    } catch (const std::exception& error) {
      outcome_.problem = error.what();
    }
  }

  void start(BatchPool& pool) {
    if (!output_) return;
    const SinkConfig& sink = outcome_.status.config;
    deadline_ = Clock::now() + sink.connect_timeout + kPatience;
    if (sink.transport == Transport::tls) deadline_ += sink.tls.accepted_after;
    output_->start();
    output_->submit(batch_of(message_, framing_, pool), Producer::cannot_wait);
  }

  /// Returns: whether it is known what came of it. One attempt to connect is enough to know.
  [[nodiscard]] bool is_settled() const {
    if (!output_ || Clock::now() >= deadline_) return true;
    const OutputCounts counts = output_->counts();
    if (counts.delivered != 0 || counts.dropped_lines() != 0) return true;
    return std::ranges::all_of(output_->links(),
                               [](const LinkStatus& link) { return link.state == LinkState::waiting; });
  }

  TestOutcome finish() {
    if (!output_) return outcome_;
    const bool taken = output_->counts().delivered != 0;
    output_->stop(Clock::now() + (taken ? kPatience : std::chrono::seconds(0)));
    outcome_.status.links = output_->links();
    outcome_.status.counts = output_->counts();
    return outcome_;
  }

 private:
  std::string message_;
  Framing framing_ = Framing::newline;
  std::unique_ptr<Output> output_;  ///< null: it could not be made
  Clock::time_point deadline_;
  TestOutcome outcome_;
};

/// Returns: one for each receiver of the outputs that were asked for; none, and it has been said why, if not all can have the event.
std::vector<Trial> make_trials(const BridgeSettings& settings, const TestSendOptions& options, const TestEvent& event) {
  std::vector<Trial> trials;
  const std::vector<OutputConfig>& outputs = settings.config.outputs;
  std::string names;
  std::string refusals;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = outputs[i].sink.name;
    names += ' ' + name;
    if (!options.output.empty() && options.output != name) continue;
    const BridgeTranslation& translation = *settings.translation;
    const Mapping& mapping = translation.mappings[translation.of_output[i]]->mapping;
    if (const auto message = test_message(outputs[i], mapping, event, options.size)) {
      for (const Receiver& receiver : receivers_of(outputs[i].sink))
        trials.emplace_back(outputs[i], receiver, *message);
    } else {
      refusals += message.error() + '\n';
    }
  }
  if (trials.empty() && refusals.empty())
    refusals = "no output is called " + options.output + "; there are:" + names + '\n';
  std::cerr << refusals;
  if (!refusals.empty()) trials.clear();
  return trials;
}

/// Lifetime: the pool outlives the trials.
std::vector<TestOutcome> send(std::vector<Trial>& trials, BatchPool& pool, const BridgeSettings& settings) {
  const LogFactory logs(spdlog::level::warn);
  for (Trial& trial : trials) trial.open(logs);
  if (settings.account) drop_privileges(*settings.account, needed_capabilities(settings.config));
  for (Trial& trial : trials) trial.start(pool);
  while (!std::ranges::all_of(trials, &Trial::is_settled)) std::this_thread::sleep_for(kPollInterval);
  std::vector<TestOutcome> outcomes;
  for (Trial& trial : trials) outcomes.push_back(trial.finish());
  return outcomes;
}

}  // namespace

int test_send_command(const TestSendOptions& options) {
  const auto settings = load_bridge_settings(options.config);
  if (!settings) {
    print_errors(std::cerr, settings.error());
    return kExitUsage;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const TestEvent event = make_test_event(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  BatchPool pool;
  std::vector<Trial> trials = make_trials(*settings, options, event);
  if (trials.empty()) return kExitUsage;

  const std::vector<TestOutcome> outcomes = send(trials, pool, *settings);
  std::cout << "event " << event.id << '\n';
  for (const TestOutcome& outcome : outcomes) std::cout << to_string(outcome);
  if (std::ranges::any_of(outcomes, &TestOutcome::taken)) {
    const bool over_udp = std::ranges::any_of(
        outcomes, [](const TestOutcome& outcome) { return outcome.status.config.transport == Transport::udp; });
    std::cout << how_to_find(event.id) << where_it_may_be(over_udp);
  }
  return std::ranges::all_of(outcomes, &TestOutcome::taken) ? kExitOk : kExitFailed;
}

}  // namespace flowcef
