#include "flowcef/lookup/lookup_feeder.hpp"

#include <algorithm>

#include "lookups_impl.hpp"
#include "value_text.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kMaxPlans = 4096;

std::optional<std::size_t> find_field(const Template& layout, const WantedElement& wanted) {
  const auto found = std::ranges::find_if(layout.fields, [&](const Field& field) {
    return field.bits == 0 && field.condition == FieldCondition::always && wanted.matches(field);
  });
  if (found == layout.fields.end()) return std::nullopt;
  return static_cast<std::size_t>(found - layout.fields.begin());
}

/// Returns: sourceIPv6Address for sourceIPv4Address, and back; empty: it has no such twin.
std::string twin_of(std::string name) {
  const std::size_t at = name.find("IPv");
  if (at == std::string::npos || at + 3 == name.size()) return {};
  char& version = name[at + 3];
  if (version != '4' && version != '6') return {};
  version = version == '4' ? '6' : '4';
  return name;
}

}  // namespace

bool WantedElement::matches(const Field& field) const noexcept {
  if (id) return field.id == *id;
  return field.element != nullptr && field.element->name == name;
}

LookupFeeder::LookupFeeder(Lookups& lookups, std::string_view input) : lookups_(lookups) {
  const std::vector<LookupConfig>& configs = lookups.impl_->configs;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const auto& inputs = configs[i].inputs;
    if (std::ranges::find(inputs, input, &PositionedText::text) != inputs.end()) fed_.push_back(i);
  }
}

void LookupFeeder::feed(const DataSet& set) {
  if (fed_.empty()) return;
  for (const Filling& filling : fillings_for(set.layout)) {
    for (std::uint32_t i = 0; i < set.record_count; ++i) put(set, i, filling);
  }
}

const std::vector<LookupFeeder::Filling>& LookupFeeder::fillings_for(const Template& layout) {
  const auto known = plans_.find(layout.serial);
  if (known != plans_.end()) return known->second.fillings;
  if (plans_.size() >= kMaxPlans) {
    std::erase_if(plans_, [](const auto& entry) { return entry.second.layout.expired(); });
    if (plans_.size() > kMaxPlans / 2) plans_.clear();
  }
  Plan& made = plans_[layout.serial];
  made.layout = layout.weak_from_this();
  for (const std::size_t lookup : fed_) {
    if (auto found = filling(layout, lookup)) made.fillings.push_back(*std::move(found));
  }
  return made.fillings;
}

std::optional<LookupFeeder::Filling> LookupFeeder::filling(const Template& layout, std::size_t lookup) const {
  const WantedElements& wanted = lookups_.impl_->wanted[lookup];
  Filling made{lookup, {}, {}};
  for (const WantedElement& element : wanted.key) {
    auto field = find_field(layout, element);
    if (!field) field = find_field(layout, {twin_of(element.name), std::nullopt});
    if (!field) return std::nullopt;
    made.key.push_back(*field);
  }
  for (const WantedElement& element : wanted.columns) made.columns.push_back(find_field(layout, element));
  const bool has_any = std::ranges::any_of(made.columns, [](const auto& column) { return column.has_value(); });
  return has_any ? std::optional(std::move(made)) : std::nullopt;
}

void LookupFeeder::put(const DataSet& set, std::uint32_t index, const Filling& filling) {
  const auto& fields = set.layout.fields;
  LookupKey key;
  for (const std::size_t field : filling.key) {
    if (key.append(fields[field].type(), value_of(set, index, fields[field]))) continue;
    lookups_.impl_->tables[filling.lookup]->refuse();
    return;
  }
  const std::size_t columns = filling.columns.size();
  if (texts_.size() < columns) texts_.resize(columns);
  views_.clear();
  for (std::size_t i = 0; i < columns; ++i) {
    texts_[i].clear();
    if (const auto field = filling.columns[i]) {
      assign_text(texts_[i], fields[*field].type(), value_of(set, index, fields[*field]));
    }
    views_.emplace_back(texts_[i]);
  }
  lookups_.put(filling.lookup, key, views_, set.context.export_ms);
}

}  // namespace flowcef
