// Exporters whose messages are decoded and surveyed once a second, and what the watch says of that; the clock is the test's.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/app/watch.hpp"
#include "support/packet_builder.hpp"
#include "support/time_units.hpp"

namespace flowcef::test {

inline constexpr std::int64_t kBegin = 1'700'000'000 * kSecond;

class IgnoredSets : public DataSetHandler {
 public:
  void on_data_set(const DataSet&) override {}
  void on_refused(const Datagram&, Refusal) override {}
};

struct Told {
  int second;
  BridgeEvent event;
  [[nodiscard]] std::string value(const std::string& key) const {
    const auto found = std::ranges::find(event.keys, key, &BridgeEvent::Key::name);
    return found == event.keys.end() ? "" : found->value;
  }
};

class WatchTest : public testing::Test {
 protected:
  WatchTest() { config_.books_every = std::chrono::milliseconds(0); }

  void send(const std::string& exporter, const MessageBuilder& message, std::uint16_t port = 50000) {
    send(exporter, message.bytes(), port);
  }
  void send(const std::string& exporter, const std::vector<std::uint8_t>& bytes, std::uint16_t port = 50000) {
    Datagram datagram = datagram_of(bytes, exporter, port);
    datagram.received_ns = kBegin + second_ * kSecond + kSecond / 4;
    decoder_.decode(datagram);
  }
  [[nodiscard]] std::uint32_t clock(int ahead = 0) const {
    return static_cast<std::uint32_t>(kBegin / kSecond + second_ + ahead);
  }

  [[nodiscard]] BridgeSurvey survey() {
    WorkerSurvey worker;
    worker.taken_ns = kBegin + second_ * kSecond + kSecond / 2;
    if (decodes_) decoder_.tick(worker.taken_ns);
    survey_exporters("flows", true, decoder_.exporters(), worker);
    worker.books.add("kernel_drops", kernel_drops_);
    BridgeSurvey survey;
    survey.taken_ns = worker.taken_ns + (decodes_ ? 0 : stuck_ns_);
    survey.add(worker);
    survey.outputs = outputs_;
    survey.inputs.emplace_back().name = "flows";
    return survey;
  }

  /// Ends the second.
  void look() {
    for (BridgeEvent& event : watch_.compare(survey(), config_)) told_.push_back({second_, std::move(event)});
    ++second_;
  }

  template <class Send>
  void run(int seconds, Send send) {
    for (const int end = second_ + seconds; second_ < end; look()) send(second_);
  }
  void run(int seconds) {
    run(seconds, [](int) {});
  }

  /// IPFIX flows, of which the template comes every ten minutes.
  void flows(const std::string& exporter, std::uint32_t& sequence, int ahead = 0, std::uint32_t domain = 1) {
    MessageBuilder message = MessageBuilder::ipfix(clock(ahead), domain, sequence++);
    message.templates(template_record(256, {{4, 1}, {7, 2}})).set(256, ByteWriter().u8(6).u16(80));
    send(exporter, message);
  }

  [[nodiscard]] std::vector<std::string> signatures() const {
    std::vector<std::string> found;
    for (const Told& told : told_) found.emplace_back(told.event.signature);
    return found;
  }

  ElementRegistry registry_;
  DecodeCounters counters_;
  InputState input_;
  IgnoredSets ignore_;
  Decoder decoder_{registry_, input_, counters_, ignore_};
  EventsConfig config_;
  Watch watch_{LogFactory(spdlog::level::off).make("events")};
  std::vector<OutputStatus> outputs_;
  std::uint64_t kernel_drops_ = 0;
  bool decodes_ = true;
  std::int64_t stuck_ns_ = 0;
  int second_ = 0;
  std::vector<Told> told_;
};

}  // namespace flowcef::test
