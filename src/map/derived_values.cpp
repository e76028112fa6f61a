#include "derived_values.hpp"

#include <array>

#include "time_sources.hpp"

namespace flowcef {
namespace {

constexpr std::array<std::uint16_t, 4> kInterfaceIds = {10, 252, 14, 253};
constexpr std::uint16_t kSamplingInterval = 34;
constexpr std::uint16_t kSamplerId = 48;
constexpr std::uint16_t kSamplerRandomInterval = 50;
constexpr std::uint16_t kFlowDirectionId = 61;
constexpr std::uint16_t kSelectorId = 302;

struct IcmpElements {
  bool ipv6;
  std::uint16_t joined;
  std::uint16_t type;
  std::uint16_t code;
};

constexpr IcmpElements kIcmpElements[] = {{false, 32, 176, 177}, {true, 139, 178, 179}};

constexpr NameRule kNameRules[] = {
    {ContextValue::ingress_interface_name, OptionsTable::interface_name, {10, 252}, "IngressInterfaceName"},
    {ContextValue::egress_interface_name, OptionsTable::interface_name, {14, 253}, "EgressInterfaceName"},
    {ContextValue::application_name, OptionsTable::application_name, {95, 0}, "ApplicationName", 96},
    {ContextValue::sampler_name, OptionsTable::sampler_name, {kSamplerId, kSelectorId}, "SamplerName"},
    {ContextValue::ingress_vrf_name, OptionsTable::vrf_name, {234, 0}, "IngressVRFName"},
    {ContextValue::egress_vrf_name, OptionsTable::vrf_name, {235, 0}, "EgressVRFName"},
    {ContextValue::user_name, OptionsTable::user_name, {365, 148}, ""},
    {ContextValue::class_name, OptionsTable::class_name, {0, 0}, "ClassName", 0, kClassIdElement},
};

/// Returns: null unless the template has the element as a number of at most 8 bytes.
const Field* find_number(const Template& layout, std::uint16_t id) {
  const Field* field = layout.find({0, id});
  return field != nullptr && field->length <= 8 ? field : nullptr;
}

/// Returns: of no length unless the template has the element as such a number.
Operand number_operand(const Template& layout, std::uint16_t id) {
  const Field* field = find_number(layout, id);
  return field == nullptr ? Operand() : operand_of(layout, *field);
}

SamplingSource stated(SamplingSource::Kind kind, const Operand& first, const Operand& second = {}) {
  SamplingSource source;
  source.kind = kind;
  source.first = first;
  source.second = second;
  return source;
}

SamplingSource tabled(const Template& layout) {
  SamplingSource source;
  source.first = number_operand(layout, kSamplerId);
  if (source.first.length == 0) source.first = number_operand(layout, kSelectorId);
  for (std::size_t i = 0; i < kInterfaceIds.size(); ++i)
    source.interfaces[i] = number_operand(layout, kInterfaceIds[i]);
  source.direction = number_operand(layout, kFlowDirectionId);
  return source;
}

std::optional<SamplingSource> of_two(const Template& layout, SamplingSource::Kind kind, std::uint16_t first,
                                     std::uint16_t second) {
  const Field* a = find_number(layout, first);
  const Field* b = find_number(layout, second);
  if (a == nullptr || b == nullptr) return std::nullopt;
  return stated(kind, operand_of(layout, *a), operand_of(layout, *b));
}

}  // namespace

std::vector<IcmpSource> find_icmp(const Template& layout) {
  std::vector<IcmpSource> sources;
  for (const auto& [ipv6, joined, type, code] : kIcmpElements) {
    if (const Field* both = find_number(layout, joined)) {
      sources.push_back({ipv6, true, operand_of(layout, *both), {}});
    }
    const Field* first = find_number(layout, type);
    const Field* second = find_number(layout, code);
    if (first == nullptr || second == nullptr) continue;
    sources.push_back({ipv6, false, operand_of(layout, *first), operand_of(layout, *second)});
  }
  return sources;
}

SamplingSource find_sampling(const Template& layout) {
  using Kind = SamplingSource::Kind;
  for (const std::uint16_t id : {kSamplingInterval, kSamplerRandomInterval}) {
    const Field* field = find_number(layout, id);
    if (field == nullptr) continue;
    SamplingSource source = stated(Kind::interval, operand_of(layout, *field));
    source.bits = field->bits;
    return source;
  }
  if (const auto spacing = of_two(layout, Kind::spacing, 305, 306)) return *spacing;
  if (const auto population = of_two(layout, Kind::population, 309, 310)) return *population;
  if (const Field* probability = find_number(layout, 311)) {
    return stated(Kind::probability, operand_of(layout, *probability));
  }
  return tabled(layout);
}

std::span<const NameRule> name_rules() {
  return kNameRules;
}

std::vector<Operand> find_numbers(const Template& layout, const NameRule& rule) {
  std::vector<Operand> numbers;
  for (const std::uint16_t id : rule.elements) {
    const Field* field = id == 0 ? nullptr : layout.find({0, id});
    if (field != nullptr) numbers.push_back(operand_of(layout, *field));
  }
  const Field* named = rule.element.empty() ? nullptr : layout.find_named(rule.element);
  if (named != nullptr) numbers.push_back(operand_of(layout, *named));
  return numbers;
}

}  // namespace flowcef
