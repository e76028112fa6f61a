#include "flowcef/sink/output.hpp"

#include <stdexcept>
#include <utility>

namespace flowcef {
namespace {

bool needs_detour(const SinkConfig& config) {
  return config.transport == Transport::udp && config.udp.tcp_fallback;
}

SinkConfig detour_of(SinkConfig config) {
  config.transport = Transport::tcp;
  config.source_port = 0;
  config.spool.reset();
  return config;
}

}  // namespace

Output::Output(const SinkConfig& config, Framing framing, Logger log)
    : config_(config),
      log_(std::move(log)),
      detour_(needs_detour(config) ? std::make_unique<Lanes>(detour_of(config), framing, books_, nullptr, log_)
                                   : nullptr),
      main_(config, framing, books_, detour_ ? &detour_->queue() : nullptr, log_),
      queue_loss_(log_, config.name) {}

Output::~Output() {
  stop(std::chrono::steady_clock::now());
}

void Output::start() {
  if (detour_) detour_->start();
  main_.start();
}

std::unique_ptr<Output::Prepared> Output::prepare(const SinkConfig& config) {
  auto prepared = std::make_unique<Prepared>();
  prepared->drivers = main_.prepare(config);
  if (detour_) prepared->detour = detour_->prepare(detour_of(config));
  return prepared;
}

void Output::adopt(const SinkConfig& config, std::unique_ptr<Prepared> prepared) {
  config_ = config;
  main_.configure(config);
  if (detour_) detour_->configure(detour_of(config));
  if (!prepared || stopped_) return;
  const auto deadline = std::chrono::steady_clock::now() + kLeaveTime;
  main_.adopt(std::move(prepared->drivers), deadline);
  if (detour_) detour_->adopt(std::move(prepared->detour), deadline);
}

void Output::submit(BatchRef batch, Producer producer) {
  const std::size_t lost = main_.queue().submit(std::move(batch), producer);
  if (lost == 0) return;
  const std::lock_guard lock(loss_mutex_);
  queue_loss_.report("queue_full", lost);
}

void Output::stop(std::chrono::steady_clock::time_point deadline) {
  if (std::exchange(stopped_, true)) return;
  std::size_t left = main_.stop(deadline);
  if (detour_) left += detour_->stop(deadline);
  if (left > 0) log_->error("lines lost output={} reason=stopped lines={}", config_.name, left);
}

std::vector<LinkStatus> Output::links() const {
  std::vector<LinkStatus> links = main_.links();
  if (!detour_) return links;
  for (LinkStatus& link : detour_->links()) links.push_back(std::move(link));
  return links;
}

bool can_adopt(const SinkConfig& current, const SinkConfig& wanted) {
  const auto spool_dir = [](const SinkConfig& config) { return config.spool ? config.spool->dir : ""; };
  return needs_detour(current) == needs_detour(wanted) && (!current.spool || spool_dir(current) == spool_dir(wanted));
}

bool needs_new_driver(const SinkConfig& current, const SinkConfig& wanted) {
  SinkConfig same = current;
  same.queue_bytes = wanted.queue_bytes;
  same.queue_full = wanted.queue_full;
  same.required = wanted.required;
  if (current.spool) same.spool = wanted.spool;
  return wanted.transport == Transport::file || same != wanted;
}

std::unique_ptr<Output> make_output(const SinkConfig& config, Logger log, Framing framing) {
  return std::make_unique<Output>(config, framing, std::move(log));
}

}  // namespace flowcef
