#include "flowcef/decode/template_store.hpp"

#include <algorithm>
#include <utility>

#include "flowcef/decode/template_parser.hpp"

namespace flowcef {
namespace {

/// Rows of options tables that one exporter, and all of an input, may have us keep. The longest ones of an input, with
/// all its templates, fit into a state file.
constexpr std::size_t kMaxRowsPerExporter = 20'000;
constexpr std::size_t kMaxRows = 500'000;
/// What templates may have on average; bounds memory against many giant ones.
constexpr std::size_t kFieldsPerTemplate = 50;
constexpr std::size_t kRowsPerRemoval = 8;
/// Of layouts that nobody uses any more.
constexpr std::size_t kMinLayoutKeysSwept = 65'536;

std::size_t fields_for(std::size_t templates) {
  return templates == kUnlimited ? kUnlimited : std::max(templates * kFieldsPerTemplate, kMaxTemplateFields);
}

std::string layout_key(const Template& layout) {
  std::string key;
  key += static_cast<char>(layout.format);
  key += layout.options ? 'o' : 'd';
  key += std::to_string(layout.scope_fields) + ':';
  key.append(reinterpret_cast<const char*>(layout.definition.data()), layout.definition.size());
  return key;
}

std::int64_t last_use(const TemplateRef& entry) noexcept {
  return entry->last_used_ns.load(std::memory_order_relaxed);
}

std::string row_key(const OptionsRow& row) {
  return static_cast<char>(row.table) + row.key;
}

}  // namespace

TemplateStore::Limits::Limits(const DecodeConfig& config)
    : templates(config.max_templates),
      templates_per_exporter(config.max_templates_per_exporter),
      fields(fields_for(config.max_templates)),
      fields_per_exporter(fields_for(config.max_templates_per_exporter)),
      idle_timeout_ns(config.template_idle_timeout.transform(
          [](std::chrono::milliseconds timeout) { return std::chrono::nanoseconds(timeout).count(); })) {}

TemplateStore::TemplateStore(const DecodeConfig& config) : limits_(config) {}

TemplateStore::PutResult TemplateStore::put(const DomainKey& key, std::uint16_t id, std::shared_ptr<Template> layout,
                                            std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  auto shared = share(std::move(layout));
  const auto [place, is_new_domain] = domains_.try_emplace(key);
  if (is_new_domain && key.session != 0) sessions_[key.session].push_back(key);
  Domain& domain = place->second;
  if (is_new_domain) domain.serial = ++domains_so_far_;
  bool is_redefined = false;
  if (const auto known = domain.templates.find(id); known != domain.templates.end()) {
    if (known->second->layout == shared) {
      known->second->last_used_ns.store(now_ns, std::memory_order_relaxed);
      return {known->second, false, false, 0};
    }
    is_redefined = true;
    detach(TemplateRef(known->second), domain);
  }
  auto entry = std::make_shared<StoredTemplate>();
  entry->key = key;
  entry->id = id;
  entry->domain_serial = domain.serial;
  entry->layout = std::move(shared);
  entry->last_used_ns.store(now_ns, std::memory_order_relaxed);
  enter(entry, domain);
  const std::size_t ejected = eject_over_limits(entry);
  changes_.fetch_add(1, std::memory_order_relaxed);
  return {std::move(entry), !is_redefined, is_redefined, ejected};
}

void TemplateStore::enter(const TemplateRef& entry, Domain& domain) {
  domain.templates[entry->id] = entry;
  Exporter& exporter = exporters_[entry->key.exporter.address];
  exporter.templates.push_back(entry);
  exporter.fields += entry->layout->fields.size();
  fields_ += entry->layout->fields.size();
  ++templates_;
  push(entry);
}

std::shared_ptr<const Template> TemplateStore::share(std::shared_ptr<Template> layout) {
  const auto [known, is_new] = layouts_.try_emplace(layout_key(*layout));
  if (auto shared = known->second.lock()) return shared;
  layout->serial = new_layout_serial();
  known->second = layout;
  if (!is_new) return layout;
  layout_key_bytes_ += known->first.size();
  forget_expired_layouts();
  return layout;
}

/// Whenever they have doubled, so that it costs little per layout.
void TemplateStore::forget_expired_layouts() {
  if (layout_key_bytes_ < 2 * layout_keys_swept_at_ + kMinLayoutKeysSwept) return;
  std::erase_if(layouts_, [this](const auto& item) {
    if (!item.second.expired()) return false;
    layout_key_bytes_ -= item.first.size();
    return true;
  });
  layout_keys_swept_at_ = layout_key_bytes_;
}

TemplateRef TemplateStore::find(const DomainKey& key, std::uint16_t id) {
  const std::lock_guard lock(mutex_);
  const auto domain = domains_.find(key);
  if (domain == domains_.end()) return nullptr;
  const auto found = domain->second.templates.find(id);
  return found == domain->second.templates.end() ? nullptr : found->second;
}

bool TemplateStore::remove(const TemplateRef& entry) {
  const std::lock_guard lock(mutex_);
  if (entry->gone.load(std::memory_order_relaxed)) return false;
  erase(entry);
  return true;
}

std::size_t TemplateStore::withdraw_all(const DomainKey& key, bool options) {
  const std::lock_guard lock(mutex_);
  const auto domain = domains_.find(key);
  if (domain == domains_.end()) return 0;
  std::vector<TemplateRef> withdrawn;
  for (const auto& [id, entry] : domain->second.templates) {
    if (entry->layout->options == options) withdrawn.push_back(entry);
  }
  for (const TemplateRef& entry : withdrawn) erase(entry);
  return withdrawn.size();
}

void TemplateStore::detach(const TemplateRef& entry, Domain& domain) {
  Exporter& exporter = exporters_.at(entry->key.exporter.address);
  const auto listed = std::find(exporter.templates.rbegin(), exporter.templates.rend(), entry);
  std::swap(*listed, exporter.templates.back());
  exporter.templates.pop_back();
  exporter.fields -= entry->layout->fields.size();
  fields_ -= entry->layout->fields.size();
  --templates_;
  entry->gone.store(true, std::memory_order_relaxed);
  removals_.fetch_add(1 + entry->layout->fields.size() / kFieldsPerTemplate, std::memory_order_relaxed);
  changes_.fetch_add(1, std::memory_order_relaxed);
  domain.templates.erase(entry->id);
}

/// A domain goes with its last template: without one nothing of it can be read.
void TemplateStore::erase(const TemplateRef& entry) {
  const auto domain = domains_.find(entry->key);
  detach(entry, domain->second);
  if (domain->second.templates.empty()) erase_domain(domain);
}

void TemplateStore::erase_domain(DomainMap::iterator domain) {
  const DomainKey key = domain->first;
  while (!domain->second.templates.empty())
    detach(TemplateRef(domain->second.templates.begin()->second), domain->second);
  const auto exporter = exporters_.find(key.exporter.address);
  removals_.fetch_add(domain->second.rows.size() / kRowsPerRemoval, std::memory_order_relaxed);
  exporter->second.rows -= domain->second.rows.size();
  rows_ -= domain->second.rows.size();
  domains_.erase(domain);
  if (exporter->second.templates.empty() && exporter->second.rows == 0) exporters_.erase(exporter);
  if (const auto session = sessions_.find(key.session); session != sessions_.end()) {
    std::erase(session->second, key);
    if (session->second.empty()) sessions_.erase(session);
  }
}

void TemplateStore::end_session(std::uint64_t session) {
  const std::lock_guard lock(mutex_);
  const auto ended = sessions_.find(session);
  if (ended == sessions_.end()) return;
  const std::vector<DomainKey> keys = std::move(ended->second);
  sessions_.erase(ended);
  for (const DomainKey& key : keys) erase_domain(domains_.find(key));
}

/// The exporter's own templates go first when it is over its quota; then whichever was not used for longest.
/// The newest one stays.
std::size_t TemplateStore::eject_over_limits(const TemplateRef& newest) {
  std::size_t ejected = 0;
  Exporter& exporter = exporters_.at(newest->key.exporter.address);
  while (is_over_quota(exporter)) {
    const auto oldest = std::min_element(
        exporter.templates.begin(), exporter.templates.end(), [&](const TemplateRef& a, const TemplateRef& b) {
          return std::pair(a == newest, last_use(a)) < std::pair(b == newest, last_use(b));
        });
    erase(TemplateRef(*oldest));
    ++ejected;
  }
  while (is_over_limit()) {
    const TemplateRef oldest = least_recently_used();
    if (oldest == newest) {  // a clock that went back; any other one is as good
      const TemplateRef other = least_recently_used();
      push(newest);
      erase(other);
    } else {
      erase(oldest);
    }
    ++ejected;
  }
  return ejected;
}

bool TemplateStore::is_over_quota(const Exporter& exporter) const noexcept {
  return exporter.templates.size() > 1 &&
         (exporter.templates.size() > limits_.templates_per_exporter || exporter.fields > limits_.fields_per_exporter);
}

bool TemplateStore::is_over_limit() const noexcept {
  return templates_ > 1 && (templates_ > limits_.templates || fields_ > limits_.fields);
}

void TemplateStore::reconfigure(const DecodeConfig& config) {
  const std::lock_guard lock(mutex_);
  limits_ = Limits(config);
  std::size_t ejected = 0;
  for (auto& [address, exporter] : exporters_) {
    // What goes first stands last, where detach() looks first: any number of them goes in little time.
    if (is_over_quota(exporter) || is_over_limit()) std::ranges::sort(exporter.templates, std::greater<>(), last_use);
    for (; is_over_quota(exporter); ++ejected) erase(TemplateRef(exporter.templates.back()));
  }
  for (; is_over_limit(); ++ejected) erase(least_recently_used());
  ejected_.fetch_add(ejected, std::memory_order_relaxed);
}

void TemplateStore::remake_layouts(const std::function<std::shared_ptr<Template>(const Template&)>& remake) {
  const std::lock_guard lock(mutex_);
  std::unordered_map<const Template*, std::shared_ptr<const Template>> remade;
  for (auto& [key, known] : layouts_) {
    const auto old = known.lock();
    if (old == nullptr) continue;
    const std::shared_ptr<Template> made = remake(*old);
    if (made != nullptr) made->serial = new_layout_serial();
    known = made;
    remade.emplace(old.get(), made);
  }
  std::vector<TemplateRef> lost;
  for (auto& [key, domain] : domains_) {
    for (auto& [id, entry] : domain.templates) {
      const auto& layout = remade.at(entry->layout.get());
      if (layout == nullptr) {
        lost.push_back(entry);
        continue;
      }
      // Other tables may take other fields for padding.
      std::size_t& fields = exporters_.at(key.exporter.address).fields;
      fields = fields - entry->layout->fields.size() + layout->fields.size();
      fields_ = fields_ - entry->layout->fields.size() + layout->fields.size();
      entry->layout = layout;
    }
  }
  for (const TemplateRef& entry : lost) erase(entry);
  ejected_.fetch_add(lost.size(), std::memory_order_relaxed);
}

/// Returns: the one whose last use is longest ago, taken out of the heap; there is at least one.
TemplateRef TemplateStore::least_recently_used() {
  for (;;) {
    const Seen seen = by_use_.top();
    by_use_.pop();
    TemplateRef entry = seen.entry.lock();
    if (entry == nullptr || entry->gone.load(std::memory_order_relaxed)) continue;
    const std::int64_t used_ns = entry->last_used_ns.load(std::memory_order_relaxed);
    if (used_ns == seen.used_ns) return entry;
    by_use_.push({used_ns, entry});
  }
}

/// Those that are gone stay in the heap until they come to its top, or until they are most of it.
void TemplateStore::push(const TemplateRef& entry) {
  by_use_.push({entry->last_used_ns.load(std::memory_order_relaxed), entry});
  if (by_use_.size() < 2 * templates_ + 64) return;
  std::vector<Seen> alive;
  alive.reserve(templates_);
  for (const auto& [key, domain] : domains_) {
    for (const auto& [id, known] : domain.templates) {
      alive.push_back({known->last_used_ns.load(std::memory_order_relaxed), known});
    }
  }
  by_use_ = decltype(by_use_)(std::greater<>(), std::move(alive));
}

/// Stamps only go up, so none is older than the oldest that was seen: templates in use are not looked at each time.
std::size_t TemplateStore::expire(std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  std::size_t expired = 0;
  while (limits_.idle_timeout_ns && templates_ != 0 && now_ns - by_use_.top().used_ns > *limits_.idle_timeout_ns) {
    const TemplateRef oldest = least_recently_used();
    if (now_ns - oldest->last_used_ns.load(std::memory_order_relaxed) <= *limits_.idle_timeout_ns) {
      push(oldest);
      break;
    }
    erase(oldest);
    ++expired;
  }
  return expired;
}

bool TemplateStore::put_row(const DomainKey& key, const OptionsRow& row) {
  const std::lock_guard lock(mutex_);
  const auto place = domains_.find(key);
  if (place == domains_.end()) return false;
  Exporter& exporter = exporters_[key.exporter.address];
  auto& rows = place->second.rows;
  const auto known = rows.find(row_key(row));
  if (known == rows.end()) {
    if (exporter.rows >= kMaxRowsPerExporter || rows_ >= kMaxRows) return false;
    rows.emplace(row_key(row), row);
    ++exporter.rows;
    ++rows_;
  } else {
    known->second = row;
  }
  changes_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

TemplateStore::DomainContent TemplateStore::content_of(const DomainKey& key) {
  const std::lock_guard lock(mutex_);
  DomainContent content;
  const auto domain = domains_.find(key);
  if (domain == domains_.end()) return content;
  content.serial = domain->second.serial;
  for (const auto& [id, entry] : domain->second.templates) content.templates.push_back(entry);
  for (const auto& [name, row] : domain->second.rows) content.rows.push_back(row);
  return content;
}

void TemplateStore::for_each_saved(const std::function<void(const DomainKey&, const DomainContent&)>& visit) {
  const std::lock_guard lock(mutex_);
  DomainContent content;
  for (const auto& [key, domain] : domains_) {
    if (key.session != 0) continue;
    content.templates.clear();
    content.rows.clear();
    for (const auto& [id, entry] : domain.templates) content.templates.push_back(entry);
    for (const auto& [name, row] : domain.rows) content.rows.push_back(row);
    visit(key, content);
  }
}

std::size_t TemplateStore::size() {
  const std::lock_guard lock(mutex_);
  return templates_;
}

}  // namespace flowcef
