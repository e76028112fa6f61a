#include "flowcef/decode/decoder.hpp"

#include <algorithm>
#include <utility>

#include "flowcef/decode/unsupported_format.hpp"
#include "record_locator.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kNetflow9HeaderLength = 20;  // RFC 3954 section 5.1
constexpr std::size_t kIpfixHeaderLength = 16;     // RFC 7011 section 3.1
constexpr std::uint16_t kSetHeaderLength = 4;
constexpr std::uint16_t kFirstDataSetId = 256;
constexpr std::int64_t kTickNs = 1'000'000'000;
/// In one domain; a hostile exporter could send all ids.
constexpr std::size_t kMaxUnusableIds = 64;

/// Set ids of templates and options templates: 0 and 1 in NetFlow v9, 2 and 3 in IPFIX.
constexpr std::uint16_t template_set_id(ExportFormat format) {
  return format == ExportFormat::ipfix ? 2 : 0;
}

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// An IPFIX header has no uptime; systemInitTimeMilliseconds in options data gives it.
void apply_init_time(ExportContext& context, const OptionsTables& tables) {
  if (context.format != ExportFormat::ipfix) return;
  const auto init_ms = tables.system_init_ms();
  if (!init_ms) return;
  // Modulo 2^32, as flowStartSysUpTime and flowEndSysUpTime are.
  context.uptime_ms = static_cast<std::uint32_t>(context.export_ms - *init_ms);
  context.uptime_known = true;
}

void use_tables(ExportContext& context, const OptionsTables& tables) {
  context.tables = tables.size() == 0 ? nullptr : &tables;
  apply_init_time(context, tables);
}

}  // namespace

/// What lists inside records are made of: templates of the same domain.
struct Decoder::SubTemplates final : TemplateLookup {
  SubTemplates(Decoder& decoder, Domain& domain) : decoder_(decoder), domain_(domain) {}
  /// Another worker may replace a template that is being read by.
  std::shared_ptr<const Template> find_template(std::uint16_t id) noexcept override {
    const Template* layout = decoder_.find_template(domain_, id);
    return layout == nullptr ? nullptr : layout->shared_from_this();
  }

 private:
  Decoder& decoder_;
  Domain& domain_;
};

struct Decoder::Message {
  const Datagram& datagram;
  ExportContext context;
  Exporter* exporter = nullptr;
  Domain* domain = nullptr;
  std::uint32_t records = 0;          ///< data records decoded
  std::uint32_t undecoded_bytes = 0;  ///< of its data sets that could not be decoded
  std::optional<Refusal> refusal;     ///< the first one
};

Decoder::Decoder(const ElementRegistry& registry, InputState& input, DecodeCounters& counters, DataSetHandler& handler)
    : input_(input),
      counters_(counters),
      handler_(handler),
      parser_(registry),
      exporters_(input),
      pen_(input.config, input.held_bytes),
      locator_(std::make_unique<RecordLocator>(registry)) {
  for (std::size_t i = 0; i < kFixedFormats.size(); ++i) {
    const auto layout = make_fixed_template(kFixedFormats[i], registry);
    layout->serial = new_layout_serial();
    input.prepare(*layout);
    fixed_layouts_[i] = layout;
  }
}

Decoder::~Decoder() = default;

void Decoder::decode(const Datagram& datagram) noexcept {
  advance_clock(datagram.received_ns);
  if (datagram.payload.size() < 2) return refuse(datagram, Refusal::short_header);
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
  message.context.exporter = datagram.exporter;
  message.context.listener = datagram.listener;
  message.context.received_ns = datagram.received_ns;
  message.context.message = ++messages_;
  DomainKey key{datagram.exporter, datagram.listener, context.domain, context.format, datagram.session};
  // A v9 exporter may change its port at any time and keep its templates (RFC 3954 section 5.1 names only the address).
  const bool match_port = input_.config.match_port.value_or(context.format == ExportFormat::ipfix);
  if (!match_port && datagram.session == 0) key.exporter.port = 0;
  message.exporter = &exporters_.exporter(datagram.exporter.address);
  message.domain = &exporters_.domain(*message.exporter, key);
  use_tables(message.context, message.domain->tables);
  return message;
}

