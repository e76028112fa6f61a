// Whether a flow has what its input requires of flows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/decode_config.hpp"

namespace flowcef {

/// What can be told apart as missing; of a longer list of elements, all from the last one on are told as one.
inline constexpr std::size_t kMaxRequiredItems = 32;

/// The Skylight sensor's set: start, end, ingress and egress interface, protocol, ToS, source, destination, bytes and
/// packets; for TCP and UDP both ports; for ICMP (1 and 58) type and code, out of ICMP elements only. An item is there
/// if its field is, with whatever value, 0 too; only a variable-length value of no bytes is not. Start and end may be
/// stated in any form from which an absolute time follows.
/// Thread: one. What a layout lacks is found out once and kept.
class Completeness {
 public:
  /// Input: names that the registry has; one that it has not is missing in every flow
  Completeness(const Requirement& requirement, const ElementRegistry& registry);

  /// Returns: whether no record of that layout can lack anything; true of options data.
  [[nodiscard]] bool always_complete(const Template& layout) noexcept;
  /// Returns: a bit for every item that record `index` lacks; 0: it may go on
  [[nodiscard]] std::uint32_t check(const DataSet& set, std::uint32_t index) noexcept;

  /// Returns: the names of the items by bit: `start`, `ingressInterface` ...
  [[nodiscard]] const std::vector<std::string>& items() const noexcept { return items_; }

 private:
  /// A field whose values may be empty, so that every record is looked at.
  struct VariableItem {
    std::uint32_t bit;
    std::size_t field;  ///< index into Template::fields
    bool last;          ///< of the fields of its element: one that is not empty will do
  };

  /// What records of one layout lack; bits as check() returns them.
  struct Lack {
    const Template* layout = nullptr;
    std::weak_ptr<const Template> alive;  ///< while it is, no other layout can stand at that address
    std::uint32_t always = 0;
    std::uint32_t without_uptime = 0;  ///< unless the exporter's uptime at the export is known
    std::uint32_t transport = 0;       ///< if the protocol is TCP or UDP
    std::uint32_t icmp = 0;            ///< if the protocol is ICMP
    const Field* protocol = nullptr;   ///< null: it makes no difference
    std::vector<VariableItem> variable;

    [[nodiscard]] bool nothing() const noexcept {
      return (always | without_uptime | transport | icmp) == 0 && variable.empty();
    }
  };

  [[nodiscard]] const Lack& lack_of(const Template& layout) noexcept;
  void find_skylight_lack(const Template& layout, Lack& lack) const;
  void find_element_lack(const Template& layout, Lack& lack) const;

  bool skylight_;
  std::vector<std::string> items_;
  struct Required {
    ElementId id;
    std::uint32_t bit;
    bool known;  ///< to the registry
  };
  std::vector<Required> elements_;
  std::array<Lack, 256> known_;  ///< by address of the layout; a slot keeps the latest
};

}  // namespace flowcef
