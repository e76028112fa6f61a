#include "flowcef/decode/template_cache.hpp"

#include <cstring>
#include <utility>

namespace flowcef {
namespace {

std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 32;
  x *= 0x9e37'79b9'7f4a'7c15;
  return x ^ x >> 29;
}

std::uint64_t hash_endpoint(const Endpoint& endpoint, std::uint64_t seed) noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, endpoint.address.ipv6_bytes().data(), sizeof halves);
  return mix(mix(seed ^ halves[0]) ^ halves[1] ^ std::uint64_t{endpoint.port} << 48);
}

bool same_layout(const Template& a, const Template& b) noexcept {
  if (a.options != b.options || a.record_length != b.record_length || a.fields.size() != b.fields.size()) return false;
  if (a.wire_lengths != b.wire_lengths || a.wire_to_field != b.wire_to_field) return false;
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    const Field& x = a.fields[i];
    const Field& y = b.fields[i];
    if (x.id != y.id || x.length != y.length || x.offset != y.offset || x.scope != y.scope) return false;
  }
  return true;
}

}  // namespace

struct TemplateCache::Entry {
  std::uint16_t id;
  std::shared_ptr<const Template> layout;
  Domain* domain;
};

struct TemplateCache::Domain {
  DomainKey key;
  std::unordered_map<std::uint16_t, std::list<Entry>::iterator> templates;
  std::optional<std::int64_t> init_ms;
};

std::size_t DomainKeyHash::operator()(const DomainKey& key) const noexcept {
  const std::uint64_t seed = std::uint64_t{key.domain} << 8 | static_cast<std::uint64_t>(key.format);
  return hash_endpoint(key.listener, hash_endpoint(key.exporter, seed));
}

TemplateCache::TemplateCache(const TemplateLimits& limits) : limits_(limits) {}

TemplateCache::~TemplateCache() = default;

TemplateCache::Domain* TemplateCache::find_domain(const DomainKey& key) {
  const auto found = domains_.find(key);
  return found == domains_.end() ? nullptr : found->second.get();
}

const Template* TemplateCache::find(Domain& domain, std::uint16_t id) {
  const auto found = domain.templates.find(id);
  if (found == domain.templates.end()) return nullptr;
  if (found->second != used_.begin()) used_.splice(used_.begin(), used_, found->second);
  return found->second->layout.get();
}

TemplateCache::PutResult TemplateCache::put(const DomainKey& key, std::uint16_t id, std::shared_ptr<Template> layout) {
  std::unique_ptr<Domain>& slot = domains_[key];
  if (!slot) {
    slot = std::make_unique<Domain>();
    slot->key = key;
  }
  Domain& domain = *slot;
  if (const auto found = domain.templates.find(id); found != domain.templates.end()) {
    std::shared_ptr<const Template>& known = found->second->layout;
    used_.splice(used_.begin(), used_, found->second);
    if (same_layout(*known, *layout)) return {&domain, false, 0};
    fields_ = fields_ - known->fields.size() + layout->fields.size();
    layout->serial = next_serial_++;
    known = std::move(layout);
    return {&domain, true, evict()};
  }

  layout->serial = next_serial_++;
  fields_ += layout->fields.size();
  used_.push_front({id, std::move(layout), &domain});
  domain.templates[id] = used_.begin();
  return {&domain, true, evict()};
}

/// The template just put is the most recently used one, and stays.
std::size_t TemplateCache::evict() {
  std::size_t evicted = 0;
  while (used_.size() > 1 && (used_.size() > limits_.templates || fields_ > limits_.fields)) {
    erase(std::prev(used_.end()));
    ++evicted;
  }
  return evicted;
}

bool TemplateCache::remove(const DomainKey& key, std::uint16_t id) {
  Domain* domain = find_domain(key);
  if (domain == nullptr) return false;
  const auto found = domain->templates.find(id);
  if (found == domain->templates.end()) return false;
  erase(found->second);
  return true;
}

void TemplateCache::erase(std::list<Entry>::iterator entry) {
  Domain& domain = *entry->domain;
  fields_ -= entry->layout->fields.size();
  domain.templates.erase(entry->id);
  used_.erase(entry);
  if (domain.templates.empty()) domains_.erase(DomainKey(domain.key));
}

void TemplateCache::set_init_time(Domain& domain, std::int64_t init_ms) {
  domain.init_ms = init_ms;
}

std::optional<std::int64_t> TemplateCache::init_time(const Domain& domain) {
  return domain.init_ms;
}

}  // namespace flowcef