void Decoder::end_message(const Message& message) {
  counters_.datagrams[static_cast<std::size_t>(message.context.format)].add();
  ++message.exporter->counts.datagrams;
  message.exporter->counts.records += message.records;
  const ExportContext& context = message.context;
  const bool has_uptime = context.format != ExportFormat::ipfix;
  message.domain->sequence.take({context.sequence, message.records, message.undecoded_bytes,
                                 has_uptime ? std::optional(context.uptime_ms) : std::nullopt},
                                message.exporter->counts.sequence);
  if (message.refusal) handler_.on_refused(message.datagram, *message.refusal);
}

void Decoder::decode_fixed(const Datagram& datagram) {
  const FixedMessage found = read_fixed_message(datagram.payload);
  if (found.format == nullptr) return refuse(datagram, found.refusal.value_or(Refusal::unknown_version));
  ExportContext context;
  context.format = found.format->format;
  context.export_ms = found.export_ms;
  context.uptime_ms = found.uptime_ms;
  context.uptime_known = true;
  context.sequence = found.sequence;
  context.domain = found.domain;
  context.header = found.header;
  Message message = begin_message(datagram, context);
  if (found.refusal) refuse(message, *found.refusal);
  const auto place = static_cast<std::size_t>(found.format - kFixedFormats.data());
  if (found.record_count != 0) deliver(message, 0, *fixed_layouts_[place], found.records);
  end_message(message);
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

void Decoder::decode_sets(Message& message, ByteReader sets) {
  waiting_.clear();
  while (!sets.empty()) {
    const Bytes rest = sets.rest();
    std::uint16_t id = 0;
    std::uint16_t length = 0;
    Bytes body;
    if (!sets.read(id) || !sets.read(length) || length < kSetHeaderLength ||
        !sets.take(length - std::size_t{kSetHeaderLength}, body)) {
      // Some devices fill the datagram up with zeros (PAN-OS to 1400 bytes, Cisco ACI with 64).
      if (!all_zero(rest)) refuse(message, Refusal::bad_set_length);
      break;
    }
    decode_set(message, id, body);
  }
  decode_waiting(message);
}

void Decoder::decode_set(Message& message, std::uint16_t id, Bytes body) {
  const std::uint16_t templates = template_set_id(message.context.format);
  if (id == templates) return read_templates(message, body, false);
  if (id == templates + 1) return read_templates(message, body, true);
  if (id < kFirstDataSetId) return refuse(message, Refusal::reserved_set_id);
  const Template* layout = find_template(*message.domain, id);
  if (layout == nullptr) return waiting_.push_back({id, body});
  std::shared_ptr<const Template> keep;
  if (!pen_.empty()) {  // what waits for a template that is there: it came by another worker
    keep = layout->shared_from_this();
    release_held(*message.domain, id, *layout);
  }
  deliver(message, id, *layout, body);
}

/// Sets whose template came behind them in the same message, or did not come yet.
void Decoder::decode_waiting(Message& message) {
  for (const WaitingSet& set : waiting_) {
    if (const Template* layout = find_template(*message.domain, set.id)) {
      deliver(message, set.id, *layout, set.body);
      continue;
    }
    message.undecoded_bytes += static_cast<std::uint32_t>(set.body.size());
    const bool may_come = !message.domain->unusable.contains(set.id);
    if (may_come && pen_.hold(message.domain->key, set.id, message.context, set.body, now_ns_)) {
      counters_.held_sets.add();
    } else {
      count_undecoded(set.body.size());
      refuse(message, Refusal::template_missing);
    }
  }
}

void Decoder::read_templates(Message& message, Bytes body, bool options) {
  const bool ipfix = message.context.format == ExportFormat::ipfix;
  const std::size_t smallest = options && !ipfix ? 6 : 4;
  ByteReader in(body);
  while (in.remaining() >= smallest && !all_zero(in.rest())) {
    auto record = ipfix ? (options ? parser_.ipfix_options_template(in) : parser_.ipfix_template(in))
                        : (options ? parser_.netflow9_options_template(in) : parser_.netflow9_template(in));
    if (record) {
      take_template(message, *std::move(record));
      continue;
    }
    refuse_template(message, record.error(), options);
    if (!record.error().skippable) return;
  }
}

void Decoder::take_template(Message& message, TemplateRecord record) {
  Domain& domain = *message.domain;
  domain.unusable.erase(record.id);
  const auto known = domain.templates.find(record.id);
  if (known != domain.templates.end() && !known->second->gone.load(std::memory_order_relaxed) &&
      is_same_layout(*known->second->layout, *record.layout)) {
    known->second->last_used_ns.store(now_ns_, std::memory_order_relaxed);
    return;
  }
  input_.prepare(*record.layout);
  auto result = input_.templates.put(domain.key, record.id, std::move(record.layout), now_ns_);
  if (result.is_new) counters_.templates.add();
  if (result.is_redefined) counters_.templates_redefined.add();
  counters_.templates_ejected.add(result.ejected);
  const auto layout = result.entry->layout;  // another worker may have replaced it by now
  exporters_.adopt(domain, std::move(result.entry));
  exporters_.sweep();
  release_held(domain, record.id, *layout);
}

/// A template without fields withdraws on a connection and means nothing over UDP (RFC 7011 section 8.1) and in v9.
void Decoder::refuse_template(Message& message, const TemplateRefusal& refusal, bool options) {
  const bool ipfix = message.context.format == ExportFormat::ipfix;
  if (refusal.reason == Refusal::ignored_withdrawal && ipfix && message.datagram.session != 0) {
    return withdraw(*message.domain, refusal.id, options);
  }
  refuse(message, refusal.reason);
  if (refusal.reason == Refusal::ignored_withdrawal || refusal.id == 0) return;
  // To decode what follows by the old layout, or a later one, would make values up.
  if (message.domain->unusable.size() < kMaxUnusableIds) message.domain->unusable.insert(refusal.id);
  const auto known = message.domain->templates.find(refusal.id);
  if (known == message.domain->templates.end()) return;
  input_.templates.remove(known->second);
  message.domain->templates.erase(known);
}

/// Ids 2 and 3 stand for all templates and all options templates (RFC 7011 section 8.1).
void Decoder::withdraw(Domain& domain, std::uint16_t id, bool options) {
  if (id == (options ? 3 : 2)) {
    counters_.templates_withdrawn.add(input_.templates.withdraw_all(domain.key, options));
    std::erase_if(domain.templates, [](const auto& item) { return item.second->gone.load(std::memory_order_relaxed); });
    return;
  }
  const auto known = domain.templates.find(id);
  if (known == domain.templates.end()) return;
  if (input_.templates.remove(known->second)) counters_.templates_withdrawn.add();
  domain.templates.erase(known);
}

const Template* Decoder::find_template(Domain& domain, std::uint16_t id) {
  auto known = domain.templates.find(id);
  if (known == domain.templates.end() || known->second->gone.load(std::memory_order_relaxed)) {
    // Another worker may have it: an exporter's datagrams need not all come this way.
    TemplateRef entry = input_.templates.find(domain.key, id);
    if (entry == nullptr) {
      if (known != domain.templates.end()) domain.templates.erase(known);
      return nullptr;
    }
    exporters_.adopt(domain, std::move(entry));
    known = domain.templates.find(id);
  }
  StoredTemplate& entry = *known->second;
  const auto& idle_timeout = input_.templates.idle_timeout_ns();
  if (idle_timeout && now_ns_ - entry.last_used_ns.load(std::memory_order_relaxed) > *idle_timeout) {
    if (input_.templates.remove(known->second)) counters_.templates_expired.add();
    domain.templates.erase(known);
    return nullptr;
  }
  entry.last_used_ns.store(now_ns_, std::memory_order_relaxed);
  return entry.layout.get();
}

void Decoder::release_held(Domain& domain, std::uint16_t id, const Template& layout) {
  if (pen_.empty()) return;
  for (HeldSet& set : pen_.take(domain.key, id)) {
    const Datagram none;
    Message message{none, set.context, &domain.exporter, &domain, 0, 0, std::nullopt};
    use_tables(message.context, domain.tables);
    deliver(message, id, layout, set.body());
    counters_.recovered_records.add(message.records);
    domain.exporter.counts.records += message.records;
  }
}

void Decoder::deliver(Message& message, std::uint16_t id, const Template& layout, Bytes body) {
  Domain& domain = *message.domain;
  // Looking for another template may let go of this one, if another worker has replaced it.
  const auto keep = layout.has_lists ? layout.shared_from_this() : nullptr;
  SubTemplates sub_templates(*this, domain);
  const auto found = locator_->locate(layout, body, sub_templates);
  // Padding is zeros (RFC 7011 section 3.3.1); anything else was a record.
  if (!all_zero(body.subspan(found.bytes))) {
    message.undecoded_bytes += static_cast<std::uint32_t>(body.size() - found.bytes);
    refuse(message, Refusal::bad_record);
  }
  if (found.records == 0) return;
  const auto fields = static_cast<std::uint32_t>(layout.fields.size());
  const DataSet set{layout,
                    message.context,
                    id,
                    body.first(found.bytes),
                    found.records,
                    locator_->positions(),
                    layout.variable ? fields : 0,
                    locator_->list_items(),
                    locator_->list_ends()};
  counters_.data_sets.add();
  counters_.records.add(found.records);
  message.records += found.records;
  if (layout.options) {
    counters_.options_records.add(found.records);
    domain.tables.learn(set, [&](const OptionsRow& row, bool) { return input_.templates.put_row(domain.key, row); });
    use_tables(message.context, domain.tables);
  }
  handler_.on_data_set(set);
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

/// What is handed on is a message of its own: the header, with its length, and the one set.
void Decoder::give_up(const HeldSet& set) {
  count_undecoded(set.body().size());
  count(exporters_.exporter(set.key.exporter.address).counts, Refusal::template_missing);
  const Bytes body = set.body();
  const auto length = static_cast<std::uint16_t>(kSetHeaderLength + body.size());
  std::vector<std::uint8_t> message(set.context.header.begin(), set.context.header.end());
  for (const std::uint16_t number : {set.template_id, length}) {
    message.push_back(static_cast<std::uint8_t>(number >> 8));
    message.push_back(static_cast<std::uint8_t>(number));
  }
  message.insert(message.end(), body.begin(), body.end());
  if (set.context.format == ExportFormat::ipfix) {
    message[2] = static_cast<std::uint8_t>(message.size() >> 8);
    message[3] = static_cast<std::uint8_t>(message.size());
  }
  Datagram datagram;
  datagram.payload = message;
  datagram.exporter = set.context.exporter;
  datagram.listener = set.context.listener;
  datagram.received_ns = set.context.received_ns;
  handler_.on_refused(datagram, Refusal::template_missing);
}

void Decoder::count_undecoded(std::size_t bytes) {
  counters_.undecoded_sets.add();
  counters_.undecoded_bytes.add(bytes);
}

void Decoder::refuse(const Datagram& datagram, Refusal reason) {
  const bool stranger = reason == Refusal::exporter_not_allowed;
  const IpAddress& address = datagram.exporter.address;
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
