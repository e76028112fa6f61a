// The templates of every exporter that one worker hears, capped in number, with what options data said of them.
#pragma once

#include <cstdint>
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

/// What may be kept in all, over all exporters.
struct TemplateLimits {
  std::size_t templates = 10'000;
  std::size_t fields = 500'000;  ///< of all templates together; bounds memory against giant ones
};

/// Thread:   one.
/// Lifetime: a Template stays valid until the next put() or remove(); a Domain as long as it has templates.
class TemplateCache {
 public:
  struct Domain;

  /// Input: limits of at least one template.
  explicit TemplateCache(const TemplateLimits& limits);
  ~TemplateCache();

  /// Returns: null if no template of that domain is kept.
  [[nodiscard]] Domain* find_domain(const DomainKey& key);
  /// Marks the template as used. Returns: null if there is none.
  [[nodiscard]] const Template* find(Domain& domain, std::uint16_t id);

  struct PutResult {
    Domain* domain;
    bool changed;         ///< new, or other than the one that was there; a mere repetition keeps the old serial
    std::size_t evicted;  ///< how many of the least recently used templates had to go
  };
  PutResult put(const DomainKey& key, std::uint16_t id, std::shared_ptr<Template> layout);
  /// Returns: false if no such template was kept; a domain goes with its last template.
  bool remove(const DomainKey& key, std::uint16_t id);

  [[nodiscard]] std::size_t size() const noexcept { return used_.size(); }

  /// systemInitTimeMilliseconds (IANA 160) as last seen in options data: milliseconds since 1970 UTC.
  static void set_init_time(Domain& domain, std::int64_t init_ms);
  [[nodiscard]] static std::optional<std::int64_t> init_time(const Domain& domain);

 private:
  struct Entry;
  std::size_t evict();
  void erase(std::list<Entry>::iterator entry);

  TemplateLimits limits_;
  std::size_t fields_ = 0;  ///< of all templates kept
  std::uint64_t next_serial_ = 1;
  std::unordered_map<DomainKey, std::unique_ptr<Domain>, DomainKeyHash> domains_;
  std::list<Entry> used_;  ///< most recently used first
};

}  // namespace flowcef
