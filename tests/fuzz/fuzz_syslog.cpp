// Log lines of any bytes: a header and its message are parts of the line, and what patterns find lies within its bytes.
#include <algorithm>
#include <string_view>

#include "flowcef/config/pattern_loader.hpp"
#include "flowcef/decode/log_decoder.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {
namespace {

constexpr std::int64_t kNow = 1'795'387'202'000'000'000;

bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_header(std::string_view line, const SyslogMessage& message) {
  for (const std::string_view part : {message.hostname, message.app_name, message.proc_id, message.msg_id,
                                      message.structured_data, message.message}) {
    require(is_within(part, line), "parts of a header are parts of the line");
  }
  require(!message.time_ns || *message.time_ns >= 0, "times are since 1970");
  require(message.priority.value_or(0) <= 191, "priorities have a largest");
  require(message.priority || message.hostname.empty(), "without a priority there is no header");
}

class Handler final : public DataSetHandler {
 public:
  void on_data_set(const DataSet& set) override {
    ++sets;
    require(set.record_count == 1, "a line is one record");
    require(set.positions.size() == set.layout.fields.size(), "every field has its place");
    for (const Field& field : set.layout.fields) {
      const Bytes value = value_of(set, 0, field);
      const bool whole = field.length == kVariableLength || value.size() == field.length;
      require(value.empty() || whole, "a value is as long as its type");
    }
  }
  void on_refused(const Datagram&, Refusal) override { require(false, "a line is refused by the caller"); }

  std::size_t sets = 0;
};

std::vector<LogPatternSpec> shipped_patterns() {
  std::vector<LogPatternSpec> specs;
  for (const char* file : {"apache", "packetshaper", "proxysg", "squid"}) {
    auto loaded = load_patterns(std::string(FLOWCEF_SOURCE_DIR "/mappings/patterns/") + file + ".toml");
    require(loaded.has_value(), "the shipped patterns can be loaded");
    specs.insert(specs.end(), loaded->begin(), loaded->end());
  }
  // Every type of value.
  LogPatternSpec types{{"types", {}}, {"^t", {}}, {}};
  for (const char* type : {"octetArray", "unsigned8", "unsigned64", "signed8", "signed64", "float32", "float64",
                           "boolean", "macAddress", "string", "dateTimeSeconds", "dateTimeMilliseconds",
                           "dateTimeMicroseconds", "dateTimeNanoseconds", "ipv4Address", "ipv6Address"}) {
    types.match.text += " (?P<own_" + std::string(type) + ">\\S*)";
    types.types.push_back({{"own_" + std::string(type), {}}, {type, {}}});
  }
  specs.push_back(types);
  return specs;
}

/// Makes each line a record, or has it refused.
struct Reader {
  Reader() {
    input.config.log.emplace();
    auto made = LogPatterns::make(shipped_patterns(), registry);
    require(made.has_value(), "the shipped patterns fit together");
    input.patterns = *made;
    decoder.reconfigure(registry);
  }

  ElementRegistry registry;
  InputState input;
  ExporterTable exporters{input};
  DecodeCounters counters;
  Handler handler;
  LogDecoder decoder{registry, input, exporters, counters, handler};
};

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  static test::Reader reader;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  test::check_header(line, parse_syslog(line, {test::kNow, false}));
  Datagram datagram;
  datagram.payload = {data, size};
  datagram.received_ns = test::kNow;
  for (const UnmatchedLines unmatched : {UnmatchedLines::count, UnmatchedLines::send}) {
    reader.input.config.log->unmatched = unmatched;
    const std::size_t before = reader.handler.sets;
    const bool taken = reader.decoder.decode(datagram);
    test::require(reader.handler.sets - before == (taken ? 1U : 0U), "a line that is taken is a record");
    test::require(taken || unmatched == UnmatchedLines::count, "lines are sent where that is asked for");
  }
  test::require(reader.counters.records.value() == reader.handler.sets, "the books have every record");
  return 0;
}
