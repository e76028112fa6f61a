// Configuration files with inputs, and what comes of them.
#pragma once

#include <gtest/gtest.h>

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {

class LoadInput : public testing::Test {
 protected:
  LoadInput() {
    for (const auto* name : {"map.toml", "ca.pem", "server.pem", "server.key", "a.toml", "b.toml"})
      files.write(name, "");
  }

  /// Input: what stands under the first `[[input]]`, from line 5 on.
  std::expected<Config, ConfigErrors> load(std::string_view lines) {
    return load_config(files.write(
        "f.toml", "mapping = 'map.toml'\n[[output]]\nname = 'a'\nto = 'stdout:'\n[[input]]\n" + std::string(lines)));
  }

  std::vector<InputConfig> inputs(std::string_view lines) {
    auto config = load(lines);
    if (config) return std::move(config->inputs);
    ADD_FAILURE() << testing::PrintToString(files.texts(config.error()));
    return std::vector<InputConfig>(2);
  }

  /// Input: keys of an input over UDP, from line 8 on.
  InputConfig udp_input(const std::string& lines) {
    return inputs("type = 'udp'\nlisten = '0.0.0.0:2055'\n" + lines).front();
  }

  std::vector<std::string> errors_of(const std::string& lines) {
    const auto config = load(lines);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }

  std::vector<std::string> errors_of_udp(const std::string& lines) {
    return errors_of("type = 'udp'\nlisten = '0.0.0.0:2055'\n" + lines);
  }

  ConfigFiles files;
};

}  // namespace flowcef
