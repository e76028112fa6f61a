// Keys with forms, made by hand, and the lines that they make.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data_set_lines.hpp"

namespace flowcef::test {

inline KeySpec key_of(const char* key, std::vector<const char*> from, ValueForm form = ValueForm::plain,
                      std::optional<std::uint16_t> max_length = std::nullopt) {
  KeySpec made;
  made.key = {key, {"m", 1, 1}};
  for (const char* source : from) made.from.push_back({source, {"m", 1, 5}});
  made.form = form;
  made.form_where = {"m", 1, 20};
  made.max_length = max_length;
  return made;
}

inline KeySpec timed(const char* key, const char* from, TimeForm time, ValueForm form = ValueForm::plain) {
  KeySpec made = key_of(key, {from}, form);
  made.time = time;
  made.time_where = {"m", 1, 30};
  return made;
}

inline KeySpec in_unit(const char* key, const char* from, TimeUnit unit) {
  KeySpec made = key_of(key, {from});
  made.unit = unit;
  made.unit_where = {"m", 1, 40};
  return made;
}

inline KeySpec labelled(KeySpec key, const char* label) {
  key.label = {label, {"m", 1, 50}};
  return key;
}

inline MappingSpec spec_of(std::vector<KeySpec> keys) {
  MappingSpec spec;
  spec.vendor.text = "V";
  spec.product.text = "P";
  spec.device_version.text = "1";
  spec.prefix.text = "X";
  spec.events.resize(1);
  spec.events[0].signature.text = "s";
  spec.events[0].name.text = "n";
  spec.events[0].severity = 3;
  spec.keys = std::move(keys);
  return spec;
}

inline const std::vector<ElementRow>& rows() {
  static const std::vector<ElementRow> kRows = {{9999, 1, "certDate", "octetArray", "", {}},
                                                {9999, 2, "rtt", "unsigned64", "microseconds", {}},
                                                {9999, 3, "certText", "string", "", {}},
                                                {9999, 4, "ratio", "float64", "seconds", {}}};
  return kRows;
}

class Forms : public DataSetLines {
 protected:
  void use(const MappingSpec& spec) {
    auto made = std::make_unique<Translation>();
    ASSERT_TRUE(made->registry.add(rows()).empty());
    auto mapping = resolve_mapping(spec, made->registry);
    ASSERT_TRUE(mapping) << mapping.error().front().to_string();
    made->mapping = *std::move(mapping);
    renderer_.reset();
    translation_ = std::move(made);
  }
  void use(const KeySpec& key) { use(spec_of({key})); }

  std::string extension_of(const std::vector<FieldSpec>& fields, const ByteWriter& value) {
    return extension_of_record(layout(fields), value);
  }
};

struct FormCase {
  const char* name;
  KeySpec key;
  std::vector<FieldSpec> fields;
  ByteWriter value;
  std::string extension;
};

inline void PrintTo(const FormCase& row, std::ostream* out) {
  *out << row.name;
}

/// A key, and what it makes of one record.
class FormLines : public Forms, public testing::WithParamInterface<FormCase> {
 protected:
  void expect_the_extension() {
    use(GetParam().key);
    context_.export_ms = 1'700'000'000'000;
    EXPECT_EQ(extension_of(GetParam().fields, GetParam().value), GetParam().extension);
  }
};

inline std::string name_of(const testing::TestParamInfo<FormCase>& row) {
  return row.param.name;
}

}  // namespace flowcef::test
