// One NetFlow v9 datagram, whose version is put right.
#include "fuzz/decode_harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::vector<std::uint8_t> payload(data, data + size);
  payload[0] = 0;
  payload[1] = 9;
  flowcef::test::decode_one(payload);
  return 0;
}
