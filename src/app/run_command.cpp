#include <boost/asio.hpp>
#include <csignal>
#include <iostream>
#include <system_error>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/pipeline.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

void create_state_dir(const Config& config, const Logger& log) {
  std::error_code error;
  std::filesystem::create_directories(config.state_dir, error);
  if (error) log->warn("cannot create state_dir path={} reason={}", config.state_dir.string(), error.message());
}

int report(const FinalCounts& counts, const Logger& log) {
  std::cerr << counts.to_string() << std::flush;
  const auto imbalances = counts.imbalances();
  for (const std::string& imbalance : imbalances) log->error("the books do not balance: {}", imbalance);
  return imbalances.empty() ? kExitOk : kExitFailed;
}

}  // namespace

int run_command(const RunOptions& options) {
  const auto config = load_config(options.config);
  if (!config) {
    print_errors(std::cerr, config.error());
    return kExitUsage;
  }
  const auto translation = load_translation(config->mapping, config->elements);
  if (!translation) {
    print_errors(std::cerr, translation.error());
    return kExitUsage;
  }
  const LogFactory logs(spdlog::level::from_str(config->log_level));
  const Logger log = logs.make("app");
  // A receiver or terminal that goes away is an error to count, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context signals(1);
  boost::asio::signal_set stop_signals(signals, SIGINT, SIGTERM);

  create_state_dir(*config, log);
  Pipeline pipeline(*config, **translation, logs);
  pipeline.start();
  log->info("started version={} inputs={} outputs={}", FLOWCEF_VERSION, config->inputs.size(), config->outputs.size());

  stop_signals.async_wait([&](const boost::system::error_code&, int signal) {
    log->info("stopping signal={}", signal == SIGINT ? "SIGINT" : "SIGTERM");
  });
  signals.run();
  pipeline.stop(config->stop_deadline);
  return report(pipeline.counts(), log);
}

}  // namespace flowcef
