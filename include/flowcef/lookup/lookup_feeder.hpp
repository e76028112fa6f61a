// Fills lookups with the records of one input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/lookup/lookups.hpp"

namespace flowcef {

/// A record is taken by each lookup of the input whose whole key it has, and one column at least. A key's IPv4 address
/// may be one of the IPv6 element of that name, and the other way round.
/// Thread:   one.
/// Lifetime: keeps a reference to the lookups.
class LookupFeeder {
 public:
  /// Input: the input's name, as lookups have it
  LookupFeeder(Lookups& lookups, std::string_view input);

  /// To be called before the records are rendered, so that they may find themselves. Waits for no reader.
  void feed(const DataSet& set);

 private:
  /// How records of one template fill one lookup: indices into Template::fields.
  struct Filling {
    std::size_t lookup;
    std::vector<std::size_t> key;
    std::vector<std::optional<std::size_t>> columns;  ///< nothing: the template has no such element
  };
  struct Plan {
    std::weak_ptr<const Template> layout;
    std::vector<Filling> fillings;
  };

  const std::vector<Filling>& fillings_for(const Template& layout);
  [[nodiscard]] std::optional<Filling> filling(const Template& layout, std::size_t lookup) const;
  void put(const DataSet& set, std::uint32_t index, const Filling& filling);

  Lookups& lookups_;
  std::vector<std::size_t> fed_;                   ///< lookups that the input fills
  std::unordered_map<std::uint64_t, Plan> plans_;  ///< by Template::serial
  std::vector<std::string> texts_;                 ///< by column, of the record at hand
  std::vector<std::string_view> views_;
};

}  // namespace flowcef
