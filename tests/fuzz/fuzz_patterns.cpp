// A file of patterns: refused with errors that say where and what, or lines can be read by it.
#include <string>

#include "flowcef/config/pattern_loader.hpp"
#include "flowcef/decode/log_patterns.hpp"
#include "fuzz/text_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  const auto specs = load_patterns(test::write_input(data, size));
  if (!specs) return test::check_errors(specs.error()), 0;
  ElementRegistry registry;
  const auto patterns = LogPatterns::make(*specs, registry);
  if (!patterns) return test::check_errors(patterns.error()), 0;
  LogMatch match;
  for (const std::string& line : {std::string("joe 192.0.2.1 GET /a?b=c 77 true 2026-11-22T22:40:02Z"), std::string(),
                                  std::string("\0\xff\n=", 4), std::string(2000, 'a')}) {
    const auto taken = (*patterns)->match(line, {}, match);
    if (!taken) continue;
    const auto& fields = (*patterns)->fields(*taken);
    test::require(match.parts.size() == fields.size() && match.positions.size() == fields.size(),
                  "every field is told");
    std::size_t bytes = 0;
    for (const FieldPosition& position : match.positions) {
      test::require(position.offset == bytes, "values stand one behind the other");
      bytes += position.length;
    }
    test::require(bytes == match.bytes.size(), "and take all bytes");
  }
  return 0;
}
