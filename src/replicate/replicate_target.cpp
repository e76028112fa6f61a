#include "flowcef/replicate/replicate_target.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/replicate/replicate_socket.hpp"

namespace flowcef {

ReplicateTarget::ReplicateTarget(const ReplicateConfig& config, Logger log)
    : config_(config), queue_(config.queue_bytes), sender_(config_, queue_, std::move(log)) {
  if (!needs_transparent(config_)) return;
  const int error = transparent_error(config_.to);
  if (error == 0) return;
  throw std::runtime_error("replicate " + config_.name +
                           ": cannot send from the addresses of exporters: " + error_name(error) +
                           " (start it as root, or give it CAP_NET_RAW, with AmbientCapabilities=CAP_NET_RAW in the "
                           "systemd unit; or say source = \"own\")");
}

ReplicateTarget::~ReplicateTarget() {
  stop(Clock::now());
  join();
}

void ReplicateTarget::start() {
  thread_ = std::thread([this] { run(); });
}

void ReplicateTarget::stop(Clock::time_point deadline) {
  queue_.stop(deadline);
}

void ReplicateTarget::join() {
  if (thread_.joinable()) thread_.join();
}

bool ReplicateTarget::can_become(const ReplicateConfig& config) const noexcept {
  return config_.name == config.name && config_.to == config.to && config_.source == config.source;
}

void ReplicateTarget::reconfigure(const ReplicateConfig& config) {
  if (config_.queue_bytes != config.queue_bytes) queue_.set_capacity(config.queue_bytes);
  config_ = config;
}

bool ReplicateTarget::wants(const Datagram& datagram) const noexcept {
  if (config_.formats != kAllFormats) {
    if (datagram.payload.size() < sizeof(std::uint16_t)) return false;
    const auto version = load_be<std::uint16_t>(datagram.payload.data());
    if (version >= 32 || (config_.formats >> version & 1) == 0) return false;
  }
  return config_.exporters.empty() || std::ranges::any_of(config_.exporters, [&](const IpPrefix& prefix) {
           return prefix.contains(datagram.exporter.address);
         });
}

ReplicateCounts ReplicateTarget::counts() const {
  ReplicateCounts counts = queue_.counts();
  counts.name = config_.name;
  counts.to = config_.to.to_string();
  return counts;
}

void ReplicateTarget::run() {
  std::array<ReplicaRef, ReplicaSender::kGroup> replicas;
  while (const std::size_t count = queue_.take(replicas)) {
    const std::span<ReplicaRef> taken = std::span(replicas).first(count);
    sender_.send(taken);
    std::ranges::fill(taken, ReplicaRef{});
  }
  ended_ = true;
}

}  // namespace flowcef
