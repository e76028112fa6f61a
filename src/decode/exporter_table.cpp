#include "flowcef/decode/exporter_table.hpp"

#include <algorithm>
#include <utility>

namespace flowcef {
namespace {

constexpr std::size_t kMaxExporters = 65'536;
constexpr std::size_t kMaxDomains = 262'144;
/// An exporter with more has its domains set up again and again: it pays for that alone.
constexpr std::size_t kMaxDomainsPerExporter = 1'024;

}  // namespace

Domain::Domain(const DomainKey& of, Exporter& owner)
    : key(of), exporter(owner), sequence(of.format, owner.settings.sequence) {}

void ExporterCounts::add(const ExporterCounts& other) {
  datagrams += other.datagrams;
  records += other.records;
  for (std::size_t i = 0; i < kRefusalCount; ++i) refused[i] += other.refused[i];
  sequence.lost += other.sequence.lost;
  sequence.reordered += other.sequence.reordered;
  sequence.repeated += other.sequence.repeated;
  sequence.restarted += other.sequence.restarted;
  sequence.undecoded_estimate += other.sequence.undecoded_estimate;
  for (const auto& [element, count] : other.incomplete) incomplete[element] += count;
}

bool ExporterCounts::has_trouble() const noexcept {
  return std::ranges::any_of(refused, [](std::uint64_t count) { return count != 0; }) || !incomplete.empty() ||
         sequence.lost != 0 || sequence.restarted != 0;
}

Exporter& ExporterTable::exporter(const IpAddress& address) {
  if (!exporters_.empty() && exporters_.front().address == address) return exporters_.front();
  if (const auto known = by_address_.find(address); known != by_address_.end()) {
    exporters_.splice(exporters_.begin(), exporters_, known->second);
    return exporters_.front();
  }
  if (exporters_.size() >= kMaxExporters) forget_silent();
  Exporter& exporter = exporters_.emplace_front();
  exporter.address = address;
  exporter.settings = settings_for(input_.exporters, address);
  by_address_.emplace(address, exporters_.begin());
  return exporter;
}

ExporterCounts& ExporterTable::counts_of_stranger(const IpAddress& address) {
  const bool has_place = exporters_.size() < kMaxExporters || by_address_.contains(address);
  return has_place ? exporter(address).counts : forgotten_;
}

void ExporterTable::forget_silent() {
  Exporter& silent = exporters_.back();
  close_sequence(silent);
  forgotten_.add(silent.counts);
  domains_ -= silent.domains.size();
  by_address_.erase(silent.address);
  exporters_.pop_back();
}

Domain& ExporterTable::domain(Exporter& exporter, const DomainKey& key) {
  if (const auto known = exporter.domains.find(key); known != exporter.domains.end()) return known->second;
  if (exporter.domains.size() >= kMaxDomainsPerExporter) {
    close_sequence(exporter);
    domains_ -= exporter.domains.size();
    exporter.domains.clear();
  }
  // The exporter itself is the latest one, and too small to be reached.
  while (domains_ >= kMaxDomains && &exporters_.back() != &exporter) forget_silent();
  Domain& domain = exporter.domains.try_emplace(key, key, exporter).first->second;
  ++domains_;
  load(domain);
  return domain;
}

void ExporterTable::load(Domain& domain) {
  const TemplateStore::DomainContent content = input_.templates.content_of(domain.key);
  for (const TemplateRef& entry : content.templates) domain.templates.insert_or_assign(entry->id, entry);
  domain.tables = {};
  for (const OptionsRow& row : content.rows) domain.tables.restore(row);
  domain.store_serial = content.serial;
}

void ExporterTable::adopt(Domain& domain, TemplateRef entry) {
  if (entry->domain_serial != domain.store_serial) load(domain);
  domain.templates.insert_or_assign(entry->id, std::move(entry));
}

void ExporterTable::end_session(const IpAddress& address, std::uint64_t session) {
  if (input_.identities.empty()) {
    if (const auto known = by_address_.find(address); known != by_address_.end()) end_session(*known->second, session);
    return;
  }
  for (Exporter& exporter : exporters_) end_session(exporter, session);
}

void ExporterTable::end_session(Exporter& exporter, std::uint64_t session) {
  for (auto& [key, domain] : exporter.domains) {
    if (key.session == session) domain.sequence.finish(exporter.counts.sequence);
  }
  domains_ -= std::erase_if(exporter.domains, [&](const auto& item) { return item.first.session == session; });
}

void ExporterTable::refresh(ExportContext& context) const {
  const auto exporter = by_address_.find(context.exporter.address);
  context.settings = exporter == by_address_.end() ? nullptr : &exporter->second->settings;
  context.tables = nullptr;
  const auto owner = by_address_.find(exporter_by_identity(input_.identities, context.sender, context.domain));
  if (owner == by_address_.end()) return;
  const auto domain = owner->second->domains.find(*context.key);
  if (domain != owner->second->domains.end() && domain->second.tables.size() != 0) {
    context.tables = &domain->second.tables;
  }
}

/// Only when enough went since the last time, so that it costs little per template.
void ExporterTable::sweep() {
  const std::uint64_t removals = input_.templates.removals();
  if (removals - removals_seen_ < 64 + input_.templates.size() / 4) return;
  removals_seen_ = removals;
  drop_gone();
}

/// A domain that has no template left here may have some by other workers; if not, its rows are gone as well.
void ExporterTable::drop_gone() {
  for (Exporter& exporter : exporters_) {
    for (auto& [key, domain] : exporter.domains) {
      std::erase_if(domain.templates,
                    [](const auto& item) { return item.second->gone.load(std::memory_order_relaxed); });
      if (domain.templates.empty() && domain.tables.size() != 0) load(domain);
    }
  }
}

void ExporterTable::reconfigure() {
  drop_gone();
  for (Exporter& exporter : exporters_) {
    const SequenceRule before = exporter.settings.sequence;
    exporter.settings = settings_for(input_.exporters, exporter.address);
    const SequenceRule rule = exporter.settings.sequence;
    if (rule == before) continue;
    close_sequence(exporter);
    for (auto& [key, domain] : exporter.domains) domain.sequence = SequenceTracker(key.format, rule);
  }
}

void ExporterTable::close_sequence(Exporter& exporter) {
  for (auto& [key, domain] : exporter.domains) domain.sequence.finish(exporter.counts.sequence);
}

void ExporterTable::finish() {
  for (Exporter& exporter : exporters_) close_sequence(exporter);
}

void ExporterTable::for_each(const std::function<void(const Exporter&)>& visit) const {
  for (const Exporter& exporter : exporters_) visit(exporter);
}

}  // namespace flowcef
