// The templates of every exporter that one worker hears, capped in number, with what options data said of them.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// Whose templates they are. Source: RFC 3954 section 5.1 (port left out: it is 0), RFC 7011 section 8.
struct DomainKey {
  Endpoint exporter;
  Endpoint listener;
  std::uint32_t domain = 0;
  ExportFormat format = ExportFormat::ipfix;

  friend bool operator==(const DomainKey&, const DomainKey&) = default;
};

struct DomainKeyHash {
  [[nodiscard]] std::size_t operator()(const DomainKey& key) const noexcept;
};

/// Thread:   one.
/// Lifetime: a Template stays valid until the next put() or remove(); a Domain as long as it has templates.
class TemplateCache {
 public:
  struct Domain;

  /// Input: how many templates may be kept in all; called with the serial of each one that goes.
  TemplateCache(std::size_t max_templates, std::function<void(std::uint64_t)> on_removed);
  ~TemplateCache();

  /// Returns: null if no template of that domain is kept.
  [[nodiscard]] Domain* find_domain(const DomainKey& key);
  /// Marks the template as used. Returns: null if there is none.
  [[nodiscard]] const Template* find(Domain& domain, std::uint16_t id);

  struct PutResult {
    Domain* domain;
    bool changed;  ///< new, or other than the one that was there; a mere repetition keeps the old serial
    bool evicted;  ///< the least recently used template had to go
  };
  PutResult put(const DomainKey& key, Template layout);
  /// Returns: false if no such template was kept; a domain goes with its last template.
  bool remove(const DomainKey& key, std::uint16_t id);

  [[nodiscard]] std::size_t size() const noexcept { return used_.size(); }

  /// systemInitTimeMilliseconds (IANA 160) as last seen in options data: milliseconds since 1970 UTC.
  static void set_init_time(Domain& domain, std::int64_t init_ms);
  [[nodiscard]] static std::optional<std::int64_t> init_time(const Domain& domain);

 private:
  struct Entry;
  void erase(std::list<Entry>::iterator entry);

  std::size_t max_templates_;
  std::function<void(std::uint64_t)> on_removed_;
  std::uint64_t next_serial_ = 1;
  std::unordered_map<DomainKey, std::unique_ptr<Domain>, DomainKeyHash> domains_;
  std::list<Entry> used_;  ///< most recently used first
};

}  // namespace flowcef
