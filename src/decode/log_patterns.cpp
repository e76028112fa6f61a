#include "flowcef/decode/log_patterns.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "log_value.hpp"

namespace flowcef {
namespace {

/// For an expression's program and automaton. With less, long lines take longer; they never take it all at once.
constexpr std::int64_t kPatternMemory = std::int64_t{1} << 20;
constexpr std::int64_t kSetMemory = std::int64_t{32} << 20;
/// From so many patterns on, all of them at once tell sooner which may take a line than one after the other.
constexpr std::size_t kSetFrom = 3;

/// Lines may hold any bytes, valid as UTF-8 or not: with Latin-1 each is a character, and `\S+` takes it.
RE2::Options options_of(std::int64_t memory) {
  RE2::Options options(RE2::Latin1);
  options.set_max_mem(memory);
  options.set_dot_nl(true);  // a message may have several lines
  options.set_log_errors(false);
  return options;
}

struct Pattern {
  std::string name;
  std::unique_ptr<RE2> expression;
  std::vector<const InformationElement*> fields;
  std::vector<int> groups;  ///< number of each field's group
  int last_group = 0;
};

/// Returns: text out of a file as part of an error: on one line, and not too long.
std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  std::string line(text.substr(0, kLongest));
  std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '.');
  return text.size() > kLongest ? line + "..." : line;
}

/// Makes the patterns of one input, and says all that is wrong with them.
class PatternMaker {
 public:
  explicit PatternMaker(ElementRegistry& registry) : registry_(registry) {}

  void add(const LogPatternSpec& spec) {
    path_ = "pattern." + spec.name.text;
    if (!names_.insert(spec.name.text).second) {
      refuse(spec.name, "name", "expected a name of its own, got that of another pattern of the same input");
    }
    Pattern pattern;
    pattern.name = spec.name.text;
    pattern.expression = std::make_unique<RE2>(spec.match.text, options_of(kPatternMemory));
    if (!pattern.expression->ok()) {
      refuse(spec.match, "match",
             "expected a regular expression, got one that RE2 refuses: " + shown(pattern.expression->error()),
             "https://github.com/google/re2/wiki/Syntax; in TOML, '...' leaves backslashes alone");
    } else if (check_groups(spec.match, *pattern.expression)) {
      take_fields(spec, pattern);
      check_types(spec, *pattern.expression);
    }
    patterns_.push_back(std::move(pattern));
  }

  [[nodiscard]] ConfigErrors take_errors() { return std::move(errors_); }
  [[nodiscard]] std::vector<Pattern> take_patterns() { return std::move(patterns_); }

 private:
  void refuse(const PositionedText& at, const std::string& key, std::string problem, std::string hint = {}) {
    errors_.push_back({at.where, path_ + '.' + key, std::move(problem), std::move(hint)});
  }

  bool check_groups(const PositionedText& match, const RE2& expression) {
    const std::size_t named = expression.NamedCapturingGroups().size();
    if (named == 0) {
      refuse(match, "match", "expected a group with a name, got none",
             "(?P<userName>\\S+) puts what \\S+ takes into the element userName");
    } else if (named > LogPatterns::kMaxFields) {
      refuse(match, "match",
             "expected at most " + std::to_string(LogPatterns::kMaxFields) + " groups with a name, got " +
                 std::to_string(named));
    } else if (static_cast<std::size_t>(expression.NumberOfCapturingGroups()) > LogPatterns::kMaxGroups) {
      refuse(match, "match",
             "expected at most " + std::to_string(LogPatterns::kMaxGroups) + " groups, got " +
                 std::to_string(expression.NumberOfCapturingGroups()),
             "(?:...) groups without taking");
    } else {
      return true;
    }
    return false;
  }

  void take_fields(const LogPatternSpec& spec, Pattern& pattern) {
    for (const auto& [number, name] : pattern.expression->CapturingGroupNames()) {
      const InformationElement* element = element_of(spec, name);
      if (element == nullptr) continue;
      if (std::ranges::find(pattern.fields, element) != pattern.fields.end()) {
        refuse(spec.match, "match", "expected each name only once, got " + name + " again");
      }
      pattern.fields.push_back(element);
      pattern.groups.push_back(number);
      pattern.last_group = number;
    }
  }

  /// Returns: null, and adds an error, if the group cannot be an element.
  const InformationElement* element_of(const LogPatternSpec& spec, const std::string& name) {
    const auto stated = std::ranges::find(spec.types, name, [](const auto& typed) { return typed.name.text; });
    const bool has_type = stated != spec.types.end();
    const auto type = has_type ? data_type_by_name(stated->type.text) : std::nullopt;
    if (has_type && !type) return nullptr;  // check_types() says so
    const InformationElement* element = registry_.define(name, type);
    if (element == nullptr) {
      const DataType known = registry_.find_by_name(name)->type;
      refuse(stated->type, "types." + name,
             "expected " + std::string(to_string(known)) + ", got " + shown(stated->type.text),
             "the element tables know this name; leave the type out, or call the group otherwise");
    } else if (element->id == ElementId{kSyslogPen, kLogPattern}) {
      refuse(spec.match, "match", "expected another name than logPattern for a group",
             "the pattern's name stands there");
    } else if (!has_log_form(element->type)) {
      refuse(spec.match, "match",
             "expected a group that is a number, a text, an address or a time, got " + name + ", which is " +
                 std::string(to_string(element->type)));
    } else {
      return element;
    }
    return nullptr;
  }

