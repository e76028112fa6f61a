#include "conditions.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace flowcef {
namespace {

using Kind = Condition::Kind;

constexpr std::uint8_t kAllFormats = (1U << kExportFormatCount) - 1;

template <class T>
bool has_all(const std::vector<T>& whole, const std::vector<T>& wanted) {
  return std::ranges::all_of(wanted, [&](const T& item) { return std::ranges::find(whole, item) != whole.end(); });
}

template <class T>
bool share(const std::vector<T>& a, const std::vector<T>& b) {
  return std::ranges::any_of(a, [&](const T& item) { return std::ranges::find(b, item) != b.end(); });
}

bool has_range(const std::vector<TestSpec::Range>& whole, const TestSpec::Range& wanted) {
  return std::ranges::any_of(
      whole, [&](const TestSpec::Range& range) { return range.min <= wanted.min && wanted.max <= range.max; });
}

bool share_number(const std::vector<TestSpec::Range>& a, const std::vector<TestSpec::Range>& b) {
  return std::ranges::any_of(a, [&](const TestSpec::Range& one) {
    return std::ranges::any_of(
        b, [&](const TestSpec::Range& other) { return one.min <= other.max && other.min <= one.max; });
  });
}

bool has_values(const Condition& whole, const Condition& wanted) {
  return whole.elements == wanted.elements && has_all(whole.prefixes, wanted.prefixes) &&
         has_all(whole.texts, wanted.texts) && std::ranges::all_of(wanted.ranges, [&](const TestSpec::Range& range) {
           return has_range(whole.ranges, range);
         });
}

/// Whether a value may fit both; always said of IPv6 addresses.
bool share_value(const Condition& a, const Condition& b) {
  return !a.prefixes.empty() || share(a.texts, b.texts) || share_number(a.ranges, b.ranges);
}

bool is_same_column(const ProbeColumn& a, const ProbeColumn& b) {
  return a.probe == b.probe && a.name == b.name;
}

/// For conditions without parts.
bool simple_implies(const Condition& a, const Condition& b) {
  if (a.kind == Kind::element && b.kind == Kind::present) return has_all(a.elements, b.elements);
  if (a.kind == Kind::column && b.kind == Kind::found) return a.column.probe == b.column.probe;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kind:
      return a.options_record == b.options_record;
    case Kind::present:
    case Kind::absent:
      return has_all(a.elements, b.elements);
    case Kind::exporter:
      return has_all(b.prefixes, a.prefixes);
    case Kind::format:
      return (a.formats & ~b.formats) == 0 && has_all(b.texts, a.texts);
    case Kind::element:
      return has_values(b, a);
    case Kind::found:
      return a.column.probe == b.column.probe;
    case Kind::column:
      return is_same_column(a.column, b.column) && has_all(b.texts, a.texts);
    default:
      return false;
  }
}

/// Conditions inside conditions are held against each other in many an order, so what is known of a pair is kept.
class Implications {
 public:
  bool hold(const Condition& a, const Condition& b) {
    if (a.parts.empty() && b.parts.empty()) return decide(a, b);
    const auto [known, is_new] = known_.try_emplace({&a, &b}, false);
    if (is_new) known->second = decide(a, b);
    return known->second;
  }

 private:
  bool decide(const Condition& a, const Condition& b) {
    const auto of_a = [&](const Condition& part) { return hold(part, b); };
    const auto of_b = [&](const Condition& part) { return hold(a, part); };
    if (b.kind == Kind::all) return std::ranges::all_of(b.parts, of_b);
    if (a.kind == Kind::any) return std::ranges::all_of(a.parts, of_a);
    if (b.kind == Kind::any && std::ranges::any_of(b.parts, of_b)) return true;
    if (a.kind == Kind::all) return std::ranges::any_of(a.parts, of_a);
    if (a.kind == Kind::negation && b.kind == Kind::negation) return hold(b.parts.front(), a.parts.front());
    return simple_implies(a, b);
  }

  std::map<std::pair<const Condition*, const Condition*>, bool> known_;
};

