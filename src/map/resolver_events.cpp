#include <string>

#include "flowcef/map/cef_escape.hpp"
#include "resolver.hpp"

namespace flowcef {

EventRule Resolver::resolve_event(const EventSpec& spec) {
  EventRule rule;
  const std::vector<ConditionSpec> none;
  for (const ConditionSpec& condition : spec.when ? spec.when->parts : none) {
    switch (condition.kind) {
      case ConditionSpec::Kind::kind:
        rule.options_record = condition.options_record;
        break;
      case ConditionSpec::Kind::present:
        for (const PositionedText& element : condition.words) {
          rule.present.push_back(resolve_element(element, "event.when.present"));
        }
        break;
      case ConditionSpec::Kind::element: {
        EventRule::Equals equals{resolve_element(condition.element, "event.when"), {}};
        for (const TestSpec& test : condition.tests) equals.values.push_back(std::get<std::uint64_t>(test.value));
        rule.equals.push_back(std::move(equals));
        break;
      }
      default:
        break;
    }
  }
  rule.header = "CEF:" + std::to_string(spec_.version);
  for (const std::string& part : {spec_.vendor.text, spec_.product.text, spec_.device_version.text, spec.signature.text,
                                  spec.name.text, std::to_string(spec.severity)}) {
    rule.header += '|' + escape_header_field(part);
  }
  rule.header += '|';
  return rule;
}

}  // namespace flowcef
