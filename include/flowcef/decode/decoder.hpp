// The front door of decode: takes datagrams of any format, hands on data sets, counts what it refused.
#pragma once

#include <cstdint>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/template_cache.hpp"
#include "flowcef/decode/template_parser.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

/// Thread:   one; the counters may be read by any.
/// Lifetime: keeps references to the registry and the handler.
class Decoder {
 public:
  Decoder(const ElementRegistry& registry, DecodeCounters& counters, DataSetHandler& handler,
          const TemplateLimits& limits = {});

  /// Calls the handler for each data set in the datagram, in order; a set ahead of its template comes last.
  void decode(const Datagram& datagram) noexcept;

 private:
  struct Message;  // a datagram on its way: context, template domain

  void decode_netflow5(const Datagram& datagram);
  void decode_netflow9(const Datagram& datagram);
  void decode_ipfix(const Datagram& datagram);

  void decode_sets(Message& message, ByteReader sets);
  void decode_set(Message& message, std::uint16_t id, Bytes body);
  void read_templates(Message& message, Bytes body, bool options);
  void deliver(Message& message, std::uint16_t id, const Template& layout, Bytes body);
  [[nodiscard]] std::uint32_t locate_fields(const Template& layout, Bytes body, std::uint32_t& used);
  void learn_from_options(Message& message, const DataSet& set);
  static void apply_init_time(Message& message);

  void refuse(Refusal reason) noexcept { counters_.refused[static_cast<std::size_t>(reason)].add(); }

  struct WaitingSet {
    std::uint16_t id;
    Bytes body;
  };

  DecodeCounters& counters_;
  DataSetHandler& handler_;
  TemplateParser parser_;
  TemplateCache cache_;
  std::shared_ptr<const Template> netflow5_;
  std::vector<FieldPosition> positions_;  ///< reused for every set
  std::vector<WaitingSet> waiting_;       ///< sets ahead of their template, within one datagram
};

}  // namespace flowcef
