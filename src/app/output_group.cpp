#include "flowcef/app/output_group.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace flowcef {
namespace {

/// Frames of two kinds on one connection, or in one file, could not be told apart.
bool can_be_kept(const OutputConfig& before, const OutputConfig& after) {
  return before.sink.name == after.sink.name && before.rendering.framing == after.rendering.framing &&
         can_adopt(before.sink, after.sink);
}

/// Lines on disk are framed, and known by their output's name.
void refuse_spool_in_use(const OutputConfig& wanted, const OutputConfig& running) {
  if (!wanted.sink.spool || !running.sink.spool || wanted.sink.spool->dir != running.sink.spool->dir) return;
  throw std::runtime_error("output " + wanted.sink.name + ": the spool " + running.sink.spool->dir +
                           " is in use by output " + running.sink.name +
                           " as it is: its name and framing change with a restart only");
}

}  // namespace

OutputGroup::OutputGroup(const std::vector<OutputConfig>& configs, const std::vector<const Mapping*>& mappings,
                         const LogFactory& logs) {
  for (std::size_t i = 0; i < configs.size(); ++i) {
    members_.push_back({configs[i],
                        make_output(configs[i].sink, logs.make("sink"), configs[i].rendering.framing),
                        mappings[i],
                        0,
                        {},
                        0});
  }
  make_plans();
}

OutputGroup::~OutputGroup() {
  reap(true);
}

void OutputGroup::make_plans() {
  plans_.clear();
  for (Member& member : members_) {
    // Two paths have two limits.
    const auto plan = std::ranges::find_if(plans_, [&](const RenderingPlan& known) {
      return known.config == member.config.rendering && known.mapping == member.mapping && !known.config.follows_path;
    });
    member.plan = static_cast<std::size_t>(plan - plans_.begin());
    if (plan == plans_.end()) plans_.push_back({member.config.rendering, {}, member.mapping});
  }
}

std::vector<RenderingPlan> OutputGroup::plans(Producer producer) const {
  std::vector<RenderingPlan> plans = plans_;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    std::vector<Output*> takers;
    for (const Member& member : members_) {
      if (member.plan != i) continue;
      takers.push_back(member.output.get());
      if (plans[i].config.follows_path) plans[i].path_limit = &member.output->message_limit();
    }
    plans[i].deliver = [takers = std::move(takers), producer](const BatchRef& batch) {
      for (Output* output : takers) output->submit(batch, producer);
    };
  }
  return plans;
}

void OutputGroup::start() {
  for (const Member& member : members_) member.output->start();
}

void OutputGroup::release_producers() {
  for (const Member& member : members_) member.output->release_producers();
}

void OutputGroup::allow_overflow(bool allowed) {
  for (const Member& member : members_) member.output->allow_overflow(allowed);
}

void OutputGroup::stop(std::chrono::steady_clock::time_point deadline) {
  std::vector<std::thread> stoppers;
  for (const Member& member : members_) {
    stoppers.emplace_back([&member, deadline] { member.output->stop(deadline); });
  }
  for (std::thread& stopper : stoppers) stopper.join();
  reap(true);
}

OutputGroup::Change OutputGroup::prepare(const std::vector<OutputConfig>& configs,
                                         const std::vector<const Mapping*>& mappings, const LogFactory& logs) {
  reap(false);  // a spool is free again once its output is gone
  Change change;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    Step& step = change.emplace_back(Step{configs[i], mappings[i], nullptr, nullptr});
    const auto known =
        std::ranges::find_if(members_, [&](const Member& member) { return can_be_kept(member.config, configs[i]); });
    if (known == members_.end()) {
      for (const Member& member : members_) refuse_spool_in_use(configs[i], member.config);
      step.made = make_output(configs[i].sink, logs.make("sink"), configs[i].rendering.framing);
    } else if (needs_new_driver(known->config.sink, configs[i].sink)) {
      step.prepared = known->output->prepare(configs[i].sink);
    }
  }
  return change;
}

