#include "flowcef/decode/options_tables.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace flowcef {
namespace {

/// What a field of an options record is to the tables.
enum class Column : std::uint8_t {
  interface_id,
  application_id,
  sampler_id,
  vrf_id,
  user_id,
  interface_name,
  interface_description,
  application_name,
  sampler_name,
  vrf_name,
  user_name,
  interval,
  random_interval,
  packet_interval,
  packet_space,
  sample_size,
  sample_population,
  probability,
  init_time,
};

constexpr std::size_t kColumnCount = 19;

struct ColumnElement {
  Column column;
  ElementId element;
};

/// Of several elements for one column, the first that a record has counts.
constexpr auto kColumnElements = std::to_array<ColumnElement>({
    {Column::interface_id, {0, 10}},
    {Column::interface_id, {0, 14}},
    {Column::interface_id, {0, 252}},
    {Column::interface_id, {0, 253}},
    {Column::interface_id, {kNetflow9ScopePen, 2}},
    {Column::application_id, {0, 95}},
    {Column::sampler_id, {0, 48}},
    {Column::sampler_id, {0, 302}},
    {Column::vrf_id, {0, 234}},
    {Column::vrf_id, {0, 235}},
    {Column::user_id, {0, 365}},
    {Column::user_id, {0, 148}},
    {Column::interface_name, {0, 82}},
    {Column::interface_description, {0, 83}},
    {Column::application_name, {0, 96}},
    {Column::sampler_name, {0, 84}},
    {Column::sampler_name, {0, 335}},
    {Column::vrf_name, {0, 236}},
    {Column::user_name, {0, 371}},
    {Column::user_name, {kNetflow9Pen, 40000}},
    {Column::interval, {0, 34}},
    {Column::random_interval, {0, 50}},
    {Column::packet_interval, {0, 305}},
    {Column::packet_space, {0, 306}},
    {Column::sample_size, {0, 309}},
    {Column::sample_population, {0, 310}},
    {Column::probability, {0, 311}},
    {Column::init_time, {0, 160}},
});

struct NameTable {
  OptionsTable table;
  Column key;
  Column name;
};

constexpr auto kNameTables = std::to_array<NameTable>({
    {OptionsTable::interface_name, Column::interface_id, Column::interface_name},
    {OptionsTable::interface_description, Column::interface_id, Column::interface_description},
    {OptionsTable::application_name, Column::application_id, Column::application_name},
    {OptionsTable::sampler_name, Column::sampler_id, Column::sampler_name},
    {OptionsTable::vrf_name, Column::vrf_id, Column::vrf_name},
    {OptionsTable::user_name, Column::user_id, Column::user_name},
});

/// Whether a scope says only which exporter, process, line card or domain is meant: v9 scopes, 143, 144, 149.
bool is_general_scope(ElementId id) {
  if (id.pen == kNetflow9ScopePen) return true;
  return id.pen == 0 && (id.id == 143 || id.id == 144 || id.id == 149);
}

/// The fields of a layout by column.
class Columns {
 public:
  explicit Columns(const Template& layout) noexcept {
    for (const ColumnElement& known : kColumnElements) {
      const Field*& field = fields_[static_cast<std::size_t>(known.column)];
      if (field == nullptr) field = layout.find(known.element);
    }
    if ((*this)[Column::user_name] != nullptr && (*this)[Column::user_id] == nullptr) {
      const auto scope = std::ranges::find_if(
          layout.fields, [](const Field& field) { return field.scope && !is_general_scope(field.id); });
      if (scope != layout.fields.end()) fields_[static_cast<std::size_t>(Column::user_id)] = &*scope;
    }
  }

  [[nodiscard]] const Field* operator[](Column column) const noexcept {
    return fields_[static_cast<std::size_t>(column)];
  }
  [[nodiscard]] bool has_values() const noexcept {
    return std::any_of(fields_.begin() + static_cast<std::size_t>(Column::interface_name), fields_.end(),
                       [](const Field* field) { return field != nullptr; });
  }

 private:
  std::array<const Field*, kColumnCount> fields_{};
};

/// One record of an options data set.
class Row {
 public:
  Row(const DataSet& set, std::uint32_t index, const Columns& columns) noexcept
      : set_(set), index_(index), columns_(columns) {}

  /// Returns: empty if the record has no such column.
  [[nodiscard]] Bytes value(Column column) const noexcept {
    const Field* field = columns_[column];
    return field == nullptr ? Bytes() : value_of(set_, index_, *field);
  }
  /// Returns: 0 if the record has no such column, or one that is no number.
  [[nodiscard]] std::uint64_t number(Column column) const noexcept {
    const Bytes bytes = value(column);
    return bytes.empty() || bytes.size() > 8 ? 0 : load_be(bytes.data(), bytes.size());
  }

