#include "flowcef/sink/lanes.hpp"

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

std::size_t lane_count(const SinkConfig& config) {
  return config.transport == Transport::tcp || config.transport == Transport::tls ? config.connections : 1;
}

}  // namespace

Lanes::Lanes(const SinkConfig& config, OutputBooks& books, OutputQueue* detour, Logger log)
    : name_(config.name), log_(std::move(log)), detour_(detour), queue_(config, books, [this] { wake(); }) {
  Drivers made = prepare(config);
  for (std::size_t i = 0; i < made.drivers.size(); ++i) {
    lanes_.push_back(std::make_unique<Lane>(std::move(made.feeds[i]), std::move(made.drivers[i])));
  }
}

void Lanes::start() {
  for (const auto& lane : lanes_) start(*lane);
}

Lanes::Drivers Lanes::prepare(const SinkConfig& config) {
  Drivers made;
  for (std::size_t i = 0; i < lane_count(config); ++i) {
    if (i >= lanes_.size()) made.feeds.push_back(std::make_unique<OutputFeed>(queue_, detour_));
    OutputFeed& feed = i < lanes_.size() ? *lanes_[i]->feed : *made.feeds.back();
    made.drivers.push_back(make_driver(config, feed, log_));
  }
  return made;
}

void Lanes::adopt(Drivers drivers, std::chrono::steady_clock::time_point deadline) {
  const bool started = lanes_.front()->thread.joinable();
  if (started) {
    for (const auto& lane : lanes_) lane->driver->leave(deadline);
    for (const auto& lane : lanes_) {
      lane->thread.join();
      lane->feed->disconnected();
    }
  }
  std::vector<std::unique_ptr<Lane>> superfluous;
  {
    const std::lock_guard lock(mutex_);
    while (lanes_.size() > drivers.drivers.size()) {
      lanes_.front()->feed->window().append(lanes_.back()->feed->window());
      superfluous.push_back(std::move(lanes_.back()));
      lanes_.pop_back();
    }
    for (auto& feed : drivers.feeds) lanes_.push_back(std::make_unique<Lane>(std::move(feed)));
    for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i]->driver.swap(drivers.drivers[i]);
  }
  if (!started) return;
  try {
    start();
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

std::size_t Lanes::stop(std::chrono::steady_clock::time_point deadline) {
  queue_.close();
  for (const auto& lane : lanes_) lane->driver->stop(deadline);
  std::size_t left = 0;
  for (const auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
    lane->feed->disconnected();
    const std::size_t in_hand = lane->feed->abandon();
    if (in_hand > 0) report_left(lane->feed->notes().status(), in_hand);
    lane->feed->notes().enter(LinkState::closed);
    left += in_hand;
  }
  return left + queue_.abandon();
}

void Lanes::report_left(const LinkStatus& link, std::size_t lines) {
  log_->warn("not acknowledged in time output={} lines={} state={} peer={} error=\"{}\"", name_, lines,
             to_string(link.state), link.peer, link.error);
}

std::vector<LinkStatus> Lanes::links() const {
  const std::lock_guard lock(mutex_);
  std::vector<LinkStatus> links;
  for (const auto& lane : lanes_) links.push_back(lane->feed->notes().status());
  return links;
}

void Lanes::wake() {
  const std::lock_guard lock(mutex_);
  for (const auto& lane : lanes_) lane->driver->wake();
}

void Lanes::start(Lane& lane) {
  lane.thread = std::thread([this, &lane] { run(lane); });
}

void Lanes::run(Lane& lane) noexcept {
  try {
    lane.driver->run();
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

void Lanes::fail(const char* error) noexcept {
  log_->critical("output failed output={} error={}", name_, error);
  queue_.close();  // so that no producer waits for room that will never come
}

}  // namespace flowcef
