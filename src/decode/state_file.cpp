#include "flowcef/decode/state_file.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "flowcef/decode/template_parser.hpp"

namespace flowcef {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic{'f', 'l', 'o', 'w', 'c', 'e', 'f', 's'};
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kChecksumLength = 8;
/// Type, length and enterprise number of each field.
constexpr std::size_t kMaxDefinition = kMaxTemplateFields * 8;

// Bytes that the smallest one of each takes: what a count can be true for.
constexpr std::size_t kMinInput = 2 + 4;
constexpr std::size_t kMinDomain = 18 + 18 + 4 + 1 + 4 + 4;
constexpr std::size_t kMinTemplate = 2 + 1 + 2 + 8 + 2;
constexpr std::size_t kMinRow = 1 + 8 + 1 + 1;

/// FNV-1a of 64 bits: any one byte that differs gives another sum.
std::uint64_t checksum_of(Bytes bytes) {
  std::uint64_t sum = 0xcbf2'9ce4'8422'2325;
  for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 0x100'0000'01b3;
  return sum;
}

class Writer {
 public:
  template <class T>
  void number(T value) {
    for (std::size_t i = sizeof(T); i > 0; --i) {
      bytes_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> 8 * (i - 1)));
    }
  }
  template <class Range>
  void bytes(const Range& range) {
    bytes_.insert(bytes_.end(), range.begin(), range.end());
  }
  void endpoint(const Endpoint& endpoint) {
    bytes(endpoint.address.ipv6_bytes());
    number(endpoint.port);
  }
  void count(std::size_t count) { number(static_cast<std::uint32_t>(count)); }

  [[nodiscard]] std::vector<std::uint8_t> finish() && {
    number(checksum_of(bytes_));
    return std::move(bytes_);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

void write(Writer& out, const SavedTemplate& saved) {
  out.number(saved.id);
  out.number(std::uint8_t{saved.options});
  out.number(saved.scope_fields);
  out.number(saved.last_used_ms);
  out.number(static_cast<std::uint16_t>(saved.definition.size()));
  out.bytes(saved.definition);
}

void write(Writer& out, const OptionsRow& row) {
  out.number(static_cast<std::uint8_t>(row.table));
  out.number(row.number);
  out.number(static_cast<std::uint8_t>(row.key.size()));
  out.bytes(row.key);
  out.number(static_cast<std::uint8_t>(row.text.size()));
  out.bytes(row.text);
}

void write(Writer& out, const SavedDomain& domain) {
  out.endpoint(domain.key.exporter);
  out.endpoint(domain.key.listener);
  out.number(domain.key.domain);
  out.number(static_cast<std::uint8_t>(domain.key.format));
  out.count(domain.templates.size());
  out.count(domain.rows.size());
  for (const SavedTemplate& saved : domain.templates) write(out, saved);
  for (const OptionsRow& row : domain.rows) write(out, row);
}

bool read(ByteReader& in, Endpoint& endpoint) {
  Bytes address;
  if (!in.take(16, address) || !in.read(endpoint.port)) return false;
  endpoint.address = IpAddress::from_ipv6(address.data());
  return true;
}

template <class Length>
bool read_text(ByteReader& in, std::size_t longest, std::string& text) {
  Length length = 0;
  Bytes bytes;
  if (!in.read(length) || length > longest || !in.take(length, bytes)) return false;
  text.assign(bytes.begin(), bytes.end());
  return true;
}

bool read(ByteReader& in, SavedTemplate& saved) {
  std::uint8_t options = 0;
  std::uint64_t last_used = 0;
  std::uint16_t length = 0;
  Bytes definition;
  if (!in.read(saved.id) || !in.read(options) || options > 1 || !in.read(saved.scope_fields) || !in.read(last_used) ||
      !in.read(length) || length > kMaxDefinition || !in.take(length, definition)) {
    return false;
  }
  saved.options = options == 1;
  saved.last_used_ms = static_cast<std::int64_t>(last_used);
  saved.definition.assign(definition.begin(), definition.end());
  return true;
}

bool read(ByteReader& in, OptionsRow& row) {
  std::uint8_t table = 0;
  if (!in.read(table) || table >= kOptionsTableCount || !in.read(row.number) ||
      !read_text<std::uint8_t>(in, kMaxOptionsKey, row.key) ||
      !read_text<std::uint8_t>(in, kMaxOptionsText, row.text)) {
    return false;
  }
  row.table = static_cast<OptionsTable>(table);
  // Times are counted with.
  return row.table != OptionsTable::system_init_time || std::in_range<std::int64_t>(row.number);
}

/// Reads what was written, and no more of each kind than fits the limits above.
class StateReader {
 public:
  explicit StateReader(Bytes bytes) : in_(bytes) {}

  [[nodiscard]] bool read_state(SavedState& state) {
    std::uint32_t inputs = 0;
    return in_.read(inputs) && read_all(inputs, kMinInput, inputs_left_, state.inputs) && in_.empty();
  }

 private:
  [[nodiscard]] bool read_one(SavedInput& input) {
    std::uint32_t domains = 0;
    return read_text<std::uint16_t>(in_, 65535, input.name) && in_.read(domains) &&
           read_all(domains, kMinDomain, domains_left_, input.domains);
  }

  [[nodiscard]] bool read_one(SavedDomain& domain) {
    std::uint8_t format = 0;
    std::uint32_t templates = 0;
    std::uint32_t rows = 0;
    if (!read(in_, domain.key.exporter) || !read(in_, domain.key.listener) || !in_.read(domain.key.domain) ||
        !in_.read(format) || format >= kExportFormatCount || !in_.read(templates) || !in_.read(rows)) {
      return false;
    }
    domain.key.format = static_cast<ExportFormat>(format);
    return read_all(templates, kMinTemplate, templates_left_, domain.templates) &&
           read_all(rows, kMinRow, rows_left_, domain.rows);
  }

  [[nodiscard]] bool read_one(SavedTemplate& saved) { return read(in_, saved); }
  [[nodiscard]] bool read_one(OptionsRow& row) { return read(in_, row); }

  /// Input: `smallest` bytes of each; `left` is how many more of the kind may come.
  template <class T>
  [[nodiscard]] bool read_all(std::size_t count, std::size_t smallest, std::size_t& left, std::vector<T>& items) {
    if (count > left || count > in_.remaining() / smallest) return false;
    left -= count;
    items.resize(count);
    return std::ranges::all_of(items, [this](T& item) { return read_one(item); });
  }

  ByteReader in_;
  std::size_t inputs_left_ = kMaxSavedInputs;
  std::size_t domains_left_ = kMaxSavedDomains;
  std::size_t templates_left_ = kMaxSavedTemplates;
  std::size_t rows_left_ = kMaxSavedRows;
};

}  // namespace

