#include "flowcef/decode/log_decoder.hpp"

#include <algorithm>
#include <string_view>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/usual_length.hpp"

namespace flowcef {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

void append_number(std::uint64_t value, std::size_t length, std::vector<std::uint8_t>& bytes) {
  for (std::size_t i = length; i-- > 0;) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::string_view text_of(std::uint16_t element, const SyslogMessage& message) noexcept {
  switch (element) {
    case kSyslogHostname:
      return message.hostname;
    case kSyslogAppName:
      return message.app_name;
    case kSyslogProcId:
      return message.proc_id;
    case kSyslogMsgId:
      return message.msg_id;
    case kSyslogStructuredData:
      return message.structured_data;
    default:
      return message.message;
  }
}

Field field_of(const InformationElement& element) {
  Field field;
  field.id = element.id;
  field.element = &element;
  field.length = usual_length(element.type);
  return field;
}

}  // namespace

LogDecoder::LogDecoder(const ElementRegistry& registry, InputState& input, ExporterTable& exporters,
                       DecodeCounters& counters, DataSetHandler& handler)
    : input_(input), exporters_(exporters), counters_(counters), handler_(handler) {
  reconfigure(registry);
}

void LogDecoder::reconfigure(const ElementRegistry& registry) {
  layouts_.clear();
  const std::size_t patterns = input_.patterns == nullptr ? 0 : input_.patterns->size();
  for (std::size_t i = 0; i < patterns; ++i) layouts_.push_back(make_layout(registry, i));
  layouts_.push_back(make_layout(registry, std::nullopt));
}

LogDecoder::Layout LogDecoder::make_layout(const ElementRegistry& registry, std::optional<std::size_t> pattern) const {
  Layout made;
  auto layout = std::make_shared<Template>();
  layout->serial = new_layout_serial();
  layout->format = ExportFormat::syslog;
  layout->variable = true;
  layout->sparse = true;
  if (pattern) {
    layout->name = input_.patterns->name(*pattern);
    for (const InformationElement* element : input_.patterns->fields(*pattern)) {
      layout->fields.push_back(field_of(*element));
      if (element->id == ElementId{kSyslogPen, kSyslogTimestamp}) made.time_field = layout->fields.size() - 1;
    }
  }
  for (std::uint16_t id = kSyslogFacility; id <= kLogPattern; ++id) {
    const InformationElement* element = registry.find({kSyslogPen, id});
    if (layout->find(element->id) != nullptr || (id == kLogPattern && !pattern)) continue;
    layout->fields.push_back(field_of(*element));
    made.header.push_back(id);
  }
  input_.prepare(*layout);
  made.layout = std::move(layout);
  return made;
}

bool LogDecoder::decode(const Datagram& datagram) {
  const LogConfig& settings = *input_.config.log;
  const LogClock clock{datagram.received_ns, settings.local_time};
  const std::string_view line(reinterpret_cast<const char*>(datagram.payload.data()), datagram.payload.size());
  const SyslogMessage message = parse_syslog(line, clock);
  const auto pattern =
      input_.patterns == nullptr ? std::nullopt : input_.patterns->match(message.message, clock, match_);
  if (!pattern && settings.unmatched == UnmatchedLines::count) return false;
  if (!pattern) {
    match_.bytes.clear();
    match_.positions.clear();
  }
  const Layout& layout = pattern ? layouts_[*pattern] : layouts_.back();
  append_header(layout, message);
  deliver(datagram, layout, message);
  return true;
}

void LogDecoder::append_header(const Layout& layout, const SyslogMessage& message) {
  for (const std::uint16_t element : layout.header) {
    const auto offset = static_cast<std::uint32_t>(match_.bytes.size());
    append_header(element, layout, message);
    match_.positions.push_back({offset, static_cast<std::uint32_t>(match_.bytes.size()) - offset});
  }
}

void LogDecoder::append_header(std::uint16_t element, const Layout& layout, const SyslogMessage& message) {
  std::vector<std::uint8_t>& bytes = match_.bytes;
  switch (element) {
    case kSyslogFacility:
      if (message.priority) bytes.push_back(*message.priority >> 3);
      return;
    case kSyslogSeverity:
      if (message.priority) bytes.push_back(*message.priority & 7);
      return;
    case kSyslogTimestamp:
      if (message.time_ns) append_number(static_cast<std::uint64_t>(*message.time_ns / kNsPerMs), 8, bytes);
      return;
    default: {
      const std::string_view text = element == kLogPattern ? layout.layout->name : text_of(element, message);
      bytes.insert(bytes.end(), text.begin(), text.end());
    }
  }
}

/// The pattern knows better than the header, which may be of a relay; without either, it is when the line came.
std::int64_t LogDecoder::time_of(const Layout& layout, const SyslogMessage& message, const Datagram& datagram) const {
  if (layout.time_field && match_.positions[*layout.time_field].length == 8) {
    return static_cast<std::int64_t>(
        load_be<std::uint64_t>(match_.bytes.data() + match_.positions[*layout.time_field].offset));
  }
  return message.time_ns.value_or(datagram.received_ns) / kNsPerMs;
}

void LogDecoder::deliver(const Datagram& datagram, const Layout& layout, const SyslogMessage& message) {
  ExportContext context;
  context.format = ExportFormat::syslog;
  context.exporter = datagram.exporter;
  context.sender = datagram.exporter;
  context.exporter.address = exporter_by_identity(input_.identities, datagram.exporter, std::nullopt);
  context.listener = datagram.listener;
  context.received_ns = datagram.received_ns;
  context.export_ms = time_of(layout, message, datagram);
  context.message = ++messages_;
  const auto fields = static_cast<std::uint32_t>(layout.layout->fields.size());
  const DataSet set{*layout.layout, context, 0, match_.bytes, 1, match_.positions, fields, {}, {}};
  counters_.datagrams[static_cast<std::size_t>(ExportFormat::syslog)].add();
  counters_.data_sets.add();
  counters_.records.add();
  Exporter& exporter = exporters_.exporter(context.exporter.address);
  exporter.last_heard_ns = datagram.received_ns;
  ++exporter.signs.event_sets;
  ExporterCounts& counts = exporter.counts;
  ++counts.datagrams;
  ++counts.records;
  handler_.on_data_set(set);
}

}  // namespace flowcef
