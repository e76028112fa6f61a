// Reads the `[[exporter]]` tables, and the tables of classes that they name.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "flowcef/config/config.hpp"
#include "flowcef/config/toml_reader.hpp"
#include "flowcef/config/uniqueness.hpp"

namespace flowcef {

class ExporterLoader {
 public:
  /// Input: `base`: the folder of the configuration file
  explicit ExporterLoader(std::filesystem::path base) : base_(std::move(base)) {}

  /// Adds to `config` what one table says. Errors go to the table's collector.
  void read(TableReader& table, Config& config);
  /// Returns: the errors of the tables of classes.
  [[nodiscard]] ConfigErrors take_class_errors() { return std::exchange(class_errors_, {}); }

 private:
  [[nodiscard]] bool read_settings(TableReader& table, ExporterConfig& settings);
  [[nodiscard]] std::shared_ptr<const NumberNames> read_classes(const ValueReader& value);

  std::filesystem::path base_;
  Uniqueness prefixes_;
  std::map<std::filesystem::path, std::shared_ptr<const NumberNames>> classes_;  ///< each file is read once
  ConfigErrors class_errors_;
};

}  // namespace flowcef
