#include <unistd.h>

#include <boost/asio.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <system_error>
#include <utility>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/commands.hpp"
#include "flowcef/app/control_socket.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/pipeline.hpp"
#include "flowcef/app/reloader.hpp"
#include "flowcef/app/spool_folders.hpp"
#include "flowcef/app/status_text.hpp"

namespace flowcef {
namespace {

/// A folder that is there already keeps its owner: it may be anybody's.
void create_state_dir(const Config& config, const std::optional<Account>& account, const Logger& log) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(config.state_dir, error);
  if (error) log->warn("cannot create state_dir path={} reason={}", config.state_dir.string(), error.message());
  if (!is_new || !account || geteuid() != 0) return;
  if (chown(config.state_dir.c_str(), account->uid, account->gid) == 0) return;
  log->warn("cannot hand over state_dir path={} user={} reason={}", config.state_dir.string(), account->user,
            std::strerror(errno));
}

void change_user(const Config& config, const std::optional<Account>& account, const Logger& log) {
  if (!account) {
    if (geteuid() == 0) log->info("running as root; set user to give up its rights once the ports are open");
    return;
  }
  drop_privileges(*account);
  log->info("changed user={}", account->user);
  if (access(config.state_dir.c_str(), W_OK | X_OK) == 0) return;
  log->warn("cannot write to state_dir path={} user={} reason={}", config.state_dir.string(), account->user,
            std::strerror(errno));
}

void reload_at_signal(boost::asio::signal_set& signal, Reloader& reloader) {
  signal.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    reloader.reload();
    reload_at_signal(signal, reloader);
  });
}

int report(const FinalCounts& counts, const Logger& log) {
  std::cerr << counts.to_string() << std::flush;
  const auto imbalances = counts.imbalances();
  for (const std::string& imbalance : imbalances) log->error("the books do not balance: {}", imbalance);
  return imbalances.empty() ? kExitOk : kExitFailed;
}

}  // namespace

int run_command(const RunOptions& options) {
  boost::asio::io_context signals(1);
  // First of all: one that came before would end the program.
  boost::asio::signal_set reload_signal(signals, SIGHUP);
  const auto settings = load_bridge_settings(options.config);
  if (!settings) {
    print_errors(std::cerr, settings.error());
    return kExitUsage;
  }
  const Config& config = settings->config;
  LogFactory logs(spdlog::level::from_str(config.log_level));
  const Logger log = logs.make("app");
  // A receiver or terminal that goes away is an error to count, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::signal_set stop_signals(signals, SIGINT, SIGTERM);

  create_state_dir(config, settings->account, log);
  create_spool_folders(config, settings->account);
  if (const auto errors = check_spool_folders(config, settings->account, options.config); !errors.empty()) {
    print_errors(std::cerr, errors);
    return kExitUsage;
  }
  Pipeline pipeline(config, settings->translation, logs);
  change_user(config, settings->account, log);
  pipeline.start();
  log->info("started version={} inputs={} outputs={} {}", FLOWCEF_VERSION, config.inputs.size(), config.outputs.size(),
            describe_mappings(*settings->translation));

  Reloader reloader(options.config, config, pipeline, logs);
  {
    const ControlRequests requests = {{"reload",
                                       [&reloader] {
                                         ReloadResult result = reloader.reload();
                                         return ControlAnswer{result.done, std::move(result.text)};
                                       }},
                                      {"status", [&pipeline] { return ControlAnswer{true, status_text(pipeline)}; }}};
    const ControlSocket control(signals, config.state_dir, requests, log);
    reload_at_signal(reload_signal, reloader);
    stop_signals.async_wait([&](const boost::system::error_code&, int signal) {
      log->info("stopping signal={}", signal == SIGINT ? "SIGINT" : "SIGTERM");
      signals.stop();
    });
    signals.run();
  }
  pipeline.stop(reloader.config().stop_deadline);
  return report(pipeline.counts(), log);
}

}  // namespace flowcef
