// All targets of replication, and which inputs' datagrams go to them.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/replicate/replicate_counters.hpp"
#include "flowcef/replicate/replicate_target.hpp"
#include "flowcef/replicate/replicator.hpp"

namespace flowcef {

/// Thread:   one; what replicators do, the workers'.
/// Lifetime: outlives the replicators that it made.
class ReplicateGroup {
 public:
  using Clock = ReplicateTarget::Clock;

  /// Errors: std::runtime_error, as ReplicateTarget's constructor.
  ReplicateGroup(const Config& config, const LogFactory& logs);

  /// Errors: std::system_error if there is no thread to be had
  void start();
  /// Targets send what waits until the deadline; join() waits for that.
  void stop(Clock::time_point deadline);
  void join();

  /// Lifetime: the function, until apply().
  [[nodiscard]] RecordPath::MakeReplicator replicators();

  /// Of each replication in turn; null: one that is there goes on.
  using Change = std::vector<std::unique_ptr<ReplicateTarget>>;
  /// Starts the targets that are new.
  /// Errors: as the constructor and start(); nothing has changed then.
  [[nodiscard]] Change prepare(const Config& config, const LogFactory& logs) const;
  /// To be called while no worker replicates; all of them need new replicators then. A target of the same name, address
  /// and source keeps its queue and its counts; one that is removed sends what it has until the deadline.
  /// Returns: what changed, in words: `added=1 changed=0 removed=2`; empty where there is and was none.
  std::string apply(Change change, const Config& config, Clock::time_point deadline);

  /// Returns: by name; of removed ones too.
  [[nodiscard]] std::vector<ReplicateCounts> counts() const;

 private:
  using TargetRef = std::unique_ptr<ReplicateTarget>;

  void route(const Config& config);
  void reap();

  ReplicaPool pool_;  ///< outlives the targets, whose queues hold its replicas
  std::vector<TargetRef> targets_;
  std::vector<TargetRef> leaving_;     ///< they end by themselves
  std::vector<ReplicateCounts> left_;  ///< of those that have, by name
  std::map<std::string, std::vector<ReplicateTarget*>> by_input_;
};

}  // namespace flowcef