std::vector<std::uint8_t> encode_state(const SavedState& state) {
  Writer out;
  out.bytes(kMagic);
  out.number(kVersion);
  out.count(state.inputs.size());
  for (const SavedInput& input : state.inputs) {
    out.number(static_cast<std::uint16_t>(input.name.size()));
    out.bytes(input.name);
    out.count(input.domains.size());
    for (const SavedDomain& domain : input.domains) write(out, domain);
  }
  return std::move(out).finish();
}

std::expected<SavedState, std::string> decode_state(Bytes bytes) {
  ByteReader in(bytes);
  Bytes magic;
  std::uint16_t version = 0;
  if (!in.take(kMagic.size(), magic) || !std::ranges::equal(magic, kMagic) || !in.read(version)) {
    return std::unexpected("is no state file");
  }
  // Ahead of the checksum, which another version may compute in another way.
  if (version != kVersion) {
    return std::unexpected("is of version " + std::to_string(version) + ", expected " + std::to_string(kVersion));
  }
  if (in.remaining() < kChecksumLength) return std::unexpected("is damaged: it is cut off");
  const Bytes summed = bytes.first(bytes.size() - kChecksumLength);
  if (load_be<std::uint64_t>(summed.data() + summed.size()) != checksum_of(summed)) {
    return std::unexpected("is damaged: its checksum is wrong");
  }
  SavedState state;
  if (!StateReader(in.rest().first(in.remaining() - kChecksumLength)).read_state(state)) {
    return std::unexpected("is damaged: it has a count, length or number that cannot be");
  }
  return state;
}

}  // namespace flowcef
