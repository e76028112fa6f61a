// A record's way from datagram to lines, on one thread: decode, then map once for every rendering.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/app/translation.hpp"
#include "flowcef/decode/decoder.hpp"
#include "flowcef/map/renderer.hpp"

namespace flowcef {

/// A rendering and who takes it.
struct RenderingPlan {
  RenderingConfig config;
  Renderer::Deliver deliver;  ///< called from every worker
};

/// Decodes datagrams and renders each record once for every plan, with the same event id in all of them.
/// Thread: decode(), flush() and set_event_prefix() from one; the counters from any.
class RecordPath final : private DataSetHandler {
 public:
  RecordPath(const Translation& translation, BatchPool& pool, const std::vector<RenderingPlan>& plans);

  /// Event ids are the prefix and a number, which starts at `first`.
  void set_event_ids(std::string prefix, std::uint64_t first);
  void decode(const Datagram& datagram) { decoder_.decode(datagram); }
  void flush();

  [[nodiscard]] const DecodeCounters& decode_counters() const noexcept { return decode_counters_; }
  /// In the order of the plans.
  [[nodiscard]] const std::vector<std::unique_ptr<RenderCounters>>& render_counters() const noexcept {
    return render_counters_;
  }

 private:
  void on_data_set(const DataSet& set) override;

  DecodeCounters decode_counters_;
  std::vector<std::unique_ptr<RenderCounters>> render_counters_;
  std::vector<std::unique_ptr<Renderer>> renderers_;
  Decoder decoder_;
  std::string event_prefix_;
  std::uint64_t next_event_ = 0;
};

}  // namespace flowcef
