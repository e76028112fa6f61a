// The exporters that one worker hears, each with its observation domains and what went wrong with it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "flowcef/decode/domain_key.hpp"
#include "flowcef/decode/exporter_signs.hpp"
#include "flowcef/decode/input_state.hpp"
#include "flowcef/decode/layout_lengths.hpp"
#include "flowcef/decode/options_tables.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/sequence_tracker.hpp"
#include "flowcef/decode/template_store.hpp"

namespace flowcef {

/// The books of one exporter.
struct ExporterCounts {
  std::uint64_t datagrams = 0;
  std::uint64_t records = 0;
  std::array<std::uint64_t, kRefusalCount> refused{};  ///< by Refusal
  SequenceCounts sequence;
  std::map<std::string, std::uint64_t> incomplete;  ///< flows refused, by the element they lack

  void add(const ExporterCounts& other);
  [[nodiscard]] bool has_trouble() const noexcept;
};

struct Exporter;

/// One observation domain as its worker sees it: references to the input's templates, tables for quick lookup.
struct Domain {
  Domain(const DomainKey& of, Exporter& owner);

  const DomainKey key;
  Exporter& exporter;
  std::unordered_map<std::uint16_t, TemplateRef> templates;
  /// Ids whose last definition could not be used: data under them would be read wrong by any other one.
  std::unordered_set<std::uint16_t> unusable;
  OptionsTables tables;
  std::uint64_t store_serial = 0;  ///< of the store's domain that the tables are of
  SequenceTracker sequence;
  std::optional<IpAddress> stated_exporter;      ///< who its options data says that it is, where that is believed
  bool states_several = false;                   ///< they say that it is one, and another: nobody knows
  std::optional<std::uint16_t> header_sampling;  ///< of the latest NetFlow v5 header: one packet out of so many
};

struct Exporter {
  IpAddress address;
  ExporterSettings settings;
  ExporterCounts counts;
  ExporterSigns signs;
  std::int64_t last_heard_ns = 0;     ///< arrival of its latest datagram that was decoded at least in part
  std::vector<LayoutLength> layouts;  ///< one for each that it has sent records of
  std::unordered_map<DomainKey, Domain, DomainKeyHash> domains;
};

/// Bounded: the exporter that was silent for longest makes room, and is set up again from the shared store when it
/// speaks again. Its counts go into those of the forgotten ones.
///
/// Thread:   one.
/// Lifetime: an Exporter and its Domains stay until the next call of exporter().
class ExporterTable {
 public:
  explicit ExporterTable(InputState& input) : input_(input) {}

  /// Returns: the exporter, set up if it is new.
  Exporter& exporter(const IpAddress& address);
  /// Returns: the domain, with what is in the shared store if it is new here.
  Domain& domain(Exporter& exporter, const DomainKey& key);
  /// Takes a template of the shared store in. If its domain has begun anew there, so do the tables.
  void adopt(Domain& domain, TemplateRef entry);
  /// Returns: the books for what is not let in: those of its exporter, or of the forgotten ones where setting it up would
  ///          take the room of another.
  ExporterCounts& counts_of_stranger(const IpAddress& address);
  /// Ends the domains of a connection from that address, whoever its exporters are.
  void end_session(const IpAddress& address, std::uint64_t session);
  /// Lets go of templates that are out of force.
  void sweep();
  /// Takes over what the input's settings say of exporters now, and lets go of templates that are out of force. Whoever
  /// is to be counted by another sequence rule begins a new count: what was missing of the old one is lost.
  void reconfigure();
  /// Closes the sequence gaps that are open: what is missing now is lost.
  void finish();

  /// Puts into the context of a message that was kept what is known of its exporter and domain now, or null.
  void refresh(ExportContext& context) const;

  [[nodiscard]] std::size_t size() const noexcept { return exporters_.size(); }
  void for_each(const std::function<void(const Exporter&)>& visit) const;
  /// Sum over exporters that had to make room.
  [[nodiscard]] const ExporterCounts& forgotten() const noexcept { return forgotten_; }

 private:
  void load(Domain& domain);
  void drop_gone();
  void forget_silent();
  void close_sequence(Exporter& exporter);
  void end_session(Exporter& exporter, std::uint64_t session);

  InputState& input_;
  std::list<Exporter> exporters_;  ///< most recently heard first
  std::unordered_map<IpAddress, std::list<Exporter>::iterator, IpAddressHash> by_address_;
  std::size_t domains_ = 0;
  std::uint64_t removals_seen_ = 0;
  ExporterCounts forgotten_;
};

}  // namespace flowcef
