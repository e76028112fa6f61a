// Data sets that came before their template, kept until it comes: bounded in bytes, in time and per exporter.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/decode_config.hpp"
#include "flowcef/decode/domain_key.hpp"

namespace flowcef {

/// A data set with all that its message said of it.
struct HeldSet {
  DomainKey key;
  std::uint16_t template_id = 0;
  std::int64_t held_since_ns = 0;
  ExportContext context;            ///< its header views `bytes`; the tables are to be set anew
  std::vector<std::uint8_t> bytes;  ///< the export header, then the set's body

  [[nodiscard]] Bytes body() const noexcept { return Bytes(bytes).subspan(context.header.size()); }
};

/// Thread: one; the budget is shared with the pens of other workers.
class HoldingPen {
 public:
  HoldingPen(const DecodeConfig& config, std::atomic<std::size_t>& budget_used);
  ~HoldingPen();
  HoldingPen(const HoldingPen&) = delete;
  HoldingPen& operator=(const HoldingPen&) = delete;

  /// Returns: false if there is no room; the set is then not kept.
  bool hold(const DomainKey& key, std::uint16_t template_id, const ExportContext& context, Bytes body,
            std::int64_t now_ns);
  /// Returns: what waited for that template, in the order it came.
  [[nodiscard]] std::list<HeldSet> take(const DomainKey& key, std::uint16_t template_id);

  using GiveUp = std::function<void(const HeldSet&)>;
  void expire(std::int64_t now_ns, const GiveUp& give_up);
  void end_session(std::uint64_t session, const GiveUp& give_up);
  void give_up_all(const GiveUp& give_up);
  /// Sets other limits. Where there is less room, the oldest of this pen give way.
  void reconfigure(const DecodeConfig& config, const GiveUp& give_up);

  [[nodiscard]] bool empty() const noexcept { return by_age_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return by_age_.size(); }
  /// Returns: how many templates they wait for.
  [[nodiscard]] std::size_t missing_templates() const noexcept { return by_place_.size(); }

 private:
  using Iterator = std::list<HeldSet>::iterator;
  struct Place {
    DomainKey key;
    std::uint16_t template_id;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const noexcept { return DomainKeyHash()(place.key) + place.template_id; }
  };

  static std::size_t cost(const HeldSet& set) noexcept;
  void set_limits(const DecodeConfig& config) noexcept;
  void release(const HeldSet& set) noexcept;
  /// Input: the oldest of its place
  void drop(Iterator set, const GiveUp& give_up);

  std::size_t max_bytes_ = 0;
  std::size_t max_bytes_per_exporter_ = 0;
  std::int64_t max_age_ns_ = 0;
  std::atomic<std::size_t>& used_;
  std::list<HeldSet> by_age_;                                           ///< oldest first
  std::unordered_map<Place, std::list<Iterator>, PlaceHash> by_place_;  ///< oldest first
  std::unordered_map<IpAddress, std::size_t, IpAddressHash> bytes_of_;  ///< by exporter
};

}  // namespace flowcef
