#include "flowcef/sink/output.hpp"

#include <exception>
#include <stdexcept>
#include <utility>

namespace flowcef {
namespace {

std::unique_ptr<OutputDriver> make_driver(const SinkConfig& config, OutputFeed& feed, const Logger& log) {
  try {
    switch (config.transport) {
      case Transport::standard_output:
      case Transport::file:
        return make_file_sink(config, feed, log);
      case Transport::udp:
        return make_udp_sink(config, feed, log);
      case Transport::tcp:
      case Transport::tls:
        return make_stream_sink(config, feed, log);
    }
    throw std::runtime_error("unknown transport");
  } catch (const std::exception& error) {
    throw std::runtime_error("output " + config.name + ": " + error.what());
  }
}

}  // namespace

Output::Output(const SinkConfig& config, Logger log)
    : config_(config),
      log_(std::move(log)),
      feed_(config, [this] { driver_->wake(); }),
      driver_(make_driver(config_, feed_, log_)),
      queue_loss_(log_, config.name) {}

Output::~Output() {
  stop(std::chrono::steady_clock::now());
}

void Output::start() {
  thread_ = std::thread([this] { run(); });
}

void Output::run() noexcept {
  try {
    driver_->run();
  } catch (const std::exception& error) {
    log_->critical("output failed output={} error={}", config_.name, error.what());
    feed_.close();  // so that no producer waits for room that will never come
  }
}

void Output::submit(BatchRef batch, Producer producer) {
  const std::size_t lost = feed_.submit(std::move(batch), producer);
  if (lost == 0) return;
  const std::lock_guard lock(loss_mutex_);
  queue_loss_.report("queue_full", lost);
}

void Output::stop(std::chrono::steady_clock::time_point deadline) {
  if (std::exchange(stopped_, true)) return;
  feed_.close();
  driver_->stop(deadline);
  if (thread_.joinable()) thread_.join();
  feed_.books().disconnected();
  const std::size_t left = feed_.abandon();
  if (left > 0) log_->error("lines lost output={} reason=stopped lines={}", config_.name, left);
}

std::unique_ptr<Output> make_output(const SinkConfig& config, Logger log) {
  return std::make_unique<Output>(config, std::move(log));
}

}  // namespace flowcef
