#include "flowcef/app/replicate_group.hpp"

#include <algorithm>
#include <utility>

#include "flowcef/config/replicate_loader.hpp"

namespace flowcef {
namespace {

/// To those of the same name.
void add(std::vector<ReplicateCounts>& all, const ReplicateCounts& counts) {
  const auto known = std::ranges::find(all, counts.name, &ReplicateCounts::name);
  if (known == all.end()) {
    all.push_back(counts);
  } else {
    known->add(counts);
  }
}

}  // namespace

ReplicateGroup::ReplicateGroup(const Config& config, const LogFactory& logs) {
  for (const ReplicateConfig& replicate : config.replicates) {
    targets_.push_back(std::make_unique<ReplicateTarget>(replicate, logs.make("replicate")));
  }
  route(config);
}

void ReplicateGroup::route(const Config& config) {
  by_input_.clear();
  for (const InputConfig& input : config.inputs) {
    std::vector<ReplicateTarget*> targets;
    for (const TargetRef& target : targets_) {
      if (replicates_input(target->config(), input)) targets.push_back(target.get());
    }
    if (!targets.empty()) by_input_[input.name] = std::move(targets);
  }
}

void ReplicateGroup::start() {
  for (const TargetRef& target : targets_) target->start();
}

void ReplicateGroup::stop(Clock::time_point deadline) {
  for (const auto* targets : {&targets_, &leaving_}) {
    for (const TargetRef& target : *targets) target->stop(deadline);
  }
}

void ReplicateGroup::join() {
  for (const auto* targets : {&targets_, &leaving_}) {
    for (const TargetRef& target : *targets) target->join();
  }
}

RecordPath::MakeReplicator ReplicateGroup::replicators() {
  std::vector<Endpoint> addresses;
  for (const TargetRef& target : targets_) addresses.push_back(target->config().to);
  return [this, addresses = std::move(addresses)](const std::string& input) -> std::unique_ptr<Replicator> {
    const auto found = by_input_.find(input);
    if (found == by_input_.end()) return nullptr;
    return std::make_unique<Replicator>(pool_, found->second, addresses);
  };
}

ReplicateGroup::Change ReplicateGroup::prepare(const Config& config, const LogFactory& logs) const {
  Change change;
  for (const ReplicateConfig& replicate : config.replicates) {
    const bool goes_on =
        std::ranges::any_of(targets_, [&](const TargetRef& target) { return target->can_become(replicate); });
    change.push_back(goes_on ? nullptr : std::make_unique<ReplicateTarget>(replicate, logs.make("replicate")));
    if (change.back()) change.back()->start();
  }
  return change;
}

std::string ReplicateGroup::apply(Change change, const Config& config, Clock::time_point deadline) {
  if (targets_.empty() && change.empty()) return "";
  std::size_t added = 0;
  std::size_t changed = 0;
  std::vector<TargetRef> next;
  for (std::size_t i = 0; i < change.size(); ++i) {
    const ReplicateConfig& replicate = config.replicates[i];
    if (change[i]) {
      next.push_back(std::move(change[i]));
      ++added;
      continue;
    }
    const auto known =
        std::ranges::find_if(targets_, [&](const TargetRef& target) { return target->can_become(replicate); });
    if (!((*known)->config() == replicate)) ++changed;
    (*known)->reconfigure(replicate);
    next.push_back(std::move(*known));
    targets_.erase(known);
  }
  reap();
  const std::size_t removed = targets_.size();
  for (TargetRef& target : targets_) {
    target->stop(deadline);
    leaving_.push_back(std::move(target));
  }
  targets_ = std::move(next);
  route(config);
  return "added=" + std::to_string(added) + " changed=" + std::to_string(changed) +
         " removed=" + std::to_string(removed);
}

/// Keeps the counts of those that have ended, and forgets them.
void ReplicateGroup::reap() {
  std::erase_if(leaving_, [this](const TargetRef& target) {
    if (!target->has_ended()) return false;
    target->join();
    add(left_, target->counts());
    return true;
  });
}

std::vector<ReplicateCounts> ReplicateGroup::counts() const {
  std::vector<ReplicateCounts> all;
  for (const auto* targets : {&targets_, &leaving_}) {
    for (const TargetRef& target : *targets) add(all, target->counts());
  }
  for (const ReplicateCounts& counts : left_) add(all, counts);
  return all;
}

}  // namespace flowcef
