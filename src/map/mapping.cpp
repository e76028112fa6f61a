#include "flowcef/map/mapping.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "flowcef/core/nearest.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

/// `pen:id` names an element even if no table has it: its bytes can still be sent.
std::optional<ElementId> unlisted_number(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || text.find_first_not_of("0123456789:") != std::string::npos) return std::nullopt;
  const unsigned long pen = std::strtoul(text.c_str(), nullptr, 10);
  const unsigned long id = std::strtoul(text.c_str() + colon + 1, nullptr, 10);
  if (pen == 0 || pen > 0xffff'ffff || id == 0 || id > 0x7fff) return std::nullopt;
  return ElementId{static_cast<std::uint32_t>(pen), static_cast<std::uint16_t>(id)};
}

}  // namespace

std::expected<Mapping, ConfigErrors> Resolver::run() {
  dictionary_ = spec_.dictionary.value_or(spec_.version == 0 ? 0 : 1);
  mapping_.version = spec_.version;
  mapping_.prefix = spec_.prefix.text;
  for (const ValueTableSpec& table : spec_.tables) resolve_own_table(table);
  mapping_.unmapped = spec_.unmapped;
  check_prefix();
  for (const PositionedText& element : spec_.drop) mapping_.drop.push_back(resolve_element(element, "drop"));
  for (const PositionedText& element : spec_.omit_zero) {
    mapping_.omit_zero.push_back(resolve_element(element, "omit_zero"));
  }
  for (const EventSpec& event : spec_.events) mapping_.events.push_back(resolve_event(event));
  const std::vector<KeySpec> keys = effective_keys();
  for (const KeySpec& key : keys) mapping_.keys.push_back(resolve_key(key));
  check_names_on_line(keys);
  check_set_keys(keys);
  if (!errors_.empty()) return std::unexpected(std::move(errors_));
  return std::move(mapping_);
}

void Resolver::fail(const SourcePosition& where, std::string key, std::string problem, std::string hint) {
  errors_.push_back({where, std::move(key), std::move(problem), std::move(hint)});
}

ElementMatch Resolver::resolve_element(const PositionedText& text, const std::string& key) {
  ElementMatch match;
  const InformationElement* element = registry_.find_by_name(text.text);
  if (element == nullptr) {
    if (const auto id = unlisted_number(text.text)) {
      match.id = id;
      return match;
    }
    NearestWord nearest(text.text);
    for (const std::string_view name : registry_.names()) nearest.offer(name);
    const auto hint = nearest.result();
    fail(text.where, key, "expected an information element, got \"" + text.text + '"',
         hint ? "did you mean " + std::string(*hint) + '?' : "a name, a number, or pen:id");
  } else if (element->name == text.text) {
    match.name = element->name;
  } else {
    match.id = element->id;
  }
  return match;
}

bool ElementMatch::matches(const Field& field) const noexcept {
  if (id) return field.id == *id;
  return field.element != nullptr && field.element->name == name;
}

const ValueTable* Mapping::find_table(std::string_view table) const {
  const auto own = std::ranges::find_if(tables, [&](const auto& candidate) { return candidate->name() == table; });
  return own == tables.end() ? find_value_table(table) : own->get();
}

std::expected<Mapping, ConfigErrors> resolve_mapping(const MappingSpec& spec, const ElementRegistry& registry,
                                                     const std::vector<LookupSchema>* lookups) {
  return Resolver(spec, registry, lookups).run();
}

}  // namespace flowcef
