// A record's way from datagram to lines, on one thread: decode by input, then map once for every rendering.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/app/input_path.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/map/renderer.hpp"

namespace flowcef {

/// A rendering and who takes it.
struct RenderingPlan {
  RenderingConfig config;
  Renderer::Deliver deliver;  ///< called from every worker
  const Mapping* mapping = nullptr;
};

/// Decodes datagrams and renders each record once for every plan, with the same event id in all of them.
/// Thread:   all calls from one; the counters from any.
/// Lifetime: keeps references to the inputs' states, the registry and the plans' mappings.
class RecordPath {
 public:
  /// Input: `dead_letters` may be null.
  RecordPath(const ElementRegistry& registry, BatchPool& pool, const std::vector<RenderingPlan>& plans,
             const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters = nullptr);
  /// The same where all plans have one mapping.
  RecordPath(const Translation& translation, BatchPool& pool, std::vector<RenderingPlan> plans,
             const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters = nullptr);

  /// As Renderer::report_unmapped().
  void report_unmapped(const Renderer::ReportUnmapped& report);
  /// Event ids are the prefix and a number, which starts at `first`.
  void set_event_ids(std::string prefix, std::uint64_t first);
  /// Input: `input` is a place in the list of inputs.
  void decode(std::size_t input, const Datagram& datagram) { inputs_[input]->decode(datagram); }
  void end_session(std::size_t input, const IpAddress& exporter, std::uint64_t session);
  /// Input: the time of day, in nanoseconds since 1970 UTC.
  void tick(std::int64_t now_ns);
  /// Hands on what has been rendered so far.
  void flush();
  /// The last thing to do: counts what still waited for its template, then flushes.
  void finish();

  [[nodiscard]] const std::vector<std::unique_ptr<InputPath>>& inputs() const noexcept { return inputs_; }
  /// In the order of the plans.
  [[nodiscard]] const std::vector<std::unique_ptr<RenderCounters>>& render_counters() const noexcept {
    return render_counters_;
  }

 private:
  static std::vector<RenderingPlan> with_mapping(std::vector<RenderingPlan> plans, const Mapping& mapping);
  void render(const DataSet& set);

  std::vector<std::unique_ptr<RenderCounters>> render_counters_;
  std::vector<std::unique_ptr<Renderer>> renderers_;
  std::vector<const Mapping*> mappings_;  ///< of the renderers
  std::vector<std::unique_ptr<InputPath>> inputs_;
  std::string event_prefix_;
  std::uint64_t next_event_ = 0;
};

}  // namespace flowcef
