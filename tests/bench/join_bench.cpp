// What it costs to join log lines to flows: NetFlow v5 by the PacketShaper mappings with and without the lookup, in turn.
#include "join_bench.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include "flowcef/app/error_report.hpp"
#include "flowcef/config/element_table_loader.hpp"
#include "flowcef/config/mapping_loader.hpp"
#include "flowcef/decode/decoder.hpp"
#include "flowcef/lookup/lookups.hpp"
#include "flowcef/map/renderer.hpp"
#include "support/allocation_counter.hpp"
#include "support/packet_builder.hpp"
#include "support/random_source.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::bench {
namespace {

constexpr std::uint32_t kAddresses = 1'000'000;
constexpr std::uint32_t kFirstAddress = 0x0a000000;
constexpr std::uint32_t kUnknownAddress = 0x14000000;
constexpr std::size_t kDatagrams = 1000;  ///< so many that no cache holds all of their entries
constexpr std::uint32_t kRecords = 30;

[[noreturn]] void give_up(const ConfigErrors& errors) {
  print_errors(std::cerr, errors);
  std::exit(1);
}

std::filesystem::path mappings() {
  return std::filesystem::path(FLOWCEF_SOURCE_DIR) / "mappings";
}

const ElementRegistry& registry() {
  static ElementRegistry made;
  static const bool kFilled = [] {
    const auto rows = load_element_tables(mappings() / "elements");
    if (!rows) give_up(rows.error());
    if (const ConfigErrors errors = made.add(*rows); !errors.empty()) give_up(errors);
    return true;
  }();
  static_cast<void>(kFilled);
  return made;
}

std::vector<PositionedText> words(std::initializer_list<const char*> texts) {
  std::vector<PositionedText> made;
  for (const char* text : texts) made.push_back({text, {}});
  return made;
}

std::shared_ptr<Lookups> full_lookup() {
  LookupConfig config;
  config.name.text = "web";
  config.inputs = words({"log"});
  config.key = words({"sourceIPv4Address"});
  config.columns = words({"userName", "httpRequestMethod", "httpRequestTarget"});
  config.max_entries = kAddresses;
  auto lookups = Lookups::make({config}, registry());
  if (!lookups) give_up(lookups.error());
  for (std::uint32_t n = 0; n < kAddresses; ++n) {
    const std::uint32_t address = kFirstAddress + n;
    const std::array<std::uint8_t, 4> bytes = {
        static_cast<std::uint8_t>(address >> 24), static_cast<std::uint8_t>(address >> 16),
        static_cast<std::uint8_t>(address >> 8), static_cast<std::uint8_t>(address)};
    LookupKey key;
    if (!key.append(DataType::ipv4_address, bytes)) std::abort();
    const std::string user = "user" + std::to_string(n);
    const std::string target =
        "http://www" + std::to_string(n % 5000) + ".example.com/articles?id=" + std::to_string(n);
    (*lookups)->put(0, key, std::array<std::string_view, 3>{user, "GET", target}, 1'700'000'000'000);
  }
  return *lookups;
}

const std::shared_ptr<Lookups>& lookups() {
  static const auto kLookups = full_lookup();
  return kLookups;
}

Mapping mapping_of(const char* name) {
  const LoadedMapping loaded = load_mapping(mappings() / (std::string(name) + ".toml"), mappings());
  if (!loaded.errors.empty()) give_up(loaded.errors);
  auto mapping = resolve_mapping(loaded.spec, registry(), &lookups()->schemas());
  if (!mapping) give_up(mapping.error());
  return *std::move(mapping);
}

/// A mapping's way from datagram to lines.
class Path final : public DataSetHandler {
 public:
  explicit Path(const char* mapping) : mapping_(mapping_of(mapping)) { renderer_.look_up_in(&reader_); }

  void decode(const Datagram& datagram) { decoder_.decode(datagram); }
  [[nodiscard]] std::uint64_t lines() const { return rendered_.lines.value(); }

  void on_refused(const Datagram&, Refusal) override {}
  void on_data_set(const DataSet& set) override {
    reader_.begin();
    renderer_.render(set, {"1700000000000-0-", 1});
    reader_.end();
  }

 private:
  Mapping mapping_;
  LookupReader reader_{*lookups()};
  BatchPool pool_;
  RenderCounters rendered_;
  Renderer renderer_{mapping_, RenderingConfig{}, pool_, rendered_, [](const BatchRef&) {}};
  InputState input_;
  DecodeCounters decoded_;
  Decoder decoder_{registry(), input_, decoded_, *this};
};

std::vector<std::vector<std::uint8_t>> datagrams(std::uint32_t first_address) {
  test::RandomSource random(1);
  std::vector<std::vector<std::uint8_t>> made;
  for (std::size_t i = 0; i < kDatagrams; ++i) {
    test::ByteWriter bytes = test::netflow5_header({.count = kRecords});
    for (std::uint32_t n = 0; n < kRecords; ++n) {
      const auto source = static_cast<std::uint32_t>(first_address + random.below(kAddresses));
      bytes.append(
          test::netflow5_record({.source = source, .source_port = static_cast<std::uint16_t>(random.bits())}).bytes());
    }
    made.push_back(bytes.bytes());
  }
  return made;
}

/// Of this thread, in nanoseconds: what else runs on the machine does not count.
double cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

void join(benchmark::State& state, std::uint32_t first_address, bool hits) {
  Path with("packetshaper-web");
  Path without("packetshaper");
  const auto sent = datagrams(first_address);
  for (const auto& bytes : sent) {
    with.decode(test::datagram_of(bytes));
    without.decode(test::datagram_of(bytes));
  }
  const std::uint64_t found = lookups()->counts().front().hits;
  const std::size_t before = test::allocations();
  double joined = 0;
  double plain = 0;
  std::size_t next = 0;
  for (auto _ : state) {
    const Datagram datagram = test::datagram_of(sent[next++ % sent.size()]);
    const double start = cpu_time();
    with.decode(datagram);
    const double between = cpu_time();
    without.decode(datagram);
    const double end = cpu_time();
    joined += between - start;
    plain += end - between;
    state.SetIterationTime((between - start) * 1e-9);
  }
  const std::size_t allocated = test::allocations() - before;
  if ((lookups()->counts().front().hits != found) != hits) state.SkipWithError("another outcome than this one's");
  const auto records = static_cast<double>(kRecords) * static_cast<double>(state.iterations());
  const LookupCounts counts = lookups()->counts().front();
  state.counters["ns/record"] = joined / records;
  state.counters["ns/record without"] = plain / records;
  state.counters["ratio"] = joined / plain;
  state.counters["allocs/record"] = static_cast<double>(allocated) / records;
  state.counters["entries"] = static_cast<double>(counts.entries);
  state.counters["bytes/entry"] = static_cast<double>(counts.bytes) / static_cast<double>(counts.entries);
}

}  // namespace

void register_joins() {
  const auto add = [](const char* name, std::uint32_t first_address, bool hits) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
      join(state, first_address, hits);
    })->UseManualTime();
  };
  add("join/hit", kFirstAddress, true);
  add("join/miss", kUnknownAddress, false);
}

}  // namespace flowcef::bench
