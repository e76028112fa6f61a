// For random templates, records, mappings and limits: what a limit leaves of a line (GG-10).
#include <algorithm>
#include <map>

#include "flowcef/map/renderer.hpp"
#include "random_cases.hpp"
#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint64_t kCases = 600;
constexpr unsigned kLimitsOfACase = 12;

/// A line's pairs as they stand on it.
struct RawLine {
  std::string header;  ///< up to the last |
  std::vector<std::string> pairs;

  explicit RawLine(const std::string& line) {
    std::size_t at = 0;
    for (int bars = 0; bars < 7; ++at) {
      if (line[at] == '\\') {
        ++at;
      } else {
        bars += line[at] == '|' ? 1 : 0;
      }
    }
    header = line.substr(0, at);
    std::size_t begin = at;
    for (std::size_t i = at; i < line.size(); ++i) {
      if (line[i] == '\\') {
        ++i;
        continue;
      }
      const std::size_t blank = line.rfind(' ', i);
      if (line[i] != '=' || blank == std::string::npos || blank < begin) continue;
      pairs.push_back(line.substr(begin, blank - begin));
      begin = blank + 1;
    }
    if (begin < line.size()) pairs.push_back(line.substr(begin));
  }

  static std::string key_of(const std::string& pair) { return pair.substr(0, pair.find('=')); }
};

class LimitedLines : public RandomCases {
 protected:
  struct Rendered {
    std::map<std::uint64_t, std::string> lines;  ///< by event
    RenderCounters counters;
  };

  static void render(const Mapping& mapping, const DataSet& set, const RenderingConfig& config, Rendered& rendered) {
    BatchPool pool;
    Renderer renderer(mapping, config, pool, rendered.counters, [&](const BatchRef& batch) {
      for (const LineRef& line : batch->lines()) rendered.lines[line.event] = batch->message(line);
    });
    renderer.render(set, {"7-", 1});
    renderer.flush();
  }

  /// A piece of the full line: a pair, with its label in front. What goes earlier has the smaller rank.
  struct Piece {
    std::vector<std::string> pairs;
    std::pair<unsigned, std::ptrdiff_t> rank;
    std::size_t size = 0;  ///< with the blank behind it
  };

  /// Input: the line's pairs without the event's constants
  static std::vector<Piece> pieces_of(const Mapping& mapping, std::span<const std::string> pairs) {
    std::map<std::string, unsigned> priorities;
    for (const MappedKey& key : mapping.keys) {
      priorities[key.key] = priorities[key.key + "Label"] = key.priority;
      if (key.text_table != nullptr) priorities[key.key + "Text"] = key.priority;
    }
    std::vector<Piece> pieces;
    for (const std::string& pair : pairs) {
      const std::string key = RawLine::key_of(pair);
      const bool behind_label = !pieces.empty() && RawLine::key_of(pieces.back().pairs.back()) == key + "Label";
      if (!behind_label) {
        const unsigned priority = priorities.contains(key) ? priorities[key] : 1;
        pieces.push_back({{}, {priority, -static_cast<std::ptrdiff_t>(pieces.size())}});
      }
      pieces.back().pairs.push_back(pair);
      pieces.back().size += pair.size() + 1;
    }
    return pieces;
  }

  /// Says what a line must be, by the rule as mappings/README.md has it.
  static std::string expected(const Mapping& mapping, const EventRule& rule, const std::string& full,
                              std::size_t limit) {
    if (full.size() <= limit) return full;
    const RawLine raw(full);
    const std::size_t constants = RawLine(rule.header + "x=").pairs.size() - 1;
    std::vector<Piece> kept = pieces_of(mapping, std::span(raw.pairs).subspan(constants));
    std::vector<Piece> by_rank = kept;
    std::ranges::sort(by_rank, {}, &Piece::rank);
    std::size_t gone = 0;
    for (const Piece& piece : by_rank) {
      std::erase_if(kept, [&](const Piece& other) { return other.rank == piece.rank; });
      gone += piece.pairs.size();
      std::string line = rule.header;
      for (const Piece& stays : kept) {
        for (const std::string& pair : stays.pairs) line += pair + ' ';
      }
      line += mapping.prefix + "ShedKeys=" + std::to_string(gone);
      if (line.size() <= limit) return line;
    }
    return {};
  }

