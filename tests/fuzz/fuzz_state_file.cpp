// State files: the input is one, but for its checksum, which is put right, as no mutation would hit it.
#include "flowcef/decode/options_tables.hpp"
#include "flowcef/decode/state_file.hpp"
#include "flowcef/decode/template_parser.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {
namespace {

constexpr std::size_t kChecksum = 8;

void correct_checksum(std::vector<std::uint8_t>& bytes) {
  const std::size_t end = bytes.size() - kChecksum;
  std::uint64_t sum = 0xcbf2'9ce4'8422'2325;
  for (std::size_t i = 0; i < end; ++i) sum = (sum ^ bytes[i]) * 0x100'0000'01b3;
  for (std::size_t i = 0; i < kChecksum; ++i) bytes[end + i] = static_cast<std::uint8_t>(sum >> 8 * (7 - i));
}

void restore(const SavedDomain& domain) {
  static const ElementRegistry kRegistry;
  static const TemplateParser kParser(kRegistry);
  for (const SavedTemplate& saved : domain.templates) {
    const auto record =
        kParser.restore({domain.key.format, saved.id, saved.options, saved.scope_fields, saved.definition});
    if (!record) continue;
    require(record->layout->definition == saved.definition, "a restored template has the definition it came from");
    require(record->layout->record_length > 0, "no restored template has empty records");
  }
  OptionsTables tables;
  for (const OptionsRow& row : domain.rows) tables.restore(row);
  require(tables.size() <= domain.rows.size(), "no row is made up");
}

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  (void)decode_state({data, size});
  if (size < test::kChecksum) return 0;
  std::vector<std::uint8_t> bytes(data, data + size);
  test::correct_checksum(bytes);
  const auto state = decode_state(bytes);
  if (!state) return 0;
  test::require(encode_state(*state) == bytes, "a state has one form only");
  for (const SavedInput& input : state->inputs) {
    for (const SavedDomain& domain : input.domains) test::restore(domain);
  }
  return 0;
}
