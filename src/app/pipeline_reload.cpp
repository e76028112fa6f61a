// Goes over to another configuration while the bridge runs.
#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "flowcef/app/pipeline.hpp"
#include "flowcef/source/listen_change.hpp"
#include "pipeline_parts.hpp"

namespace flowcef {
namespace {

/// Returns: none of an input that listens nowhere.
std::vector<Endpoint> listen_of(const InputConfig& input) {
  return std::visit(
      [](const auto& source) {
        if constexpr (requires { source.listen; }) return source.listen;
        return std::vector<Endpoint>();
      },
      input.source);
}

/// Whether one can become the other: over UDP, by connections or off an interface, of exports or of log lines; or the
/// same files.
bool are_of_a_kind(const InputConfig& a, const InputConfig& b) {
  return a.source.index() == b.source.index() && a.decode.log.has_value() == b.decode.log.has_value() &&
         (!std::holds_alternative<FileSourceConfig>(a.source) || a.source == b.source);
}

bool shares_address(const InputConfig& a, const InputConfig& b) {
  if (!are_of_a_kind(a, b)) return false;
  if (std::holds_alternative<FileSourceConfig>(a.source)) return true;
  if (const auto* tap = std::get_if<TapConfig>(&a.source)) {
    return tap->interface == std::get<TapConfig>(b.source).interface;
  }
  const std::vector<Endpoint> others = listen_of(b);
  return std::ranges::any_of(
      listen_of(a), [&](const Endpoint& address) { return std::ranges::find(others, address) != others.end(); });
}

/// A worker that waits for a receiver could not be parked.
class NobodyWaits {
 public:
  explicit NobodyWaits(OutputGroup& outputs) : outputs_(outputs) { outputs_.allow_overflow(true); }
  ~NobodyWaits() { outputs_.allow_overflow(false); }
  NobodyWaits(const NobodyWaits&) = delete;
  NobodyWaits& operator=(const NobodyWaits&) = delete;

 private:
  OutputGroup& outputs_;
};

class Parked {
 public:
  explicit Parked(std::span<const std::unique_ptr<IngestWorker>> workers) : workers_(workers) {
    for (const auto& worker : workers_) worker->park();
  }
  ~Parked() {
    for (const auto& worker : workers_) worker->resume();
  }
  Parked(const Parked&) = delete;
  Parked& operator=(const Parked&) = delete;

