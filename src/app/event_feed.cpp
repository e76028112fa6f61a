#include "flowcef/app/event_feed.hpp"

#include <boost/asio.hpp>
#include <chrono>
#include <utility>

namespace flowcef {

struct EventFeed::Timer {
  explicit Timer(boost::asio::io_context& context) : timer(context) {}
  boost::asio::steady_timer timer;
};

EventFeed::EventFeed(boost::asio::io_context& context, Pipeline& pipeline, std::function<EventsConfig()> config,
                     Logger log)
    : pipeline_(pipeline), config_(std::move(config)), log_(std::move(log)), timer_(std::make_unique<Timer>(context)) {
  schedule();
}

EventFeed::~EventFeed() = default;

void EventFeed::schedule() {
  timer_->timer.expires_after(std::chrono::seconds(1));
  timer_->timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    look();
    schedule();
  });
}

void EventFeed::look() {
  const EventsConfig config = config_();
  if (!config.enabled) {
    was_off_ = true;
    return watch_.reset();
  }
  const BridgeSurvey survey = pipeline_.survey();
  if (!watch_) {
    watch_.emplace(log_);
    if (was_off_) watch_->begin(survey);
  }
  std::vector<BridgeEvent> events = watch_->compare(survey, config);
  if (!events.empty()) pipeline_.post(std::move(events));
}

}  // namespace flowcef
