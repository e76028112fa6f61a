// The CSV file of a lookup: the first byte says what its key is.
#include <algorithm>
#include <array>
#include <string_view>

#include "csv_reader.hpp"
#include "file_snapshot.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {
namespace {

/// Names of the columns that each of the keys has, and their types.
struct Key {
  std::vector<PositionedText> names;
  std::vector<DataType> types;
};

const Key& key_for(std::uint8_t choice) {
  static const std::array<Key, 4> kKeys = {
      Key{{{"a", {}}}, {DataType::ipv4_address}},
      Key{{{"a", {}}, {"b", {}}}, {DataType::ipv6_address, DataType::string}},
      Key{{{"b", {}}}, {DataType::unsigned16}},
      Key{{{"a", {}}}, {DataType::mac_address}},
  };
  return kKeys[choice % kKeys.size()];
}

void check_errors(const ConfigErrors& errors, std::string_view text) {
  require(!errors.empty() && errors.size() <= FileSnapshot::kMaxErrors, "errors are there, and bounded");
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
  for (const ConfigError& error : errors) {
    require(error.where.line >= 1 && error.where.line <= lines, "an error names a line of the text");
    require(error.where.column >= 1 && error.where.column <= text.size() + 1, "an error names a column");
  }
}

/// Returns: how many rows there are but for the first.
std::size_t rows_of(std::string_view text) {
  ConfigErrors errors;
  CsvReader reader("f.csv", text, errors);
  std::vector<CsvCell> row;
  std::size_t rows = 0;
  while (reader.next(row)) ++rows;
  require(errors.empty(), "a text that was taken has no errors");
  return rows - 1;
}

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  static const ElementRegistry kRegistry;
  if (size == 0) return 0;
  const test::Key& key = test::key_for(data[0]);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  LookupConfig config;
  config.file = "f.csv";
  config.key = key.names;
  LookupSchema schema;
  schema.key = key.types;
  const auto first = FileSnapshot::parse(config, &kRegistry, text, schema);
  if (!first) {
    test::check_errors(first.error(), text);
    return 0;
  }
  test::require(!schema.columns.empty(), "there is a column");
  const auto again = FileSnapshot::parse(config, nullptr, text, schema);
  test::require(again && (*again)->size() == (*first)->size(), "it reads the same with the columns it has");
  test::require((*first)->size() + (*first)->repeated_keys() == test::rows_of(text), "every row counts");
  return 0;
}
