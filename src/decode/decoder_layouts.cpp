#include "decoder_message.hpp"

// Datagrams of formats that layout files describe. Those whose record length is not known yet wait until it is.

namespace flowcef {
namespace {

constexpr std::uint32_t kUptimeSlackMs = 10'000;  // headers of one exporter may be stamped out of order

/// What waits of an exporter is told apart by the version of its layout, which stays over a reload.
std::uint16_t place_of(const LayoutFormat& layout) noexcept {
  return layout.version().value_or(0);
}

Datagram datagram_of(const HeldSet& set) {
  Datagram datagram;
  datagram.payload = set.bytes;
  datagram.exporter = set.context.sender;
  datagram.listener = set.context.listener;
  datagram.received_ns = set.context.received_ns;
  datagram.session = set.key.session;
  return datagram;
}

LayoutLength& learned_of(Exporter& exporter, const LayoutFormat& layout) {
  for (LayoutLength& learned : exporter.layouts) {
    if (learned.layout == layout.name()) return learned;
  }
  return exporter.layouts.emplace_back(LayoutLength{layout.name(), {}, std::nullopt});
}

}  // namespace

/// A datagram that does not fit the length is refused whole, unless the unit has started anew: it may have other records
/// then, as after an update of its software.
std::optional<Decoder::LengthNews> Decoder::learn_length(const Datagram& datagram, const LayoutFormat& layout,
                                                         std::uint32_t length, const ExportContext& context) {
  if (!layout.learns_length()) return LengthNews::known;
  LayoutLength& learned = learned_of(exporters_.exporter(exporter_of(datagram, context.domain)), layout);
  const auto known = learned.votes.known();
  if (known && *known != length) {
    const bool booted = learned.uptime_ms && context.uptime_known && context.uptime_ms < *learned.uptime_ms &&
                        *learned.uptime_ms - context.uptime_ms > kUptimeSlackMs;
    if (!booted && layout.may_have_length(*known)) return std::nullopt;
    learned.votes = {};
  }
  if (context.uptime_known) learned.uptime_ms = context.uptime_ms;
  if (learned.votes.known()) return LengthNews::known;
  learned.votes.vote(length);
  return learned.votes.known() ? LengthNews::learned : LengthNews::unknown;
}

void Decoder::decode_layout(const Datagram& datagram, const LayoutFormat& layout) {
  const LayoutMessage found = layout.read(datagram.payload);
  if (found.refusal) return refuse(datagram, *found.refusal);
  const ExportContext context = layout.context_of(found.header, datagram.received_ns);
  LengthNews news = LengthNews::known;
  if (found.record_count != 0) {
    const auto length = learn_length(datagram, layout, found.record_length, context);
    if (!length) return refuse(datagram, Refusal::bad_message_length);
    news = *length;
  }
  Message message = begin_message(datagram, context);
  message.is_numbered = layout.has_sequence();
  if (news == LengthNews::unknown) {
    hold_layout(message, layout, found);
  } else if (found.record_count != 0) {
    if (news == LengthNews::learned) release_layouts(*message.exporter, layout);
    release_layout(*message.domain, layout);
    deliver(message, 0, layouts_.of(layout, found.record_length), found.records);
  }
  end_message(message);
}

void Decoder::hold_layout(Message& message, const LayoutFormat& layout, const LayoutMessage& found) {
  message.waiting_records = found.record_count;
  if (pen_.hold(message.domain->key, place_of(layout), message.context, found.records, now_ns_)) {
    counters_.held_sets.add();
  } else {
    refuse(message, Refusal::record_length_unknown);
  }
}

void Decoder::release_layouts(Exporter& exporter, const LayoutFormat& layout) {
  for (auto& [key, domain] : exporter.domains) {
    if (key.format == ExportFormat::layout) release_layout(domain, layout);
  }
}

void Decoder::release_layout(Domain& domain, const LayoutFormat& layout) {
  if (pen_.empty()) return;
  for (const HeldSet& set : pen_.take(domain.key, place_of(layout))) decode_held(set);
}

/// What waited is read as if it came now: a reload may have changed its layout.
void Decoder::decode_held(const HeldSet& set) {
  const Datagram datagram = datagram_of(set);
  const LayoutFormat* layout = layouts_.find(datagram.payload);
  if (layout == nullptr) return refuse(datagram, Refusal::unknown_version);
  const LayoutMessage found = layout->read(datagram.payload);
  if (found.refusal) return refuse(datagram, *found.refusal);
  Exporter& exporter = exporters_.exporter(set.context.exporter.address);
  if (layout->learns_length()) {
    const auto known = learned_of(exporter, *layout).votes.known();
    if (!known) return refuse(datagram, Refusal::record_length_unknown);
    if (*known != found.record_length) return refuse(datagram, Refusal::bad_message_length);
  }
  Domain& domain = exporters_.domain(exporter, set.key);
  Message message{datagram, set.context, &exporter, &domain, 0, 0, std::nullopt};
  use_tables(message.context, domain);
  deliver(message, 0, layouts_.of(*layout, found.record_length), found.records);
  counters_.recovered_records.add(message.records);
  exporter.counts.records += message.records - message.records_of_others;
}

/// What has waited long enough, or until the end: if all that came agrees on a length, so be it.
void Decoder::settle_held(const HeldSet& set) {
  for (LayoutLength& learned : exporters_.exporter(set.context.exporter.address).layouts) learned.votes.settle();
  decode_held(set);
}

}  // namespace flowcef
