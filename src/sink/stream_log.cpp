#include "flowcef/sink/stream_log.hpp"

#include <utility>

#include "flowcef/sink/host_resolver.hpp"
#include "flowcef/sink/tls_certificate.hpp"

namespace flowcef {

StreamLog::StreamLog(const SinkConfig& config, OutputFeed& feed, Logger log)
    : name_(config.name),
      names_target_(!config.more_receivers.empty() || config.distribution == Distribution::balance),
      feed_(feed),
      log_(std::move(log)) {
  for (const Receiver& receiver : receivers_of(config)) targets_.push_back(host_and_port(receiver.host, receiver.port));
}

void StreamLog::trying(std::size_t receiver) {
  receiver_ = receiver;
  feed_.notes().target(names_target_ ? target() : "");
}

void StreamLog::connected(const std::string& address, const StreamLayer& layer) {
  feed_.connected();
  feed_.notes().peer(address, std::string(layer.name()));
  const auto expires = layer.peer_certificate_expires();
  feed_.notes().certificate_expires(expires);
  if (expires) {
    const std::string warning =
        expiry_warning("the receiver's certificate", *expires, std::chrono::system_clock::now());
    if (!warning.empty()) log_->warn("{} output={} to={}", warning, name_, target());
  }
  log_->info("connected output={} to={} address={} layer={}", name_, target(), address, layer.name());
  if (receiver_ != lines_at_) note_switch();
  left_because_.clear();
  probe_error_.clear();
}

void StreamLog::note_switch() {
  feed_.books().failover();
  if (receiver_ == 0) {
    log_->info("back at the first receiver output={} to={}", name_, target());
  } else {
    log_->warn("failover output={} from={} to={} reason=\"{}\"", name_, targets_[lines_at_], target(), left_because_);
  }
  lines_at_ = receiver_;
}

void StreamLog::failed(const std::string& reason, bool was_connected, std::chrono::milliseconds wait) {
  if (receiver_ == lines_at_) left_because_ = reason;
  feed_.notes().error(reason);
  log_->warn("{} output={} to={} reason=\"{}\" wait_ms={}", was_connected ? "lost connection" : "cannot connect", name_,
             target(), reason, wait.count());
}

void StreamLog::keeps_connections_short(bool now) {
  if (std::exchange(short_, now) || !short_) return;
  log_->warn("receiver breaks off connections before it has read all, so they are kept short output={} to={}", name_,
             target());
}

void StreamLog::stalls(TimePoint since, TimePoint now) {
  if (now - since < kStallIsLong || !stall_log_.allow(now)) return;
  log_->warn("receiver stalls: its machine answers, but it takes nothing output={} to={} for={}s", name_, target(),
             std::chrono::duration_cast<std::chrono::seconds>(now - since).count());
}

void StreamLog::replay_is_capped() {
  log_->warn(
      "lines that the receiver may not have read exceed replay_max_bytes output={} to={}: raise it, and queue to at "
      "least twice as much",
      name_, target());
}

void StreamLog::probed(const std::string& error) {
  if (error != probe_error_ && !error.empty()) {
    log_->info("first receiver is not back output={} to={} reason=\"{}\"", name_, targets_.front(), error);
  }
  probe_error_ = error;
}

}  // namespace flowcef