 private:
  std::span<const std::unique_ptr<IngestWorker>> workers_;
};

}  // namespace

/// One input of the new configuration, with what it needs that is not there yet.
struct Pipeline::ChangedInput {
  const InputConfig* config = nullptr;
  LiveInput* before = nullptr;                     ///< null: it is new
  std::unique_ptr<InputState> state;               ///< of a new one
  std::vector<std::unique_ptr<WorkerInput>> made;  ///< of a new one or a new tap, by worker; null: not served by that
  std::vector<std::vector<UdpSocket>> sockets;     ///< of a kept one over UDP: of added addresses, by worker
  std::vector<Endpoint> removed;                   ///< of a kept one over UDP: addresses
  std::optional<StreamSource::Change> stream;      ///< of a kept one over TCP or TLS, if it changes
  InputState* now = nullptr;                       ///< once it is in place
};

/// Everything that is new, made beside what is there.
struct Pipeline::Change {
  std::shared_ptr<const BridgeTranslation> translation;
  std::vector<ChangedInput> inputs;
  OutputGroup::Change outputs;
  ReplicateGroup::Change replicates;
  bool changes_dead_letters = false;
  std::unique_ptr<DeadLetterFile> dead_letters;
};

std::string Pipeline::reload(const Config& config, std::shared_ptr<const BridgeTranslation> translation) {
  Change change = prepare(config, std::move(translation));
  std::string summary;
  std::chrono::milliseconds pause;
  lookup_watch_.reset();  // which may be reading a large file, and nobody is to wait for that
  {
    const NobodyWaits nobody_waits(outputs_);
    const std::vector<LiveInput> removed = remove_inputs(change);
    const auto began = std::chrono::steady_clock::now();
    summary = apply(change, config, removed.size());
    pause = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    watch_lookups();
  }
  outputs_.finish_change();
  return summary + " paused=" + std::to_string(pause.count()) + "ms";
}

Pipeline::Change Pipeline::prepare(const Config& config, std::shared_ptr<const BridgeTranslation> translation) {
  Change change;
  change.translation = std::move(translation);
  change.outputs = outputs_.prepare(outputs_with_hosts(config), mappings_of_outputs(*change.translation), logs_);
  change.changes_dead_letters = !(config.dead_letter == dead_letter_config_);
  if (change.changes_dead_letters) change.dead_letters = open_dead_letters(config.dead_letter, log_);
  prepare_inputs(config, change);
  change.replicates = replicates_.prepare(config, logs_);
  OutputGroup::start(change.outputs);
  return change;
}

/// An input is the one of its name, or else one of the same kind with an address in common.
void Pipeline::prepare_inputs(const Config& config, Change& change) {
  std::vector<LiveInput*> free;
  for (LiveInput& input : inputs_) free.push_back(&input);
  const auto take = [&](const auto& fits) -> LiveInput* {
    const auto found = std::ranges::find_if(free, fits);
    if (found == free.end()) return nullptr;
    LiveInput* const input = *found;
    free.erase(found);
    return input;
  };
  for (const InputConfig& input : config.inputs) {
    ChangedInput& entry = change.inputs.emplace_back();
    entry.config = &input;
    entry.before = take([&](const LiveInput* known) {
      return known->config.name == input.name && are_of_a_kind(known->config, input);
    });
  }
  for (ChangedInput& entry : change.inputs) {
    if (entry.before == nullptr) {
      entry.before = take([&](const LiveInput* known) { return shares_address(known->config, *entry.config); });
    }
    if (entry.before == nullptr) {
      entry.state = std::make_unique<InputState>(entry.config->decode, config.exporters, config.identities);
      entry.state->name = entry.config->name;
    }
    refuse_moved_addresses(entry);
    if (std::holds_alternative<UdpSourceConfig>(entry.config->source)) {
      prepare_udp(entry);
    } else if (std::holds_alternative<StreamSourceConfig>(entry.config->source)) {
      prepare_stream(entry);
    } else {
      prepare_alone(entry, config);
    }
  }
}

/// Its socket cannot be closed and opened without a gap.
void Pipeline::refuse_moved_addresses(const ChangedInput& entry) const {
  for (const LiveInput& other : inputs_) {
    if (&other == entry.before || other.config.source.index() != entry.config->source.index()) continue;
    for (const Endpoint& address : listen_of(*entry.config)) {
      const std::vector<Endpoint> open = listen_of(other.config);
      if (std::ranges::find(open, address) == open.end()) continue;
      throw std::runtime_error("input " + entry.config->name + ": " + address.to_string() + " is open for input " +
                               other.config.name +
                               "; an address moves to another input with a restart only, or with two reloads: one "
                               "that takes it out, one that puts it in");
    }
  }
}

void Pipeline::prepare_udp(ChangedInput& entry) {
  UdpSourceConfig settings = std::get<UdpSourceConfig>(entry.config->source);
  std::vector<Endpoint> open;
  if (entry.before != nullptr) {
    open = listen_of(entry.before->config);
    ListenChange change = listen_change(open, settings.listen);
    entry.removed = std::move(change.removed);
    settings.listen = std::move(change.added);
    if (settings.listen.empty()) return;
  }
  const std::size_t workers = workers_.size() - 1;
  entry.sockets = open_udp_sockets(settings, static_cast<unsigned>(workers), log_, open);
  if (entry.before != nullptr) return;
  entry.made.resize(workers_.size());
  for (std::size_t i = 0; i < workers; ++i) {
    entry.made[i] = workers_[i]->prepare_udp(*entry.state, std::move(entry.sockets[i]));
  }
}

void Pipeline::prepare_stream(ChangedInput& entry) {
  const StreamSourceConfig settings = stream_settings(*entry.config);
  IngestWorker& worker = *workers_.back();
  if (entry.before == nullptr) {
    entry.made.resize(workers_.size());
    entry.made.back() = worker.prepare_stream(*entry.state, settings);
  } else if (!(settings == stream_settings(entry.before->config))) {
    entry.stream.emplace(worker.find(*entry.before->state)->stream->prepare(settings));
  }
}

/// A tap that changes is made anew, beside the one that is there.
void Pipeline::prepare_alone(ChangedInput& entry, const Config& config) {
  if (entry.before != nullptr && entry.before->config.source == entry.config->source) return;
  InputState& state = entry.before != nullptr ? *entry.before->state : *entry.state;
  const std::size_t worker = worker_of(*entry.config, &state);
  entry.made.resize(workers_.size());
  entry.made[worker] = make_alone(worker, *entry.config, state, config.state_dir);
}

std::string Pipeline::apply(Change& change, const Config& config, std::size_t removed) {
  const Parked parked(workers_);
  for (const auto& worker : workers_) {
    worker->run_parked([&] { worker->path().end_merging(); });
  }
  settle();
  const std::string outputs = outputs_.apply(std::move(change.outputs), input_counts().sent_on(),
                                             std::chrono::steady_clock::now() + config.stop_deadline);
  const std::string inputs = change_inputs(change, config);
  const std::string replicates =
      replicates_.apply(std::move(change.replicates), config, std::chrono::steady_clock::now() + config.stop_deadline);
  const auto old_dead_letters = change.changes_dead_letters
                                    ? std::exchange(dead_letters_, std::move(change.dead_letters))
                                    : std::unique_ptr<DeadLetterFile>();
  dead_letter_config_ = config.dead_letter;
  Lookups& lookups = *change.translation->lookups;
  lookups.adopt(*translation_->lookups);
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->run_parked([&] {
      workers_[i]->path().look_up_in(&lookups);
      workers_[i]->path().replicate_by(replicates_.replicators());
      workers_[i]->path().reconfigure(*change.translation->registry, plans_of(i), dead_letters_.get());
      change_sources(change, i);
      workers_[i]->refresh_survey();
    });
  }
  unmapped_.forget();
  state_->set_inputs(named_inputs());
  translation_ = std::move(change.translation);
  return "inputs: " + inputs + " removed=" + std::to_string(removed) + " outputs: " + outputs +
         (replicates.empty() ? "" : " replicate: " + replicates);
}

