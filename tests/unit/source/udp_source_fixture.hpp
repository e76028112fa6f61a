// A UDP source whose handlers keep what they are given.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/source/udp_source.hpp"
#include "udp_test_support.hpp"

namespace flowcef::test {

class Source : public testing::Test {
 protected:
  /// A datagram, kept.
  struct Seen {
    std::string payload;
    Endpoint exporter;
    Endpoint listener;
    std::int64_t received_ns;
    unsigned hops;
  };

  void open(const UdpSourceConfig& config, std::size_t max_datagram_bytes = kMaxDatagramBytes) {
    auto sockets = open_udp_sockets(config, 1, log_.logger());
    source_ = std::make_unique<UdpSource>(
        context_, std::move(sockets[0]), log_.logger(),
        UdpSourceHandlers{[this](const Datagram& datagram) { take(datagram); }, [this] { ++idle_; }},
        max_datagram_bytes);
    source_->start();
  }

  void take(const Datagram& datagram) {
    seen_.push_back({{datagram.payload.begin(), datagram.payload.end()},
                     datagram.exporter,
                     datagram.listener,
                     datagram.received_ns,
                     datagram.hops});
    EXPECT_EQ(datagram.frame, 0U);
    if (on_datagram_) on_datagram_();
  }

  /// Runs the handlers until the condition holds. Returns: whether it did before the deadline.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (!condition() && std::chrono::steady_clock::now() < end) context_.run_one_until(end);
    return condition();
  }

  [[nodiscard]] std::vector<std::string> payloads() const {
    std::vector<std::string> all;
    for (const auto& seen : seen_) all.push_back(seen.payload);
    return all;
  }

  CapturedLog log_;
  boost::asio::io_context context_{1};
  std::unique_ptr<UdpSource> source_;
  std::vector<Seen> seen_;
  int idle_ = 0;
  std::function<void()> on_datagram_;
};

}  // namespace flowcef::test
