// Records that an exporter sends of one flow every few seconds, merged to one for each minute, or whatever the interval.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "flowcef/core/counter.hpp"
#include "flowcef/decode/domain_key.hpp"
#include "flowcef/decode/merge_plan.hpp"

namespace flowcef {

/// A record is kept until no other can join it: one joins if exporter, domain and layout are the same, and so are all
/// fields but those that MergePlan merges, and the flow from the first start to its own end is no longer than longest().
/// What is over is handed on with the context of its latest message. Records that stand for themselves are handed on at
/// once, and those after which the exporter says that the flow has ended, or that are as long as the interval.
///
/// Thread: one; the counters may be read by any.
class FlowMerger {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMaxBytes = std::size_t{128} << 20;

  /// Returns: what a line may last, and so how long a record may be kept: a twelfth more than the interval, as exporters
  ///          look for flows whose time is over now and then.
  [[nodiscard]] static constexpr std::chrono::milliseconds longest(std::chrono::milliseconds interval) noexcept {
    return interval + interval / 12;
  }

  /// Takes what is over.
  /// Lifetime: tables and settings of the set's context may be gone by then: they are to be asked for anew.
  using HandOn = std::function<void(const DataSet&)>;

  /// Input: what does not fit into `max_bytes` is handed on early: nothing is lost.
  explicit FlowMerger(HandOn hand_on, std::size_t max_bytes = kMaxBytes);

  void take(const DataSet& set, std::chrono::milliseconds interval, Clock::time_point now);
  /// Hands on what no record can join any more.
  void advance(Clock::time_point now);
  /// Hands on everything.
  void flush();
  /// Hands on what came over that connection.
  void flush(std::uint64_t session);

  /// Records that became part of others.
  [[nodiscard]] const Counter& merged() const noexcept { return merged_; }
  /// Records that were handed on before their time, as there was no room.
  [[nodiscard]] const Counter& early() const noexcept { return early_; }
  /// Records that are kept now.
  [[nodiscard]] std::uint64_t kept() const noexcept { return kept_.load(std::memory_order_relaxed); }

 private:
  /// Shared by the records of a message.
  struct Message {
    std::shared_ptr<const Template> layout;
    ExportContext context;
    DomainKey key;
    std::vector<std::uint8_t> header;
    std::uint16_t template_id = 0;
  };
  using DueTimes = std::multimap<Clock::time_point, std::uint64_t>;  ///< and the hash of what is due
  struct Line {
    std::shared_ptr<const Message> message;  ///< the latest
    KeptRecord record;
    std::int64_t start_ms = 0;
    DueTimes::iterator due;
  };
  using Lines = std::unordered_map<std::uint64_t, Line>;

  void take_record(const DataSet& set, const MergePlan& plan, std::chrono::milliseconds interval,
                   Clock::time_point now);
  [[nodiscard]] bool is_of_flow(const Line& line, const DataSet& set, const MergePlan& plan);
  void keep(std::uint64_t hash, const DataSet& set, std::int64_t start_ms, Clock::time_point due);
  [[nodiscard]] const std::shared_ptr<const Message>& message_of(const DataSet& set);
  void hand_on(const Template& layout, const ExportContext& context, std::uint16_t template_id,
               const KeptRecord& record);
  void hand_on(const Line& line);
  void forget(Lines::iterator line);
  [[nodiscard]] static std::size_t bytes_of(const Line& line) noexcept;

  HandOn hand_on_;
  std::size_t max_bytes_;
  Lines lines_;  ///< by hash; of two flows with one hash the later one is not kept
  DueTimes due_;
  std::size_t bytes_ = 0;
  std::shared_ptr<const Message> message_;  ///< of the set that is being taken; null until one of its records is kept
  KeptRecord record_;                       ///< that is being taken, and
  KeptRecord blanked_;                      ///< what tells its flow from others
  KeptRecord blanked_line_;
  Counter merged_;
  Counter early_;
  std::atomic<std::uint64_t> kept_{0};
};

}  // namespace flowcef
