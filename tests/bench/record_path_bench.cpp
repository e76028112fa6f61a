// Decode, map and both together: CPU time, bytes and allocations per record. One thread; run it on a quiet machine and
// compare medians: build/release/flowcef_bench --benchmark_repetitions=9 --benchmark_report_aggregates_only=true
#include <benchmark/benchmark.h>
#include <sys/socket.h>

#include <cstdlib>
#include <iostream>
#include <memory>

#include "flowcef/app/error_report.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/core/socket_address.hpp"
#include "join_bench.hpp"
#include "key_kinds.hpp"
#include "support/allocation_counter.hpp"
#include "support/packet_builder.hpp"
#include "workloads.hpp"

namespace flowcef::bench {
namespace {

const Translation& translation() {
  static const auto loaded = [] {
    const std::filesystem::path mappings = std::filesystem::path(FLOWCEF_SOURCE_DIR) / "mappings";
    auto result = load_translation(mappings / "default.toml", {mappings / "elements"});
    if (!result) {
      print_errors(std::cerr, result.error());
      std::exit(1);
    }
    return *std::move(result);
  }();
  return *loaded;
}

/// The envelope and framing of a TLS output: the most work there is.
constexpr RenderingConfig kRendering{SyslogHeader::rfc5424, Framing::octet_counting, false};

void report(benchmark::State& state, const Workload& work, std::uint64_t bytes, std::size_t allocated) {
  const auto records = static_cast<double>(work.records) * static_cast<double>(state.iterations());
  state.counters["records/s"] = benchmark::Counter(records, benchmark::Counter::kIsRate);
  state.counters["ns/record"] =
      benchmark::Counter(records * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes/record"] = static_cast<double>(bytes) / records;
  state.counters["allocs/record"] = static_cast<double>(allocated) / records;
}

class Discard final : public DataSetHandler {
 public:
  void on_data_set(const DataSet& set) override { benchmark::DoNotOptimize(set.record_count); }
  void on_refused(const Datagram&, Refusal) override {}
};

void decode(benchmark::State& state, const Workload& work) {
  Discard handler;
  DecodeCounters counters;
  InputState input;
  Decoder decoder(translation().registry, input, counters, handler);
  decoder.decode(test::datagram_of(work.templates));
  const Datagram datagram = test::datagram_of(work.data);
  decoder.decode(datagram);
  const std::size_t before = test::allocations();
  for (auto _ : state) decoder.decode(datagram);
  report(state, work, work.data.size() * static_cast<std::size_t>(state.iterations()), test::allocations() - before);
}

/// Keeps the data set of one message, so that map can be measured alone.
class Capture final : public DataSetHandler {
 public:
  void on_refused(const Datagram&, Refusal) override {}
  void on_data_set(const DataSet& set) override {
    context = set.context;
    positions.assign(set.positions.begin(), set.positions.end());
    kept.reset(new DataSet{set.layout,
                           context,
                           set.template_id,
                           set.records,
                           set.record_count,
                           positions,
                           set.positions_per_record,
                           {},
                           {}});
  }

  ExportContext context;
  std::vector<FieldPosition> positions;
  std::unique_ptr<DataSet> kept;
};

void map(benchmark::State& state, const Workload& work) {
  Capture capture;
  DecodeCounters counters;
  InputState input;
  Decoder decoder(translation().registry, input, counters, capture);
  decoder.decode(test::datagram_of(work.templates));
  decoder.decode(test::datagram_of(work.data));
  BatchPool pool;
  RenderCounters rendered;
  Renderer renderer(translation().mapping, kRendering, pool, rendered, [](const BatchRef&) {});
  for (int i = 0; i < 100; ++i) renderer.render(*capture.kept, {"1700000000000-0-", 1});
  const std::uint64_t bytes = rendered.bytes.value();
  const std::size_t before = test::allocations();
  for (auto _ : state) renderer.render(*capture.kept, {"1700000000000-0-", 1});
  report(state, work, rendered.bytes.value() - bytes, test::allocations() - before);
}

/// A collector that never reads.
class Collector {
 public:
  Collector() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    SocketAddress address(Endpoint::parse("127.0.0.1:0").value());
    if (::bind(socket_.get(), address.get(), address.length) != 0) std::abort();
    getsockname(socket_.get(), address.get(), &address.length);
    to_ = address.to_endpoint();
  }
  [[nodiscard]] const Endpoint& address() const { return to_; }

 private:
  FileDescriptor socket_;
  Endpoint to_;
};

/// What goes on beside decode and map.
enum class Beside : std::uint8_t {
  nothing,
  replicate,  ///< each datagram goes on to a target too, from our own address
  merge,      ///< records of one flow become one line, where they are short enough: those of ipfix/strings
};

void decode_and_map(benchmark::State& state, const Workload& work, Beside beside) {
  const Collector collector;
  ReplicaPool replicas;
  LogFactory logs(spdlog::level::off);
  ReplicateTarget target({.name = "bench", .to = collector.address(), .source = ReplicateSource::own},
                         logs.make("bench"));
  const bool replicates = beside == Beside::replicate;
  if (replicates) target.start();
  BatchPool pool;
  InputState input;
  if (beside == Beside::merge) {
    input.exporters.push_back({.match = *IpPrefix::parse("0.0.0.0/0"), .merge = std::chrono::minutes(1)});
  }
  RecordPath path(translation(), pool, {{kRendering, [](const BatchRef&) {}}}, {&input});
  InputPath& in = *path.inputs().front();
  path.set_event_ids("1700000000000-0-", 1);
  if (replicates) {
    in.replicate_by(std::make_unique<Replicator>(replicas, std::vector{&target}, std::vector<Endpoint>()));
  }
  in.decode(test::datagram_of(work.templates));
  const Datagram datagram = test::datagram_of(work.data);
  for (int i = 0; i < 100; ++i) in.decode(datagram);
  const std::uint64_t bytes = path.render_counters()[0]->bytes.value();
  const std::size_t before = test::allocations();
  for (auto _ : state) in.decode(datagram);
  report(state, work, path.render_counters()[0]->bytes.value() - bytes, test::allocations() - before);
}

}  // namespace
}  // namespace flowcef::bench

int main(int argc, char** argv) {
  using namespace flowcef::bench;
  const auto all = workloads();
  for (const Workload& work : all) {
    benchmark::RegisterBenchmark(("decode/" + work.name).c_str(),
                                 [&work](benchmark::State& state) { decode(state, work); });
    benchmark::RegisterBenchmark(("map/" + work.name).c_str(), [&work](benchmark::State& state) { map(state, work); });
    benchmark::RegisterBenchmark(("decode+map/" + work.name).c_str(),
                                 [&work](benchmark::State& state) { decode_and_map(state, work, Beside::nothing); });
    benchmark::RegisterBenchmark(("decode+map+replicate/" + work.name).c_str(),
                                 [&work](benchmark::State& state) { decode_and_map(state, work, Beside::replicate); });
    benchmark::RegisterBenchmark(("decode+merge/" + work.name).c_str(),
                                 [&work](benchmark::State& state) { decode_and_map(state, work, Beside::merge); });
  }
  register_key_kinds();
  register_joins();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
