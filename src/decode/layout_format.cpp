#include "flowcef/decode/layout_format.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "flowcef/core/nearest.hpp"
#include "flowcef/decode/usual_length.hpp"

namespace flowcef {
namespace {

constexpr ElementId kProtocol{0, 4};
constexpr ElementId kPadding{0, 210};
constexpr std::array<std::uint16_t, 5> kDecodedVersions = {1, 5, 7, 9, 10};

std::string bytes_text(std::uint32_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

/// Returns: whether values of the type can take so many bytes; numbers may be shorter (RFC 7011 section 6.2).
bool suits(DataType type, std::uint32_t length) {
  if (is_unsigned(type) || is_signed(type)) return length <= usual_length(type);
  if (type == DataType::string || type == DataType::octet_array) return length < kVariableLength;
  return !is_list(type) && length == usual_length(type);
}

std::string expected_length(DataType type) {
  if (is_list(type)) return "a type of one length";
  const std::uint16_t usual = usual_length(type);
  if (usual == kVariableLength) return "at most 65534 bytes";
  const bool may_be_shorter = (is_unsigned(type) || is_signed(type)) && usual != 1;
  return (may_be_shorter ? "1.." + std::to_string(usual) + " bytes" : bytes_text(usual)) + " for " +
         std::string(to_string(type));
}

std::uint64_t number_at(const std::optional<LayoutPlace>& place, Bytes header) noexcept {
  return place ? load_be(header.data() + place->offset, place->length) : 0;
}

/// Looks the words of one file up.
class LayoutChecker {
 public:
  LayoutChecker(const LayoutConfig& config, ElementRegistry& registry) : config_(config), registry_(registry) {}

  void check_version() {
    if (!config_.version) return;
    if (*config_.version != 0 && std::ranges::find(kDecodedVersions, *config_.version) == kDecodedVersions.end())
      return;
    fail(config_.version_where, "version",
         "expected one that no other format has, got " + std::to_string(*config_.version),
         "without it, inputs that say layout = \"" + config_.name.text + "\" read by this file");
  }

  void check_header() {
    check_place(config_.count, "header.count");
    const auto check = [&](const std::optional<LayoutPlace>& place, const char* key) {
      if (place) check_place(*place, key);
    };
    check(config_.seconds, "header.seconds");
    check(config_.nanoseconds, "header.nanoseconds");
    check(config_.uptime, "header.uptime");
    check(config_.sequence, "header.sequence");
    check(config_.domain, "header.domain");
  }

  std::vector<Field> fields(const std::vector<LayoutField>& specs, bool in_header) {
    const char* const key = in_header ? "header.fields" : "record.fields";
    const std::uint32_t room = in_header ? config_.header_length : config_.max_length;
    std::vector<Field> fields;
    for (const LayoutField& spec : specs) {
      const InformationElement* element = element_of(spec.element, spec.type, key);
      if (element == nullptr) continue;
      if (!suits(element->type, spec.place.length)) {
        fail(spec.place.where, key,
             "expected " + expected_length(element->type) + ", got " + std::to_string(spec.place.length));
      }
      if (spec.place.offset + std::uint64_t{spec.place.length} > room) {
        fail(spec.place.where, key,
             element->name + " ends behind byte " + std::to_string(room) + ", where the " +
                 (in_header ? "header" : "longest record") + " ends");
      }
      Field& field = fields.emplace_back();
      field.id = element->id;
      field.element = element;
      field.length = static_cast<std::uint16_t>(spec.place.length);
      field.offset = spec.place.offset;
      field.in_header = in_header;
      if (spec.icmp) field.condition = *spec.icmp ? FieldCondition::icmp : FieldCondition::not_icmp;
      check_field(fields, spec, key);
    }
    return fields;
  }

  void check_protocol(const std::vector<Field>& fields) {
    const auto split =
        std::ranges::find_if(config_.fields, [](const LayoutField& spec) { return spec.icmp.has_value(); });
    if (split == config_.fields.end()) return;
    if (std::ranges::any_of(fields, [](const Field& field) { return field.id == kProtocol; })) return;
    fail(split->place.where, "record.fields", "icmp needs a field protocolIdentifier, by which ICMP is known");
  }

  const InformationElement* rest() {
    if (!config_.rest) return nullptr;
    const InformationElement* element = element_of(*config_.rest, PositionedText{"octetArray", {}}, "record.rest");
    return element;
  }

  ConfigErrors take() { return std::move(errors_); }

 private:
  void fail(const SourcePosition& where, const std::string& key, std::string problem, std::string hint = {}) {
    errors_.push_back({where, key, std::move(problem), std::move(hint)});
  }

  void check_place(const LayoutPlace& place, const char* key) {
    if (place.offset + std::uint64_t{place.length} <= config_.header_length) return;
    fail(place.where, key, "ends behind byte " + std::to_string(config_.header_length) + ", where the header ends");
  }

  /// The last of the fields against those before it: two may share bytes if one is of ICMP and the other is not.
  void check_field(const std::vector<Field>& fields, const LayoutField& spec, const char* key) {
    const Field& field = fields.back();
    for (const Field& other : std::span(fields).first(fields.size() - 1)) {
      if (other.id == field.id && field.id != kPadding) {
        fail(spec.element.where, key, "expected each element once, got " + spec.element.text + " again");
      }
      const bool overlap = field.offset < other.offset + other.length && other.offset < field.offset + field.length;
      const bool exclusive = field.condition != other.condition && field.condition != FieldCondition::always &&
                             other.condition != FieldCondition::always;
      if (overlap && !exclusive) {
        fail(spec.place.where, key,
             spec.element.text + " overlaps " + other.element->name + ", which has bytes " +
                 std::to_string(other.offset) + " to " + std::to_string(other.offset + other.length - 1));
        return;
      }
    }
  }

  const InformationElement* element_of(const PositionedText& name, const std::optional<PositionedText>& type_name,
                                       const char* key) {
    const auto type = type_name ? data_type_by_name(type_name->text) : std::nullopt;
    if (type_name && !type) {
      NearestWord nearest(type_name->text);
      for (auto i = 0U; i <= static_cast<unsigned>(DataType::unsigned256); ++i) {
        nearest.offer(to_string(static_cast<DataType>(i)));
      }
      const auto near = nearest.result();
      fail(type_name->where, key, "expected an IANA data type, got \"" + type_name->text + '"',
           near ? "did you mean \"" + std::string(*near) + "\"?" : "such as unsigned32, string or octetArray");
      return nullptr;
    }
    const InformationElement* known = registry_.find_by_name(name.text);
    if (known == nullptr && !type) {
      NearestWord nearest(name.text);
      for (const std::string_view word : registry_.names()) nearest.offer(word);
      const auto near = nearest.result();
      fail(name.where, key, "expected the name of an information element, got \"" + name.text + '"',
           near ? "did you mean \"" + std::string(*near) + "\"?" : "with a type, a name of your own will do");
      return nullptr;
    }
    if (known == nullptr) return registry_.define(name.text, type);
    if (!type || known->type == *type) return known;
    fail(type_name->where.line == 0 ? name.where : type_name->where, key,
         "expected " + std::string(to_string(known->type)) + ", as a table has " + name.text + ", got " +
             type_name->text);
    return nullptr;
  }

  const LayoutConfig& config_;
  ElementRegistry& registry_;
  ConfigErrors errors_;
};

/// Input:   fields in the order of their bytes
/// Returns: the first byte of a record that none of them names, or else its length
std::uint32_t first_unnamed(const std::vector<Field>& fields, std::uint32_t record_length) {
  std::uint32_t named = 0;
  for (const Field& field : fields) {
    if (field.offset > named) break;
    if (field.offset + field.length <= record_length) named = std::max(named, field.offset + field.length);
  }
  return named;
}

}  // namespace

ConfigErrors ElementRegistry::add_layout(const LayoutConfig& config) {
  constexpr std::array<std::string_view, 7> kFormats = {"netflow1", "netflow5", "netflow7", "netflow9",
                                                        "ipfix",    "layout",   "syslog"};
  const std::string& name = config.name.text;
  ConfigErrors errors;
  if (find_layout(name) != nullptr || std::ranges::find(kFormats, name) != kFormats.end()) {
    errors.push_back({config.name.where, "name", "expected one that no other format has, got \"" + name + '"', ""});
  }
  for (const auto& other : layouts_) {
    if (!config.version || config.version != other->version()) continue;
    errors.push_back({config.version_where, "version",
                      std::to_string(*config.version) + " is that of layout \"" + other->name() + "\" too", ""});
  }
  auto made = LayoutFormat::make(config, *this);
  if (!made) {
    errors.insert(errors.end(), made.error().begin(), made.error().end());
  } else if (errors.empty()) {
    layouts_.push_back(*std::move(made));
  }
  return errors;
}

std::vector<std::string_view> ElementRegistry::layout_names() const {
  std::vector<std::string_view> names;
  for (const auto& layout : layouts_) names.emplace_back(layout->name());
  return names;
}

const LayoutFormat* ElementRegistry::find_layout(std::string_view name) const {
  const auto found = std::ranges::find_if(layouts_, [&](const auto& layout) { return layout->name() == name; });
  return found == layouts_.end() ? nullptr : found->get();
}

std::expected<std::shared_ptr<const LayoutFormat>, ConfigErrors> LayoutFormat::make(const LayoutConfig& config,
                                                                                    ElementRegistry& registry) {
  std::shared_ptr<LayoutFormat> made(new LayoutFormat(config));
  LayoutChecker checker(config, registry);
  checker.check_version();
  checker.check_header();
  made->header_fields_ = checker.fields(config.header_fields, true);
  made->fields_ = checker.fields(config.fields, false);
  checker.check_protocol(made->fields_);
  made->rest_ = checker.rest();
  ConfigErrors errors = checker.take();
  if (!errors.empty()) return std::unexpected(std::move(errors));
  std::ranges::stable_sort(made->fields_, {}, &Field::offset);
  return made;
}

LayoutMessage LayoutFormat::read(Bytes datagram) const noexcept {
  LayoutMessage message;
  if (datagram.size() < config_.header_length) {
    message.refusal = Refusal::short_header;
    return message;
  }
  message.header = datagram.first(config_.header_length);
  message.records = datagram.subspan(config_.header_length);
  const std::uint64_t count = load_be(datagram.data() + config_.count.offset, config_.count.length);
  const std::size_t bytes = message.records.size();
  if (count == 0 && bytes == 0) return message;
  if (count == 0 || bytes % count != 0 || !may_have_length(static_cast<std::uint32_t>(bytes / count))) {
    message.refusal = Refusal::bad_message_length;
    return message;
  }
  message.record_count = static_cast<std::uint32_t>(count);
  message.record_length = static_cast<std::uint32_t>(bytes / count);
  return message;
}

ExportContext LayoutFormat::context_of(Bytes header, std::int64_t received_ns) const noexcept {
  constexpr std::uint64_t kMaxNanoseconds = 999'999'999;  // some devices put another unit or junk here
  ExportContext context;
  context.format = ExportFormat::layout;
  context.header = header;
  context.export_ms = received_ns / 1'000'000;
  if (config_.seconds) {
    context.export_ms =
        static_cast<std::int64_t>(static_cast<std::uint32_t>(number_at(config_.seconds, header))) * 1000;
    const std::uint64_t nanoseconds = number_at(config_.nanoseconds, header);
    if (nanoseconds <= kMaxNanoseconds) context.export_ms += static_cast<std::int64_t>(nanoseconds / 1'000'000);
  }
  context.uptime_ms = static_cast<std::uint32_t>(number_at(config_.uptime, header));
  context.uptime_known = config_.uptime.has_value();
  context.sequence = static_cast<std::uint32_t>(number_at(config_.sequence, header));
  context.domain = static_cast<std::uint32_t>(number_at(config_.domain, header));
  return context;
}

std::shared_ptr<Template> LayoutFormat::make_template(std::uint32_t record_length) const {
  auto layout = std::make_shared<Template>();
  layout->format = ExportFormat::layout;
  layout->name = name();
  layout->record_length = record_length;
  layout->version = config_.version.value_or(0);
  layout->count_place = {config_.count.offset, config_.count.length};
  if (config_.nanoseconds) layout->nanoseconds_place = {config_.nanoseconds->offset, config_.nanoseconds->length};
  for (const Field& field : fields_) {
    if (field.id != kPadding && field.offset + field.length <= record_length) layout->fields.push_back(field);
  }
  const std::uint32_t named = first_unnamed(fields_, record_length);
  if (rest_ != nullptr && named < record_length) {
    Field& field = layout->fields.emplace_back();
    field.id = rest_->id;
    field.element = rest_;
    field.offset = named;
    field.length = static_cast<std::uint16_t>(record_length - named);
  }
  for (const Field& field : header_fields_) {
    if (field.id != kPadding) layout->fields.push_back(field);
  }
  return layout;
}

}  // namespace flowcef
