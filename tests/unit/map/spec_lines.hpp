// Lines by a mapping that is made in the test, without a file.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/render_fixture.hpp"

namespace flowcef::test {

class SpecLines : public RenderFixture {
 protected:
  SpecLines() {
    spec_.vendor.text = "V";
    spec_.product.text = "P";
    spec_.device_version.text = "1";
    spec_.prefix = {"X", {"m.toml", 2, 1}};
    add_event("s");
  }

  EventSpec& add_event(const std::string& signature) {
    EventSpec& event = spec_.events.emplace_back();
    event.signature.text = signature;
    event.name.text = "n";
    event.severity = 3;
    return event;
  }

  /// Keys stand in lines 11, 12 ... of the file, their sources at column 10, 20 ...
  KeySpec& add_key(const std::string& key, const std::vector<std::string>& sources) {
    const auto line = static_cast<unsigned>(11 + spec_.keys.size());
    KeySpec& made = spec_.keys.emplace_back();
    made.key = {key, {"m.toml", line, 1}};
    for (const std::string& source : sources) {
      made.from.push_back({source, {"m.toml", line, static_cast<unsigned>(10 * (made.from.size() + 1))}});
    }
    return made;
  }
  KeySpec& add_constant(const std::string& key, const std::string& value) {
    KeySpec& made = add_key(key, {});
    made.value = at(made, value, 10);
    return made;
  }
  /// With the text of the table beside it; the table's name stands at column 40.
  KeySpec& add_key_with_text(const std::string& key, const std::vector<std::string>& sources,
                             const std::string& table) {
    KeySpec& made = add_key(key, sources);
    made.text_table = at(made, table, 40);
    return made;
  }
  /// The label stands at column 30.
  KeySpec& add_labelled_key(const std::string& key, const std::vector<std::string>& sources, const std::string& label) {
    KeySpec& made = add_key(key, sources);
    made.label = at(made, label, 30);
    return made;
  }
  static PositionedText at(const KeySpec& key, const std::string& text, unsigned column) {
    return {text, {"m.toml", key.key.where.line, column}};
  }

  std::vector<std::string> errors() {
    std::vector<std::string> texts;
    const auto mapping = resolve_mapping(spec_, ElementRegistry());
    if (mapping) return texts;
    for (const ConfigError& error : mapping.error()) texts.push_back(error.to_string());
    return texts;
  }

  /// The mapping as it is now is that of the following lines.
  void use_spec() {
    auto made = std::make_unique<Translation>();
    auto mapping = resolve_mapping(spec_, made->registry);
    ASSERT_TRUE(mapping) << mapping.error().front().to_string();
    made->mapping = *std::move(mapping);
    path_.reset();
    translation_ = std::move(made);
  }

  /// The extension of a record's line by the mapping as it is now.
  std::string shown(std::initializer_list<FieldSpec> fields, const ByteWriter& record) {
    use_spec();
    const auto made = lines(MessageBuilder::ipfix().templates(template_record(300, fields)).set(300, record));
    EXPECT_EQ(made.size(), 1U);
    const auto event = made.empty() ? std::string() : made[0];
    if (!empty_values_) {
      EXPECT_TRUE(read_cef(event)) << event;
    }
    return event.substr(event.rfind('|') + 1);
  }

  MappingSpec spec_;
  bool empty_values_ = false;  ///< the line may have `key=`, which the strict reader refuses
};

}  // namespace flowcef::test
