#include <unistd.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <iterator>
#include <limits>
#include <system_error>
#include <utility>

#include "flowcef/app/admin_endpoint.hpp"
#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/commands.hpp"
#include "flowcef/app/control_socket.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/event_feed.hpp"
#include "flowcef/app/pipeline.hpp"
#include "flowcef/app/reload_rights.hpp"
#include "flowcef/app/reloader.hpp"
#include "flowcef/app/service_notices.hpp"
#include "flowcef/app/spool_folders.hpp"
#include "flowcef/app/status_json.hpp"
#include "flowcef/app/status_report.hpp"
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

/// What the bridge can do without for now, but not in the end.
void warn_of_rights(const Config& config, const std::optional<Account>& account, const std::filesystem::path& file,
                    const Logger& log) {
  if (!account) return;
  ConfigErrors errors = check_state_folders(config, account, file);
  std::ranges::move(check_reload_rights(*account, file), std::back_inserter(errors));
  for (const ConfigError& error : errors) log->warn("{}", error.to_string());
}

void change_user(const Config& config, const std::optional<Account>& account, const Logger& log) {
  if (account) {
    drop_privileges(*account, needed_capabilities(config));
    log->info("changed user={}", account->user);
  } else if (geteuid() == 0) {
    log->info("running as root; set user to give up its rights once the ports are open");
  } else {
    limit_rights(needed_capabilities(config));
  }
}

ReloadResult reload(Reloader& reloader, const ServiceNotices& notices) {
  notices.reload_begins();
  ReloadResult result = reloader.reload();
  notices.reload_ends();
  return result;
}

void reload_at_signal(boost::asio::signal_set& signal, Reloader& reloader, const ServiceNotices& notices) {
  signal.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    reload(reloader, notices);
    reload_at_signal(signal, reloader, notices);
  });
}

void tell_status_at_intervals(boost::asio::steady_timer& timer, ServiceNotices& notices) {
  if (notices.interval() == ServiceNotices::Clock::duration::zero()) return;
  timer.expires_after(notices.interval());
  timer.async_wait([&](const boost::system::error_code& error) {
    if (error) return;
    notices.tell_status(ServiceNotices::Clock::now());
    tell_status_at_intervals(timer, notices);
  });
}

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// SK-08: times that flowcef makes itself are those of this machine.
void warn_of_clock(const ClockState& clock, const Logger& log) {
  if (!clock.is_known || clock.is_synchronised) return;
  log->warn("this machine's clock: {}; arrival times may be wrong", to_string(clock));
}

ControlRequests requests_of(Reloader& reloader, const ServiceNotices& notices, Pipeline& pipeline,
                            const AdminEndpoint::MakeView& view) {
  const auto report = [view](std::size_t max_exporters) {
    return ControlAnswer{true, status_report(view(), max_exporters, now_ns())};
  };
  return {{"reload",
           [&reloader, &notices] {
             ReloadResult result = reload(reloader, notices);
             return ControlAnswer{result.done, std::move(result.text)};
           }},
          {"status", [report] { return report(kUsuallyShownExporters); }},
          {"status all", [report] { return report(std::numeric_limits<std::size_t>::max()); }},
          {"status json",
           [view, &reloader] {
             return ControlAnswer{true, status_json(view(), reloader.config().admin.max_exporters, now_ns())};
           }},
          {"status books", [&pipeline] { return ControlAnswer{true, status_text(pipeline)}; }}};
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
  create_output_files(config, settings->account);
  warn_of_rights(config, settings->account, options.config, log);
  const ServiceManager manager(ServiceManager::Environment::of_this_process());
  Pipeline pipeline(config, settings->translation, logs);
  AdminEndpoint admin(config.admin, logs.make("admin"));
  if (settings->account && geteuid() == 0) {
    pipeline.hand_over(settings->account->uid);
    admin.hand_over(settings->account->uid);
  }
  change_user(config, settings->account, log);
  pipeline.start();
  log->info("started version={} inputs={} outputs={} {}", FLOWCEF_VERSION, config.inputs.size(), config.outputs.size(),
            describe_mappings(*settings->translation));

  warn_of_clock(read_clock_state(), log);

  Reloader reloader(options.config, config, pipeline, admin, logs);
  ServiceNotices notices(manager, pipeline, log);
  using Clock = std::chrono::steady_clock;  // which nobody sets
  const AdminEndpoint::MakeView view = [&, started_ns = now_ns(), started = Clock::now()] {
    return BridgeView{options.config.string(),
                      mapping_names(pipeline.translation()),
                      started_ns,
                      Clock::now() - started,
                      false,
                      read_clock_state(),
                      pipeline.survey()};
  };
  admin.start(signals, view);
  {
    const ControlRequests requests = requests_of(reloader, notices, pipeline, view);
    const EventFeed events(signals, pipeline, [&reloader] { return reloader.config().events; }, logs.make("events"));
    const ControlSocket control(signals, config.state_dir, requests, log);
    reload_at_signal(reload_signal, reloader, notices);
    boost::asio::steady_timer status_timer(signals);
    tell_status_at_intervals(status_timer, notices);
    stop_signals.async_wait([&](const boost::system::error_code&, int signal) {
      log->info("stopping signal={}", signal == SIGINT ? "SIGINT" : "SIGTERM");
      signals.stop();
    });
    notices.ready();
    signals.run();
  }
  admin.stopping();
  notices.stopping(reloader.config().stop_deadline);
  pipeline.stop(reloader.config().stop_deadline);
  return report(pipeline.counts(), log);
}

}  // namespace flowcef
