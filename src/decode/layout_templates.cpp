#include "flowcef/decode/layout_templates.hpp"

#include <algorithm>

namespace flowcef {
namespace {

constexpr std::size_t kMaxTemplates = 16;

}  // namespace

void LayoutTemplates::read_by(const ElementRegistry& registry) {
  registry_ = &registry;
  named_ = registry.find_layout(input_.config.layout);
  entries_.clear();
}

const LayoutFormat* LayoutTemplates::find(Bytes datagram) const noexcept {
  if (named_ != nullptr || datagram.size() < 2) return named_;
  const auto version = load_be<std::uint16_t>(datagram.data());
  for (const auto& layout : registry_->layouts()) {
    if (layout->version() == version) return layout.get();
  }
  return nullptr;
}

const Template& LayoutTemplates::of(const LayoutFormat& layout, std::uint32_t record_length) {
  const auto known = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return entry.layout == &layout && entry.record_length == record_length; });
  if (known != entries_.end()) {
    std::rotate(entries_.begin(), known, known + 1);
    return *entries_.front().made;
  }
  if (entries_.size() == kMaxTemplates) entries_.pop_back();
  const auto made = layout.make_template(record_length);
  made->serial = new_layout_serial();
  input_.prepare(*made);
  return *entries_.insert(entries_.begin(), {&layout, record_length, made})->made;
}

}  // namespace flowcef
