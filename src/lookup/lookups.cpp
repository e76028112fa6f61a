#include "flowcef/lookup/lookups.hpp"

#include <algorithm>
#include <utility>

#include "flowcef/core/nearest.hpp"
#include "lookups_impl.hpp"

namespace flowcef {
namespace {

/// Errors: appended.
const InformationElement* find_element(const PositionedText& name, const std::string& key,
                                       const ElementRegistry& registry, ConfigErrors& errors) {
  const InformationElement* const element = registry.find_by_name(name.text);
  if (element != nullptr && !is_list(element->type)) return element;
  std::string hint = "`flowcef elements` lists them";
  if (element == nullptr) {
    NearestWord nearest(name.text);
    for (const std::string_view known : registry.names()) nearest.offer(known);
    if (const auto near = nearest.result()) hint = "did you mean \"" + std::string(*near) + "\"?";
  } else {
    hint = "it is a list";
  }
  errors.push_back({name.where, key, "expected the name of an element, got \"" + name.text + '"', std::move(hint)});
  return nullptr;
}

WantedElement wanted(const PositionedText& name, const InformationElement& element) {
  const bool by_name = name.text == element.name;
  return {by_name ? element.name : "", by_name ? std::nullopt : std::optional(element.id)};
}

/// Errors: appended.
LookupSchema schema_of(const LookupConfig& config, const ElementRegistry& registry, WantedElements& elements,
                       ConfigErrors& errors) {
  LookupSchema schema;
  schema.name = config.name.text;
  const std::string path = "lookup." + schema.name + '.';
  for (const PositionedText& name : config.key) {
    const InformationElement* const element = find_element(name, path + "key", registry, errors);
    if (element == nullptr) continue;
    schema.key.push_back(element->type);
    elements.key.push_back(wanted(name, *element));
  }
  for (const PositionedText& name : config.columns) {
    const InformationElement* const element = find_element(name, path + "columns", registry, errors);
    if (element == nullptr) continue;
    schema.columns.push_back({element->name, element->type});
    elements.columns.push_back(wanted(name, *element));
  }
  return schema;
}

bool is_same_table(const LookupConfig& a, const LookupConfig& b) {
  const auto has_same_words = [](const std::vector<PositionedText>& left, const std::vector<PositionedText>& right) {
    return std::ranges::equal(left, right, {}, &PositionedText::text, &PositionedText::text);
  };
  return a.name.text == b.name.text && has_same_words(a.key, b.key) && has_same_words(a.columns, b.columns) &&
         a.file == b.file;
}

}  // namespace

Lookups::Lookups(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lookups::~Lookups() = default;

std::expected<std::shared_ptr<Lookups>, ConfigErrors> Lookups::make(std::vector<LookupConfig> configs,
                                                                    const ElementRegistry& registry) {
  auto impl = std::make_unique<Impl>();
  ConfigErrors errors;
  impl->configs = std::move(configs);
  impl->ended.resize(impl->configs.size());
  for (const LookupConfig& config : impl->configs) {
    const std::size_t before = errors.size();
    LookupSchema& schema = impl->schemas.emplace_back();
    schema = schema_of(config, registry, impl->wanted.emplace_back(), errors);
    auto& table = impl->tables.emplace_back();
    auto& file = impl->files.emplace_back();
    if (config.file.empty()) {
      table = std::make_unique<RecordTable>(config.max_entries);
    } else if (errors.size() == before) {
      if (auto opened = FileTable::open(config, registry, schema)) {
        file = *std::move(opened);
      } else {
        errors.insert(errors.end(), opened.error().begin(), opened.error().end());
      }
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return std::shared_ptr<Lookups>(new Lookups(std::move(impl)));
}

const std::vector<LookupSchema>& Lookups::schemas() const noexcept {
  return impl_->schemas;
}

void Lookups::adopt(Lookups& previous) {
  Impl& from = *previous.impl_;
  std::vector<LookupCounts> found = from.ended;
  for (const LookupReaderSlot& slot : from.slots) from.add_found(slot, found);
  for (std::size_t i = 0; i < impl_->configs.size(); ++i) {
    const auto known = std::ranges::find_if(
        from.configs, [this, i](const LookupConfig& config) { return is_same_table(config, impl_->configs[i]); });
    if (known == from.configs.end()) continue;
    const auto index = static_cast<std::size_t>(known - from.configs.begin());
    if (impl_->tables[i]) impl_->tables[i]->adopt(*from.tables[index]);
    if (impl_->files[i]) impl_->files[i]->count_on(*from.files[index]);
    impl_->ended[i] = found[index];
  }
}

void Lookups::put(std::size_t lookup, const LookupKey& key, std::span<const std::string_view> texts,
                  std::int64_t at_ms) {
  impl_->tables[lookup]->put(impl_->epochs, impl_->hash(key.bytes()), key.bytes(), texts, at_ms);
}

void Lookups::Impl::add_found(const LookupReaderSlot& slot, std::vector<LookupCounts>& counts) const {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i].hits += slot.found[i].hits.value();
    counts[i].misses += slot.found[i].misses.value();
    counts[i].expired += slot.found[i].expired.value();
  }
}

std::vector<Lookups::FileNews> Lookups::check_files(std::int64_t now_ns) {
  std::vector<FileNews> news;
  for (std::size_t i = 0; i < impl_->files.size(); ++i) {
    if (impl_->files[i]) impl_->files[i]->check(impl_->epochs, impl_->schemas[i], now_ns, news);
  }
  return news;
}

std::optional<std::chrono::milliseconds> Lookups::check_interval() const {
  std::optional<std::chrono::milliseconds> interval;
  for (const LookupConfig& config : impl_->configs) {
    if (!config.file.empty()) interval = std::min(interval.value_or(config.check_every), config.check_every);
  }
  return interval;
}

std::vector<LookupCounts> Lookups::counts() const {
  std::vector<LookupCounts> counts;
  {
    const std::lock_guard lock(impl_->slots_mutex);
    counts = impl_->ended;
    for (const LookupReaderSlot& slot : impl_->slots) impl_->add_found(slot, counts);
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (const FileTable* const file = impl_->files[i].get()) {
      counts[i].updates = file->rows_taken();
      counts[i].entries = file->entries();
      counts[i].bytes = file->bytes();
      continue;
    }
    const RecordTableCounts table = impl_->tables[i]->counts();
    counts[i].updates = table.updates;
    counts[i].evicted = table.evicted;
    counts[i].refused = table.refused;
    counts[i].entries = table.entries;
    counts[i].bytes = table.bytes;
  }
  return counts;
}

}  // namespace flowcef
