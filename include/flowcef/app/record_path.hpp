// A record's way from datagram to lines, on one thread: decode by input, then map once for every rendering.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/app/input_path.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/lookup/lookup_reader.hpp"
#include "flowcef/map/renderer.hpp"

namespace flowcef {

/// A rendering and who takes it.
struct RenderingPlan {
  RenderingConfig config;
  Renderer::Deliver deliver;  ///< called from every worker
  const Mapping* mapping = nullptr;
  const std::atomic<std::size_t>* path_limit = nullptr;  ///< as Renderer::follow_path() has it
};

/// Decodes datagrams and renders each record once for every plan, with the same event id in all of them.
/// Thread:   all calls from one at a time; the counters from any.
/// Lifetime: keeps references to the inputs' states, the registry, the plans' mappings and limits and the dead letters,
///           or to what reconfigure() gave it in their place.
class RecordPath {
 public:
  /// Input: `dead_letters` may be null.
  RecordPath(const ElementRegistry& registry, BatchPool& pool, const std::vector<RenderingPlan>& plans,
             const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters = nullptr);
  /// The same where all plans have one mapping.
  RecordPath(const Translation& translation, BatchPool& pool, std::vector<RenderingPlan> plans,
             const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters = nullptr);

  /// As Renderer::report_unmapped(), for the renderings of later plans too.
  void report_unmapped(Renderer::ReportUnmapped report);
  /// As InputPath::report_refused(), for inputs that come later.
  void report_refused(InputPath::ReportRefused report) { report_refused_ = std::move(report); }
  void report_double_exports(DoubleExports::Report report) { memory_.double_exports.report(std::move(report)); }
  /// Event ids are the prefix and a number, which starts at `first`.
  void set_event_ids(std::string prefix, std::uint64_t first);
  /// From now on renderings find what these have, and inputs fill them; null: nothing is found.
  /// Lifetime: they outlive the path, or another call.
  void look_up_in(Lookups* lookups);
  /// Returns: what sends on datagrams of the input of that name; null: nothing does.
  using MakeReplicator = std::function<std::unique_ptr<Replicator>(const std::string& input)>;
  /// From now on datagrams go on through what this makes, once for each input.
  void replicate_by(MakeReplicator make);
  /// Lifetime: the path of an input, through which its datagrams come, is there until remove_input().
  InputPath& add_input(InputState& input);
  /// Forgets an input. To be called behind the path's finish(); its counters go with it.
  void remove_input(InputPath& path);
  /// Also hands on what is rendered.
  /// Input: the time of day, in nanoseconds since 1970 UTC.
  void tick(std::int64_t now_ns);
  /// Whether datagrams wait to be decoded.
  [[nodiscard]] bool is_waiting() const noexcept;
  /// Renders events of the bridge's own, and hands them on.
  void emit(const std::vector<BridgeEvent>& events);
  /// Renders records that are kept for others to join them, and hands on what is rendered.
  void end_merging();
  /// Decodes those that have waited for long enough, and hands on what is rendered.
  void decode_due();
  /// Hands on what has been rendered so far.
  void flush();
  /// Hands on what has been rendered, ends all renderings and begins those of `plans`. Inputs go on by what their states
  /// say now, see Decoder::reconfigure(); event ids and the inputs' counters count on.
  /// Input:   `dead_letters` may be null.
  /// Returns: the counters of the renderings that ended, in the order of their plans.
  std::vector<std::unique_ptr<RenderCounters>> reconfigure(const ElementRegistry& registry,
                                                           const std::vector<RenderingPlan>& plans,
                                                           DeadLetterFile* dead_letters);
  /// The last thing to do: counts what still waited for its template, then flushes.
  void finish();

  /// In the order in which they came.
  [[nodiscard]] const std::vector<std::unique_ptr<InputPath>>& inputs() const noexcept { return inputs_; }
  /// In the order of the plans.
  [[nodiscard]] const std::vector<std::unique_ptr<RenderCounters>>& render_counters() const noexcept {
    return render_counters_;
  }

 private:
  static std::vector<RenderingPlan> with_mapping(std::vector<RenderingPlan> plans, const Mapping& mapping);
  void begin_renderings(const std::vector<RenderingPlan>& plans);
  void render(const DataSet& set);

  const ElementRegistry* registry_;
  BatchPool& pool_;
  DeadLetterFile* dead_letters_;
  Renderer::ReportUnmapped report_unmapped_;
  InputPath::ReportRefused report_refused_;
  MakeReplicator make_replicator_;  ///< may be empty
  Lookups* lookups_ = nullptr;
  std::optional<LookupReader> reader_;  ///< of lookups_
  std::vector<std::unique_ptr<RenderCounters>> render_counters_;
  std::vector<std::unique_ptr<Renderer>> renderers_;
  std::vector<const Mapping*> mappings_;  ///< of the renderers
  ExporterMemory memory_;
  std::vector<std::unique_ptr<InputPath>> inputs_;
  std::string event_prefix_;
  std::uint64_t next_event_ = 0;
};

}  // namespace flowcef
