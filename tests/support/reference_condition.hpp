// Whether the condition of an event rule holds for a record, straight from what the mapping says.
#pragma once

#include "flowcef/decode/information_element.hpp"
#include "flowcef/map/mapping_spec.hpp"
#include "support/reference_record.hpp"

namespace flowcef::test::reference {

[[nodiscard]] bool holds(const ConditionSpec& condition, const Record& record);

}  // namespace flowcef::test::reference
