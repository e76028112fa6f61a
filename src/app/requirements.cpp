#include "flowcef/app/requirements.hpp"

#include "flowcef/core/nearest.hpp"
#include "flowcef/decode/layout_format.hpp"

namespace flowcef {

ConfigErrors check_requirements(const Config& config, const ElementRegistry& registry) {
  ConfigErrors errors;
  for (const InputConfig& input : config.inputs) {
    if (input.layout_where && registry.find_layout(input.decode.layout) == nullptr) {
      NearestWord nearest(input.decode.layout);
      for (const auto& layout : registry.layouts()) nearest.offer(layout->name());
      const auto near = nearest.result();
      errors.push_back({*input.layout_where, "input.layout",
                        "expected the name of a layout, got \"" + input.decode.layout + '"',
                        near ? "did you mean \"" + std::string(*near) + "\"?" : "see mappings/layouts"});
    }
    for (const PositionedText& element : input.require) {
      if (registry.find_by_name(element.text) != nullptr) continue;
      NearestWord nearest(element.text);
      for (const std::string_view name : registry.names()) nearest.offer(name);
      const auto near = nearest.result();
      errors.push_back({element.where, "input.require",
                        "expected the name of an information element, got \"" + element.text + '"',
                        near ? "did you mean \"" + std::string(*near) + "\"?" : "see mappings/README.md"});
    }
  }
  return errors;
}

}  // namespace flowcef
