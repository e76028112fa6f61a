#include "flowcef/decode/decoder.hpp"

#include <algorithm>
#include <utility>

#include "decoder_message.hpp"
#include "flowcef/decode/unsupported_format.hpp"
#include "record_locator.hpp"

// Messages: what their headers say, whose they are, what is counted of them. Their sets are read in decoder_sets.cpp,
// templates in decoder_templates.cpp.

namespace flowcef {
namespace {

constexpr std::size_t kNetflow9HeaderLength = 20;  // RFC 3954 section 5.1
constexpr std::size_t kIpfixHeaderLength = 16;     // RFC 7011 section 3.1
/// Its upper two bits are the mode. Source: Cisco, NetFlow Export Datagram Format, table B-3
constexpr std::size_t kNetflow5Sampling = 22;
constexpr std::int64_t kTickNs = 1'000'000'000;

}  // namespace

Decoder::Decoder(const ElementRegistry& registry, InputState& input, DecodeCounters& counters, DataSetHandler& handler)
    : input_(input),
      counters_(counters),
      handler_(handler),
      parser_(registry),
      layouts_(input),
      exporters_(input),
      pen_(input.config, input.held_bytes) {
  read_by(registry);
}

Decoder::~Decoder() = default;

void Decoder::read_by(const ElementRegistry& registry) {
  parser_ = TemplateParser(registry);
  locator_ = std::make_unique<RecordLocator>(registry);
  layouts_.read_by(registry);
  for (std::size_t i = 0; i < kFixedFormats.size(); ++i) {
    const auto layout = make_fixed_template(kFixedFormats[i], registry);
    layout->serial = new_layout_serial();
    input_.prepare(*layout);
    fixed_layouts_[i] = layout;
  }
}

void Decoder::reconfigure(const ElementRegistry& registry) {
  read_by(registry);
  exporters_.reconfigure();
  pen_.reconfigure(input_.config, [this](const HeldSet& set) { give_up(set); });
  counters_.templates_ejected.add(input_.templates.take_ejected());
}

void Decoder::decode(const Datagram& datagram) noexcept {
  advance_clock(datagram.received_ns);
  if (datagram.payload.size() < 2) return refuse(datagram, Refusal::short_header);
  if (const LayoutFormat* layout = layouts_.find(datagram.payload)) return decode_layout(datagram, *layout);
  switch (load_be<std::uint16_t>(datagram.payload.data())) {
    case 1:
    case 5:
    case 7:
      return decode_fixed(datagram);
    case 9:
      return decode_netflow9(datagram);
    case 10:
      return decode_ipfix(datagram);
    default:
      return refuse(datagram, recognise_unsupported(datagram.payload).value_or(Refusal::unknown_version));
  }
}

/// Arrival times as a clock: it does not go back with them, and of two messages the later one has the later time.
void Decoder::advance_clock(std::int64_t received_ns) {
  now_ns_ = std::max(now_ns_ + 1, received_ns);
  if (now_ns_ - ticked_ns_ >= kTickNs) tick(now_ns_);
}

Decoder::Message Decoder::begin_message(const Datagram& datagram, ExportContext context) {
  Message message{datagram, context, nullptr, nullptr, 0, 0, std::nullopt};
  const IdentityRule* const rule = find_identity(input_.identities, datagram.exporter, context.domain);
  message.context.exporter = datagram.exporter;
  if (rule != nullptr && rule->exporter) message.context.exporter.address = *rule->exporter;
  message.context.sender = datagram.exporter;
  message.context.listener = datagram.listener;
  message.context.received_ns = datagram.received_ns;
  message.context.message = ++messages_;
  DomainKey key{datagram.exporter, datagram.listener, context.domain, context.format, datagram.session};
  // A v9 exporter may change its port at any time and keep its templates (RFC 3954 section 5.1 names only the address).
  const bool match_port = input_.config.match_port.value_or(context.format == ExportFormat::ipfix);
  if (!match_port && datagram.session == 0) key.exporter.port = 0;
  if (rule != nullptr && rule->port) key.exporter.port = datagram.exporter.port;
  message.exporter = &exporters_.exporter(message.context.exporter.address);
  message.domain = &exporters_.domain(*message.exporter, key);
  use_tables(message.context, *message.domain);
  return message;
}

void Decoder::end_message(const Message& message) {
  counters_.datagrams[static_cast<std::size_t>(message.context.format)].add();
  ++message.exporter->counts.datagrams;
  message.exporter->last_heard_ns = message.context.received_ns;
  message.exporter->counts.records += message.records - message.records_of_others;
  const ExportContext& context = message.context;
  message.exporter->signs.clock.take(context.received_ns, context.export_ms);
  const bool has_uptime = context.format != ExportFormat::ipfix && context.uptime_known;
  if (message.is_numbered) {
    message.domain->sequence.take({context.sequence, message.records + message.waiting_records, message.undecoded_bytes,
                                   has_uptime ? std::optional(context.uptime_ms) : std::nullopt},
                                  message.exporter->counts.sequence);
  }
  if (message.refusal) handler_.on_refused(message.datagram, *message.refusal);
}

void Decoder::decode_fixed(const Datagram& datagram) {
  const FixedMessage found = read_fixed_message(datagram.payload);
  if (found.format == nullptr) {
    const auto named = recognise_unsupported(datagram.payload);
    return refuse(datagram, named.value_or(found.refusal.value_or(Refusal::unknown_version)));
  }
  ExportContext context;
  context.format = found.format->format;
  context.export_ms = found.export_ms;
  context.uptime_ms = found.uptime_ms;
  context.uptime_known = true;
  context.sequence = found.sequence;
  context.domain = found.domain;
  context.header = found.header;
  Message message = begin_message(datagram, context);
  if (context.format == ExportFormat::netflow5) note_header_sampling(message);
  if (found.refusal) refuse(message, *found.refusal);
  const auto place = static_cast<std::size_t>(found.format - kFixedFormats.data());
  if (found.record_count != 0) deliver(message, 0, *fixed_layouts_[place], found.records);
  end_message(message);
}

void Decoder::note_header_sampling(const Message& message) {
  const int word = load_be<std::uint16_t>(message.context.header.data() + kNetflow5Sampling);
  const auto interval = static_cast<std::uint16_t>(std::max(word & 0x3fff, 1));  // 0 and 1 are no sampling
  std::optional<std::uint16_t>& known = message.domain->header_sampling;
  if (known == interval) return;
  if (known) message.exporter->signs.note_sampling(*known, interval);
  known = interval;
}

void Decoder::decode_netflow9(const Datagram& datagram) {
  const Bytes bytes = datagram.payload;
  if (bytes.size() < kNetflow9HeaderLength) return refuse(datagram, Refusal::short_header);
  const std::uint8_t* header = bytes.data();
  ExportContext context;
  context.format = ExportFormat::netflow9;
  // The count at offset 2 is wrong so often (flow sets, flows without templates, always 1) that nothing rests on it.
  context.uptime_ms = load_be<std::uint32_t>(header + 4);
  context.uptime_known = true;
  context.export_ms = std::int64_t{load_be<std::uint32_t>(header + 8)} * 1000;
  context.sequence = load_be<std::uint32_t>(header + 12);
  context.domain = load_be<std::uint32_t>(header + 16);
  context.header = bytes.first(kNetflow9HeaderLength);
  Message message = begin_message(datagram, context);
  decode_sets(message, ByteReader(bytes.subspan(kNetflow9HeaderLength)));
  end_message(message);
}

void Decoder::decode_ipfix(const Datagram& datagram) {
  Bytes bytes = datagram.payload;
  if (bytes.size() < kIpfixHeaderLength) return refuse(datagram, Refusal::short_header);
  const std::uint8_t* header = bytes.data();
  const std::size_t stated = load_be<std::uint16_t>(header + 2);
  if (stated < kIpfixHeaderLength) return refuse(datagram, Refusal::bad_message_length);
  const std::size_t whole = std::min(stated, bytes.size());
  const bool bad_length = stated > bytes.size() || !all_zero(bytes.subspan(whole));
  bytes = bytes.first(whole);

  ExportContext context;
  context.format = ExportFormat::ipfix;
  context.export_ms = std::int64_t{load_be<std::uint32_t>(header + 4)} * 1000;
  context.sequence = load_be<std::uint32_t>(header + 8);
  context.domain = load_be<std::uint32_t>(header + 12);
  context.header = bytes.first(kIpfixHeaderLength);
  Message message = begin_message(datagram, context);
  if (bad_length) refuse(message, Refusal::bad_message_length);
  decode_sets(message, ByteReader(bytes.subspan(kIpfixHeaderLength)));
  end_message(message);
}

IpAddress Decoder::exporter_of(const Datagram& datagram, std::optional<std::uint32_t> domain) const noexcept {
  return exporter_by_identity(input_.identities, datagram.exporter, domain);
}

void Decoder::end_session(const IpAddress& exporter, std::uint64_t session) {
  pen_.end_session(session, [this](const HeldSet& set) { give_up(set); });
  exporters_.end_session(exporter, session);
  input_.templates.end_session(session);
}

void Decoder::tick(std::int64_t now_ns) {
  now_ns_ = std::max(now_ns_, now_ns);
  ticked_ns_ = now_ns_;
  counters_.templates_expired.add(input_.templates.expire(now_ns_));
  exporters_.sweep();
  pen_.expire(now_ns_, [this](const HeldSet& set) { give_up(set); });
}

void Decoder::finish() {
  pen_.give_up_all([this](const HeldSet& set) { give_up(set); });
  exporters_.finish();
}

void Decoder::refuse(const Datagram& datagram, Refusal reason) {
  const bool stranger = reason == Refusal::exporter_not_allowed;
  const IpAddress address = exporter_of(datagram, std::nullopt);
  count(stranger ? exporters_.counts_of_stranger(address) : exporters_.exporter(address).counts, reason);
  handler_.on_refused(datagram, reason);
}

void Decoder::refuse(Message& message, Refusal reason) {
  count(message.exporter->counts, reason);
  if (!message.refusal) message.refusal = reason;
}

void Decoder::count(ExporterCounts& counts, Refusal reason) {
  counters_.refused[static_cast<std::size_t>(reason)].add();
  ++counts.refused[static_cast<std::size_t>(reason)];
}

}  // namespace flowcef
