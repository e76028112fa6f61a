#include "flowcef/decode/template_cache.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

std::shared_ptr<Template> layout(std::uint16_t length = 4, std::size_t fields = 1) {
  auto made = std::make_shared<Template>();
  made->record_length = length;
  Field field;
  field.id = {0, 8};
  field.length = length;
  made->fields.resize(fields, field);
  return made;
}

DomainKey domain(std::uint32_t number) {
  DomainKey key;
  key.domain = number;
  return key;
}

class TemplateCaching : public testing::Test {
 protected:
  TemplateCache cache_{{5, 100}};
};

// SS-15: five exporters with one template each and a cache of five run without an ejection; a sixth ejects one.
TEST_F(TemplateCaching, EjectsOnlyWhenFull) {
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(cache_.put(domain(i), 256, layout()).evicted, 0U);
  EXPECT_EQ(cache_.put(domain(5), 256, layout()).evicted, 1U);
  EXPECT_EQ(cache_.size(), 5U);
  EXPECT_EQ(cache_.find_domain(domain(0)), nullptr) << "a domain goes with its last template";
}

TEST_F(TemplateCaching, UseKeepsATemplate) {
  for (std::uint32_t i = 0; i < 5; ++i) (void)cache_.put(domain(i), 256, layout());
  EXPECT_NE(cache_.find(*cache_.find_domain(domain(0)), 256), nullptr);
  (void)cache_.put(domain(5), 256, layout());
  EXPECT_NE(cache_.find_domain(domain(0)), nullptr);
  EXPECT_EQ(cache_.find_domain(domain(1)), nullptr);
}

TEST_F(TemplateCaching, ARepetitionIsNoChange) {
  EXPECT_TRUE(cache_.put(domain(1), 256, layout()).changed);
  EXPECT_FALSE(cache_.put(domain(1), 256, layout()).changed);
  EXPECT_TRUE(cache_.put(domain(1), 256, layout(8)).changed);
  EXPECT_EQ(cache_.size(), 1U);
}

TEST_F(TemplateCaching, BoundsTheFieldsOfAllTemplates) {
  (void)cache_.put(domain(1), 256, layout(4, 60));
  EXPECT_EQ(cache_.put(domain(2), 256, layout(4, 60)).evicted, 1U);
  EXPECT_EQ(cache_.size(), 1U);
  EXPECT_EQ(cache_.put(domain(2), 256, layout(4, 200)).evicted, 0U) << "the newest one stays, whatever its size";
}

TEST_F(TemplateCaching, RemovesOnRequest) {
  (void)cache_.put(domain(1), 256, layout());
  (void)cache_.put(domain(1), 257, layout());
  EXPECT_TRUE(cache_.remove(domain(1), 256));
  EXPECT_FALSE(cache_.remove(domain(1), 256));
  EXPECT_FALSE(cache_.remove(domain(2), 256));
  EXPECT_EQ(cache_.find(*cache_.find_domain(domain(1)), 256), nullptr);
  EXPECT_NE(cache_.find(*cache_.find_domain(domain(1)), 257), nullptr);
}

}  // namespace
}  // namespace flowcef::test
