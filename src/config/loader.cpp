#include "flowcef/config/loader.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <unordered_map>

#include "flowcef/config/output_loader.hpp"
#include "flowcef/config/path_option.hpp"
#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/state_dir.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {
namespace {

constexpr unsigned kMaxWorkers = 256;
constexpr std::int64_t kMinReceiveBuffer = std::int64_t{64} << 10;  // a datagram of 65535 bytes must fit
constexpr std::int64_t kMaxReceiveBuffer = std::int64_t{1} << 30;   // setsockopt takes an int and doubles it
constexpr std::chrono::minutes kMaxStopDeadline{10};

constexpr std::array kLogLevels = {Choice<const char*>{"debug", "debug"}, Choice<const char*>{"info", "info"},
                                   Choice<const char*>{"warn", "warn"}, Choice<const char*>{"error", "error"}};
constexpr std::array kInputTypes = {Choice<int>{"udp", 0}};

/// Finds names that are used twice, over all tables of a file.
class Uniqueness {
 public:
  void check(const ValueReader& value, const std::string& name) {
    const auto [first, is_new] = first_.try_emplace(name, value.place());
    if (is_new) return;
    value.refuse("expected each only once, got " + in_quotes(name) + " again",
                 "first at line " + std::to_string(first->second.line));
  }

 private:
  std::unordered_map<std::string, TomlPlace> first_;
};

class ConfigLoader {
 public:
  explicit ConfigLoader(const std::filesystem::path& file) : base_(file.parent_path()), errors_(file.string()) {}

  std::expected<Config, ConfigErrors> load(const TomlValue& document) {
    TableReader root(std::get<TomlValue::Table>(document.data), document.where, "", errors_);
    read_paths(root);
    read_process_options(root);
    for (TableReader table : root.require_tables("input")) read_input(table);
    for (TableReader table : root.require_tables("output")) read_output(table);
    root.refuse_unread();
    if (!errors_.empty()) return std::unexpected(errors_.take());
    return std::move(config_);
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

  void read_input(TableReader& table) {
    UdpSourceConfig input;
    if (const auto type = table.require("type", "\"udp\"")) static_cast<void>(type->choice(kInputTypes));
    if (const auto listen = table.require("listen", "addresses such as [\"0.0.0.0:2055\", \"[::]:2055\"]")) {
      for (const auto& item : listen->one_or_more("an array of addresses")) read_listen(item, input);
    }
    table.read("receive_buffer", input.receive_buffer_bytes,
               [](const ValueReader& value) { return value.size(kMinReceiveBuffer, kMaxReceiveBuffer); });
    table.refuse_unread();
    config_.inputs.push_back(std::move(input));
  }

  void read_listen(const ValueReader& value, UdpSourceConfig& input) {
    const auto text = value.text();
    if (!text) return;
    const auto endpoint = Endpoint::parse(*text);
    if (!endpoint) {
      value.refuse_as_not("a numeric address with a port, such as \"0.0.0.0:2055\" or \"[::]:2055\"");
      return;
    }
    if (endpoint->port != 0) listen_addresses_.check(value, endpoint->to_string());  // 0: any free port
    input.listen.push_back(*endpoint);
  }

  void read_output(TableReader& table) {
    OutputConfig output = load_output(table, base_);
    if (!output.sink.name.empty()) output_names_.check(*table.find("name"), output.sink.name);
    config_.outputs.push_back(std::move(output));
  }

  std::filesystem::path base_;
  ErrorCollector errors_;
  Config config_;
  Uniqueness listen_addresses_;
  Uniqueness output_names_;
};

}  // namespace

std::expected<Config, ConfigErrors> load_config(const std::filesystem::path& file) {
  const auto document = read_toml(file);
  if (!document) return std::unexpected(ConfigErrors{document.error()});
  return ConfigLoader(file).load(*document);
}

}  // namespace flowcef
