// Who the records of a data set say that their exporter is. Knows nothing of who may be believed.
#pragma once

#include <cstdint>
#include <optional>

#include "flowcef/decode/data_set.hpp"

namespace flowcef {

/// Source: IANA IE 130 exporterIPv4Address, 131 exporterIPv6Address
class StatedExporters {
 public:
  explicit StatedExporters(const DataSet& set) noexcept
      : set_(set), ipv4_(set.layout.find({0, 130})), ipv6_(set.layout.find({0, 131})) {}

  [[nodiscard]] bool has_any() const noexcept { return ipv4_ != nullptr || ipv6_ != nullptr; }
  /// Returns: nothing if the record names none, or none that could be one.
  [[nodiscard]] std::optional<IpAddress> of(std::uint32_t record) const noexcept;

 private:
  const DataSet& set_;
  const Field* ipv4_;
  const Field* ipv6_;
};

}  // namespace flowcef