/// Before the others are parked: reading what has come takes its time, and only the workers that serve the input stop
/// for it.
/// Returns: those that are gone, which the state's keeper may still read.
std::vector<Pipeline::LiveInput> Pipeline::remove_inputs(const Change& change) {
  std::vector<LiveInput> removed;
  for (LiveInput& input : inputs_) {
    if (std::ranges::find(change.inputs, &input, &ChangedInput::before) != change.inputs.end()) continue;
    for (const auto& worker : workers_) {
      if (worker->find(*input.state) == nullptr) continue;
      const Parked parked({&worker, 1});
      worker->run_parked([&] {
        auto stopped = worker->stop_input(*input.state);
        retired_.add(*stopped->path);
        add_source_counts(*stopped, retired_);
        worker->remove(std::move(stopped));
      });
    }
    removed.push_back(std::move(input));
  }
  return removed;
}

/// Returns: what changed, in words.
std::string Pipeline::change_inputs(Change& change, const Config& config) {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::vector<LiveInput> next;
  for (ChangedInput& entry : change.inputs) {
    if (entry.before == nullptr) {
      next.push_back({*entry.config, std::move(entry.state)});
      ++added;
      log_listening(*entry.config);
    } else {
      InputState& state = *entry.before->state;
      state.name = entry.config->name;
      state.reconfigure(entry.config->decode, config.exporters, config.identities);
      state.remake_layouts(*change.translation->registry);
      if (!(entry.before->config == *entry.config)) ++changed;
      next.push_back({*entry.config, std::move(entry.before->state)});
    }
    entry.now = next.back().state.get();
    entry.now->patterns = patterns_of_input(*change.translation, next.size() - 1);
  }
  inputs_ = std::move(next);
  return "added=" + std::to_string(added) + " changed=" + std::to_string(changed);
}

/// Input: null: the worker does not serve it
void Pipeline::adopt(std::unique_ptr<WorkerInput> made, std::size_t worker) {
  if (!made) return;
  if (WorkerInput* const live = workers_[worker]->find(*made->state)) {
    workers_[worker]->replace_tap(*live, std::move(made), retired_);
  } else {
    workers_[worker]->adopt(std::move(made));
  }
}

void Pipeline::change_sources(Change& change, std::size_t worker) {
  for (ChangedInput& entry : change.inputs) {
    if (!entry.made.empty()) {
      adopt(std::move(entry.made[worker]), worker);
      continue;
    }
    WorkerInput* const live = workers_[worker]->find(*entry.now);
    if (live == nullptr) continue;
    if (live->udp) {
      const auto& settings = std::get<UdpSourceConfig>(entry.config->source);
      if (!entry.sockets.empty()) {
        for (UdpSocket& socket : entry.sockets[worker]) live->udp->add(std::move(socket));
      }
      for (const Endpoint& address : entry.removed) live->udp->remove(address);
      live->udp->set_receive_buffer(settings.receive_buffer_bytes, worker == 0);
    }
    if (entry.stream) live->stream->apply(std::move(*entry.stream));
  }
}

}  // namespace flowcef
