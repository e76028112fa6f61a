// The layouts that one decoder reads by, each with the templates of the record lengths that came.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "flowcef/decode/input_state.hpp"
#include "flowcef/decode/layout_format.hpp"

namespace flowcef {

/// Bounded: the template that was not in use for longest makes room, as senders choose the lengths.
/// Thread:   one.
/// Lifetime: keeps references to the input and the registry.
class LayoutTemplates {
 public:
  explicit LayoutTemplates(const InputState& input) : input_(input) {}

  /// Goes on by other layouts, and by the settings that the input has now.
  void read_by(const ElementRegistry& registry);
  /// Returns: the layout that the input names, or that has the datagram's version; null: it has none.
  [[nodiscard]] const LayoutFormat* find(Bytes datagram) const noexcept;
  /// Lifetime: until the next call.
  [[nodiscard]] const Template& of(const LayoutFormat& layout, std::uint32_t record_length);

 private:
  struct Entry {
    const LayoutFormat* layout;
    std::uint32_t record_length;
    std::shared_ptr<const Template> made;
  };

  const InputState& input_;
  const ElementRegistry* registry_ = nullptr;
  const LayoutFormat* named_ = nullptr;  ///< by the input
  std::vector<Entry> entries_;           ///< latest in use first
};

}  // namespace flowcef
