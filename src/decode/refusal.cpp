#include "flowcef/decode/refusal.hpp"

namespace flowcef {

std::string_view to_string(Refusal reason) {
  switch (reason) {
    case Refusal::short_header:
      return "short_header";
    case Refusal::exporter_not_allowed:
      return "exporter_not_allowed";
    case Refusal::rate_exceeded:
      return "rate_exceeded";
    case Refusal::netflow6:
      return "netflow6";
    case Refusal::netflow8:
      return "netflow8";
    case Refusal::sflow:
      return "sflow";
    case Refusal::packeteer1:
      return "packeteer1";
    case Refusal::unknown_version:
      return "unknown_version";
    case Refusal::bad_message_length:
      return "bad_message_length";
    case Refusal::record_length_unknown:
      return "record_length_unknown";
    case Refusal::bad_set_length:
      return "bad_set_length";
    case Refusal::reserved_set_id:
      return "reserved_set_id";
    case Refusal::template_missing:
      return "template_missing";
    case Refusal::bad_template:
      return "bad_template";
    case Refusal::too_many_fields:
      return "too_many_fields";
    case Refusal::zero_length_record:
      return "zero_length_record";
    case Refusal::ignored_withdrawal:
      return "ignored_withdrawal";
    case Refusal::bad_record:
      return "bad_record";
    case Refusal::unmatched_line:
      return "unmatched_line";
  }
  return "unknown";
}

std::uint64_t DecodeCounters::refused_total() const noexcept {
  std::uint64_t total = 0;
  for (const Counter& counter : refused) total += counter.value();
  return total;
}

}  // namespace flowcef
