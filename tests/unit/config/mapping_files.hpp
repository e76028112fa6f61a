// Mapping files for one test, and what loading them comes to.
#pragma once

#include <gmock/gmock.h>

#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "config_files.hpp"
#include "flowcef/config/mapping_loader.hpp"

namespace flowcef {

/// Five lines.
inline constexpr std::string_view kCef = "[cef]\nvendor = 'V'\nproduct = 'P'\n\n\n";
/// Four lines.
inline constexpr std::string_view kEvent = "[[event]]\nsignature = 'flow'\nname = 'Flow record'\nseverity = 3\n";

inline std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

inline std::vector<std::string> texts_of(const std::vector<PositionedText>& texts) {
  std::vector<std::string> result;
  result.reserve(texts.size());
  for (const auto& text : texts) result.push_back(text.text);
  return result;
}

inline std::vector<std::string> keys_of(const MappingSpec& spec) {
  std::vector<std::string> names;
  names.reserve(spec.keys.size());
  for (const auto& key : spec.keys) names.push_back(key.key.text);
  return names;
}

inline std::vector<std::string> signatures_of(const MappingSpec& spec) {
  std::vector<std::string> names;
  names.reserve(spec.events.size());
  for (const auto& event : spec.events) names.push_back(event.signature.text);
  return names;
}

/// The mapping is `m.toml`; the mappings of the program are in the folder `shipped`.
class MappingFiles : public testing::Test {
 protected:
  std::expected<MappingSpec, ConfigErrors> load(std::string_view text) {
    LoadedMapping loaded = load_mapping(files.write("m.toml", text), files.folder() / "shipped");
    EXPECT_EQ(loaded.spec.whole, loaded.errors.empty());
    if (!loaded.errors.empty()) return std::unexpected(std::move(loaded.errors));
    return std::move(loaded.spec);
  }

  MappingSpec load_good(std::string_view text) {
    auto spec = load(text);
    if (spec) return std::move(*spec);
    ADD_FAILURE() << testing::PrintToString(files.texts(spec.error()));
    return {};
  }

  std::vector<std::string> errors_of(std::string_view text) {
    const auto spec = load(text);
    return spec ? std::vector<std::string>{} : files.texts(spec.error());
  }

  SourcePosition at(unsigned line, unsigned column, std::string_view file = "m.toml") const {
    return {(files.folder() / file).string(), line, column};
  }

  ConfigFiles files;
};

}  // namespace flowcef
