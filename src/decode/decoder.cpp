#include "flowcef/decode/decoder.hpp"

#include <algorithm>

#include "flowcef/decode/fixed_formats.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kNetflow9HeaderLength = 20;  // RFC 3954 section 5.1
constexpr std::size_t kIpfixHeaderLength = 16;     // RFC 7011 section 3.1
constexpr std::uint16_t kSetHeaderLength = 4;
constexpr std::uint16_t kFirstDataSetId = 256;
constexpr std::uint16_t kSystemInitTimeMilliseconds = 160;

/// Set ids of templates and options templates: 0 and 1 in NetFlow v9, 2 and 3 in IPFIX.
constexpr std::uint16_t template_set_id(ExportFormat format) {
  return format == ExportFormat::ipfix ? 2 : 0;
}

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// Reads the length in front of a variable-length value. Source: RFC 7011 section 7.
bool read_value_length(ByteReader& in, std::size_t& length) {
  std::uint8_t short_form = 0;
  if (!in.read(short_form)) return false;
  length = short_form;
  if (short_form < 255) return true;
  std::uint16_t long_form = 0;
  if (!in.read(long_form)) return false;
  length = long_form;
  return true;
}

}  // namespace

struct Decoder::Message {
  ExportContext context;
  DomainKey key;
  TemplateCache::Domain* domain = nullptr;  ///< null until a template of it is known
};

Decoder::Decoder(const ElementRegistry& registry, DecodeCounters& counters, DataSetHandler& handler,
                 const TemplateLimits& limits)
    : counters_(counters),
      handler_(handler),
      parser_(registry),
      cache_(limits),
      netflow5_(make_netflow5_template(registry)) {}

void Decoder::decode(const Datagram& datagram) noexcept {
  if (datagram.payload.size() < 2) return refuse(Refusal::short_header);
  switch (load_be<std::uint16_t>(datagram.payload.data())) {
    case 5:
      return decode_netflow5(datagram);
    case 9:
      return decode_netflow9(datagram);
    case 10:
      return decode_ipfix(datagram);
    default:
      return refuse(Refusal::unknown_version);
  }
}

