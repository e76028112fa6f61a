// A layout file, a zero byte, then datagrams of two bytes of length each: the file is refused in lines that say where, or
// the datagrams are read by it.
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/config/layout_loader.hpp"
#include "flowcef/decode/layout_format.hpp"
#include "fuzz/decode_harness.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {
namespace {

void check(const ConfigErrors& errors) {
  require(!errors.empty(), "what is refused has errors");
  for (const ConfigError& error : errors) {
    require(error.where.file == "layout.toml" && !error.problem.empty(), "an error says where and what");
  }
}

void check_templates(const LayoutFormat& format) {
  for (const std::uint32_t length : {1U, 39U, 64U, 128U, 65'000U}) {
    if (!format.may_have_length(length)) continue;
    const auto layout = format.make_template(length);
    for (const Field& field : layout->fields) {
      require(field.in_header || field.offset + field.length <= length, "a field lies within its record");
    }
  }
}

void decode_all(const ElementRegistry& registry, Bytes rest) {
  DecodeConfig config;
  config.layout = registry.layouts().front()->name();
  InputState input(config);
  CheckedDecoder decoder(input, registry);
  while (rest.size() > 2) {
    const std::size_t length = std::min<std::size_t>(load_be<std::uint16_t>(rest.data()), rest.size() - 2);
    const std::vector<std::uint8_t> payload(rest.begin() + 2, rest.begin() + 2 + static_cast<std::ptrdiff_t>(length));
    decoder.decode(datagram_of(payload));
    rest = rest.subspan(2 + length);
  }
  check_input_state(input, {&decoder});
  decoder.finish();
  require(input.held_bytes == 0, "nothing waits at the end");
}

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view text = all.substr(0, all.find('\0'));
  const auto layout = parse_layout(text, "layout.toml");
  if (!layout) return test::check(layout.error()), 0;
  ElementRegistry registry;
  const ConfigErrors errors = registry.add_layout(*layout);
  if (!errors.empty()) return test::check(errors), 0;
  test::check_templates(*registry.layouts().front());
  const Bytes bytes(data, size);
  test::decode_all(registry, bytes.subspan(std::min(size, text.size() + 1)));
  return 0;
}