  static void check_line(const MappingSpec& spec, const std::string& full, const std::string& line) {
    CefRules rules{.dictionary = spec.dictionary, .empty_values = true};
    const auto event = read_cef(full, rules);
    const auto shorter = read_cef(line, rules);
    ASSERT_TRUE(event) << event.error() << '\n' << full;
    ASSERT_TRUE(shorter) << shorter.error() << '\n' << line;
    EXPECT_EQ(shorter->header, event->header);
    const std::string key = spec.prefix.text + "ShedKeys";
    for (const auto& [name, value] : shorter->extension) {
      if (name != key) {
        ASSERT_EQ(value, event->value(name)) << line;
      }
    }
    ASSERT_EQ(shorter->value(key), std::to_string(event->order.size() + 1 - shorter->order.size())) << line;
  }

  static const EventRule& rule_of(const Mapping& mapping, const std::string& line) {
    const std::string header = RawLine(line).header;
    return *std::ranges::find_if(mapping.events,
                                 [&](const EventRule& rule) { return rule.header.starts_with(header); });
  }

  static void check(MappingSpec spec, const RandomFlows& flows, RandomSource& random) {
    for (std::size_t i = 0; i < spec.events.size(); ++i) spec.events[i].signature.text = "s" + std::to_string(i) + "e";
    for (KeySpec& key : spec.keys) key.priority = static_cast<std::uint8_t>(random.below(kMaxPriority + 1));
    const auto mapping = resolve(spec);
    ASSERT_TRUE(mapping) << mapping.error().front().to_string() << '\n' << describe(spec);
    const DataSet set = flows.set();
    Rendered full;
    render(*mapping, set, {}, full);
    std::size_t longest = 1;
    for (const auto& [id, line] : full.lines) longest = std::max(longest, line.size());
    for (unsigned i = 0; i < kLimitsOfACase; ++i) {
      const std::size_t limit = random.between(1, longest);
      RenderingConfig config{.max_bytes = limit};
      if (random.chance(50)) config.framing = Framing::octet_counting;
      Rendered limited;
      render(*mapping, set, config, limited);
      std::uint64_t changed = 0;
      for (const auto& [id, line] : full.lines) {
        const EventRule& rule = rule_of(*mapping, line);
        const std::string wanted = expected(*mapping, rule, line, limit);
        const bool has_line = limited.lines.contains(id);
        ASSERT_EQ(has_line ? limited.lines[id] : std::string(), wanted) << limit << '\n'
                                                                        << line << '\n'
                                                                        << describe(spec);
        ASSERT_LE(wanted.size(), limit);
        if (wanted.empty() || wanted == line) continue;
        ++changed;
        check_line(spec, line, wanted);
        if (HasFatalFailure()) return;
      }
      ASSERT_EQ(limited.counters.lines.value(), limited.lines.size());
      ASSERT_EQ(limited.counters.shed_lines.value(), changed);
      ASSERT_EQ(limited.counters.dropped_records.value(), full.counters.dropped_records.value());
      ASSERT_EQ(limited.counters.oversize.value(), full.lines.size() - limited.lines.size());
    }
  }
};

TEST_F(LimitedLines, AreWhatTheRuleLeavesOfThem) {
  for_each_case(kCases, [](RandomSource& random) {
    RandomFlowMaker flow_maker(*registry_, random);
    RandomMappingMaker mapping_maker(*registry_, random, flow_maker);
    const auto flows = flow_maker.make();
    check(mapping_maker.make(*flows), *flows, random);
  });
}

}  // namespace
}  // namespace flowcef::test
