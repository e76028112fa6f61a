// Lines by a mapping that asks lookups, given as TOML, with lookups that the test fills.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data_set_lines.hpp"
#include "flowcef/config/mapping_loader.hpp"
#include "flowcef/lookup/lookups.hpp"

namespace flowcef::test {

constexpr std::int64_t kExported = 1'700'000'000'000;

class ProbeLines : public DataSetLines {
 protected:
  ProbeLines() {
    context_.export_ms = kExported;
    context_.exporter.address = *IpAddress::parse("192.0.2.1");
    lookups_ = make_lookups();
    reader_ = std::make_unique<LookupReader>(*lookups_);
  }

  /// By an address, by an address and a port, and by a text.
  static std::shared_ptr<Lookups> make_lookups() {
    const auto words = [](std::initializer_list<const char*> texts) {
      std::vector<PositionedText> made;
      for (const char* text : texts) made.push_back({text, {}});
      return made;
    };
    const auto lookup = [&](const char* name, std::initializer_list<const char*> key,
                            std::initializer_list<const char*> columns) {
      LookupConfig config;
      config.name.text = name;
      config.inputs = words({"log"});
      config.key = words(key);
      config.columns = words(columns);
      return config;
    };
    static const ElementRegistry registry;
    auto made = Lookups::make(
        {lookup("web", {"sourceIPv4Address"},
                {"userName", "httpRequestTarget", "destinationIPv4Address", "octetDeltaCount", "samplingProbability"}),
         lookup("pair", {"sourceIPv4Address", "destinationTransportPort"}, {"userName"}),
         lookup("name", {"userName"}, {"httpRequestHost"})},
        registry);
    EXPECT_TRUE(made) << made.error().front().to_string();
    return *made;
  }

  /// Errors: as the mapping file's, which is called `m.toml`.
  std::vector<std::string> load(std::string_view toml, const std::vector<LookupSchema>* schemas) {
    const auto file = std::filesystem::temp_directory_path() / ("flowcef-probe-" + std::to_string(getpid()) + ".toml");
    std::ofstream(file) << toml;
    LoadedMapping loaded = load_mapping(file, {});
    std::filesystem::remove(file);
    ConfigErrors errors = loaded.errors;
    auto made = std::make_unique<Translation>();
    auto mapping = resolve_mapping(loaded.spec, made->registry, schemas);
    if (!mapping) errors.insert(errors.end(), mapping.error().begin(), mapping.error().end());
    std::vector<std::string> texts;
    for (ConfigError& error : errors) {
      error.where.file = "m.toml";
      texts.push_back(error.to_string());
    }
    if (!texts.empty()) return texts;
    made->mapping = *std::move(mapping);
    renderer_.reset();
    translation_ = std::move(made);
    return {};
  }
  std::vector<std::string> load(std::string_view toml) { return load(toml, &lookups_->schemas()); }

  /// `unmapped = "drop"` and these keys, so that a line has nothing else.
  void use(std::string_view keys) { use_rules("signature = \"s\"\nname = \"n\"\nseverity = 3\n", keys); }
  void use_rules(std::string_view rules, std::string_view keys) {
    const auto errors = load(with_rules(rules, keys));
    ASSERT_TRUE(errors.empty()) << errors.front();
  }
  static std::string with_rules(std::string_view rules, std::string_view keys) {
    return "unmapped = \"drop\"\n[cef]\nvendor = \"V\"\nproduct = \"P\"\ndevice_version = \"1\"\nprefix = \"X\"\n"
           "[[event]]\n" +
           std::string(rules) + "[keys]\n" + std::string(keys) + '\n';
  }

  /// Columns behind the given ones are empty.
  void put(std::string_view address, std::vector<std::string_view> texts, std::int64_t at_ms = kExported) {
    LookupKey key;
    ASSERT_TRUE(append_address(key, address));
    texts.resize(lookups_->schemas().front().columns.size());
    lookups_->put(0, key, texts, at_ms);
  }
  static bool append_address(LookupKey& key, std::string_view text) {
    const auto address = *IpAddress::parse(text);
    if (address.is_v4()) return key.append(DataType::ipv4_address, {address.ipv4_bytes(), 4});
    return key.append(DataType::ipv6_address, address.ipv6_bytes());
  }

  std::string line(const std::shared_ptr<Template>& layout, const ByteWriter& record) {
    if (renderer_ == nullptr) renderer().look_up_in(reader_.get());
    reader_->begin();
    std::string made = render(layout, record);
    reader_->end();
    return made;
  }
  std::string extension(const std::shared_ptr<Template>& layout, const ByteWriter& record) {
    const std::string made = line(layout, record);
    static constexpr std::string_view kHeader = "|s|n|3|";
    return made.substr(made.find(kHeader) + kHeader.size());
  }

  /// A record of source and destination.
  static ByteWriter flow(std::uint32_t source, std::uint32_t destination) {
    ByteWriter record;
    record.u32(source).u32(destination);
    return record;
  }
  std::shared_ptr<Template> flow_layout() { return layout({{8, 4}, {12, 4}}); }

  std::shared_ptr<Lookups> lookups_;
  std::unique_ptr<LookupReader> reader_;
};

}  // namespace flowcef::test
