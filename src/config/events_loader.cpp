#include "flowcef/config/events_loader.hpp"

namespace flowcef {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kLongest{24 * 7};
constexpr std::size_t kMaxPerMinute = 100'000;

/// Returns: 0 for `false`
std::optional<milliseconds> duration_or_false(const ValueReader& value, milliseconds least) {
  if (value.is_false()) return milliseconds(0);
  return value.duration(least, kLongest, "false");
}

}  // namespace

std::optional<milliseconds> silence_option(const ValueReader& value) {
  return duration_or_false(value, std::chrono::seconds(1));
}

void load_events(TableReader& root, EventsConfig& events) {
  const auto value = root.find("events");
  if (!value) return;
  auto table = value->table();
  if (!table) return;
  table->read("enabled", events.enabled, [](const ValueReader& reader) { return reader.boolean(); });
  table->read("silent_after", events.silent_after, silence_option);
  table->read("clock_skew", events.clock_skew,
              [](const ValueReader& reader) { return duration_or_false(reader, std::chrono::seconds(5)); });
  table->read("books_every", events.books_every,
              [](const ValueReader& reader) { return duration_or_false(reader, std::chrono::seconds(1)); });
  table->read("max_per_minute", events.max_per_minute,
              [](const ValueReader& reader) { return reader.number(std::size_t{1}, kMaxPerMinute); });
  table->refuse_unread();
}

}  // namespace flowcef
