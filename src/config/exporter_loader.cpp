#include "flowcef/config/exporter_loader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "flowcef/config/class_table_loader.hpp"
#include "flowcef/config/events_loader.hpp"
#include "flowcef/config/path_option.hpp"
#include "flowcef/config/text_option.hpp"

namespace flowcef {
namespace {

constexpr std::array kSequenceRules = {Choice{"standard", SequenceRule::standard},
                                       Choice{"records", SequenceRule::records},
                                       Choice{"datagrams", SequenceRule::datagrams}, Choice{"off", SequenceRule::off}};
constexpr std::array kKeptRecords = {Choice{"auto", KeptRecords::automatic}, Choice{"packeteer2", KeptRecords::layouts},
                                     Choice{"netflow5", KeptRecords::netflow5}, Choice{"all", KeptRecords::all}};
constexpr std::array kCounterMeanings = {Choice{"delta", CounterMeaning::delta},
                                         Choice{"total", CounterMeaning::total}};

constexpr std::chrono::seconds kShortestMerge{1};
constexpr std::chrono::hours kLongestMerge{1};

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end ? std::optional(number) : std::nullopt;
}

std::shared_ptr<const NumberNames> read_interfaces(const ValueReader& value) {
  const auto table = value.table("a table such as { 1 = \"inside\", 2 = \"outside\" }");
  if (!table) return nullptr;
  auto names = std::make_shared<NumberNames>();
  for (const TableReader::Entry& entry : table->unread()) {
    const auto number = parse_number(entry.key);
    if (!number) table->refuse(entry, "expected an interface number, 0..4294967295", "such as 1 = \"inside\"");
    const auto name = entry.value.text("a name of 1..255 bytes without control characters", is_number_name);
    if (!number || !name) continue;
    if (!names->emplace(*number, *name).second) table->refuse(entry, "expected each interface only once");
  }
  return names;
}

}  // namespace

void ExporterLoader::read(TableReader& table, Config& config) {
  ExporterConfig settings;
  const bool has_settings = read_settings(table, settings);
  const auto name = table.find("host");
  const auto host = name ? host_option(*name) : std::nullopt;
  if (!has_settings && !name) {
    table.refuse("", "expected at least one setting, got none",
                 "sequence, host, keep, counters, own_exports, merge, silent_after, classes or interfaces");
  }
  if (const auto match = table.require("match", "prefixes such as \"10.1.0.0/16\"")) {
    for (const auto& item : match->one_or_more("an array of prefixes")) {
      const auto prefix = prefix_option(item);
      if (!prefix) continue;
      prefixes_.check(item, prefix->to_string());
      settings.match = *prefix;
      if (has_settings) config.exporters.push_back(settings);
      if (host) config.hosts.push_back({*prefix, *host});
    }
  }
  table.refuse_unread();
}

/// Returns: whether any of its keys is there.
bool ExporterLoader::read_settings(TableReader& table, ExporterConfig& settings) {
  bool any = false;
  any |=
      table.read("sequence", settings.sequence, [](const ValueReader& value) { return value.choice(kSequenceRules); });
  any |= table.read("keep", settings.keep, [](const ValueReader& value) { return value.choice(kKeptRecords); });
  any |= table.read("counters", settings.counters,
                    [](const ValueReader& value) { return value.choice(kCounterMeanings); });
  any |= table.read("own_exports", settings.own_exports, [](const ValueReader& value) { return value.boolean(); });
  any |= table.read("merge", settings.merge,
                    [](const ValueReader& value) { return value.duration(kShortestMerge, kLongestMerge); });
  any |= table.read("silent_after", settings.silent_after, silence_option);
  any |= table.read("classes", settings.classes, [this](const ValueReader& value) { return read_classes(value); });
  any |= table.read("interfaces", settings.interfaces, read_interfaces);
  return any;
}

std::shared_ptr<const NumberNames> ExporterLoader::read_classes(const ValueReader& value) {
  const auto file = readable_file_option(value, base_);
  if (!file) return nullptr;
  const auto [known, is_new] = classes_.try_emplace(*file);
  if (!is_new) return known->second;
  auto names = load_class_table(*file);
  if (names) return known->second = *std::move(names);
  std::ranges::move(names.error(), std::back_inserter(class_errors_));
  return nullptr;
}

}  // namespace flowcef
