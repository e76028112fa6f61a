#include "flowcef/sink/lanes.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
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

/// Returns: the settings of each lane. Those that share the lines have a receiver each.
std::vector<SinkConfig> lane_configs(const SinkConfig& config) {
  if (config.transport != Transport::tcp && config.transport != Transport::tls) return {config};
  std::vector<SinkConfig> receivers;
  if (config.distribution == Distribution::balance) {
    for (const Receiver& receiver : receivers_of(config)) {
      SinkConfig& one = receivers.emplace_back(config);
      one.host = receiver.host;
      one.port = receiver.port;
      one.more_receivers.clear();
    }
  } else {
    receivers = {config};
  }
  std::vector<SinkConfig> lanes;
  for (std::size_t i = 0; i < config.connections; ++i) lanes.insert(lanes.end(), receivers.begin(), receivers.end());
  // What all of them keep to be sent again must leave room for what is new.
  for (SinkConfig& lane : lanes) {
    lane.replay_max_bytes = std::min(lane.replay_max_bytes, config.queue_bytes / (2 * lanes.size()));
  }
  return lanes;
}

}  // namespace

Lanes::Lanes(const SinkConfig& config, Framing framing, OutputBooks& books, OutputQueue* detour, Logger log)
    : name_(config.name),
      log_(std::move(log)),
      detour_(detour),
      supply_(config, framing, books, [this] { wake(); }, log_) {
  Drivers made = make_drivers(config);
  for (std::size_t i = 0; i < made.drivers.size(); ++i) {
    lanes_.push_back(std::make_unique<Lane>(std::move(made.feeds[i]), std::move(made.drivers[i])));
  }
}

void Lanes::start() {
  try {
    supply_.start();
  } catch (const std::exception& error) {
    throw std::runtime_error("output " + name_ + ": " + error.what());
  }
  for (const auto& lane : lanes_) start(*lane);
}

Lanes::Drivers Lanes::prepare(const SinkConfig& config) {
  Drivers made = make_drivers(config);
  try {
    made.spooler = supply_.prepare(config);
  } catch (const std::exception& error) {
    throw std::runtime_error("output " + name_ + ": " + error.what());
  }
  return made;
}

Lanes::Drivers Lanes::make_drivers(const SinkConfig& config) {
  Drivers made;
  for (const SinkConfig& lane : lane_configs(config)) {
    const std::size_t i = made.drivers.size();
    if (i >= lanes_.size()) made.feeds.push_back(std::make_unique<OutputFeed>(supply_, detour_));
    OutputFeed& feed = i < lanes_.size() ? *lanes_[i]->feed : *made.feeds.back();
    made.drivers.push_back(make_driver(lane, feed, log_));
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
      for (Parcel& parcel : lanes_.back()->feed->take_all()) lanes_.front()->feed->window().append(std::move(parcel));
      superfluous.push_back(std::move(lanes_.back()));
      lanes_.pop_back();
    }
    for (auto& feed : drivers.feeds) lanes_.push_back(std::make_unique<Lane>(std::move(feed)));
    for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i]->driver.swap(drivers.drivers[i]);
  }
  if (!started) return;
  try {
    if (drivers.spooler) supply_.adopt(std::move(drivers.spooler));
    for (const auto& lane : lanes_) start(*lane);
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

std::size_t Lanes::stop(std::chrono::steady_clock::time_point deadline) {
  supply_.close();
  if (supply_.better_kept()) deadline = std::chrono::steady_clock::now();
  for (const auto& lane : lanes_) lane->driver->stop(deadline);
  std::vector<Parcel> left;
  for (const auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
    lane->feed->disconnected();
    if (const std::size_t lines = lane->feed->window().unsettled(); lines > 0) {
      report_left(lane->feed->notes().status(), lines);
    }
    std::ranges::move(lane->feed->take_all(), std::back_inserter(left));
    lane->feed->notes().enter(LinkState::closed);
  }
  return supply_.put_away(std::move(left));
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
  supply_.close();  // so that no producer waits for room that will never come
}

}  // namespace flowcef
