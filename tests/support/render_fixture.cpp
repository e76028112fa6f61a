#include "support/render_fixture.hpp"

#include <unistd.h>

#include <fstream>
#include <utility>

#include "flowcef/config/mapping_loader.hpp"

namespace flowcef::test {

std::expected<std::unique_ptr<const Translation>, ConfigErrors> translation_of(std::string_view toml,
                                                                               Elements elements) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("flowcef-mapping-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::filesystem::path file = folder / "mapping.toml";
  std::ofstream(file) << toml;
  // The folder has no tables; without any folder the shipped ones are read.
  using Folders = std::vector<std::filesystem::path>;
  auto translation = load_translation(file, elements == Elements::iana ? Folders{folder} : Folders{});
  std::filesystem::remove_all(folder);
  if (translation) return *std::move(translation);
  for (ConfigError& error : translation.error()) error.where.file = "mapping.toml";
  return std::unexpected(std::move(translation.error()));
}

void RenderFixture::use_keys(std::string_view keys) {
  use_mapping(std::string(kPlainHead) + "[keys]\n" + std::string(keys) + '\n');
}

void RenderFixture::use_mapping(std::string_view toml) {
  auto translation = translation_of(toml);
  ASSERT_TRUE(translation) << translation.error().front().to_string();
  path_.reset();
  translation_ = *std::move(translation);
}

std::vector<std::string> RenderFixture::lines(const MessageBuilder& message, std::string_view exporter) {
  return lines(message.bytes(), exporter);
}

std::vector<std::string> RenderFixture::lines(const std::vector<std::uint8_t>& payload, std::string_view exporter) {
  if (!path_) {
    if (!translation_) use_keys("");
    const auto collect = [this](const BatchRef& batch) {
      for (const LineRef& line : batch->lines()) lines_.emplace_back(batch->message(line));
    };
    input_ = std::make_unique<InputState>(decode_);
    path_ = std::make_unique<RecordPath>(*translation_, pool_, std::vector<RenderingPlan>{{rendering_, collect}},
                                         std::vector<InputState*>{input_.get()});
    path_->set_event_ids("7-", 1);
  }
  path_->inputs().front()->decode(datagram_of(payload, exporter));
  path_->flush();
  return std::exchange(lines_, {});
}

std::string RenderFixture::extension(const MessageBuilder& message) {
  const auto made = lines(message);
  EXPECT_EQ(made.size(), 1U);
  if (made.empty()) return {};
  static constexpr std::string_view kHeader = "CEF:0|V|P|1|s|n|3|";
  EXPECT_TRUE(made[0].starts_with(kHeader)) << made[0];
  return made[0].substr(kHeader.size());
}

std::string RenderFixture::extension_of(const FieldSpec& field, const ByteWriter& value) {
  return extension(MessageBuilder::ipfix().templates(template_record(300, {field})).set(300, value));
}

}  // namespace flowcef::test
