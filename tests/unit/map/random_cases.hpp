// Random templates, records and mappings, one case for each seed. FLOWCEF_CASES says how many cases are tried,
// FLOWCEF_SEED which is the first; a failure names its own.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "flowcef/app/translation.hpp"
#include "flowcef/config/element_table_loader.hpp"
#include "support/random_mapping.hpp"

namespace flowcef::test {

class RandomCases : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    registry_ = std::make_unique<ElementRegistry>();
    const auto rows = load_element_tables(find_default_mapping().parent_path() / "elements");
    ASSERT_TRUE(rows && registry_->add(*rows).empty());
  }
  static void TearDownTestSuite() { registry_.reset(); }

  /// Calls `test` for seed after seed, until one fails.
  static void for_each_case(std::uint64_t cases, const std::function<void(RandomSource&)>& test) {
    const std::uint64_t first = setting("FLOWCEF_SEED", 1);
    for (std::uint64_t seed = first; seed < first + setting("FLOWCEF_CASES", cases); ++seed) {
      SCOPED_TRACE("FLOWCEF_SEED=" + std::to_string(seed) + " FLOWCEF_CASES=1");
      RandomSource random(seed);
      test(random);
      if (HasFatalFailure()) return;
    }
  }

  /// Random rules may be such that they never match, which is refused: those go, from the last on.
  static std::expected<Mapping, ConfigErrors> resolve(MappingSpec& spec) {
    auto mapping = resolve_mapping(spec, *registry_);
    while (!mapping && spec.events.size() > 1 && mapping.error().front().key.starts_with("event")) {
      spec.events.erase(spec.events.end() - 2);
      mapping = resolve_mapping(spec, *registry_);
    }
    return mapping;
  }

  static inline std::unique_ptr<ElementRegistry> registry_;

 private:
  static std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  }
};

}  // namespace flowcef::test
