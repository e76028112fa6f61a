#include <utility>

#include "decoder_message.hpp"

// Templates: taken, refused, withdrawn, found.

namespace flowcef {
namespace {

/// In one domain; a hostile exporter could send all ids.
constexpr std::size_t kMaxUnusableIds = 64;

}  // namespace

void Decoder::read_templates(Message& message, Bytes body, bool options) {
  const bool ipfix = message.context.format == ExportFormat::ipfix;
  const std::size_t smallest = options && !ipfix ? 6 : 4;
  ByteReader in(body);
  while (in.remaining() >= smallest && !all_zero(in.rest())) {
    auto record = ipfix ? (options ? parser_.ipfix_options_template(in) : parser_.ipfix_template(in))
                        : (options ? parser_.netflow9_options_template(in) : parser_.netflow9_template(in));
    if (record) {
      take_template(message, *std::move(record));
      continue;
    }
    refuse_template(message, record.error(), options);
    if (!record.error().skippable) return;
  }
}

void Decoder::take_template(Message& message, TemplateRecord record) {
  Domain& domain = *message.domain;
  domain.unusable.erase(record.id);
  const auto known = domain.templates.find(record.id);
  if (known != domain.templates.end() && !known->second->gone.load(std::memory_order_relaxed) &&
      is_same_layout(*known->second->layout, *record.layout)) {
    known->second->last_used_ns.store(now_ns_, std::memory_order_relaxed);
    return;
  }
  input_.prepare(*record.layout);
  auto result = input_.templates.put(domain.key, record.id, std::move(record.layout), now_ns_);
  if (result.is_new) counters_.templates.add();
  if (result.is_redefined) {
    counters_.templates_redefined.add();
    ++message.exporter->signs.templates_redefined;
    message.exporter->signs.redefined_template = record.id;
  }
  counters_.templates_ejected.add(result.ejected);
  const auto layout = result.entry->layout;  // another worker may have replaced it by now
  exporters_.adopt(domain, std::move(result.entry));
  exporters_.sweep();
  release_held(domain, record.id, *layout);
}

/// A template without fields withdraws on a connection and means nothing over UDP (RFC 7011 section 8.1) and in v9.
void Decoder::refuse_template(Message& message, const TemplateRefusal& refusal, bool options) {
  const bool ipfix = message.context.format == ExportFormat::ipfix;
  if (refusal.reason == Refusal::ignored_withdrawal && ipfix && message.datagram.session != 0) {
    return withdraw(*message.domain, refusal.id, options);
  }
  refuse(message, refusal.reason);
  if (refusal.reason == Refusal::ignored_withdrawal || refusal.id == 0) return;
  // To decode what follows by the old layout, or a later one, would make values up.
  if (message.domain->unusable.size() < kMaxUnusableIds) message.domain->unusable.insert(refusal.id);
  const auto known = message.domain->templates.find(refusal.id);
  if (known == message.domain->templates.end()) return;
  input_.templates.remove(known->second);
  message.domain->templates.erase(known);
}

/// Ids 2 and 3 stand for all templates and all options templates (RFC 7011 section 8.1).
void Decoder::withdraw(Domain& domain, std::uint16_t id, bool options) {
  if (id == (options ? 3 : 2)) {
    counters_.templates_withdrawn.add(input_.templates.withdraw_all(domain.key, options));
    std::erase_if(domain.templates, [](const auto& item) { return item.second->gone.load(std::memory_order_relaxed); });
    return;
  }
  const auto known = domain.templates.find(id);
  if (known == domain.templates.end()) return;
  if (input_.templates.remove(known->second)) counters_.templates_withdrawn.add();
  domain.templates.erase(known);
}

const Template* Decoder::find_template(Domain& domain, std::uint16_t id) {
  auto known = domain.templates.find(id);
  if (known == domain.templates.end() || known->second->gone.load(std::memory_order_relaxed)) {
    // Another worker may have it: an exporter's datagrams need not all come this way.
    TemplateRef entry = input_.templates.find(domain.key, id);
    if (entry == nullptr) {
      if (known != domain.templates.end()) domain.templates.erase(known);
      return nullptr;
    }
    exporters_.adopt(domain, std::move(entry));
    known = domain.templates.find(id);
  }
  StoredTemplate& entry = *known->second;
  const auto& idle_timeout = input_.templates.idle_timeout_ns();
  if (idle_timeout && now_ns_ - entry.last_used_ns.load(std::memory_order_relaxed) > *idle_timeout) {
    if (input_.templates.remove(known->second)) counters_.templates_expired.add();
    domain.templates.erase(known);
    return nullptr;
  }
  entry.last_used_ns.store(now_ns_, std::memory_order_relaxed);
  return entry.layout.get();
}

}  // namespace flowcef
