#include "context_text.hpp"

#include <algorithm>
#include <charconv>

#include "append_text.hpp"
#include "value_forms.hpp"
#include "value_writers.hpp"

namespace flowcef {
namespace {

/// Returns: `version` of the export format's header.
unsigned version_of(const Template& layout) noexcept {
  switch (layout.format) {
    case ExportFormat::netflow1:
      return 1;
    case ExportFormat::netflow5:
      return 5;
    case ExportFormat::netflow7:
      return 7;
    case ExportFormat::netflow9:
      return 9;
    case ExportFormat::ipfix:
      return 10;
    case ExportFormat::layout:
      return layout.version;
    case ExportFormat::syslog:
      break;
  }
  return 0;
}

bool has_nanoseconds(ExportFormat format) noexcept {
  return format < ExportFormat::netflow9;
}

char* write_ipv4_only(char* out, const IpAddress& address, ValueForm form) noexcept {
  if (!address.is_v4()) return out;
  const auto number = load_be<std::uint32_t>(address.ipv4_bytes());
  if (form == ValueForm::number) return write_u64(out, number);
  if (form == ValueForm::signed_number) return write_i64(out, static_cast<std::int32_t>(number));
  return write_ipv4(out, address.ipv4_bytes());
}

/// Texts that are no numbers, addresses or times.
bool is_text(ContextValue value) noexcept {
  return value == ContextValue::record_kind || value == ContextValue::message_id || value == ContextValue::header_bytes;
}

/// Returns: whether it is a number that the key does not take.
bool is_beyond(const char* begin, const char* end, const ContextText& text) noexcept {
  if (begin != end && *begin == '-') return !text.negative;
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  return error == std::errc() && stop == end && number > text.largest;
}

/// A clock before 1970 is shown as the number that it states, but is no date.
char* write_moment(char* out, std::int64_t ms, const TimeStyle& style, LocalZone& zone) noexcept {
  if (ms <= 0 && style.form != TimeForm::epoch_ms) return out;
  return write_time_text(out, ms, style.form, style.local ? &zone : nullptr);
}

char* write_ipv6_only(char* out, const IpAddress& address) noexcept {
  return address.is_v4() || address.is_unspecified() ? out : write_ipv6(out, address.ipv6_bytes().data());
}

/// Whether the exporter sent the message itself.
bool is_itself(const ExportContext& context) noexcept {
  return context.sender.address == context.exporter.address || context.sender.address.is_unspecified();
}

char* write_port(char* out, std::uint16_t port) noexcept {
  return port == 0 ? out : write_u64(out, port);
}

/// What stands behind the version: the message's length in IPFIX, a count of records in the others.
std::optional<std::uint64_t> second_word(const ExportContext& context) noexcept {
  if (context.header.size() < 4) return std::nullopt;
  return load_be<std::uint16_t>(context.header.data() + 2);
}

std::optional<std::uint64_t> number_at(const HeaderPlace& place, Bytes header) noexcept {
  if (place.length == 0 || header.size() < place.offset + place.length) return std::nullopt;
  return load_be(header.data() + place.offset, place.length);
}

char* write_count(char* out, const DataSet& set) noexcept {
  const ExportContext& context = set.context;
  const auto count =
      context.format == ExportFormat::layout ? number_at(set.layout.count_place, context.header) : second_word(context);
  return count && context.format != ExportFormat::ipfix ? write_u64(out, *count) : out;
}

/// Of formats with records of one size the length follows from the count.
char* write_length(char* out, const DataSet& set) noexcept {
  const ExportContext& context = set.context;
  const auto word =
      context.format == ExportFormat::layout ? number_at(set.layout.count_place, context.header) : second_word(context);
  if (!word || context.format == ExportFormat::netflow9) return out;
  if (context.format == ExportFormat::ipfix) return write_u64(out, *word);
  return write_u64(out, context.header.size() + *word * set.layout.record_length);
}

char* write_nanoseconds(char* out, const DataSet& set) noexcept {
  const ExportContext& context = set.context;
  if (const auto nanoseconds = number_at(set.layout.nanoseconds_place, context.header)) {
    return write_u64(out, *nanoseconds);
  }
  if (!has_nanoseconds(context.format) || context.header.size() < 16) return out;
  return write_u64(out, load_be<std::uint32_t>(context.header.data() + 12));
}

char* write_whole_text(char* out, const ContextText& text, const DataSet& set, std::string_view event_prefix,
                       LocalZone& zone) noexcept {
  const ExportContext& context = set.context;
  switch (text.value) {
    case ContextValue::exporter:
      return write_ipv4_only(out, context.exporter.address, text.form);
    case ContextValue::exporter_ipv6:
      return write_ipv6_only(out, context.exporter.address);
    case ContextValue::exporter_port:
      return write_port(out, context.exporter.port);
    case ContextValue::sender:
      return is_itself(context) ? out : write_ipv4_only(out, context.sender.address, text.form);
    case ContextValue::sender_ipv6:
      return is_itself(context) ? out : write_ipv6_only(out, context.sender.address);
    case ContextValue::listener:
      return write_ipv4_only(out, context.listener.address, text.form);
    case ContextValue::listener_ipv6:
      return write_ipv6_only(out, context.listener.address);
    case ContextValue::listener_port:
      return write_port(out, context.listener.port);
    case ContextValue::export_time:
      return write_moment(out, context.export_ms, text.time, zone);
    case ContextValue::receive_time:
      if (context.received_ns == 0) return out;
      return write_moment(out, context.received_ns / 1'000'000, text.time, zone);
    case ContextValue::observation_domain:
      return write_u64(out, context.domain);
    case ContextValue::sequence:
      return write_u64(out, context.sequence);
    case ContextValue::version:
      return write_u64(out, version_of(set.layout));
    case ContextValue::record_kind:
      return append(out, set.layout.options ? "OPTIONS" : "FLOWSET");
    case ContextValue::template_id:
      return set.template_id == 0 ? out : write_u64(out, set.template_id);
    case ContextValue::message_id:
      return write_u64(append(append(out, event_prefix), "m"), context.message);
    case ContextValue::header_count:
      return write_count(out, set);
    case ContextValue::header_length:
      return write_length(out, set);
    case ContextValue::header_bytes:
      return write_hex(out, context.header.data(), std::min<std::size_t>(context.header.size(), kMaxContextValue / 2));
    case ContextValue::uptime:
      return context.format == ExportFormat::ipfix || !context.uptime_known ? out : write_u64(out, context.uptime_ms);
    case ContextValue::unix_seconds:
      return write_i64(out, context.export_ms / 1000);
    case ContextValue::unix_nanoseconds:
      return write_nanoseconds(out, set);
    default:
      return out;  // differs from record to record
  }
}

}  // namespace

char* write_context_text(char* out, const ContextText& text, const DataSet& set, std::string_view event_prefix,
                         LocalZone& zone) noexcept {
  char* const end = write_whole_text(out, text, set, event_prefix, zone);
  if (is_beyond(out, end, text)) return out;
  const auto length = static_cast<std::size_t>(end - out);
  if (text.limit == 0 || length <= text.limit) return end;
  if (!is_text(text.value)) return out;
  const std::size_t group = text.value == ContextValue::header_bytes ? 2 : 1;
  return text.marked ? mark_cut(out, end, text.limit, group) : out + text.limit / group * group;
}

}  // namespace flowcef
