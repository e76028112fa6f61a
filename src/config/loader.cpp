#include "flowcef/config/loader.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "flowcef/config/admin_loader.hpp"
#include "flowcef/config/destinations.hpp"
#include "flowcef/config/events_loader.hpp"
#include "flowcef/config/exporter_loader.hpp"
#include "flowcef/config/identity_loader.hpp"
#include "flowcef/config/input_loader.hpp"
#include "flowcef/config/lookup_loader.hpp"
#include "flowcef/config/output_loader.hpp"
#include "flowcef/config/path_option.hpp"
#include "flowcef/config/replicate_loader.hpp"
#include "flowcef/config/spool_loader.hpp"
#include "flowcef/config/state_dir.hpp"
#include "flowcef/config/text_option.hpp"
#include "flowcef/config/toml_reader.hpp"
#include "flowcef/config/uniqueness.hpp"

namespace flowcef {
namespace {

constexpr unsigned kMaxWorkers = 256;
constexpr std::int64_t kMinDeadLetter = std::int64_t{128} << 10;  // a datagram of 65535 bytes must fit
constexpr std::int64_t kMaxDeadLetter = std::int64_t{64} << 30;
constexpr std::chrono::minutes kMaxStopDeadline{10};

constexpr std::array kLogLevels = {Choice<const char*>{"debug", "debug"}, Choice<const char*>{"info", "info"},
                                   Choice<const char*>{"warn", "warn"}, Choice<const char*>{"error", "error"}};

class ConfigLoader {
 public:
  explicit ConfigLoader(const std::filesystem::path& file)
      : base_(file.parent_path()), errors_(file.string()), exporters_(base_) {}

  LoadedConfig load(const TomlValue& document) {
    TableReader root(std::get<TomlValue::Table>(document.data), document.where, "", errors_);
    read_paths(root);
    read_process_options(root);
    read_account(root);
    read_dead_letter(root);
    config_.admin = load_admin(root);
    load_events(root, config_.events);
    for (TableReader table : root.require_tables("input")) config_.inputs.push_back(load_input(table, base_, inputs_));
    for (TableReader table : root.find_tables("exporter")) exporters_.read(table, config_);
    for (TableReader table : root.find_tables("identity")) identities_.read(table, config_.identities);
    for (TableReader table : root.require_tables("output")) read_output(table);
    for (TableReader table : root.find_tables("lookup")) {
      config_.lookups.push_back(load_lookup(table, base_, config_.inputs, lookup_names_));
    }
    for (TableReader table : root.find_tables("replicate")) {
      config_.replicates.push_back(load_replicate(table, config_.inputs, local_addresses(), replicate_names_));
    }
    root.refuse_unread();
    ConfigErrors errors = errors_.take();
    std::ranges::move(exporters_.take_class_errors(), std::back_inserter(errors));
    return {std::move(config_), std::move(errors)};
  }

 private:
  void read_paths(TableReader& root) {
    const auto mapping = root.require("mapping", "the path of the mapping file");
    if (mapping) {
      if (const auto path = readable_file_option(*mapping, base_)) config_.mapping = *path;
    }
    if (const auto elements = root.find("elements")) {
      for (const auto& item : elements->one_or_more("an array of folders")) {
        if (const auto folder = folder_option(item, base_)) config_.elements.push_back(*folder);
      }
    }
    if (const auto layouts = root.find("layouts")) {
      for (const auto& item : layouts->one_or_more("an array of folders")) {
        if (const auto folder = folder_option(item, base_)) config_.layouts.push_back(*folder);
      }
    }
    const bool has_state_dir = root.read("state_dir", config_.state_dir,
                                         [this](const ValueReader& value) { return path_option(value, base_); });
    if (has_state_dir) return;
    if (const auto folder = default_state_dir(StateDirEnvironment::of_this_process())) {
      config_.state_dir = *folder;
    } else {
      root.refuse("state_dir", "missing, expected a folder, as neither XDG_STATE_HOME nor HOME is set");
    }
  }

  void read_process_options(TableReader& root) {
    root.read("workers", config_.workers, [](const ValueReader& value) { return value.number(1U, kMaxWorkers); });
    root.read("log_level", config_.log_level, [](const ValueReader& value) { return value.choice(kLogLevels); });
    root.read("stop_deadline", config_.stop_deadline,
              [](const ValueReader& value) { return value.duration(std::chrono::milliseconds(0), kMaxStopDeadline); });
  }

  void read_account(TableReader& root) {
    const bool has_user = root.read("user", config_.user, account_option);
    const bool has_group = root.read("group", config_.group, account_option);
    if (has_group && !has_user) root.find("group")->refuse("only together with user", "name the user too");
  }

  void read_dead_letter(TableReader& root) {
    const auto value = root.find("dead_letter");
    if (!value) return;
    auto table = value->table("a table such as { file = \"refused.pcapng\" }");
    if (!table) return;
    DeadLetterConfig dead_letter;
    if (const auto file = table->require("file", "the path of the capture file to write")) {
      if (auto path = path_option(*file, base_)) dead_letter.path = path->string();
    }
    table->read("size", dead_letter.max_bytes,
                [](const ValueReader& size) { return size.size(kMinDeadLetter, kMaxDeadLetter); });
    table->refuse_unread();
    config_.dead_letter = std::move(dead_letter);
  }

  void read_output(TableReader& table) {
    const std::size_t errors = errors_.size();
    OutputConfig output = load_output(table, base_, config_.state_dir);
    const bool whole = errors_.size() == errors;
    if (!output.sink.name.empty()) output_names_.check(*table.find("name"), output.sink.name);
    if (whole) destinations_.check(*table.find("to"), output, config_.mapping);
    if (whole) spool_folders_.check(table, output.sink);
    config_.outputs.push_back(std::move(output));
  }

  std::filesystem::path base_;
  ErrorCollector errors_;
  Config config_;
  InputUniqueness inputs_;
  ExporterLoader exporters_;
  IdentityLoader identities_;
  Uniqueness output_names_;
  Uniqueness lookup_names_;
  Uniqueness replicate_names_;
  Destinations destinations_;
  SpoolFolders spool_folders_;
};

}  // namespace

LoadedConfig load_config_as_far_as_possible(const std::filesystem::path& file) {
  const auto document = read_toml(file);
  if (!document) return {{}, {document.error()}};
  return ConfigLoader(file).load(*document);
}

std::expected<Config, ConfigErrors> load_config(const std::filesystem::path& file) {
  LoadedConfig loaded = load_config_as_far_as_possible(file);
  if (!loaded.errors.empty()) return std::unexpected(std::move(loaded.errors));
  return std::move(loaded.config);
}

}  // namespace flowcef
