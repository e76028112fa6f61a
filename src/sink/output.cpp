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
    : name_(config.name),
      config_(config),
      log_(std::move(log)),
      feed_(config, [this] { wake(); }),
      driver_(prepare(config)),
      queue_loss_(log_, config.name) {}

Output::~Output() {
  stop(std::chrono::steady_clock::now());
}

void Output::start() {
  thread_ = std::thread([this] { run(); });
}

std::unique_ptr<OutputDriver> Output::prepare(const SinkConfig& config) {
  return make_driver(config, feed_, log_);
}

void Output::adopt(const SinkConfig& config, std::unique_ptr<OutputDriver> driver) {
  config_ = config;
  feed_.configure(config);
  if (!driver || stopped_) return;
  const bool started = thread_.joinable();
  if (started) {
    driver_->leave(std::chrono::steady_clock::now() + kLeaveTime);
    thread_.join();
    feed_.books().disconnected();
    feed_.take_back();
  }
  {
    const std::lock_guard lock(driver_mutex_);
    driver_.swap(driver);
  }
  driver.reset();
  if (!started) return;
  try {
    start();
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void Output::wake() {
  const std::lock_guard lock(driver_mutex_);
  driver_->wake();
}

void Output::run() noexcept {
  try {
    driver_->run();
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void Output::fail(const char* error) noexcept {
  log_->critical("output failed output={} error={}", name_, error);
  feed_.close();  // so that no producer waits for room that will never come
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
  if (left > 0) log_->error("lines lost output={} reason=stopped lines={}", name_, left);
}

bool needs_new_driver(const SinkConfig& current, const SinkConfig& wanted) {
  SinkConfig same = current;
  same.queue_bytes = wanted.queue_bytes;
  same.queue_full = wanted.queue_full;
  same.required = wanted.required;
  return wanted.transport == Transport::file || same != wanted;
}

std::unique_ptr<Output> make_output(const SinkConfig& config, Logger log) {
  return std::make_unique<Output>(config, std::move(log));
}

}  // namespace flowcef
