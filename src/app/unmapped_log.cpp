#include "flowcef/app/unmapped_log.hpp"

#include <string>

namespace flowcef {
namespace {

std::string hint_for(const UnmappedElement& element, const std::string& number) {
  if (element.element != nullptr) return "to choose a key, add to [keys]: KEY = \"" + element.element->name + '"';
  const bool has_number = element.id.pen != 0 && element.id.pen < kFirstOwnPen && element.id.id <= 0x7fff;
  const std::string table = "no element table has it";
  return has_number ? table + "; to choose a key all the same, add to [keys]: KEY = \"" + number + '"' : table;
}

}  // namespace

void UnmappedLog::report(const UnmappedElement& element) {
  {
    const std::lock_guard lock(mutex_);
    if (named_.size() > kMaxElements) return;
    if (!named_.insert(std::uint64_t{element.id.pen} << 16 | element.id.id).second) return;
    if (named_.size() > kMaxElements) {
      log_->warn("further elements that no key shows are not named");
      return;
    }
  }
  const std::string number = std::to_string(element.id.pen) + ':' + std::to_string(element.id.id);
  log_->warn("no key shows element={} key={}; {}", element.element == nullptr ? number : element.element->name,
             element.key, hint_for(element, number));
}

void UnmappedLog::forget() {
  const std::lock_guard lock(mutex_);
  named_.clear();
}

}  // namespace flowcef