void Decoder::decode_netflow5(const Datagram& datagram) {
  const Bytes bytes = datagram.payload;
  if (bytes.size() < kNetflow5HeaderLength) return refuse(Refusal::short_header);
  const std::uint8_t* header = bytes.data();
  const std::uint32_t nanoseconds = load_be<std::uint32_t>(header + 12);

  ExportContext context;
  context.format = ExportFormat::netflow5;
  context.exporter = datagram.exporter;
  context.listener = datagram.listener;
  context.received_ns = datagram.received_ns;
  context.export_ms = std::int64_t{load_be<std::uint32_t>(header + 8)} * 1000;
  // Some devices put another unit or junk here.
  if (nanoseconds < 1'000'000'000) context.export_ms += nanoseconds / 1'000'000;
  context.uptime_ms = load_be<std::uint32_t>(header + 4);
  context.uptime_known = true;
  context.sequence = load_be<std::uint32_t>(header + 16);
  context.domain = load_be<std::uint16_t>(header + 20);
  context.header = bytes.first(kNetflow5HeaderLength);

  const std::size_t stated = load_be<std::uint16_t>(header + 2);
  const std::size_t whole = (bytes.size() - kNetflow5HeaderLength) / kNetflow5RecordLength;
  const std::size_t count = std::min(stated, whole);
  if (bytes.size() != kNetflow5HeaderLength + stated * kNetflow5RecordLength) refuse(Refusal::bad_message_length);
  // Some devices state counts beyond all measure over whole records; a length that fits no count either is other
  // traffic that happens to begin with a 5.
  const bool fits = bytes.size() == kNetflow5HeaderLength + whole * kNetflow5RecordLength;
  if (stated > whole && stated > kNetflow5MaxRecords && !fits) return;
  counters_.datagrams[static_cast<std::size_t>(ExportFormat::netflow5)].add();
  if (count == 0) return;
  counters_.data_sets.add();
  counters_.records.add(count);
  handler_.on_data_set({*netflow5_,
                        context,
                        0,
                        bytes.subspan(kNetflow5HeaderLength, count * kNetflow5RecordLength),
                        static_cast<std::uint32_t>(count),
                        {},
                        0,
                        {},
                        {}});
}

void Decoder::decode_netflow9(const Datagram& datagram) {
  const Bytes bytes = datagram.payload;
  if (bytes.size() < kNetflow9HeaderLength) return refuse(Refusal::short_header);
  const std::uint8_t* header = bytes.data();
  Message message;
  message.context.format = ExportFormat::netflow9;
  message.context.exporter = datagram.exporter;
  message.context.listener = datagram.listener;
  message.context.received_ns = datagram.received_ns;
  // The count at offset 2 is wrong so often (flow sets, flows without templates, always 1) that nothing rests on it.
  message.context.uptime_ms = load_be<std::uint32_t>(header + 4);
  message.context.uptime_known = true;
  message.context.export_ms = std::int64_t{load_be<std::uint32_t>(header + 8)} * 1000;
  message.context.sequence = load_be<std::uint32_t>(header + 12);
  message.context.domain = load_be<std::uint32_t>(header + 16);
  message.context.header = bytes.first(kNetflow9HeaderLength);
  // An exporter may change its port at any time and keep its templates (RFC 3954 section 5.1 names only the address).
  message.key = {{datagram.exporter.address, 0}, datagram.listener, message.context.domain, ExportFormat::netflow9};
  counters_.datagrams[static_cast<std::size_t>(ExportFormat::netflow9)].add();
  decode_sets(message, ByteReader(bytes.subspan(kNetflow9HeaderLength)));
}

void Decoder::decode_ipfix(const Datagram& datagram) {
  Bytes bytes = datagram.payload;
  if (bytes.size() < kIpfixHeaderLength) return refuse(Refusal::short_header);
  const std::uint8_t* header = bytes.data();
  const std::size_t stated = load_be<std::uint16_t>(header + 2);
  if (stated < kIpfixHeaderLength) return refuse(Refusal::bad_message_length);
  const std::size_t whole = std::min(stated, bytes.size());
  if (stated > bytes.size() || !all_zero(bytes.subspan(whole))) refuse(Refusal::bad_message_length);
  bytes = bytes.first(whole);

  Message message;
  message.context.format = ExportFormat::ipfix;
  message.context.exporter = datagram.exporter;
  message.context.listener = datagram.listener;
  message.context.received_ns = datagram.received_ns;
  message.context.export_ms = std::int64_t{load_be<std::uint32_t>(header + 4)} * 1000;
  message.context.sequence = load_be<std::uint32_t>(header + 8);
  message.context.domain = load_be<std::uint32_t>(header + 12);
  message.context.header = bytes.first(kIpfixHeaderLength);
  message.key = {datagram.exporter, datagram.listener, message.context.domain, ExportFormat::ipfix};
  counters_.datagrams[static_cast<std::size_t>(ExportFormat::ipfix)].add();
  decode_sets(message, ByteReader(bytes.subspan(kIpfixHeaderLength)));
}

void Decoder::decode_sets(Message& message, ByteReader sets) {
  message.domain = cache_.find_domain(message.key);
  apply_init_time(message);
  waiting_.clear();
  while (!sets.empty()) {
    const Bytes rest = sets.rest();
    std::uint16_t id = 0;
    std::uint16_t length = 0;
    Bytes body;
    if (!sets.read(id) || !sets.read(length) || length < kSetHeaderLength ||
        !sets.take(length - std::size_t{kSetHeaderLength}, body)) {
      // Some devices fill the datagram up with zeros (PAN-OS to 1400 bytes, Cisco ACI with 64).
      if (!all_zero(rest)) refuse(Refusal::bad_set_length);
      break;
    }
    decode_set(message, id, body);
  }
  // Indexed, as a set that is still without its template must not be put back.
  for (const WaitingSet& set : waiting_) {
    const Template* layout = message.domain == nullptr ? nullptr : cache_.find(*message.domain, set.id);
    if (layout == nullptr) {
      refuse(Refusal::template_missing);
    } else {
      deliver(message, set.id, *layout, set.body);
    }
  }
}

void Decoder::decode_set(Message& message, std::uint16_t id, Bytes body) {
  const std::uint16_t templates = template_set_id(message.context.format);
  if (id == templates) return read_templates(message, body, false);
  if (id == templates + 1) return read_templates(message, body, true);
  if (id < kFirstDataSetId) return refuse(Refusal::reserved_set_id);
  if (const Template* layout = message.domain == nullptr ? nullptr : cache_.find(*message.domain, id)) {
    return deliver(message, id, *layout, body);
  }
  waiting_.push_back({id, body});
}

void Decoder::read_templates(Message& message, Bytes body, bool options) {
  const bool ipfix = message.context.format == ExportFormat::ipfix;
  const std::size_t smallest = options && !ipfix ? 6 : 4;
  ByteReader in(body);
  while (in.remaining() >= smallest && !all_zero(in.rest())) {
    auto layout = ipfix ? (options ? parser_.ipfix_options_template(in) : parser_.ipfix_template(in))
                        : (options ? parser_.netflow9_options_template(in) : parser_.netflow9_template(in));
    if (!layout) {
      refuse(layout.error().reason);
      // To decode what follows by the old layout would make values up.
      if (layout.error().id != 0 && cache_.remove(message.key, layout.error().id)) {
        message.domain = cache_.find_domain(message.key);
      }
      if (layout.error().skippable) continue;
      return;
    }
    const auto result = cache_.put(message.key, layout->id, std::move(layout->layout));
    message.domain = result.domain;
    if (result.changed) counters_.templates.add();
    counters_.templates_evicted.add(result.evicted);
  }
}

void Decoder::deliver(Message& message, std::uint16_t id, const Template& layout, Bytes body) {
  std::uint32_t count = 0;
  std::uint32_t used = 0;
  if (layout.variable) {
    count = locate_fields(layout, body, used);
  } else {
    count = static_cast<std::uint32_t>(body.size() / layout.record_length);
    used = count * layout.record_length;
  }
  // Padding is zeros (RFC 7011 section 3.3.1); anything else was a record.
  if (!all_zero(body.subspan(used))) refuse(Refusal::bad_record);
  if (count == 0) return;
  const auto fields = static_cast<std::uint32_t>(layout.fields.size());
  const DataSet set{layout, message.context, id, body.first(used), count, positions_, layout.variable ? fields : 0, {},
                    {}};
  counters_.data_sets.add();
  counters_.records.add(count);
  if (layout.options) {
    counters_.options_records.add(count);
    learn_from_options(message, set);
  }
  handler_.on_data_set(set);
}

/// One pass over a set of variable-length records that finds every field once and checks every length.
/// Returns: the number of whole records; `used` is how many bytes they take.
std::uint32_t Decoder::locate_fields(const Template& layout, Bytes body, std::uint32_t& used) {
  positions_.clear();
  ByteReader in(body);
  std::uint32_t count = 0;
  while (in.remaining() >= layout.record_length) {
    const std::size_t kept = positions_.size();
    for (std::size_t i = 0; i < layout.wire_lengths.size(); ++i) {
      std::size_t length = layout.wire_lengths[i];
      Bytes value;
      const bool fits = (length != kVariableLength || read_value_length(in, length)) && in.take(length, value);
      if (!fits) {
        positions_.resize(kept);
        return count;
      }
      if (layout.wire_to_field[i] < 0) continue;
      positions_.push_back(
          {static_cast<std::uint32_t>(value.data() - body.data()), static_cast<std::uint32_t>(length)});
    }
    ++count;
    used = static_cast<std::uint32_t>(body.size() - in.remaining());
  }
  return count;
}

void Decoder::learn_from_options(Message& message, const DataSet& set) {
  const Field* field = set.layout.find({0, kSystemInitTimeMilliseconds});
  if (field == nullptr || field->length != 8) return;
  const auto init_ms = load_be<std::uint64_t>(value_of(set, 0, *field).data());
  if (!is_plausible_init_time(init_ms, message.context.export_ms)) return;
  TemplateCache::set_init_time(*message.domain, static_cast<std::int64_t>(init_ms));
  apply_init_time(message);
}

void Decoder::apply_init_time(Message& message) {
  if (message.context.format != ExportFormat::ipfix || message.domain == nullptr) return;
  const auto init_ms = TemplateCache::init_time(*message.domain);
  if (!init_ms) return;
  // Modulo 2^32, as flowStartSysUpTime and flowEndSysUpTime are.
  message.context.uptime_ms = static_cast<std::uint32_t>(message.context.export_ms - *init_ms);
  message.context.uptime_known = true;
}

}  // namespace flowcef
