#include "flowcef/app/requirements.hpp"

#include "flowcef/core/nearest.hpp"

namespace flowcef {

ConfigErrors check_requirements(const Config& config, const ElementRegistry& registry) {
  ConfigErrors errors;
  for (const InputConfig& input : config.inputs) {
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
