// Leaves out one of two exports of the same flows: some exporters send them as NetFlow v5 and by a layout of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/lru_table.hpp"
#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/domain_key.hpp"

namespace flowcef {

/// Unless it is told what to keep, it keeps the records of the layout, which say more, and leaves out the NetFlow v5 of
/// exporters that sent any of them within the last ten minutes. Up to 65,536 exporters are known as such.
/// Thread: one. To be shared by all inputs that an exporter may be heard on.
class DoubleExports {
 public:
  /// Called once for an exporter whose NetFlow v5 is left out though no setting says so.
  using Report = std::function<void(const IpAddress& exporter, const std::string& layout)>;

  void report(Report report) { report_ = std::move(report); }
  /// Returns: whether the records are to go on.
  [[nodiscard]] bool keeps(const DataSet& set);

 private:
  struct Heard {
    std::int64_t at_ns = 0;
    std::string layout;
    bool reported = false;
  };

  void note_layout(const DataSet& set);
  [[nodiscard]] bool has_layout(const ExportContext& context);

  Report report_;
  LruTable<IpAddress, Heard, IpAddressHash> heard_{65'536};
};

}  // namespace flowcef