 private:
  const DataSet& set_;
  std::uint32_t index_;
  const Columns& columns_;
};

Bytes without_leading_zeros(Bytes bytes, std::size_t keep) noexcept {
  while (bytes.size() > keep && bytes.front() == 0) bytes = bytes.subspan(1);
  return bytes;
}

/// A value in the form in which it is compared: options data and flow data send it in different lengths.
class NormalKey {
 public:
  NormalKey(OptionsTable table, Bytes value) noexcept {
    if (table != OptionsTable::application_name) {
      append(without_leading_zeros(value, 1));
      return;
    }
    // Engine 20 has an enterprise number of fixed length ahead of its selector (RFC 6759 section 4.1).
    constexpr std::uint8_t kEngineWithPen = 20;
    const bool with_pen = value.size() >= 5 && value.front() == kEngineWithPen;
    const std::size_t head = std::min<std::size_t>(value.size(), with_pen ? 5 : 1);
    append(value.first(head));
    append(without_leading_zeros(value.subspan(head), 0));
  }

  /// Returns: empty for a value that cannot be a key: there is none, or it is too long.
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  void append(Bytes more) noexcept {
    if (too_long_ || more.size() > bytes_.size() - size_) {
      too_long_ = true;
      size_ = 0;
      return;
    }
    std::ranges::copy(more, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += more.size();
  }

  std::array<char, kMaxOptionsKey> bytes_;
  std::size_t size_ = 0;
  bool too_long_ = false;
};

/// Input: UTF-8, or bytes of another kind.
bool has_control_character(std::string_view text) noexcept {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte >= 0x80 && byte < 0xa0)) return true;
    before = byte;
  }
  return false;
}

/// Returns: the value without NUL or blank padding; empty if it is no name. Views `value`.
std::string_view name_in(Bytes value) noexcept {
  std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
  text = text.substr(0, text.find('\0'));
  if (text.size() > kMaxOptionsText) {
    std::size_t end = kMaxOptionsText;
    const auto is_inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
    while (end > kMaxOptionsText - 3 && is_inside(end)) --end;
    text = text.substr(0, end);
  }
  text = text.substr(0, text.find_last_not_of(' ') + 1);
  return has_control_character(text) ? std::string_view() : text;
}

/// Returns: a / b to the nearest; 0 if either is not of 32 bits.
std::uint64_t ratio(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (a > 2 * kMax || b == 0 || b > kMax) return 0;
  return (a + b / 2) / b;
}

/// Input: samplingProbability as float32 or float64.
std::uint64_t interval_of_probability(Bytes value) noexcept {
  double probability = 0;
  if (value.size() == 8) probability = std::bit_cast<double>(load_be<std::uint64_t>(value.data()));
  if (value.size() == 4) probability = std::bit_cast<float>(load_be<std::uint32_t>(value.data()));
  if (!(probability >= 1.0 / static_cast<double>(kMaxSamplingInterval) && probability <= 1)) return 0;
  return static_cast<std::uint64_t>(std::llround(1 / probability));
}

/// Returns: one packet out of so many; 0 if the record does not say so, or nothing believable.
std::uint64_t sampling_interval_of(const Row& row) noexcept {
  const std::uint64_t packets = row.number(Column::packet_interval);
  const std::uint64_t space = row.number(Column::packet_space);
  const bool has_space = !row.value(Column::packet_space).empty() && space <= kMaxSamplingInterval;
  const std::uint64_t intervals[] = {
      row.number(Column::random_interval),
      row.number(Column::interval),
      has_space && packets <= kMaxSamplingInterval ? ratio(packets + space, packets) : 0,
      ratio(row.number(Column::sample_population), row.number(Column::sample_size)),
      interval_of_probability(row.value(Column::probability)),
  };
  for (const std::uint64_t interval : intervals) {
    if (interval != 0 && interval <= kMaxSamplingInterval) return interval;
  }
  // 0, said in so many words, is no sampling.
  const auto says_zero = [&](Column column) {
    const std::size_t length = row.value(column).size();
    return length != 0 && length <= 8 && row.number(column) == 0;
  };
  return says_zero(Column::random_interval) || says_zero(Column::interval) ? 1 : 0;
}

/// Returns: null if there are none.
const NumberNames* configured_names(const ExportContext& context, OptionsTable table) noexcept {
  if (context.settings == nullptr) return nullptr;
  if (table == OptionsTable::interface_name) return context.settings->interfaces.get();
  return table == OptionsTable::class_name ? context.settings->classes.get() : nullptr;
}

}  // namespace

