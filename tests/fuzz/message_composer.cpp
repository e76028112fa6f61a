#include "fuzz/message_composer.hpp"

#include <array>

namespace flowcef::test {
namespace {

constexpr std::uint16_t kVariable = 65535;
constexpr std::uint16_t kBasicList = 291;
constexpr std::uint16_t kSubTemplateList = 292;
constexpr std::uint16_t kSubTemplateMultiList = 293;
constexpr std::uint32_t kReversePen = 29305;  // RFC 5103 section 6.1
constexpr unsigned kMaxDepth = 10;            // of lists; decode stops before that
constexpr std::size_t kMaxMessage = 60'000;

/// Elements that decode or map does something about, in their natural lengths.
constexpr std::array<FieldSpec, 75> kFavourites{{
    {8, 4},
    {12, 4},
    {27, 16},
    {28, 16},
    {7, 2},
    {11, 2},
    {4, 1},
    {1, 8},
    {2, 8},
    {85, 8},
    {86, 4},
    {231, 8},
    {232, 8},
    {298, 8},
    {299, 8},
    {10, 4},
    {14, 4},
    {252, 4},
    {253, 4},
    {5, 1},
    {6, 2},
    {21, 4},
    {22, 4},
    {150, 4},
    {151, 4},
    {152, 8},
    {153, 8},
    {154, 8},
    {155, 8},
    {156, 8},
    {157, 8},
    {158, 4},
    {159, 4},
    {160, 8},
    {161, 4},
    {162, 4},
    {258, 8},
    {322, 4},
    {323, 8},
    {324, 8},
    {325, 8},
    {32, 2},
    {139, 2},
    {176, 1},
    {177, 1},
    {178, 1},
    {179, 1},
    {56, 6},
    {80, 6},
    {57, 6},
    {82, kVariable},
    {83, 32},
    {84, 16},
    {95, 4},
    {96, kVariable},
    {48, 1},
    {34, 4},
    {50, 4},
    {305, 4},
    {302, 8},
    {335, kVariable},
    {234, 4},
    {236, kVariable},
    {371, kVariable},
    {233, 1},
    {230, 1},
    {33002, 2},
    {136, 1},
    {210, 3},
    {311, 8},
    {309, 4},
    {310, 4},
    {kBasicList, kVariable},
    {kSubTemplateList, kVariable},
    {kSubTemplateMultiList, kVariable},
}};

constexpr std::array<std::uint16_t, 12> kLengths{4, 8, 1, 2, 16, 6, kVariable, 3, 0, 7, 32, 100};
constexpr std::array<std::uint32_t, 4> kPens{kReversePen, 9, 14525, 4'000'000'000};
constexpr std::array<std::uint32_t, 4> kTimes{1'700'000'000, 1'700'000'060, 0, 0xffff'ffff};

constexpr std::uint32_t shape_key(bool ipfix, std::uint16_t id) {
  return (ipfix ? 0x10000U : 0U) | id;
}

bool is_list(const FieldSpec& field) {
  return field.pen == 0 && field.length == kVariable && field.id >= kBasicList && field.id <= kSubTemplateMultiList;
}

void write_bytes(FuzzInput& in, std::size_t size, ByteWriter& out) {
  switch (const std::uint8_t fill = in.u8()) {
    case 0:
    case 0xff:
      for (std::size_t i = 0; i < size; ++i) out.u8(fill);
      break;
    case 1:  // what CEF escapes, and control characters
      for (std::size_t i = 0; i < size; ++i) out.u8(static_cast<std::uint8_t>("=\\|\n \r\t\0a\x7f"[i % 10]));
      break;
    default:
      for (std::size_t i = 0; i < size; ++i) out.u8(in.empty() ? fill : in.u8());
  }
}

void write_variable_length(std::size_t size, bool long_form, ByteWriter& out) {
  if (long_form || size >= 255) {
    out.u8(255).u16(size);
  } else {
    out.u8(size);
  }
}

}  // namespace

std::vector<std::uint8_t> MessageComposer::next(FuzzInput& in) {
  const unsigned how = in.u8();
  if (how % 4 != 0) return compose(in, how);
  const Bytes raw = in.take(in.u16());
  return {raw.begin(), raw.end()};
}

std::vector<std::uint8_t> MessageComposer::compose(FuzzInput& in, unsigned how) {
  ipfix_ = (how & 4) != 0;
  sequence_ += (how & 8) != 0 ? in.u8() - 96U : 1U;  // back too
  const unsigned domain = how >> 4 & 1;
  const std::uint32_t time = kTimes[how >> 5 & 3];
  MessageBuilder message = ipfix_ ? MessageBuilder::ipfix(time, domain, sequence_)
                                  : MessageBuilder::netflow9(time, 1'000'000, domain, sequence_);
  const unsigned sets = 1 + in.u8() % 4;
  for (unsigned i = 0; i < sets && !in.empty() && message.bytes().size() < kMaxMessage; ++i) add_set(in, message);
  return message.bytes();
}

void MessageComposer::add_set(FuzzInput& in, MessageBuilder& message) {
  switch (in.u8() % 8) {
    case 0:
    case 1:
      return add_template(in, message, false);
    case 2:
      return add_template(in, message, true);
    case 3:
      return add_noise(in, message);
    default:
      return add_data(in, message);
  }
}

std::uint16_t MessageComposer::choose_id(FuzzInput& in) const {
  return static_cast<std::uint16_t>(256 + in.u8() % 6);
}

FieldSpec MessageComposer::choose_field(FuzzInput& in) const {
  const unsigned how = in.u8();
  if (how % 4 != 3) {
    FieldSpec field = in.one_of(kFavourites);
    if (!ipfix_ && field.length == kVariable) field.length = 12;
    if (ipfix_ && (how & 64) != 0) field.pen = kReversePen;
    if ((how & 128) != 0) field.length = in.one_of(kLengths);
    if (ipfix_ && field.id > 0x7fff) field.id = 1;
    return field;
  }
  FieldSpec field{in.u16(), in.one_of(kLengths)};
  if (ipfix_) field.id &= 0x7fff;
  if (ipfix_ && (how & 4) != 0) field.pen = in.one_of(kPens);
  return field;
}

void MessageComposer::add_template(FuzzInput& in, MessageBuilder& message, bool options) {
  const std::uint16_t id = choose_id(in);
  const unsigned fields = 1 + in.u8() % 12;
  const unsigned scope = options ? in.u8() % (fields + 1) : 0;
  Shape& shape = shapes_[shape_key(ipfix_, id)];
  shape.clear();
  for (unsigned i = 0; i < fields; ++i) shape.push_back(choose_field(in));
  ByteWriter record;
  record.u16(id);
  if (options && !ipfix_) {
    record.u16(4 * scope).u16(4 * (fields - scope));
    for (unsigned i = 0; i < scope; ++i) shape[i].id = static_cast<std::uint16_t>(1 + shape[i].id % 5);
  } else {
    record.u16(fields);
    if (options) record.u16(scope);
  }
  for (const FieldSpec& field : shape) write_field(record, field);
  if (options) {
    message.options_templates(record);
  } else {
    message.templates(record);
  }
}

void MessageComposer::add_data(FuzzInput& in, MessageBuilder& message) {
  const std::uint16_t id = choose_id(in);
  const auto shape = shapes_.find(shape_key(ipfix_, id));
  ByteWriter records;
  const unsigned count = 1 + in.u8() % 4;
  if (shape == shapes_.end()) {  // its template may come later, and fit or not
    records.zeros(8UL * count).u8(count);
  } else {
    for (unsigned i = 0; i < count && records.size() < kMaxMessage / 8; ++i)
      write_record(in, shape->second, records, 1);
  }
  records.zeros(in.u8() % 4);
  message.set(id, records);
}

/// Withdrawals, sets and bytes that mean nothing.
void MessageComposer::add_noise(FuzzInput& in, MessageBuilder& message) const {
  ByteWriter bytes;
  switch (const unsigned what = in.u8() % 8) {
    case 0:
    case 1:
      return (void)message.templates(bytes.u16(what == 0 ? choose_id(in) : 2).u16(0));
    case 2:
    case 3:
      return (void)message.options_templates(bytes.u16(what == 2 ? choose_id(in) : 3).u16(0));
    case 4:
      return (void)message.raw(bytes.zeros(in.u8()));
    case 5:
      write_bytes(in, in.u8(), bytes);
      return (void)message.raw(bytes);
    default:
      write_bytes(in, in.u8(), bytes);
      return (void)message.set(in.u16() % 300, bytes);
  }
}

void MessageComposer::write_record(FuzzInput& in, const Shape& shape, ByteWriter& out, unsigned depth) const {
  for (const FieldSpec& field : shape) write_value(in, field, out, depth);
}

void MessageComposer::write_value(FuzzInput& in, const FieldSpec& field, ByteWriter& out, unsigned depth) const {
  if (is_list(field) && depth <= kMaxDepth) {
    const ByteWriter list = list_value(in, field.id, depth);
    write_variable_length(list.size(), depth % 2 == 0, out);
    out.append(list.bytes());
    return;
  }
  std::size_t size = field.length;
  if (field.length == kVariable) {
    size = in.u8();
    if (size == 255) size = in.u16() % 2048;
    write_variable_length(size, size % 8 == 7, out);
  }
  write_bytes(in, size, out);
}

/// Structured data, RFC 6313 section 4.5.
ByteWriter MessageComposer::list_value(FuzzInput& in, std::uint16_t kind, unsigned depth) const {
  ByteWriter out;
  const unsigned how = in.u8();
  if (how == 0xff) return out;
  out.u8(how % 5);  // semantic
  const unsigned count = how >> 4 & 3;
  if (kind == kBasicList) {
    const FieldSpec field = choose_field(in);
    write_field(out, field);
    for (unsigned i = 0; i < count; ++i) write_value(in, field, out, depth + 1);
    return out;
  }
  const unsigned blocks = kind == kSubTemplateList ? 1 : count;
  for (unsigned block = 0; block < blocks; ++block) {
    const std::uint16_t id = choose_id(in);
    ByteWriter records;
    const auto shape = shapes_.find(shape_key(ipfix_, id));
    for (unsigned i = 0; shape != shapes_.end() && i < count && records.size() < kMaxMessage / 64; ++i) {
      write_record(in, shape->second, records, depth + 1);
    }
    out.u16(id);
    if (kind == kSubTemplateMultiList) out.u16(4 + records.size());
    out.append(records.bytes());
  }
  return out;
}

}  // namespace flowcef::test
