#include "flowcef/app/reloader.hpp"

#include <algorithm>
#include <exception>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/capabilities.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/spool_folders.hpp"
#include "flowcef/config/spool_loader.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kMaxLogged = 50;

/// It changes with a restart only, and so do the spools in it.
void keep_state_dir(const std::filesystem::path& started, Config& next) {
  for (OutputConfig& output : next.outputs) {
    const std::string& name = output.sink.name;
    auto& spool = output.sink.spool;
    if (spool && spool->dir == default_spool_dir(next.state_dir, name)) spool->dir = default_spool_dir(started, name);
  }
}

/// A process that gave its rights up does not get them back.
/// Returns: "" if it has all that this configuration may need.
std::string hint_of_rights(const Config& next) {
  const std::string missing = missing_capabilities(needed_capabilities(next));
  return missing.empty() ? "" : "; the bridge runs without " + missing + ", which this may need: restart it";
}

}  // namespace

Reloader::Reloader(std::filesystem::path file, Config started, Pipeline& pipeline, AdminEndpoint& admin,
                   LogFactory& logs)
    : file_(std::move(file)),
      started_(std::move(started)),
      config_(started_),
      pipeline_(pipeline),
      admin_(admin),
      logs_(logs),
      log_(logs.make("app")) {}

ReloadResult Reloader::reload() {
  auto settings = load_bridge_settings(file_);
  if (!settings) return fail("", settings.error());
  keep_state_dir(started_.state_dir, settings->config);
  if (auto errors = check_spool_folders(settings->config, std::nullopt, file_); !errors.empty())
    return fail("", errors);
  const std::string mappings = describe_mappings(*settings->translation);
  std::string text;
  try {
    auto admin = admin_.prepare(settings->config.admin);
    text = pipeline_.reload(settings->config, std::move(settings->translation));
    admin_.adopt(settings->config.admin, std::move(admin));
  } catch (const std::exception& error) {
    return fail(error.what() + hint_of_rights(settings->config) + '\n', {});
  }
  logs_.set_level(spdlog::level::from_str(settings->config.log_level));
  log_->info("reloaded config={} {} {}", file_.string(), text, mappings);
  text += '\n' + mappings + '\n';
  if (const std::string ignored = ignored_changes(settings->config); !ignored.empty()) {
    log_->warn("these settings change with a restart only: {}", ignored);
    text += "these settings change with a restart only: " + ignored + '\n';
  }
  config_ = std::move(settings->config);
  return {true, std::move(text)};
}

ReloadResult Reloader::fail(std::string text, const ConfigErrors& errors) {
  log_->error("reload failed, the bridge goes on as it was: config={} errors={}", file_.string(),
              text.empty() ? errors.size() : 1);
  if (!text.empty()) log_->error("{}", text.substr(0, text.find('\n')));
  for (std::size_t i = 0; i < std::min(errors.size(), kMaxLogged); ++i) log_->error("{}", errors[i].to_string());
  if (errors.size() > kMaxLogged) {
    log_->error("{} more; `flowcef check` shows all of them", errors.size() - kMaxLogged);
  }
  std::ostringstream shown;
  print_errors(shown, errors);
  return {false, std::move(text) + shown.str()};
}

std::string Reloader::ignored_changes(const Config& next) const {
  std::string names;
  const auto note = [&names](bool changed, std::string_view name) {
    if (!changed) return;
    if (!names.empty()) names += ", ";
    names += name;
  };
  note(next.workers != started_.workers, "workers");
  note(next.state_dir != started_.state_dir, "state_dir");
  note(next.user != started_.user, "user");
  note(next.group != started_.group, "group");
  return names;
}

std::string describe_mappings(const BridgeTranslation& translation) {
  std::vector<std::string> shown;
  for (const auto& mapping : translation.mappings) {
    std::string text = "mapping=" + mapping->file.string() + " hash=" + mapping->hash;
    if (std::find(shown.begin(), shown.end(), text) == shown.end()) shown.push_back(std::move(text));
  }
  std::string all;
  for (const std::string& text : shown) all += (all.empty() ? "" : " ") + text;
  return all;
}

}  // namespace flowcef