void OutputGroup::start(const Change& change) {
  for (const Step& step : change) {
    if (step.made) step.made->start();
  }
}

std::string OutputGroup::apply(Change change, std::uint64_t sent_on, std::chrono::steady_clock::time_point deadline) {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::vector<Member> next;
  for (Step& step : change) {
    if (step.made) {
      next.push_back({std::move(step.config), std::move(step.made), step.mapping, 0, {}, sent_on});
      ++added;
      continue;
    }
    const auto known =
        std::ranges::find_if(members_, [&](const Member& member) { return can_be_kept(member.config, step.config); });
    Member member = std::move(*known);
    members_.erase(known);
    if (!(member.config == step.config)) ++changed;
    changing_.push_back({member.output.get(), step.config.sink, std::move(step.prepared)});
    member.config = std::move(step.config);
    member.mapping = step.mapping;
    next.push_back(std::move(member));
  }
  const std::size_t removed = members_.size();
  for (Member& member : members_) remove(std::move(member), sent_on, deadline);
  members_ = std::move(next);
  make_plans();
  reap(false);
  return "added=" + std::to_string(added) + " changed=" + std::to_string(changed) +
         " removed=" + std::to_string(removed);
}

void OutputGroup::finish_change() {
  for (Changing& changing : changing_) changing.output->adopt(changing.config, std::move(changing.prepared));
  changing_.clear();
}

void OutputGroup::remove(Member member, std::uint64_t sent_on, std::chrono::steady_clock::time_point deadline) {
  Leaving& leaving = leaving_.emplace_back();
  leaving.entry = entry_of(member, sent_on);
  leaving.output = std::move(member.output);
  const auto stop = [&leaving](std::chrono::steady_clock::time_point until) {
    leaving.output->stop(until);
    leaving.stopped = true;
  };
  try {
    leaving.stopper = std::thread(stop, deadline);
  } catch (const std::system_error&) {
    stop(std::chrono::steady_clock::now());  // nobody may wait for it here, so what it has is dropped and counted
  }
}

void OutputGroup::reap(bool wait) {
  std::erase_if(leaving_, [&](Leaving& leaving) {
    if (!wait && !leaving.stopped) return false;
    if (leaving.stopper.joinable()) leaving.stopper.join();
    leaving.entry.counts = leaving.output->counts();
    const auto known = std::ranges::find(left_, leaving.entry.name, &OutputBooksEntry::name);
    if (known == left_.end()) {
      left_.push_back(std::move(leaving.entry));
    } else {
      known->add(leaving.entry);
    }
    return true;
  });
}

void OutputGroup::settle(const std::vector<RenderedCounts>& by_plan) {
  for (Member& member : members_) member.rendered += by_plan[member.plan];
}

OutputBooksEntry OutputGroup::entry_of(const Member& member, std::uint64_t sent_on) {
  return {member.config.sink.name, sent_on - member.sent_before, member.rendered, member.output->counts(),
          member.config.sink.spool.has_value()};
}

void OutputGroup::add_counts(FinalCounts& counts, std::uint64_t sent_on,
                             std::span<const RenderedCounts> by_plan) const {
  for (const OutputBooksEntry& entry : left_) counts.add(entry);
  for (const Leaving& leaving : leaving_) {
    OutputBooksEntry entry = leaving.entry;
    entry.counts = leaving.output->counts();
    counts.add(entry);
  }
  for (const Member& member : members_) {
    OutputBooksEntry entry = entry_of(member, sent_on);
    if (member.plan < by_plan.size()) entry.rendered += by_plan[member.plan];
    counts.add(entry);
  }
}

std::vector<OutputStatus> OutputGroup::status() const {
  std::vector<OutputStatus> all;
  for (const Member& member : members_) {
    all.push_back({member.config.sink, member.output->counts(), member.output->links(), member.output->queue_bytes(),
                   member.output->spool_bytes(), member.output->spool_trouble()});
  }
  return all;
}

}  // namespace flowcef
