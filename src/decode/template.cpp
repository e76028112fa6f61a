#include "flowcef/decode/template.hpp"

namespace flowcef {

std::string_view to_string(ExportFormat format) {
  switch (format) {
    case ExportFormat::netflow1:
      return "netflow1";
    case ExportFormat::netflow5:
      return "netflow5";
    case ExportFormat::netflow7:
      return "netflow7";
    case ExportFormat::netflow9:
      return "netflow9";
    case ExportFormat::ipfix:
      return "ipfix";
  }
  return "unknown";
}

const Field* Template::find(ElementId element) const noexcept {
  for (const Field& field : fields) {
    if (field.id == element) return &field;
  }
  return nullptr;
}

}  // namespace flowcef
