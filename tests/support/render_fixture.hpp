// Messages in, lines out: decode and map together, with a mapping given as TOML or a shipped one.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "support/cef_reader.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {

/// Which element tables a mapping made for a test is read with; IANA's elements are always known.
enum class Elements : std::uint8_t { iana, shipped };

/// Returns: the mapping, or what is wrong with it; positions name the file `mapping.toml`.
[[nodiscard]] std::expected<std::unique_ptr<const Translation>, ConfigErrors> translation_of(
    std::string_view toml, Elements elements = Elements::iana);

/// `[cef]` and one `[[event]]` that matches everything, to put `[keys]` behind.
inline constexpr std::string_view kPlainHead = R"(
[cef]
vendor = "V"
product = "P"
device_version = "1"
prefix = "X"
[[event]]
signature = "s"
name = "n"
severity = 3
)";

class RenderFixture : public testing::Test {
 protected:
  /// The mapping that the following calls use: kPlainHead and these keys.
  void use_keys(std::string_view keys);
  void use_mapping(std::string_view toml);
  void use_rendering(const RenderingConfig& rendering) { rendering_ = rendering; }

  /// Returns: the lines made of the message; state is kept from call to call.
  std::vector<std::string> lines(const MessageBuilder& message, std::string_view exporter = "192.0.2.1");
  std::vector<std::string> lines(const std::vector<std::uint8_t>& payload, std::string_view exporter = "192.0.2.1");
  /// The extension of the only line, without header.
  std::string extension(const MessageBuilder& message);
  /// An IPFIX message with one record of one element.
  std::string extension_of(const FieldSpec& field, const ByteWriter& value);

  std::unique_ptr<const Translation> translation_;
  RenderingConfig rendering_;
  BatchPool pool_;
  std::vector<std::string> lines_;
  DecodeConfig decode_;
  std::unique_ptr<InputState> input_;
  std::unique_ptr<RecordPath> path_;
};

}  // namespace flowcef::test
