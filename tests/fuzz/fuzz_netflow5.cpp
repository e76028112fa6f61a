// One datagram of NetFlow v1, v5 or v7.
#include "flowcef/decode/fixed_formats.hpp"
#include "fuzz/decode_harness.hpp"
#include "fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  if (size < 2) return 0;
  const std::vector<std::uint8_t> payload(data, data + size);
  test::decode_one(payload);
  const FixedMessage message = read_fixed_message(payload);
  if (message.format == nullptr) return 0;
  test::require(message.header.size() == message.format->header_length, "the header is whole");
  test::require(message.records.size() == message.record_count * message.format->record_length,
                "the records are whole");
  test::require(message.header.size() + message.records.size() <= payload.size(), "the records are of the datagram");
  return 0;
}