/// A condition without parts that must hold, or must not.
struct Fact {
  const Condition* condition;
  bool negated;
};

bool both_fail(const Condition& a, const Condition& b) {
  if (a.kind == Kind::kind && b.kind == Kind::kind) return a.options_record != b.options_record;
  return a.kind == Kind::format && b.kind == Kind::format && (a.formats | b.formats) == kAllFormats;
}

bool exclude_each_other(const Condition& a, const Condition& b) {
  if (a.kind == Kind::absent)
    return (b.kind == Kind::present || b.kind == Kind::element) && share(a.elements, b.elements);
  if (b.kind == Kind::absent) return exclude_each_other(b, a);
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::kind) return a.options_record != b.options_record;
  if (a.kind == Kind::format) return (a.formats & b.formats) == 0 && !share(a.texts, b.texts);
  if (a.kind == Kind::column) return is_same_column(a.column, b.column) && !share(a.texts, b.texts);
  return a.kind == Kind::element && a.elements == b.elements && !share_value(a, b);
}

bool contradict(const Fact& a, const Fact& b) {
  if (a.negated && b.negated) return both_fail(*a.condition, *b.condition);
  if (a.negated) return implies(*b.condition, *a.condition);
  if (b.negated) return implies(*a.condition, *b.condition);
  return exclude_each_other(*a.condition, *b.condition);
}

class ContradictionFinder {
 public:
  /// Adds what follows from the condition, or from its opposite, to the facts.
  std::optional<Contradiction> assume(const Condition& condition, bool negated) {
    switch (condition.kind) {
      case Kind::negation:
        return assume(condition.parts.front(), !negated);
      case Kind::all:
      case Kind::any:
        return is_choice(condition, negated) ? assume_one(condition, negated) : assume_all(condition, negated);
      default:
        return assume_fact({&condition, negated});
    }
  }

 private:
  static bool is_choice(const Condition& condition, bool negated) {
    if (condition.kind == Kind::negation) return is_choice(condition.parts.front(), !negated);
    const bool joins = condition.kind == Kind::all || condition.kind == Kind::any;
    return joins && condition.parts.size() != 1 && (condition.kind == Kind::any) != negated;
  }

  /// Choices go last: then all that they might contradict is known.
  std::optional<Contradiction> assume_all(const Condition& condition, bool negated) {
    for (const bool choices : {false, true}) {
      for (const Condition& part : condition.parts) {
        if (is_choice(part, negated) != choices) continue;
        if (auto found = assume(part, negated)) return found;
      }
    }
    return std::nullopt;
  }

  std::optional<Contradiction> assume_one(const Condition& condition, bool negated) {
    std::optional<Contradiction> found;
    const std::size_t known = facts_.size();
    for (const Condition& part : condition.parts) {
      auto of_part = assume(part, negated);
      facts_.resize(known);
      if (!of_part) return std::nullopt;
      if (!found) found = of_part;
    }
    return found;
  }

  std::optional<Contradiction> assume_fact(const Fact& fact) {
    for (const Fact& known : facts_) {
      if (contradict(known, fact)) return Contradiction{known.condition, fact.condition};
    }
    facts_.push_back(fact);
    return std::nullopt;
  }

  std::vector<Fact> facts_;
};

}  // namespace

TestForm test_form(DataType type) noexcept {
  if (is_unsigned(type) || is_signed(type)) return TestForm::number;
  switch (type) {
    case DataType::date_time_seconds:
    case DataType::date_time_milliseconds:
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      return TestForm::number;
    case DataType::boolean:
      return TestForm::boolean;
    case DataType::ipv4_address:
      return TestForm::ipv4;
    case DataType::ipv6_address:
      return TestForm::ipv6;
    case DataType::mac_address:
      return TestForm::mac;
    case DataType::string:
      return TestForm::text;
    default:
      return TestForm::none;
  }
}

bool implies(const Condition& a, const Condition& b) {
  return Implications().hold(a, b);
}

std::optional<Contradiction> find_contradiction(const Condition& condition) {
  return ContradictionFinder().assume(condition, false);
}

}  // namespace flowcef
