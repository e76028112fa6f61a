// What one more key on a line costs, by kind: lines with sixteen such keys against lines without any, in turn.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "flowcef/app/error_report.hpp"
#include "flowcef/app/record_path.hpp"
#include "key_kinds.hpp"
#include "support/packet_builder.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::bench {
namespace {

using test::ByteWriter;
using test::MessageBuilder;

constexpr int kKeys = 16;
constexpr std::uint32_t kRecords = 12;

struct KeyKind {
  const char* name;
  const char* what;  ///< right-hand side in [keys]
};

constexpr KeyKind kKinds[] = {
    {"constant", R"({ value = "perimeter" })"},
    {"number", R"("octetDeltaCount")"},
    {"port", R"("sourceTransportPort")"},
    {"ipv4", R"("sourceIPv4Address")"},
    {"ipv4 as number", R"({ from = "sourceIPv4Address", as = "number" })"},
    {"ipv6", R"("sourceIPv6Address")"},
    {"mac", R"("sourceMacAddress")"},
    {"table", R"({ from = "protocolIdentifier", table = "protocol" })"},
    {"number and text", R"({ from = "protocolIdentifier", text = "protocol" })"},
    {"flags", R"({ from = "tcpControlBits", table = "tcp_flags" })"},
    {"time", R"("@start")"},
    {"time as text", R"({ from = "@start", time = "MMM dd yyyy HH:mm:ss.SSS zzz" })"},
    {"string", R"("applicationName")"},
    {"string, escaped", R"("userName")"},
    {"string, cut", R"({ from = "applicationName", max_length = 8 })"},
    {"hex", R"({ from = "sourceIPv6Address", as = "hex" })"},
    {"base64", R"({ from = "sourceIPv6Address", as = "base64" })"},
    {"omitted zero", R"({ from = "ingressInterface", omit = "zero" })"},
    {"second source", R"({ from = ["applicationDescription", "applicationName"] })"},
    {"event id", R"("@event_id")"},
    {"exporter", R"("@exporter")"},
};

std::unique_ptr<const Translation> mapping_of(const KeyKind* kind) {
  std::string text = "unmapped = \"drop\"\n" + std::string(test::kPlainHead) + "[keys]\n";
  for (int i = 0; kind != nullptr && i < kKeys; ++i) {
    text += "XBenchmarkKeyNo" + std::to_string(10 + i) + " = " + kind->what + '\n';
  }
  auto translation = test::translation_of(text);
  if (translation) return *std::move(translation);
  print_errors(std::cerr, translation.error());
  std::exit(1);
}

std::vector<std::uint8_t> layout() {
  return MessageBuilder::ipfix()
      .templates(test::template_record(300, {{8, 4},
                                             {27, 16},
                                             {56, 6},
                                             {7, 2},
                                             {4, 1},
                                             {6, 2},
                                             {1, 8},
                                             {10, 4},
                                             {152, 8},
                                             {94, 65535},
                                             {96, 65535},
                                             {371, 65535}}))
      .bytes();
}

std::vector<std::uint8_t> records() {
  ByteWriter out;
  for (std::uint32_t n = 0; n < kRecords; ++n) {
    const std::uint32_t scattered = n * 2654435761U >> 7;
    out.u32(0x0a000000 + scattered % 65536).u64(0x20010db8'00000000).u64(scattered).u16(0x0200).u32(scattered);
    out.u16(scattered).u8(n % 3 == 0 ? 17 : 6).u16(27).u64(scattered % 5'000'000).u32(0).u64(1'700'000'000'000 + n);
    out.variable("").variable("office365-" + std::to_string(n)).variable("cn=user" + std::to_string(n) + ",o=example");
  }
  return MessageBuilder::ipfix().set(300, out).bytes();
}

/// A mapping's way from datagram to lines.
struct Path {
  explicit Path(const KeyKind* kind) : translation(mapping_of(kind)) { path.set_event_ids("1700000000000-0-", 1); }

  std::unique_ptr<const Translation> translation;
  BatchPool pool;
  InputState input;
  RecordPath path{*translation, pool, {{RenderingConfig{}, [](const BatchRef&) {}}}, {&input}};
  InputPath& in{*path.inputs().front()};
};

void cost_of(benchmark::State& state, const KeyKind& kind) {
  using Clock = std::chrono::steady_clock;
  Path with(&kind);
  Path without(nullptr);
  const auto templates = layout();
  const auto data = records();
  const Datagram datagram = test::datagram_of(data);
  for (Path* path : {&with, &without}) {
    path->in.decode(test::datagram_of(templates));
    for (int i = 0; i < 100; ++i) path->in.decode(datagram);
  }
  for (auto _ : state) {
    const auto start = Clock::now();
    with.in.decode(datagram);
    const auto between = Clock::now();
    without.in.decode(datagram);
    state.SetIterationTime(std::chrono::duration<double>((between - start) - (Clock::now() - between)).count());
  }
  const auto keys = static_cast<double>(kRecords * kKeys) * static_cast<double>(state.iterations());
  state.counters["ns/key"] = benchmark::Counter(keys * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

void register_key_kinds() {
  for (const KeyKind& kind : kKinds) {
    benchmark::RegisterBenchmark(("key/" + std::string(kind.name)).c_str(), [&kind](benchmark::State& state) {
      cost_of(state, kind);
    })->UseManualTime();
  }
}

}  // namespace flowcef::bench