  void check_types(const LogPatternSpec& spec, const RE2& expression) {
    for (const auto& [name, type] : spec.types) {
      if (!expression.NamedCapturingGroups().contains(name.text)) {
        refuse(name, "types." + shown(name.text),
               "expected the name of a group of match, got one that it does not have");
      }
      if (!data_type_by_name(type.text)) {
        refuse(type, "types." + shown(name.text), "expected an IANA data type, got " + shown(type.text),
               "such as unsigned32, string, ipv4Address or dateTimeSeconds");
      }
    }
  }

  ElementRegistry& registry_;
  std::unordered_set<std::string> names_;
  std::string path_;
  ConfigErrors errors_;
  std::vector<Pattern> patterns_;
};

}  // namespace

struct LogPatterns::Impl {
  explicit Impl(std::vector<Pattern> made) : patterns(std::move(made)) {
    if (patterns.size() < kSetFrom) return;
    auto set = std::make_unique<RE2::Set>(options_of(kSetMemory), RE2::UNANCHORED);
    const bool whole = std::ranges::all_of(
        patterns, [&](const Pattern& pattern) { return set->Add(pattern.expression->pattern(), nullptr) >= 0; });
    if (whole && set->Compile()) all = std::move(set);
  }

  /// Returns: whether `candidates` are all that may take the message; otherwise that cannot be told.
  [[nodiscard]] bool find_candidates(const re2::StringPiece& message, std::vector<int>& candidates) const {
    if (all == nullptr) return false;
    candidates.clear();
    RE2::Set::ErrorInfo error{};
    if (!all->Match(message, &candidates, &error)) return error.kind == RE2::Set::kNoError;
    std::ranges::sort(candidates);
    return true;
  }

  [[nodiscard]] bool takes(std::size_t index, const re2::StringPiece& message, const LogClock& clock,
                           LogMatch& into) const {
    const Pattern& pattern = patterns[index];
    std::array<re2::StringPiece, 1 + kMaxGroups> groups;
    if (!pattern.expression->Match(message, 0, message.size(), RE2::UNANCHORED, groups.data(),
                                   1 + pattern.last_group)) {
      return false;
    }
    into.parts.clear();
    into.bytes.clear();
    into.positions.clear();
    for (std::size_t i = 0; i < pattern.fields.size(); ++i) {
      const re2::StringPiece& group = groups[static_cast<std::size_t>(pattern.groups[i])];
      const std::string_view part(group.data(), group.size());
      const auto offset = static_cast<std::uint32_t>(into.bytes.size());
      if (!part.empty() && !append_log_value(pattern.fields[i]->type, part, clock, into.bytes)) {
        into.misfit = {index, pattern.fields[i], part};
        return false;
      }
      into.parts.push_back(part);
      into.positions.push_back({offset, static_cast<std::uint32_t>(into.bytes.size()) - offset});
    }
    return true;
  }

  std::vector<Pattern> patterns;
  std::unique_ptr<RE2::Set> all;  ///< null: too few patterns, or too large ones
};

LogPatterns::LogPatterns(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogPatterns::~LogPatterns() = default;

std::expected<std::shared_ptr<const LogPatterns>, ConfigErrors> LogPatterns::make(std::span<const LogPatternSpec> specs,
                                                                                  ElementRegistry& registry) {
  if (specs.size() > kMaxPatterns) {
    return std::unexpected(ConfigErrors{{specs[kMaxPatterns].name.where, "pattern",
                                         "expected at most " + std::to_string(kMaxPatterns) +
                                             " patterns for an input, got " + std::to_string(specs.size()),
                                         ""}});
  }
  PatternMaker maker(registry);
  for (const LogPatternSpec& spec : specs) maker.add(spec);
  if (ConfigErrors errors = maker.take_errors(); !errors.empty()) return std::unexpected(std::move(errors));
  return std::shared_ptr<const LogPatterns>(new LogPatterns(std::make_unique<Impl>(maker.take_patterns())));
}

std::size_t LogPatterns::size() const noexcept {
  return impl_->patterns.size();
}

const std::string& LogPatterns::name(std::size_t pattern) const noexcept {
  return impl_->patterns[pattern].name;
}

const std::vector<const InformationElement*>& LogPatterns::fields(std::size_t pattern) const noexcept {
  return impl_->patterns[pattern].fields;
}

std::optional<std::size_t> LogPatterns::match(std::string_view message, const LogClock& clock, LogMatch& into) const {
  const re2::StringPiece text(message.data(), message.size());
  into.misfit.reset();
  if (impl_->find_candidates(text, into.candidates)) {
    for (const int candidate : into.candidates) {
      const auto pattern = static_cast<std::size_t>(candidate);
      if (impl_->takes(pattern, text, clock, into)) return pattern;
    }
    return std::nullopt;
  }
  for (std::size_t pattern = 0; pattern < impl_->patterns.size(); ++pattern) {
    if (impl_->takes(pattern, text, clock, into)) return pattern;
  }
  return std::nullopt;
}

}  // namespace flowcef
