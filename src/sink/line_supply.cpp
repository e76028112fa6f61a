#include "flowcef/sink/line_supply.hpp"

#include <utility>

namespace flowcef {

LineSupply::LineSupply(const SinkConfig& config, Framing framing, OutputBooks& books, std::function<void()> wake,
                       Logger log)
    : framing_(framing),
      wake_(std::move(wake)),
      log_(std::move(log)),
      queue_(config, books, [this] { this->wake(); }),
      spooler_(config.spool ? make_spooler(config) : nullptr) {}

LineSupply::~LineSupply() = default;

std::unique_ptr<Spooler> LineSupply::make_spooler(const SinkConfig& config) {
  return std::make_unique<Spooler>(config, framing_, queue_, wake_, log_);
}

void LineSupply::wake() {
  Spooler* const spooler = listener_;
  spooler != nullptr ? spooler->wake() : wake_();
}

void LineSupply::start() {
  if (!spooler_) return;
  spooler_->open();
  listener_ = spooler_.get();
  spooler_->start();
}

std::unique_ptr<Spooler> LineSupply::prepare(const SinkConfig& config) {
  if (spooler_ || !config.spool) return nullptr;
  auto spooler = make_spooler(config);
  spooler->open();
  return spooler;
}

void LineSupply::adopt(std::unique_ptr<Spooler> spooler) {
  const std::lock_guard lock(mutex_);
  spooler_ = std::move(spooler);
  spooler_->set_reachable(reached_ > 0 || unreachable_ == 0);
  listener_ = spooler_.get();
  spooler_->start();
}

void LineSupply::configure(const SinkConfig& config) {
  queue_.configure(config);
  if (spooler_) spooler_->configure(config);
}

/// Under one lock, so that finished() never sees lines that are neither here nor in hand.
Parcel LineSupply::take() {
  const std::lock_guard lock(mutex_);
  Parcel parcel;
  if (!given_back_.empty()) {
    parcel = std::move(given_back_.front());
    given_back_.pop_front();
  } else {
    parcel = spooler_ ? spooler_->take() : Parcel{.batch = queue_.pop()};
  }
  if (parcel) in_hand_ += parcel.unsettled();
  return parcel;
}

void LineSupply::release(const LineBatch& batch) {
  spooler_ ? spooler_->release(batch) : queue_.release(batch);
}

void LineSupply::settled(std::size_t lines) {
  bool was_last = false;
  {
    const std::lock_guard lock(mutex_);
    in_hand_ -= lines;
    was_last = closed_ && in_hand_ == 0 && lines > 0;
  }
  if (was_last) wake_();
}

void LineSupply::give_back(std::vector<Parcel> parcels) {
  if (parcels.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (Parcel& parcel : parcels) {
      in_hand_ -= parcel.unsettled();
      given_back_.push_back(std::move(parcel));
    }
  }
  wake_();
}

void LineSupply::reach(Reach before, Reach now) {
  const std::lock_guard lock(mutex_);
  const auto count = [this](Reach reach, std::size_t step) {
    if (reach == Reach::reached) reached_ += step;
    if (reach == Reach::unreachable) unreachable_ += step;
  };
  count(before, static_cast<std::size_t>(-1));
  count(now, 1);
  if (spooler_) spooler_->set_reachable(reached_ > 0 || unreachable_ == 0);
}

void LineSupply::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  queue_.close();
  if (spooler_) spooler_->close();
}

bool LineSupply::better_kept() const {
  const std::lock_guard lock(mutex_);
  return spooler_ && closed_ && reached_ == 0 && unreachable_ > 0;
}

bool LineSupply::finished() const {
  const std::lock_guard lock(mutex_);
  if (!given_back_.empty() || in_hand_ > 0) return false;
  return spooler_ ? spooler_->finished() : queue_.finished();
}

std::size_t LineSupply::put_away(std::vector<Parcel> in_hand) {
  for (Parcel& parcel : given_back_) in_hand.push_back(std::move(parcel));
  given_back_.clear();
  if (spooler_) return spooler_->put_away(std::move(in_hand));
  std::size_t lines = 0;
  for (const Parcel& parcel : in_hand) {
    lines += parcel.unsettled();
    queue_.release(*parcel.batch);
  }
  books().dropped(DropReason::stopped, lines);
  return lines + queue_.abandon();
}

}  // namespace flowcef