void OptionsTables::learn(const DataSet& set, const Accept& accept) {
  const Columns columns(set.layout);
  if (!columns.has_values()) return;
  for (std::uint32_t i = 0; i < set.record_count; ++i) {
    const Row row(set, i, columns);
    for (const NameTable& names : kNameTables) {
      const NormalKey key(names.table, row.value(names.key));
      const std::string_view text = name_in(row.value(names.name));
      if (!key.view().empty() && !text.empty()) take({names.table, key.view()}, text, 0, accept);
    }
    if (const std::uint64_t interval = sampling_interval_of(row); interval != 0) {
      const Bytes sampler = row.value(Column::sampler_id);
      const bool of_interface = sampler.empty() && row.number(Column::interface_id) != 0;
      const auto table = of_interface ? OptionsTable::interface_sampling : OptionsTable::sampling_interval;
      const NormalKey key(table, of_interface ? row.value(Column::interface_id) : sampler);
      const bool usable = sampler.empty() || !key.view().empty();
      if (usable) take({table, key.view()}, {}, interval, accept);
    }
    const std::uint64_t init_ms = row.number(Column::init_time);
    if (row.value(Column::init_time).size() == 8 && is_plausible_init_time(init_ms, set.context.export_ms)) {
      take({OptionsTable::system_init_time, {}}, {}, init_ms, accept);
    }
  }
}

void OptionsTables::take(const RowKey& row, std::string_view text, std::uint64_t number, const Accept& accept) {
  const OptionsRow* known = find(row);
  if (known != nullptr && known->text == text && known->number == number) return;
  OptionsRow other{row.table, std::string(row.key), std::string(text), number};
  if (accept(other, known)) store(std::move(other));
}

void OptionsTables::restore(const OptionsRow& row) {
  store(row);
}

void OptionsTables::store(OptionsRow row) {
  if (const auto known = rows_.find(row); known != rows_.end()) {
    auto node = rows_.extract(known);
    node.value() = std::move(row);
    rows_.insert(std::move(node));
    return;
  }
  ++counts_[static_cast<std::size_t>(row.table)];
  rows_.insert(std::move(row));
}

bool OptionsTables::has(OptionsTable table) const noexcept {
  return counts_[static_cast<std::size_t>(table)] != 0;
}

std::string_view OptionsTables::name(OptionsTable table, Bytes key) const noexcept {
  const OptionsRow* row = find(table, key);
  return row == nullptr ? std::string_view() : std::string_view(row->text);
}

std::uint64_t OptionsTables::sampling_interval(Bytes sampler, std::span<const Bytes> interfaces) const noexcept {
  const OptionsRow* row = sampler.empty() ? nullptr : find(OptionsTable::sampling_interval, sampler);
  for (const Bytes interface : interfaces) {
    if (row == nullptr) row = find(OptionsTable::interface_sampling, interface);
  }
  if (row == nullptr) row = find(OptionsTable::sampling_interval, {});
  return row == nullptr ? 0 : row->number;
}

std::optional<std::int64_t> OptionsTables::system_init_ms() const noexcept {
  const OptionsRow* row = find({OptionsTable::system_init_time, {}});
  if (row == nullptr) return std::nullopt;
  return static_cast<std::int64_t>(row->number);
}

void OptionsTables::for_each(const std::function<void(const OptionsRow&)>& visit) const {
  for (const OptionsRow& row : rows_) visit(row);
}

const OptionsRow* OptionsTables::find(const RowKey& row) const noexcept {
  const auto found = rows_.find(row);
  return found == rows_.end() ? nullptr : &*found;
}

const OptionsRow* OptionsTables::find(OptionsTable table, Bytes key) const noexcept {
  return find(RowKey{table, NormalKey(table, key).view()});
}

std::size_t OptionsTables::Hash::operator()(const RowKey& row) const noexcept {
  return std::hash<std::string_view>()(row.key) * kOptionsTableCount + static_cast<std::size_t>(row.table);
}

bool has_names(const ExportContext& context, OptionsTable table) noexcept {
  return configured_names(context, table) != nullptr || (context.tables != nullptr && context.tables->has(table));
}

std::string_view name_of(const ExportContext& context, OptionsTable table, Bytes key) noexcept {
  if (const NumberNames* names = configured_names(context, table)) {
    if (const std::string* name = find_name(*names, key)) return *name;
  }
  return context.tables == nullptr ? std::string_view() : context.tables->name(table, key);
}

}  // namespace flowcef
