#include "flowcef/app/sample_exports.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/decode/template.hpp"
#include "flowcef/decode/usual_length.hpp"

namespace flowcef {
namespace {

constexpr std::uint16_t kEnterpriseBit = 0x8000;
constexpr std::uint16_t kFirstTemplate = 256;
constexpr std::uint16_t kFixedText = 64;  // length of texts in NetFlow v9
constexpr std::size_t kMaxFields = 24;    // of a template
constexpr std::size_t kLongText = 1500;

// Source: IANA IPFIX information elements.
constexpr std::uint16_t kProtocol = 4;
constexpr std::uint16_t kIngressInterface = 10;
constexpr std::uint16_t kInterfaceName = 82;

enum class Variant : std::uint8_t { usual, above_31_bits, above_32_bits, largest, zero, looks_like_cef, not_utf8 };
constexpr std::array kVariants = {Variant::usual, Variant::above_31_bits,  Variant::above_32_bits, Variant::largest,
                                  Variant::zero,  Variant::looks_like_cef, Variant::not_utf8};

using Value = std::string;  // bytes in network order

void append_number(std::string& out, std::uint64_t value, std::size_t length) {
  for (std::size_t i = length; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)));
}

Value number_of(std::uint64_t value, std::size_t length) {
  Value bytes(length > 8 ? length - 8 : 0, '\0');
  append_number(bytes, value, std::min<std::size_t>(length, 8));
  return bytes;
}

/// Returns: kVariableLength for texts and bytes; 0 for lists, which are not made up.
std::uint16_t length_of(DataType type) {
  return is_list(type) ? std::uint16_t{0} : usual_length(type);
}

Value text_of(Variant variant, const InformationElement& element, bool may_be_long) {
  switch (variant) {
    case Variant::usual:
    case Variant::above_31_bits:
      return "the " + element.name + " of a flow";
    case Variant::above_32_bits:
      return "a=b|c\\d \"e\"\r\nf\tg\\";
    case Variant::largest:
      return may_be_long ? std::string(kLongText, 'x') : "x";
    case Variant::zero:
      return {};
    case Variant::looks_like_cef:
      return " dst=192.0.2.66 cs1Label=msg 'x' |10|src=192.0.2.66\n<134>1 - ";
    case Variant::not_utf8:
      return "Z\xfcrich \xff\xc3 \xe6\x9d\xb1\xe4\xba\xac";
  }
  return {};
}

std::uint64_t integer_of(Variant variant, std::size_t length) {
  const std::uint64_t largest = length >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * length)) - 1;
  switch (variant) {
    case Variant::above_31_bits:
      return std::min(largest, (std::uint64_t{1} << 31) + 7);
    case Variant::above_32_bits:
      return std::min(largest, (std::uint64_t{1} << 32) + 7);
    case Variant::largest:
      return largest;
    case Variant::zero:
      return 0;
    default:
      return std::min<std::uint64_t>(largest, 107);
  }
}

