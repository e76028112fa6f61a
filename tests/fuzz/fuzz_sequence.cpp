// Datagrams of several exporters, over UDP and over connections, through the templates of one input with two workers.
#include <array>
#include <chrono>
#include <map>
#include <tuple>

#include "fuzz/decode_harness.hpp"
#include "fuzz/fuzz_support.hpp"
#include "fuzz/message_composer.hpp"

namespace flowcef::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kOctetDeltaCount = 1;

/// Every limit is so low that inputs reach it.
DecodeConfig config_of(unsigned choice) {
  DecodeConfig config;
  if ((choice & 1) != 0) config.match_port = (choice & 2) != 0;
  config.max_templates = 8;
  config.max_templates_per_exporter = 4;
  if ((choice & 4) == 0) config.template_idle_timeout = 20s;
  config.hold_bytes = 4096;
  config.hold_bytes_per_exporter = (choice & 8) != 0 ? 4096 : 2048;
  config.hold_time = 5s;
  return config;
}

class Sequence {
 public:
  explicit Sequence(unsigned choice)
      : input_(config_of(choice), {{IpPrefix{}, static_cast<SequenceRule>(choice >> 4 & 3)}}) {}

  void step(FuzzInput& in) {
    static constexpr std::array<std::chrono::milliseconds, 8> kSteps{0ms, 1ms, 300ms, 1s, 2s, 10s, 60s, -1s};
    const unsigned how = in.u8();
    const unsigned whence = in.u8();
    now_ns_ += std::chrono::nanoseconds(kSteps[how & 7]).count();
    const unsigned worker = whence & 1;
    const Endpoint exporter{exporters_[whence >> 1 & 3], static_cast<std::uint16_t>(50'000 + (whence >> 3 & 1))};
    const Connection connection{worker, whence >> 1 & 3, whence >> 4 & 3};
    if (how >> 3 == 0) {
      workers_[worker].tick(now_ns_);
    } else if (how >> 3 == 1) {
      end(connection, exporter.address);
    } else {
      const bool flood = how >> 3 == 2 && floods_++ < kMaxFloods;
      decode(flood ? template_flood() : composer_.next(in), connection, exporter);
    }
    check_input_state(input_, {&workers_[0], &workers_[1]});
  }

  void finish() {
    for (CheckedDecoder& worker : workers_) worker.finish();
    require(input_.held_bytes == 0, "nothing waits at the end");
  }

 private:
  /// Worker, exporter, and which of its connections; 0 and 1: it sends over UDP.
  using Connection = std::tuple<unsigned, unsigned, unsigned>;

  static constexpr unsigned kMaxFloods = 2;

  /// Far more templates than the limits allow.
  static std::vector<std::uint8_t> template_flood() {
    MessageBuilder message = MessageBuilder::ipfix();
    for (std::uint16_t i = 0; i < 100; ++i) {
      message.templates(template_record(static_cast<std::uint16_t>(256 + i), {{i, 4}, {kOctetDeltaCount, 8}}));
    }
    return message.bytes();
  }

  void decode(const std::vector<std::uint8_t>& payload, const Connection& connection, const Endpoint& exporter) {
    Datagram datagram = datagram_of(payload);
    datagram.exporter = exporter;
    datagram.received_ns = now_ns_;
    if (std::get<2>(connection) > 1) {
      std::uint64_t& session = sessions_[connection];
      if (session == 0) session = ++last_session_;
      datagram.session = session;
    }
    workers_[std::get<0>(connection)].decode(datagram);
  }

  void end(const Connection& connection, const IpAddress& exporter) {
    const auto session = sessions_.find(connection);
    if (session == sessions_.end()) return;
    workers_[std::get<0>(connection)].end_session(exporter, session->second);
    sessions_.erase(session);
  }

  InputState input_;
  std::array<CheckedDecoder, 2> workers_{CheckedDecoder(input_), CheckedDecoder(input_)};
  MessageComposer composer_;
  const std::array<IpAddress, 4> exporters_{*IpAddress::parse("192.0.2.1"), *IpAddress::parse("192.0.2.2"),
                                            *IpAddress::parse("2001:db8::1"), IpAddress()};
  std::map<Connection, std::uint64_t> sessions_;
  std::uint64_t last_session_ = 0;
  unsigned floods_ = 0;
  std::int64_t now_ns_ = 1'700'000'000'000'000'000;
};

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef::test;
  FuzzInput in(data, size);
  Sequence sequence(in.u8());
  while (!in.empty()) sequence.step(in);
  sequence.finish();
  return 0;
}
