#include "support/random_flows.hpp"

#include <algorithm>

#include "flowcef/decode/fixed_formats.hpp"
#include "flowcef/decode/usual_length.hpp"

namespace flowcef::test {
namespace {

/// In bytes: most of a number whose length is not its type's own.
constexpr std::uint64_t kLongestNumber = 20;
constexpr std::uint64_t kNow = 1'700'000'000;
constexpr std::uint64_t kNtpEpoch = 2'208'988'800;

// Those that the map stage treats in a special way: addresses, ports, times, ICMP, sampling, events, names.
const std::vector<std::uint16_t>& special_elements() {
  static const std::vector<std::uint16_t> kElements = {
      1,   2,   3,   4,   5,   6,   7,   8,   10,  11,  12,  14,  21,  22,  23,  27,  28,  32,  34,  35,  48,  50,  56,
      58,  61,  80,  82,  85,  89,  95,  96,  130, 131, 136, 139, 148, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159,
      160, 161, 162, 176, 177, 178, 179, 180, 181, 182, 183, 225, 226, 227, 228, 230, 231, 232, 233, 234, 235, 252, 253,
      276, 277, 281, 282, 302, 305, 306, 309, 310, 311, 313, 321, 322, 323, 324, 325, 365, 371, 390, 434, 456};
  return kElements;
}

std::size_t natural_length(DataType type) {
  const std::uint16_t usual = usual_length(type);
  return usual == kVariableLength ? 8 : usual;
}

bool is_text_like(DataType type) {
  return type == DataType::string || type == DataType::octet_array;
}

void append(std::vector<std::uint8_t>& bytes, const std::string& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace

std::string big_endian(std::uint64_t number, std::size_t length) {
  std::string bytes;
  for (std::size_t i = 0; i < length; ++i) {
    bytes.insert(bytes.begin(), static_cast<char>(number));
    number >>= 8;
  }
  return bytes;
}

DataSet RandomFlows::set() const {
  const auto per_record = layout->variable ? static_cast<std::uint32_t>(layout->fields.size()) : 0U;
  return {*layout, context, template_id, records, record_count, positions, per_record, {}, {}};
}

RandomFlowMaker::RandomFlowMaker(const ElementRegistry& registry, RandomSource& random)
    : registry_(registry), random_(random) {
  for (const std::string_view name : registry.names()) {
    const InformationElement* element = registry.find_by_name(name);
    if (!is_list(element->type) && element->name != "paddingOctets") elements_.push_back(element);
  }
  // The order of names is the registry's own affair; seeds shall mean the same everywhere.
  std::sort(elements_.begin(), elements_.end(), [](const auto* a, const auto* b) {
    return std::pair(a->id.pen, a->id.id) < std::pair(b->id.pen, b->id.id);
  });
}

const InformationElement& RandomFlowMaker::element() {
  if (random_.chance(75)) return *registry_.find({0, random_.pick(special_elements())});
  return *random_.pick(elements_);
}

std::unique_ptr<RandomFlows> RandomFlowMaker::make() {
  auto flows = std::make_unique<RandomFlows>();
  const std::uint64_t kind = random_.below(10);
  flows->layout = kind < 2 ? fixed_layout() : kind < 5 ? layout(ExportFormat::netflow9) : layout(ExportFormat::ipfix);
  Template& made = *flows->layout;
  made.serial = new_layout_serial();
  if (random_.chance(20)) made.long_flow_ms = static_cast<std::uint32_t>(random_.between(1, 100'000));
  if (random_.chance(15)) made.view = random_.chance(50) ? RecordView::raw : RecordView::both;
  fill_context(*flows);
  for (std::uint64_t left = random_.between(1, 3); left != 0; --left) add_record(*flows);
  return flows;
}

std::shared_ptr<Template> RandomFlowMaker::fixed_layout() {
  const std::vector<std::size_t> kinds = {0, 1, 2, 2, 2, 2, 3};
  return make_fixed_template(kFixedFormats[random_.pick(kinds)], registry_);
}

std::shared_ptr<Template> RandomFlowMaker::layout(ExportFormat format) {
  auto made = std::make_shared<Template>();
  made->format = format;
  made->options = random_.chance(15);
  for (std::uint64_t left = random_.between(1, 20); left != 0; --left) {
    // Every now and then the same element again.
    const bool again = !made->fields.empty() && random_.chance(8);
    Field next = again ? random_.pick(made->fields) : field(format);
    next.length = length_of(next, format);
    next.offset = made->record_length;
    made->variable = made->variable || next.length == kVariableLength;
    made->record_length += next.length == kVariableLength ? 1U : next.length;
    made->fields.push_back(next);
  }
  if (made->options && format == ExportFormat::netflow9) {
    made->fields[0].id = {kNetflow9ScopePen, 7};
    made->fields[0].element = nullptr;
    made->fields[0].scope = true;
  }
  return made;
}

Field RandomFlowMaker::field(ExportFormat format) {
  Field made;
  if (random_.chance(5)) {
    made.id = {random_.chance(50) ? 0U : 64'999U, static_cast<std::uint16_t>(random_.between(30'000, 32'000))};
  } else {
    made.id = element().id;
  }
  if (format == ExportFormat::netflow9) {
    const std::vector<std::uint16_t> own = {33'000, 33'002, 40'000, 40'001, 40'005, 56'701, 56'702, 65'000};
    const std::uint16_t type = random_.chance(10) || made.id.pen != 0 ? random_.pick(own) : made.id.id;
    made.element = registry_.find_netflow9(type);
    made.id = made.element != nullptr ? made.element->id : ElementId{kNetflow9Pen, type};
  } else {
    made.element = registry_.find(made.id);
  }
  return made;
}

std::uint16_t RandomFlowMaker::length_of(const Field& field, ExportFormat format) {
  const std::size_t natural = natural_length(field.type());
  const bool varies = format == ExportFormat::ipfix && field.id != ElementId{0, 4};
  if (varies && random_.chance(is_text_like(field.type()) ? 60 : 3)) return kVariableLength;
  if (is_text_like(field.type())) return static_cast<std::uint16_t>(random_.between(1, random_.chance(10) ? 300 : 20));
  if (random_.chance(78)) return static_cast<std::uint16_t>(natural);
  if (random_.chance(60) || field.id == ElementId{0, 4}) return static_cast<std::uint16_t>(random_.between(1, natural));
  return static_cast<std::uint16_t>(random_.between(1, kLongestNumber));
}

Endpoint RandomFlowMaker::endpoint() {
  const std::vector<std::string_view> hosts = {"192.0.2.1", "10.1.2.3", "2001:db8::1", "fe80::1:0:0:2", "::"};
  const std::vector<std::uint16_t> ports = {0, 2055, 50'000};
  return {*IpAddress::parse(random_.pick(hosts)), random_.pick(ports)};
}

void RandomFlowMaker::fill_context(RandomFlows& flows) {
  static constexpr std::size_t kHeaderLengths[] = {16, 24, 24, 20, 16};  // by ExportFormat
  const ExportFormat format = flows.layout->format;
  const bool built_in = format != ExportFormat::netflow9 && format != ExportFormat::ipfix;
  ExportContext& context = flows.context;
  context.format = format;
  context.exporter = endpoint();
  context.listener = endpoint();
  if (random_.chance(90))
    context.received_ns = static_cast<std::int64_t>(kNow * 1'000'000'000 + random_.below(1U << 30));
  context.export_ms = static_cast<std::int64_t>(random_.chance(95) ? kNow * 1000 + random_.below(1000) : 0);
  context.uptime_ms = random_.chance(80) ? 1'000'000 : static_cast<std::uint32_t>(random_.bits());
  context.uptime_known = format != ExportFormat::ipfix || random_.chance(50);
  context.domain = static_cast<std::uint32_t>(random_.below(3));
  context.sequence = static_cast<std::uint32_t>(random_.bits());
  context.message = random_.below(100'000);
  append(flows.header, random_.bytes(kHeaderLengths[static_cast<std::size_t>(format)]));
  context.header = flows.header;
  flows.template_id = built_in ? 0 : static_cast<std::uint16_t>(random_.between(256, 65'535));
}

void RandomFlowMaker::add_record(RandomFlows& flows) {
  const Template& layout = *flows.layout;
  ++flows.record_count;
  const std::size_t begin = flows.records.size();
  if (!layout.variable) append(flows.records, random_.bytes(layout.record_length));
  for (const Field& field : layout.fields) {
    if (field.in_header) continue;
    const bool variable = field.length == kVariableLength;
    const std::size_t usual = is_text_like(field.type()) ? random_.below(24) : natural_length(field.type());
    const std::size_t length = !variable ? field.length : random_.chance(15) ? random_.below(300) : usual;
    const std::string value = value_of(field, length, flows.context);
    if (!layout.variable) {
      std::copy(value.begin(), value.end(), flows.records.begin() + static_cast<std::ptrdiff_t>(begin + field.offset));
      continue;
    }
    if (variable)
      append(flows.records, value.size() < 255 ? big_endian(value.size(), 1) : '\xff' + big_endian(value.size(), 2));
    flows.positions.push_back(
        {static_cast<std::uint32_t>(flows.records.size()), static_cast<std::uint32_t>(value.size())});
    append(flows.records, value);
  }
}

std::string RandomFlowMaker::text() {
  using namespace std::string_literals;
  static const std::vector<std::string> kTexts = {"eth0",
                                                  "a b",
                                                  " both ends\t",
                                                  "key=value",
                                                  "back\\slash",
                                                  "pi|pe",
                                                  "new\nline",
                                                  "car\rriage",
                                                  "\x01\x02",
                                                  "\xc3\xbc\xe2\x82\xac",
                                                  "\xf0\x9f\x98\x80",
                                                  "bad \xff\xc3",
                                                  "\xe2\x82",
                                                  "\xed\xa0\x80",
                                                  "\xc0\xaf",
                                                  "nul\0behind"s,
                                                  "\0front"s,
                                                  "170106000000Z",
                                                  "20170106000000Z",
                                                  "171306000000Z",
                                                  "",
                                                  "   ",
                                                  "src=1 dst=2"};
  std::string made = random_.chance(70) ? random_.pick(kTexts) : random_.bytes(random_.below(40));
  while (random_.chance(15)) made += made + random_.pick(kTexts);
  return made;
}

/// What such a field holds in most exports.
std::uint64_t RandomFlowMaker::usual_number(const Field& field, const ExportContext& context) {
  const std::vector<std::uint64_t> protocols = {1, 1, 6, 17, 58};
  const std::uint64_t minute = random_.below(60'000);
  const std::uint64_t now_ms = kNow * 1000 - minute;
  if (field.id == ElementId{0, 4}) return random_.pick(protocols);
  if (field.id == ElementId{0, 21} || field.id == ElementId{0, 22}) return context.uptime_ms - minute;
  if (field.id == ElementId{0, 160}) return now_ms - 1'000'000;
  if (field.id == ElementId{0, 158} || field.id == ElementId{0, 159}) return minute * 1000;
  switch (field.type()) {
    case DataType::date_time_seconds:
      return now_ms / 1000;
    case DataType::date_time_milliseconds:
      return now_ms;
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      return (now_ms / 1000 + kNtpEpoch) << 32 | random_.below(std::uint64_t{1} << 32);
    case DataType::float32:
      return random_.chance(70) ? 0x3dcccccd : 0x7f800000 + random_.below(2);
    case DataType::float64:
      return random_.chance(70) ? 0x3f847ae147ae147b : 0x7ff0000000000000 + random_.below(2);
    default:
      return random_.chance(60) ? random_.below(20) : random_.bits() >> random_.below(64);
  }
}

std::string RandomFlowMaker::value_of(const Field& field, std::size_t length, const ExportContext& context) {
  const std::uint64_t kind = random_.below(100);
  if (kind < 14) return std::string(length, '\0');
  if (kind < 18) return std::string(length, '\xff');
  if (kind < 22) return random_.bytes(length);
  if (is_text_like(field.type()) && field.id != ElementId{0, 95}) {
    std::string value = text();
    if (field.length != kVariableLength) value.resize(length, '\0');
    return value;
  }
  if (field.type() == DataType::ipv6_address && length == 16 && random_.chance(35)) {
    return std::string(10, '\0') + "\xff\xff" + random_.bytes(4);
  }
  if (field.type() == DataType::ipv6_address && length == 16) {
    std::string value = random_.bytes(16);
    for (std::uint64_t left = random_.below(6); left != 0; --left) {
      const std::size_t at = 2 * random_.below(8);
      value[at] = value[at + 1] = '\0';
    }
    return value;
  }
  if (field.type() == DataType::mac_address || field.type() == DataType::ipv4_address) return random_.bytes(length);
  return big_endian(usual_number(field, context), length);
}

}  // namespace flowcef::test