/// Seconds in the upper half, a fraction in the lower. Source: RFC 7011 section 6.1.9, seconds since 1900.
constexpr std::uint64_t kNtpTime = (std::uint64_t{kSampleExportTime} - 5 + 2'208'988'800) << 32;

Value value_of(Variant variant, const InformationElement& element, bool may_be_long) {
  const std::uint16_t length = length_of(element.type);
  const std::uint64_t seconds = kSampleExportTime - 5;
  switch (element.type) {
    case DataType::string:
    case DataType::octet_array:
      return text_of(variant, element, may_be_long);
    case DataType::ipv4_address:
      return number_of(0xc0000200 + element.id.id % 250 + 1, length);  // 192.0.2.0/24
    case DataType::ipv6_address:
      return number_of(0x20010db8'00000000, 8) + number_of(element.id.id, 8);
    case DataType::mac_address:
      return number_of(0x00005e005300 + element.id.id % 256, 8).substr(2);
    case DataType::float32:
      return number_of(0x3f800000, length);
    case DataType::float64:
      return number_of(0x3ff00000'00000000, length);
    case DataType::boolean:
      return number_of(1, length);
    case DataType::date_time_seconds:
      return number_of(seconds, length);
    case DataType::date_time_milliseconds:
      return number_of(seconds * 1000 + 123, length);
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      return number_of(kNtpTime, length);
    default:
      return number_of(integer_of(variant, length), length);
  }
}

/// A template and what its records hold for certain, whatever the variant.
struct Scene {
  std::vector<const InformationElement*> elements;
  std::map<const InformationElement*, Value> fixed;
  bool options = false;  ///< the first element is the scope
};

class Composer {
 public:
  explicit Composer(const ElementRegistry& registry) : registry_(registry) {}

  /// Adds the element unless the scene has it, or it is one that cannot be made up.
  void add(Scene& scene, const InformationElement* element) const {
    if (element == nullptr || length_of(element->type) == 0 || scene.elements.size() >= kMaxFields) return;
    if (std::ranges::find(scene.elements, element) == scene.elements.end()) scene.elements.push_back(element);
  }
  void fix(Scene& scene, const InformationElement* element, Value value) const {
    add(scene, element);
    scene.fixed[element] = std::move(value);
  }
  void fix(Scene& scene, std::uint16_t id, std::uint64_t number) const {
    const InformationElement* const element = registry_.find({0, id});
    fix(scene, element, number_of(number, length_of(element->type)));
  }
  [[nodiscard]] Scene flow(std::initializer_list<std::uint16_t> ids, std::uint8_t protocol) const {
    Scene scene;
    for (const std::uint16_t id : ids) add(scene, registry_.find({0, id}));
    fix(scene, kProtocol, protocol);
    return scene;
  }

  /// Writes one message for each variant.
  void write(const Scene& scene, bool netflow9) {
    if (scene.elements.empty()) return;
    const std::uint16_t id = next_template_++;
    for (const Variant variant : kVariants) {
      std::string sets = template_set(scene, id, netflow9);
      append_set(sets, id, record(scene, variant, netflow9));
      messages_.push_back(netflow9 ? netflow9_message(sets) : ipfix_message(sets));
    }
  }

  [[nodiscard]] std::vector<std::vector<std::uint8_t>> take() { return std::move(messages_); }

 private:
  static std::uint16_t field_length(const InformationElement& element, bool netflow9) {
    const std::uint16_t length = length_of(element.type);
    return length == kVariableLength && netflow9 ? kFixedText : length;
  }

  static void append_set(std::string& out, std::uint16_t id, const std::string& body) {
    append_number(out, id, 2);
    append_number(out, 4 + body.size(), 2);
    out += body;
  }

  static std::string template_set(const Scene& scene, std::uint16_t id, bool netflow9) {
    std::string body;
    append_number(body, id, 2);
    append_number(body, scene.elements.size(), 2);
    if (scene.options) append_number(body, 1, 2);
    for (const InformationElement* element : scene.elements) {
      const bool is_vendors = !netflow9 && element->id.pen != 0;
      append_number(body, is_vendors ? element->id.id | kEnterpriseBit : element->id.id, 2);
      append_number(body, field_length(*element, netflow9), 2);
      if (is_vendors) append_number(body, element->id.pen, 4);
    }
    std::string set;
    append_set(set, netflow9 ? 0 : scene.options ? 3 : 2, body);
    return set;
  }

  /// Of the texts, only the first one is ever long, so that the line is not longer than any real one.
  static std::string record(const Scene& scene, Variant variant, bool netflow9) {
    std::string body;
    bool may_be_long = !netflow9;
    for (const InformationElement* element : scene.elements) {
      const auto fixed = scene.fixed.find(element);
      Value value = fixed != scene.fixed.end() ? fixed->second : value_of(variant, *element, may_be_long);
      if (length_of(element->type) == kVariableLength) {
        may_be_long = false;
        if (netflow9) {
          value.resize(kFixedText, '\0');
        } else if (value.size() < 255) {
          append_number(body, value.size(), 1);
        } else {
          append_number(body, 255, 1);
          append_number(body, value.size(), 2);
        }
      }
      body += value;
    }
    return body;
  }

  std::vector<std::uint8_t> ipfix_message(const std::string& sets) {
    std::string message;
    append_number(message, 10, 2);
    append_number(message, 16 + sets.size(), 2);
    append_number(message, kSampleExportTime, 4);
    append_number(message, sequence_++, 4);
    append_number(message, 1, 4);
    message += sets;
    return {message.begin(), message.end()};
  }

  std::vector<std::uint8_t> netflow9_message(const std::string& sets) {
    std::string message;
    append_number(message, 9, 2);
    append_number(message, 2, 2);
    append_number(message, 3'600'000, 4);
    append_number(message, kSampleExportTime, 4);
    append_number(message, netflow9_sequence_++, 4);
    append_number(message, 1, 4);
    message += sets;
    return {message.begin(), message.end()};
  }

  const ElementRegistry& registry_;
  std::uint16_t next_template_ = kFirstTemplate;
  std::uint32_t sequence_ = 0;
  std::uint32_t netflow9_sequence_ = 0;
  std::vector<std::vector<std::uint8_t>> messages_;
};

const InformationElement* find(const ElementRegistry& registry, const ElementMatch& match) {
  if (!match.name.empty()) return registry.find_by_name(match.name);
  return match.id ? registry.find(*match.id) : nullptr;
}

Value tested_value(const Condition& condition, const InformationElement& element) {
  if (!condition.texts.empty()) return condition.texts.front();
  if (!condition.prefixes.empty()) {
    const std::string prefix = condition.prefixes.front().to_string();
    const auto bytes = IpAddress::parse(prefix.substr(0, prefix.find('/'))).value_or(IpAddress()).ipv6_bytes();
    return {bytes.end() - length_of(element.type), bytes.end()};
  }
  const std::uint64_t number = condition.ranges.empty() ? 0 : condition.ranges.front().min;
  if (element.type == DataType::mac_address) return number_of(number, 8).substr(2);
  const std::uint16_t length = length_of(element.type);
  return number_of(number, length == kVariableLength ? 8 : length);
}

/// Makes the record fulfil what is said of elements; of alternatives the first.
void fulfil(const Condition& condition, const ElementRegistry& registry, const Composer& composer, Scene& scene) {
  switch (condition.kind) {
    case Condition::Kind::all:
      for (const Condition& part : condition.parts) fulfil(part, registry, composer, scene);
      return;
    case Condition::Kind::any:
      return fulfil(condition.parts.front(), registry, composer, scene);
    case Condition::Kind::present:
      for (const ElementMatch& match : condition.elements) composer.add(scene, find(registry, match));
      return;
    case Condition::Kind::element: {
      const InformationElement* const element = find(registry, condition.elements.front());
      if (element == nullptr || length_of(element->type) == 0) return;
      return composer.fix(scene, element, tested_value(condition, *element));
    }
    case Condition::Kind::negation:
    case Condition::Kind::kind:
    case Condition::Kind::absent:
    case Condition::Kind::exporter:
    case Condition::Kind::format:
    case Condition::Kind::found:
    case Condition::Kind::column:
      return;
  }
}

/// Every element that keys and rules name, by NetFlow v9's numbers or not, with those of the same vendors behind them.
std::vector<const InformationElement*> named_elements(const std::vector<const Mapping*>& mappings,
                                                      const ElementRegistry& registry) {
  std::vector<const InformationElement*> named;
  std::set<std::uint32_t> vendors;
  const auto name = [&](const InformationElement* element) {
    if (element == nullptr || std::ranges::find(named, element) != named.end()) return;
    named.push_back(element);
    if (element->id.pen != 0 && element->id.pen < kFirstOwnPen && element->id.pen != kReversePen) {
      vendors.insert(element->id.pen);
    }
  };
  for (const Mapping* mapping : mappings) {
    for (const MappedKey& key : mapping->keys) {
      for (const KeySource& source : key.sources) {
        if (source.is_element()) name(find(registry, source.element));
      }
    }
  }
  for (const std::string_view word : registry.names()) {
    const InformationElement* const element = registry.find_by_name(word);
    if (element != nullptr && vendors.contains(element->id.pen)) name(element);
  }
  return named;
}

void write_in_parts(Composer& composer, std::span<const InformationElement* const> elements, bool netflow9) {
  for (std::size_t begin = 0; begin < elements.size(); begin += kMaxFields) {
    Scene scene;
    for (const auto* element : elements.subspan(begin, std::min(kMaxFields, elements.size() - begin))) {
      composer.add(scene, element);
    }
    composer.write(scene, netflow9);
  }
}

}  // namespace

std::vector<std::vector<std::uint8_t>> sample_exports(const std::vector<const Mapping*>& mappings,
                                                      const ElementRegistry& registry) {
  Composer composer(registry);
  Scene options;
  options.options = true;
  composer.add(options, registry.find({0, kIngressInterface}));
  composer.add(options, registry.find({0, kInterfaceName}));
  composer.write(options, false);
  composer.write(composer.flow({8, 12, 7, 11, 6, 5, 1, 2, 10, 14, 152, 153, 136, 61, 56, 80}, 6), false);
  composer.write(composer.flow({27, 28, 7, 11, 1, 2, 10, 14, 152, 153, 31}, 17), false);
  composer.write(composer.flow({8, 12, 32, 1, 2, 152, 153}, 1), false);
  composer.write(composer.flow({8, 12, 225, 226, 227, 228, 7, 11, 230, 323}, 6), false);
  for (const Mapping* mapping : mappings) {
    for (const EventRule& rule : mapping->events) {
      Scene scene = composer.flow({8, 12, 7, 11, 1, 2, 152, 153}, 6);
      fulfil(rule.when, registry, composer, scene);
      composer.write(scene, false);
    }
  }
  std::vector<const InformationElement*> ipfix = named_elements(mappings, registry);
  const auto netflow9 = std::ranges::stable_partition(
      ipfix, [](const InformationElement* element) { return element->id.pen < kFirstOwnPen; });
  std::vector<const InformationElement*> others(netflow9.begin(), netflow9.end());
  ipfix.erase(netflow9.begin(), ipfix.end());
  std::erase_if(others, [](const InformationElement* element) { return element->id.pen != kNetflow9Pen; });
  write_in_parts(composer, ipfix, false);
  write_in_parts(composer, others, true);
  return composer.take();
}

}  // namespace flowcef
