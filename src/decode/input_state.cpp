#include "flowcef/decode/input_state.hpp"

#include "flowcef/decode/template_parser.hpp"

namespace flowcef {
namespace {

/// A layout is of no id; the parser wants one that templates may have.
constexpr std::uint16_t kAnyTemplateId = 256;

}  // namespace

void InputState::reconfigure(DecodeConfig decode, std::vector<ExporterConfig> of_exporters,
                             std::vector<IdentityRule> of_identities) {
  config = std::move(decode);
  exporters = std::move(of_exporters);
  identities = std::move(of_identities);
  templates.reconfigure(config);
}

void InputState::remake_layouts(const ElementRegistry& registry) {
  const TemplateParser parser(registry);
  templates.remake_layouts([&](const Template& old) -> std::shared_ptr<Template> {
    auto record = parser.restore({old.format, kAnyTemplateId, old.options, old.scope_fields, old.definition});
    if (!record) return nullptr;
    prepare(*record->layout);
    return std::move(record->layout);
  });
}

}  // namespace flowcef
