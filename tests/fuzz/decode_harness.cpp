#include "fuzz/decode_harness.hpp"

#include <algorithm>
#include <numeric>

#include "flowcef/decode/list_reader.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {
namespace {

const ElementRegistry& registry() {
  static const ElementRegistry kRegistry;
  return kRegistry;
}

bool is_within(const FieldPosition& where, Bytes records) {
  return where.offset <= records.size() && where.length <= records.size() - where.offset;
}

void check_lists(const DataSet& set) {
  require(set.list_ends.size() == (set.layout.has_lists ? set.record_count : 0), "each record has its list items");
  require(std::ranges::is_sorted(set.list_ends), "list items are in the order of the records");
  require(set.list_items.size() == (set.list_ends.empty() ? 0 : set.list_ends.back()), "no list item is left over");
  for (const ListItem& item : set.list_items) {
    require(is_within(item.where, set.records), "a list item lies within the records");
    require(item.field < set.layout.fields.size(), "a list item is of a field of the template");
  }
  for (std::uint32_t i = 0; i < set.list_ends.size(); ++i) {
    require(set.items_of(i).size() <= kMaxListItems + set.layout.fields.size(), "a record's list items are bounded");
  }
}

}  // namespace

void check_data_set(const DataSet& set) {
  const Template& layout = set.layout;
  require(set.record_count > 0, "a data set has records");
  require(layout.variable || set.records.size() == std::size_t{set.record_count} * layout.record_length,
          "the records are whole");
  require(set.positions_per_record == (layout.variable ? layout.fields.size() : 0), "each field has a position");
  require(set.positions.size() == std::size_t{set.record_count} * set.positions_per_record,
          "each record has its positions");
  for (const FieldPosition& position : set.positions) {
    require(is_within(position, set.records), "a field lies within the records");
  }
  for (const Field& field : layout.fields) {
    if (field.in_header) {
      require(is_within({field.offset, field.length}, set.context.header), "a field lies within the header");
    } else if (!layout.variable) {
      require(field.offset + field.length <= layout.record_length, "a field lies within its record");
    }
  }
  check_lists(set);
}

CheckedDecoder::CheckedDecoder(InputState& input) : CheckedDecoder(input, registry()) {}

CheckedDecoder::CheckedDecoder(InputState& input, const ElementRegistry& registry)
    : decoder_(registry, input, counters_, *this) {}

void CheckedDecoder::decode(Datagram datagram) {
  const std::vector<std::uint8_t> copy(datagram.payload.begin(), datagram.payload.end());
  datagram.payload = copy;
  payload_bytes_ += copy.size();
  const std::uint64_t decoded_before = decoded();
  const std::uint64_t refused_before = refused_;
  decoder_.decode(datagram);
  require(decoded() == decoded_before + 1 || (decoded() == decoded_before && refused_ > refused_before),
          "a datagram is decoded or refused");
}

void CheckedDecoder::finish() {
  decoder_.finish();
  require(data_sets_ == counters_.data_sets.value(), "all data sets are counted");
  require(records_ == counters_.records.value(), "all records are counted");
  require(options_records_ == counters_.options_records.value(), "all options records are counted");
  require(counters_.recovered_records.value() <= records_, "records that waited are records");
  require(record_bytes_ <= payload_bytes_, "no byte is part of two records");
  require(counters_.undecoded_bytes.value() <= payload_bytes_ - record_bytes_, "undecoded bytes are those left over");
  require(counters_.refused[static_cast<std::size_t>(Refusal::template_missing)].value() ==
              counters_.undecoded_sets.value(),
          "a set is given up for want of its template only");
  require(refused_ <= counters_.refused_total(), "what is handed on as refused is counted");
  check_exporters();
}

void CheckedDecoder::check_exporters() const {
  ExporterCounts sum = decoder_.exporters().forgotten();
  decoder_.exporters().for_each([&sum](const Exporter& exporter) { sum.add(exporter.counts); });
  require(sum.datagrams == decoded(), "datagrams are those of the exporters");
  require(sum.records == records_, "records are those of the exporters");
  for (std::size_t i = 0; i < kRefusalCount; ++i) {
    require(sum.refused[i] == counters_.refused[i].value(), "refusals are those of the exporters");
  }
}

std::uint64_t CheckedDecoder::decoded() const {
  return std::accumulate(counters_.datagrams.begin(), counters_.datagrams.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Counter& counter) { return sum + counter.value(); });
}

void CheckedDecoder::on_data_set(const DataSet& set) {
  check_data_set(set);
  ++data_sets_;
  records_ += set.record_count;
  if (set.layout.options) options_records_ += set.record_count;
  record_bytes_ += set.records.size();
}

void CheckedDecoder::on_refused(const Datagram& datagram, Refusal reason) {
  ++refused_;
  require(counters_.refused[static_cast<std::size_t>(reason)].value() != 0, "a refusal is counted under its reason");
  require(reason == Refusal::short_header || datagram.payload.size() >= 2, "a refused datagram has its bytes");
}

void check_input_state(InputState& input, std::initializer_list<const CheckedDecoder*> decoders) {
  require(input.held_bytes <= input.config.hold_bytes, "what waits for its template stays within its limit");
  require(input.templates.size() <= input.config.max_templates, "templates stay within their limit");
  std::uint64_t learnt = 0;
  std::uint64_t lost = 0;
  for (const CheckedDecoder* decoder : decoders) {
    const DecodeCounters& counters = decoder->counters();
    learnt += counters.templates.value();
    lost +=
        counters.templates_ejected.value() + counters.templates_expired.value() + counters.templates_withdrawn.value();
  }
  require(input.templates.size() + lost <= learnt, "templates that are there or were counted out had been learnt");
}

void decode_one(const std::vector<std::uint8_t>& payload) {
  InputState input;
  CheckedDecoder decoder(input);
  const Datagram datagram = datagram_of(payload);
  decoder.decode(datagram);
  decoder.decode(datagram);
  check_input_state(input, {&decoder});
  decoder.finish();
  require(input.held_bytes == 0, "nothing waits at the end");
}

}  // namespace flowcef::test
