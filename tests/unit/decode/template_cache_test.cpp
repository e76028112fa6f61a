#include "flowcef/decode/template_cache.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

Template layout(std::uint16_t id, std::uint16_t length = 4) {
  Template made;
  made.id = id;
  made.record_length = length;
  Field field;
  field.id = {0, 8};
  field.length = length;
  made.fields.push_back(field);
  return made;
}

DomainKey domain(std::uint32_t number) {
  DomainKey key;
  key.domain = number;
  return key;
}

class TemplateCaching : public testing::Test {
 protected:
  std::vector<std::uint64_t> removed_;
  TemplateCache cache_{{5, 100}, [this](std::uint64_t serial) { removed_.push_back(serial); }};
};

// SS-15: five exporters with one template each and a cache of five run without an ejection; a sixth ejects one.
TEST_F(TemplateCaching, EjectsOnlyWhenFull) {
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(cache_.put(domain(i), layout(256)).evicted, 0U);
  EXPECT_TRUE(removed_.empty());
  EXPECT_EQ(cache_.put(domain(5), layout(256)).evicted, 1U);
  EXPECT_EQ(removed_.size(), 1U);
  EXPECT_EQ(cache_.size(), 5U);
  EXPECT_EQ(cache_.find_domain(domain(0)), nullptr) << "a domain goes with its last template";
}

TEST_F(TemplateCaching, UseKeepsATemplate) {
  for (std::uint32_t i = 0; i < 5; ++i) (void)cache_.put(domain(i), layout(256));
  EXPECT_NE(cache_.find(*cache_.find_domain(domain(0)), 256), nullptr);
  (void)cache_.put(domain(5), layout(256));
  EXPECT_NE(cache_.find_domain(domain(0)), nullptr);
  EXPECT_EQ(cache_.find_domain(domain(1)), nullptr);
}

TEST_F(TemplateCaching, ARepetitionIsNoChange) {
  EXPECT_TRUE(cache_.put(domain(1), layout(256)).changed);
  EXPECT_FALSE(cache_.put(domain(1), layout(256)).changed);
  EXPECT_TRUE(cache_.put(domain(1), layout(256, 8)).changed);
  EXPECT_EQ(removed_.size(), 1U);
  EXPECT_EQ(cache_.size(), 1U);
}

TEST_F(TemplateCaching, BoundsTheFieldsOfAllTemplates) {
  Template large = layout(256);
  large.fields.resize(60);
  (void)cache_.put(domain(1), large);
  EXPECT_EQ(cache_.put(domain(2), large).evicted, 1U);
  EXPECT_EQ(cache_.size(), 1U);
  large.fields.resize(200);
  EXPECT_EQ(cache_.put(domain(2), large).evicted, 0U) << "the newest one stays, whatever its size";
}

TEST_F(TemplateCaching, RemovesOnRequest) {
  (void)cache_.put(domain(1), layout(256));
  (void)cache_.put(domain(1), layout(257));
  EXPECT_TRUE(cache_.remove(domain(1), 256));
  EXPECT_FALSE(cache_.remove(domain(1), 256));
  EXPECT_FALSE(cache_.remove(domain(2), 256));
  EXPECT_EQ(cache_.find(*cache_.find_domain(domain(1)), 256), nullptr);
  EXPECT_NE(cache_.find(*cache_.find_domain(domain(1)), 257), nullptr);
}

}  // namespace
}  // namespace flowcef::test
