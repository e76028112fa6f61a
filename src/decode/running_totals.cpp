#include "flowcef/decode/running_totals.hpp"

#include <algorithm>
#include <span>

namespace flowcef {
namespace {

/// Longer than any exporter keeps a flow that it reports on now and then.
constexpr std::int64_t kIdleNs = 26 * std::int64_t{3'600'000'000'000};

/// What tells flows apart, each with its room in the key; what is longer counts by its last bytes.
struct KeyPart {
  std::array<std::uint16_t, 2> elements;  ///< the first that a layout has
  std::size_t room;
};

constexpr std::array<KeyPart, 7> kKeyParts = {{
    {{8, 27}, 16},   // source
    {{12, 28}, 16},  // destination
    {{7, 7}, 2},
    {{11, 11}, 2},
    {{4, 4}, 1},
    {{10, 10}, 4},
    {{14, 14}, 4},
}};
constexpr std::uint16_t kOctets[] = {1};
constexpr std::uint16_t kPackets[] = {2};
constexpr std::uint16_t kStart[] = {22, 152, 150, 154, 156};
constexpr std::uint16_t kEnd[] = {21, 153, 151, 155, 157};
constexpr std::size_t kClassRoom = 8;
constexpr std::size_t kTimeRoom = 8;

const Field* find_first(const Template& layout, std::span<const std::uint16_t> elements) noexcept {
  for (const std::uint16_t element : elements) {
    if (const Field* field = layout.find({0, element})) return field;
  }
  return nullptr;
}

/// Returns: null unless the record has it as a number of at most 8 whole bytes.
const Field* find_number(const Template& layout, std::span<const std::uint16_t> elements) noexcept {
  const Field* field = find_first(layout, elements);
  const bool fits =
      field != nullptr && !field->in_header && field->bits == 0 && field->length >= 1 && field->length <= 8;
  return fits ? field : nullptr;
}

std::uint64_t number(const DataSet& set, std::uint32_t index, const Field* field) noexcept {
  if (field == nullptr) return 0;
  const Bytes value = value_of(set, index, *field);
  return load_be(value.data(), value.size());
}

void store_be(std::uint8_t* bytes, std::size_t length, std::uint64_t value) noexcept {
  for (; length != 0; value >>= 8) bytes[--length] = static_cast<std::uint8_t>(value);
}

/// Of times that may wrap around: the nearer way round counts.
bool is_earlier(std::uint64_t time, std::uint64_t than, std::size_t length) noexcept {
  return static_cast<std::int64_t>((time - than) << (64 - 8 * length)) < 0;
}

}  // namespace

struct RunningTotals::Columns {
  const Field* octets;
  const Field* packets;
  const Field* start;
  const Field* end;
  const Field* class_id;
  std::array<const Field*, kKeyParts.size()> parts;
};

std::optional<RunningTotals::Columns> RunningTotals::columns_of(const Template& layout) noexcept {
  if (layout.variable || layout.options) return std::nullopt;
  Columns columns{find_number(layout, kOctets), find_number(layout, kPackets),      find_number(layout, kStart),
                  find_number(layout, kEnd),    layout.find_named(kClassIdElement), {}};
  if (columns.start == nullptr || (columns.octets == nullptr && columns.packets == nullptr)) return std::nullopt;
  for (std::size_t i = 0; i < kKeyParts.size(); ++i) columns.parts[i] = find_first(layout, kKeyParts[i].elements);
  return columns;
}

RunningTotals::Key RunningTotals::key_of(const DataSet& set, std::uint32_t index, const Columns& columns) noexcept {
  Key key{};
  std::size_t used = 0;
  const auto put = [&](Bytes value, std::size_t room) {
    const Bytes last = value.last(std::min(value.size(), room));
    std::ranges::copy(last, key.begin() + static_cast<std::ptrdiff_t>(used + room - last.size()));
    used += room;
  };
  const auto put_field = [&](const Field* field, std::size_t room) {
    put(field == nullptr ? Bytes() : value_of(set, index, *field), room);
  };
  put(set.context.exporter.address.ipv6_bytes(), 16);
  for (std::size_t i = 0; i < kKeyParts.size(); ++i) put_field(columns.parts[i], kKeyParts[i].room);
  put_field(columns.class_id, kClassRoom);
  put_field(columns.start, kTimeRoom);
  store_be(key.data() + used, 4, set.context.domain);
  key[used + 4] = static_cast<std::uint8_t>(set.layout.format);
  return key;
}

std::size_t RunningTotals::KeyHash::operator()(const Key& key) const noexcept {
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < key.size(); at += sizeof hash) {
    hash ^= load_be<std::uint64_t>(key.data() + at);
    hash *= 0x9e37'79b9'7f4a'7c15;
    hash ^= hash >> 32;
  }
  return hash;
}

RunningTotals::Counters RunningTotals::added_by(const Totals& now, Totals& before, const Columns& columns) noexcept {
  Counters added{now.octets - before.octets, now.packets - before.packets};
  if (now.octets < before.octets || now.packets < before.packets) {
    const std::size_t length = columns.octets == nullptr ? 0 : columns.octets->length;
    if (now.packets > before.packets && length <= 4) {
      added.octets &= (std::uint64_t{1} << 8 * length) - 1;
    } else if (columns.end != nullptr && is_earlier(now.end, before.end, columns.end->length)) {
      before.heard_ns = now.heard_ns;
      return {0, 0};
    } else {
      added = {now.octets, now.packets};
    }
  }
  before = now;
  return added;
}

RunningTotals::Counters RunningTotals::take(const Key& key, const Totals& now, const Columns& columns,
                                            Counter& forgotten) {
  if (Totals* before = flows_.find(key)) return added_by(now, *before, columns);
  if (flows_.full() && now.heard_ns - flows_.oldest().heard_ns < kIdleNs) forgotten.add();
  flows_.insert(key, now);
  return {now.octets, now.packets};
}

DataSet RunningTotals::added(const DataSet& set, Counter& forgotten) {
  const auto columns = columns_of(set.layout);
  if (!columns) return set;
  records_.assign(set.records.begin(), set.records.end());
  for (std::uint32_t i = 0; i < set.record_count; ++i) {
    const Totals now{number(set, i, columns->octets), number(set, i, columns->packets), number(set, i, columns->end),
                     set.context.received_ns};
    const Counters counters = take(key_of(set, i, *columns), now, *columns, forgotten);
    const auto store = [&](const Field* field, std::uint64_t value) {
      if (field == nullptr) return;
      store_be(records_.data() + std::size_t{i} * set.layout.record_length + field->offset, field->length, value);
    };
    store(columns->octets, counters.octets);
    store(columns->packets, counters.packets);
  }
  return {set.layout,       set.context,   set.template_id,          records_,
          set.record_count, set.positions, set.positions_per_record, set.list_items,
          set.list_ends};
}

}  // namespace flowcef
