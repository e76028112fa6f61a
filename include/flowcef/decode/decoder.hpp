// The front door of decode: takes messages of any format, hands on data sets, counts what it refused.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "flowcef/decode/data_set_handler.hpp"
#include "flowcef/decode/data_set_slice.hpp"
#include "flowcef/decode/exporter_table.hpp"
#include "flowcef/decode/fixed_formats.hpp"
#include "flowcef/decode/holding_pen.hpp"
#include "flowcef/decode/input_state.hpp"
#include "flowcef/decode/layout_templates.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/template_parser.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

class RecordLocator;
class StatedExporters;

/// What one worker decodes of one input.
/// Thread:   one; the counters may be read by any.
/// Lifetime: keeps references to all it was made of.
class Decoder {
 public:
  Decoder(const ElementRegistry& registry, InputState& input, DecodeCounters& counters, DataSetHandler& handler);
  ~Decoder();

  /// Calls the handler for each data set in the message, in order; one ahead of its template comes when that does,
  /// with the context of its own message.
  void decode(const Datagram& datagram) noexcept;
  /// Counts a datagram that is not to be decoded.
  void refuse(const Datagram& datagram, Refusal reason);
  /// Forgets what came over a connection that has ended.
  void end_session(const IpAddress& exporter, std::uint64_t session);
  /// Gives up what has waited too long and ejects templates out of use. To be called now and then; decode() does so too,
  /// by the arrival times it sees.
  void tick(std::int64_t now_ns);
  /// Gives up what still waits: no more is coming.
  void finish();
  /// Goes on by other element tables, and by the settings that the input has now: to be called for every worker of it
  /// when InputState::reconfigure() and remake_layouts() are done, and before any of them decodes again. Held data for
  /// which there is less room is given up.
  void reconfigure(const ElementRegistry& registry);

  /// Returns: whose datagram it is by the input's identities, as far as its header tells; the sender if there are none.
  [[nodiscard]] IpAddress exporter_of(const Datagram& datagram, std::optional<std::uint32_t> domain) const noexcept;
  [[nodiscard]] ExporterTable& exporters() noexcept { return exporters_; }
  [[nodiscard]] const ExporterTable& exporters() const noexcept { return exporters_; }
  /// Returns: what waits for its template.
  [[nodiscard]] const HoldingPen& held() const noexcept { return pen_; }

 private:
  struct Message;  // on its way: context, exporter, domain, what was found in it
  struct SubTemplates;
  struct WaitingSet {
    std::uint16_t id;
    Bytes body;
  };

  void read_by(const ElementRegistry& registry);

  void decode_fixed(const Datagram& datagram);
  static void note_header_sampling(const Message& message);
  void decode_netflow9(const Datagram& datagram);
  void decode_ipfix(const Datagram& datagram);
  void decode_layout(const Datagram& datagram, const LayoutFormat& layout);
  enum class LengthNews : std::uint8_t { unknown, learned, known };
  /// Returns: nothing if the datagram's records are of another length than is known.
  [[nodiscard]] std::optional<LengthNews> learn_length(const Datagram& datagram, const LayoutFormat& layout,
                                                       std::uint32_t length, const ExportContext& context);
  void hold_layout(Message& message, const LayoutFormat& layout, const LayoutMessage& found);
  void release_layouts(Exporter& exporter, const LayoutFormat& layout);
  void release_layout(Domain& domain, const LayoutFormat& layout);
  void decode_held(const HeldSet& set);
  void settle_held(const HeldSet& set);
  /// Input: a context with what the export header says.
  [[nodiscard]] Message begin_message(const Datagram& datagram, ExportContext context);
  void end_message(const Message& message);

  void decode_sets(Message& message, ByteReader sets);
  void decode_set(Message& message, std::uint16_t id, Bytes body);
  void decode_waiting(Message& message);
  void read_templates(Message& message, Bytes body, bool options);
  void take_template(Message& message, TemplateRecord record);
  void refuse_template(Message& message, const TemplateRefusal& refusal, bool options);
  void withdraw(Domain& domain, std::uint16_t id, bool options);
  void release_held(Domain& domain, std::uint16_t id, const Template& layout);
  [[nodiscard]] const Template* find_template(Domain& domain, std::uint16_t id);

  void deliver(Message& message, std::uint16_t id, const Template& layout, Bytes body);
  void hand_on(Message& message, const DataSet& set);
  void hand_on_by_exporter(Message& message, const DataSet& set);
  static void learn_exporter(const StatedExporters& stated, std::uint32_t records, Domain& domain);
  void hand_on_as(Message& message, const std::optional<IpAddress>& exporter, const DataSet& set);
  void give_up(const HeldSet& set);

  void refuse(Message& message, Refusal reason);
  void count(ExporterCounts& counts, Refusal reason);
  void count_undecoded(std::size_t bytes);
  void advance_clock(std::int64_t received_ns);

  InputState& input_;
  DecodeCounters& counters_;
  DataSetHandler& handler_;
  TemplateParser parser_;
  std::array<std::shared_ptr<const Template>, kFixedFormats.size()> fixed_layouts_;  ///< in the order of kFixedFormats
  LayoutTemplates layouts_;
  ExporterTable exporters_;
  HoldingPen pen_;
  DataSetSlicer slicer_;
  std::unique_ptr<RecordLocator> locator_;
  std::vector<WaitingSet> waiting_;  ///< sets ahead of their template, within one message
  std::uint64_t messages_ = 0;
  std::int64_t now_ns_ = 0;  ///< arrival times, never going back and never standing still
  std::int64_t ticked_ns_ = 0;
};

}  // namespace flowcef
