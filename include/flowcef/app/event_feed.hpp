// Has the running bridge watched once a second, and its events sent.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "flowcef/app/events_config.hpp"
#include "flowcef/app/pipeline.hpp"
#include "flowcef/app/watch.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

/// Thread:   that of the context.
/// Lifetime: keeps references to the context and the pipeline.
class EventFeed {
 public:
  /// Input: what says which events are wanted now, as a reload may change it
  EventFeed(boost::asio::io_context& context, Pipeline& pipeline, std::function<EventsConfig()> config, Logger log);
  ~EventFeed();
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

 private:
  struct Timer;

  void schedule();
  void look();

  Pipeline& pipeline_;
  std::function<EventsConfig()> config_;
  Logger log_;
  std::optional<Watch> watch_;  ///< nothing: no events are wanted
  bool was_off_ = false;        ///< so a watch that begins is not there from the start
  std::unique_ptr<Timer> timer_;
};

}  // namespace flowcef
