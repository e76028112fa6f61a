// Turns data sets into batches of finished messages: one mapping, one envelope, one framing.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "flowcef/core/counter.hpp"
#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/bridge_event.hpp"
#include "flowcef/map/executor.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/map/lookup_prober.hpp"
#include "flowcef/map/mapping.hpp"
#include "flowcef/map/rendering_config.hpp"
#include "flowcef/map/syslog_envelope.hpp"

namespace flowcef {

/// So that prefix and number stay within the 40 characters that CEF gives externalId.
inline constexpr std::size_t kMaxEventPrefix = 20;

/// Ids of the records of a data set: the prefix and a number that counts on from `first`.
struct EventIds {
  std::string_view prefix;  ///< at most kMaxEventPrefix characters
  std::uint64_t first = 0;
};

struct RenderCounters {
  Counter lines;
  Counter events;           ///< those of `lines` that are the bridge's own, and no record's
  Counter oversize_events;  ///< without a line, as none keeps to the limit
  Counter bytes;            ///< of messages, their framing not counted
  Counter dropped_records;  ///< by event rules
  Counter oversize;         ///< records without a line, as none keeps to the limit
  Counter shed_lines;       ///< that were shortened to keep to the limit
  Counter shed_keys;        ///< left out of these
  Counter dropped_fields;   ///< that no key shows, left out as the mapping wants it
  Counter unknown_fields;   ///< of elements that no table has, shown or left out
};

/// A record's line and what it is made of.
/// Lifetime: until the callback that was given it returns.
struct TracedLine {
  const Program& program;
  std::uint32_t record;               ///< index in the data set
  std::size_t event;                  ///< index into Program::events
  std::string_view text;              ///< the message; empty: an event rule drops the record
  std::span<const LinePiece> pieces;  ///< of the text
};

/// Thread:   one.
/// Lifetime: keeps references to the mapping and the pool.
class Renderer {
 public:
  using Deliver = std::function<void(BatchRef)>;
  using ReportUnmapped = std::function<void(const UnmappedElement&)>;

  Renderer(const Mapping& mapping, const RenderingConfig& config, BatchPool& pool, RenderCounters& counters,
           Deliver deliver);
  ~Renderer();

  /// From now on elements that no key shows are reported, if the mapping wants warnings: those of each template when it
  /// is first seen, and again when its program had to be made anew.
  void report_unmapped(ReportUnmapped report) { report_unmapped_ = std::move(report); }
  /// From now on messages keep to `limit` too, as it stands when the rendering of their data set begins. For renderings
  /// with RenderingConfig::follows_path.
  /// Input:    bytes; 0: not known yet. Null: there is none.
  /// Thread:   any may change the limit.
  /// Lifetime: it outlives the renderer, or another call.
  void follow_path(const std::atomic<std::size_t>* limit) { path_limit_ = limit; }
  /// From now on keys and rules that ask lookups find what is there; null: nothing is ever found.
  /// Lifetime: the reader outlives the renderer, or another call; each data set is between its begin() and end().
  void look_up_in(LookupReader* reader) noexcept { prober_.look_up_in(reader); }
  /// Writes one line for each record; hands on every batch that fills up on the way.
  void render(const DataSet& set, const EventIds& ids);
  /// Writes a line of the bridge's own. To be called behind a flush(), unless the line before was such a one too, and as
  /// much routine as this one.
  /// Input: `id`: of the event
  void write_event(const BridgeEvent& event, std::string_view id, std::uint64_t number);
  /// Shows each record's line, and how it came about, in place of rendering it; counts nothing. Slower.
  void trace(const DataSet& set, const EventIds& ids, const std::function<void(const TracedLine&)>& visit);
  /// Hands on what has been rendered so far.
  void flush();
  /// Of templates that are in use, and some that were.
  [[nodiscard]] std::size_t programs() const noexcept { return programs_.size(); }

 private:
  /// In programs of usual size.
  static constexpr std::size_t kFirstSweep = 64;
  static constexpr std::size_t kMaxPrograms = 32'768;

  struct Compiled {
    std::weak_ptr<const Template> layout;
    std::size_t weight = 0;  ///< in programs of usual size
    std::unique_ptr<Program> program;
  };

  const Program& program_for(const Template& layout);
  /// Drops the programs of templates that are gone, each time the programs have doubled; all if there are too many.
  void sweep_programs();
  /// Lifetime: of the result, until the next call
  [[nodiscard]] SetContext context_of(const Program& program, const DataSet& set, std::string_view event_prefix);
  /// Returns: a bound for the bytes of a message that the record has no part in.
  [[nodiscard]] std::size_t shared_size(const SetContext& context) const noexcept;
  void render_context(const Program& program, const DataSet& set, std::string_view event_prefix);
  void test_exporter(const Program& program, const IpAddress& exporter);
  [[nodiscard]] std::string_view keep_event_prefix(std::string_view prefix) noexcept;
  /// Returns: bytes
  [[nodiscard]] std::size_t message_limit() const noexcept;
  void make_room(std::size_t size);
  /// Finds what the record's line takes from elsewhere.
  /// Returns: a bound for its bytes
  [[nodiscard]] std::size_t prepare(const Program& program, const DataSet& set, std::uint32_t index);
  /// Returns: the length of the message; 0 if an event rule drops the record or the message cannot be short enough.
  std::uint32_t append_line(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context,
                            std::uint64_t event);
  /// As execute(), within the limit.
  char* write_message(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context,
                      std::uint64_t event, char* out);
  /// The same for a message that has turned out too long.
  char* write_shortened(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context,
                        std::uint64_t event, char* out);

  const Mapping& mapping_;
  RenderingConfig config_;
  const std::atomic<std::size_t>* path_limit_ = nullptr;
  std::size_t max_bytes_ = 0;  ///< of a message of the data set
  BatchPool& pool_;
  RenderCounters& counters_;
  Deliver deliver_;
  ReportUnmapped report_unmapped_;
  SyslogEnvelope envelope_;
  std::unordered_map<std::uint64_t, Compiled> programs_;  ///< by serial of the template
  std::size_t weight_ = 0;                                ///< of all programs
  std::size_t sweep_at_ = kFirstSweep;                    ///< weight
  ListWriter lists_;
  LookupProber prober_;
  std::unique_ptr<LocalZone> zone_;
  LineBatch* batch_;
  std::vector<char> context_text_;
  std::vector<std::string_view> context_texts_;
  std::vector<std::uint8_t> exporter_passes_;
  std::vector<LinePiece> pieces_;  ///< of a message that is too long
  std::array<char, kMaxEventPrefix + kCopyBlock> event_prefix_{};
};

}  // namespace flowcef
