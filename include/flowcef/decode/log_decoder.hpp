// Log lines to records: header and message apart, a pattern for the message, one record for the line.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "flowcef/decode/data_set_handler.hpp"
#include "flowcef/decode/exporter_table.hpp"
#include "flowcef/decode/input_state.hpp"
#include "flowcef/decode/log_patterns.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/syslog_message.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

/// What one worker reads of one input of log lines.
/// Thread:   one; the counters may be read by any.
/// Lifetime: keeps references to all it was made of.
class LogDecoder {
 public:
  LogDecoder(const ElementRegistry& registry, InputState& input, ExporterTable& exporters, DecodeCounters& counters,
             DataSetHandler& handler);

  /// Calls the handler with the data set of one record that the line is. Its fields are those of the pattern, then what
  /// the header says; a header element for which the pattern has a group stands there alone.
  /// Input:   one line, in a datagram of its own; the input's settings say how lines are read (DecodeConfig::log)
  /// Returns: false if no pattern takes the line, and such lines are not to be sent
  [[nodiscard]] bool decode(const Datagram& datagram);
  /// Goes on by the patterns and settings that the input has now.
  void reconfigure(const ElementRegistry& registry);

 private:
  struct Layout {
    std::shared_ptr<const Template> layout;
    std::vector<std::uint16_t> header;  ///< numbers under kSyslogPen, in the order of the fields behind the pattern's
    std::optional<std::size_t> time_field;  ///< of the pattern: syslogTimestamp
  };

  [[nodiscard]] Layout make_layout(const ElementRegistry& registry, std::optional<std::size_t> pattern) const;
  void append_header(const Layout& layout, const SyslogMessage& message);
  void append_header(std::uint16_t element, const Layout& layout, const SyslogMessage& message);
  void deliver(const Datagram& datagram, const Layout& layout, const SyslogMessage& message);
  [[nodiscard]] std::int64_t time_of(const Layout& layout, const SyslogMessage& message,
                                     const Datagram& datagram) const;

  InputState& input_;
  ExporterTable& exporters_;
  DecodeCounters& counters_;
  DataSetHandler& handler_;
  std::vector<Layout> layouts_;  ///< by pattern; the last one is of lines that none takes
  LogMatch match_;               ///< and then the whole record
  std::uint64_t messages_ = 0;
};

}  // namespace flowcef
