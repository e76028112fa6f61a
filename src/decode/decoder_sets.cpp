#include <utility>

#include "decoder_message.hpp"
#include "record_locator.hpp"
#include "stated_exporters.hpp"

// Data sets: found, delivered, held for their template, given up.

namespace flowcef {
namespace {

constexpr std::uint16_t kSetHeaderLength = 4;
constexpr std::uint16_t kFirstDataSetId = 256;

/// Set ids of templates and options templates: 0 and 1 in NetFlow v9, 2 and 3 in IPFIX.
constexpr std::uint16_t template_set_id(ExportFormat format) {
  return format == ExportFormat::ipfix ? 2 : 0;
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
      ++message.exporter->signs.held_sets;
    } else {
      count_undecoded(set.body.size());
      refuse(message, Refusal::template_missing);
    }
  }
}

void Decoder::release_held(Domain& domain, std::uint16_t id, const Template& layout) {
  if (pen_.empty()) return;
  for (HeldSet& set : pen_.take(domain.key, id)) {
    const Datagram none;
    Message message{none, set.context, &domain.exporter, &domain, 0, 0, std::nullopt};
    use_tables(message.context, domain);
    deliver(message, id, layout, set.body());
    counters_.recovered_records.add(message.records);
    domain.exporter.counts.records += message.records - message.records_of_others;
    ++domain.exporter.signs.recovered_sets;
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
  ExporterSigns& signs = domain.exporter.signs;
  if (!layout.options) ++(layout.tells_events ? signs.event_sets : signs.timed_sets);
  if (layout.options) {
    counters_.options_records.add(found.records);
    domain.tables.learn(set, [&](const OptionsRow& row, const OptionsRow* before) {
      const bool is_rate =
          row.table == OptionsTable::sampling_interval || row.table == OptionsTable::interface_sampling;
      if (is_rate && before != nullptr) signs.note_sampling(before->number, row.number);
      const bool kept = input_.templates.put_row(domain.key, row);
      if (!kept) counters_.options_rows_refused.add();
      return kept;
    });
    use_tables(message.context, domain);
  }
  hand_on(message, set);
}

void Decoder::hand_on(Message& message, const DataSet& set) {
  const IdentityRule* const rule = find_identity(input_.identities, message.context.sender, message.context.domain);
  if (rule == nullptr || rule->exporter) return handler_.on_data_set(set);
  hand_on_by_exporter(message, set);
}

/// A mediator that passes several exporters on as one domain may name each in a message of its own.
void Decoder::learn_exporter(const StatedExporters& stated, std::uint32_t records, Domain& domain) {
  for (std::uint32_t i = 0; i < records; ++i) {
    const auto exporter = stated.of(i);
    if (!exporter) continue;
    domain.states_several |= domain.stated_exporter && domain.stated_exporter != exporter;
    domain.stated_exporter = exporter;
  }
}

/// Records that follow one another and name the same exporter go on together.
void Decoder::hand_on_by_exporter(Message& message, const DataSet& set) {
  const StatedExporters stated(set);
  if (set.layout.options) {
    learn_exporter(stated, set.record_count, *message.domain);
  }
  const std::optional<IpAddress> by_domain =
      message.domain->states_several ? std::nullopt : message.domain->stated_exporter;
  if (!stated.has_any()) return hand_on_as(message, by_domain, set);
  for (std::uint32_t first = 0; first < set.record_count;) {
    const auto exporter = stated.of(first);
    std::uint32_t next = first + 1;
    while (next < set.record_count && stated.of(next) == exporter) ++next;
    hand_on_as(message, exporter ? exporter : by_domain, slicer_.slice(set, first, next - first));
    first = next;
  }
}

void Decoder::hand_on_as(Message& message, const std::optional<IpAddress>& exporter, const DataSet& set) {
  if (!exporter || *exporter == message.context.exporter.address) return handler_.on_data_set(set);
  Exporter& named = exporters_.exporter(*exporter);
  // The message's own stays the latest but one, however many are named: it must not make room.
  exporters_.exporter(message.exporter->address);
  named.last_heard_ns = message.context.received_ns;
  named.counts.records += set.record_count;
  message.records_of_others += set.record_count;
  ExportContext context = message.context;
  context.exporter.address = *exporter;
  context.settings = &named.settings;
  handler_.on_data_set({set.layout, context, set.template_id, set.records, set.record_count, set.positions,
                        set.positions_per_record, set.list_items, set.list_ends});
}

/// What is handed on is a message of its own: the header, with its length, and the one set.
void Decoder::give_up(const HeldSet& set) {
  if (set.context.format == ExportFormat::layout) return settle_held(set);
  count_undecoded(set.body().size());
  Exporter& exporter = exporters_.exporter(set.context.exporter.address);
  count(exporter.counts, Refusal::template_missing);
  ++exporter.signs.abandoned_sets;
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
  datagram.exporter = set.context.sender;
  datagram.listener = set.context.listener;
  datagram.received_ns = set.context.received_ns;
  handler_.on_refused(datagram, Refusal::template_missing);
}

void Decoder::count_undecoded(std::size_t bytes) {
  counters_.undecoded_sets.add();
  counters_.undecoded_bytes.add(bytes);
}

}  // namespace flowcef
