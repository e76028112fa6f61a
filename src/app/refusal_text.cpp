#include "flowcef/app/refusal_text.hpp"

namespace flowcef {

RefusalText text_of(Refusal reason) {
  switch (reason) {
    case Refusal::exporter_not_allowed:
      return {"the sender is not on the input's list", "add its address to `exporters` of the input, if it may send"};
    case Refusal::rate_exceeded:
      return {"more datagrams a second than the sender may send", "raise `max_datagrams_per_second` of the input"};
    case Refusal::short_header:
      return {"shorter than the header of its format", "something else sends to this port, or the capture was cut"};
    case Refusal::netflow6:
      return {"NetFlow v6, which is not decoded", "set the exporter to v5, v9 or IPFIX"};
    case Refusal::netflow8:
      return {"NetFlow v8 (aggregated), which is not decoded", "set the exporter to v5, v9 or IPFIX"};
    case Refusal::sflow:
      return {"sFlow, which is not decoded", "set the exporter to NetFlow or IPFIX, or send sFlow elsewhere"};
    case Refusal::packeteer1:
      return {"Packeteer-1 flow records, which no one can read",
              "on the PacketShaper: Setup, flow detail records, set the record type to Packeteer-2 or NetFlow-5"};
    case Refusal::unknown_version:
      return {"no flow export that is known", "find out what the sender sends to this port"};
    case Refusal::bad_message_length:
      return {"the length or count in the header disagrees with the datagram; what is whole was decoded",
              "captured whole (tcpdump -s 0)? Then ask the exporter's vendor"};
    case Refusal::record_length_unknown:
      return {"records whose length is not known: too few datagrams came to learn it, or they disagree",
              "set `length` in [record] of the layout file"};
    case Refusal::bad_set_length:
      return {"the length of a set cannot be true; the rest of the datagram was given up",
              "captured whole (tcpdump -s 0)? Then ask the exporter's vendor"};
    case Refusal::reserved_set_id:
      return {"a set with a reserved id, which was skipped", "ask the exporter's vendor what it is"};
    case Refusal::template_missing:
      return {"data whose template never came",
              "record for longer, at least one template refresh of the exporter, or shorten that refresh"};
    case Refusal::bad_template:
      return {"a template that cannot be read; data under it is lost", "ask the exporter's vendor"};
    case Refusal::too_many_fields:
      return {"a template with too many fields; data under it is lost", "export fewer fields"};
    case Refusal::zero_length_record:
      return {"a template whose records would be empty", "ask the exporter's vendor"};
    case Refusal::ignored_withdrawal:
      return {"a template without fields, which was ignored", "none: no data is lost"};
    case Refusal::bad_record:
      return {"a record is cut off at the end of its set, or a value runs past it",
              "a few bytes left over are mostly padding that is not zero; else the data may be of another template"};
    case Refusal::unmatched_line:
      return {"a log line that no pattern takes", "`flowcef patterns FILE < LINES` shows what patterns make of lines"};
  }
  return {};
}

}  // namespace flowcef
