#include "flowcef/decode/template_store.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace flowcef::test {
namespace {

std::shared_ptr<Template> layout(std::uint8_t kind = 1, std::size_t fields = 1) {
  auto made = std::make_shared<Template>();
  made->record_length = 4;
  made->fields.resize(fields);
  made->definition.assign(4 * fields, kind);
  return made;
}

DomainKey domain(std::uint32_t number, std::string_view exporter = "192.0.2.1", std::uint64_t session = 0) {
  DomainKey key;
  key.exporter = {*IpAddress::parse(exporter), 50000};
  key.domain = number;
  key.session = session;
  return key;
}

DecodeConfig limited(std::size_t templates) {
  DecodeConfig config;
  config.max_templates = templates;
  return config;
}

class Store : public testing::Test {
 protected:
  TemplateStore::PutResult put(const DomainKey& key, std::uint16_t id = 256, std::uint8_t kind = 1) {
    return store_.put(key, id, layout(kind), ++now_);
  }
  void use(const DomainKey& key, std::uint16_t id = 256) { store_.find(key, id)->last_used_ns.store(++now_); }
  bool has(const DomainKey& key, std::uint16_t id = 256) { return store_.find(key, id) != nullptr; }

  TemplateStore store_{limited(5)};
  std::int64_t now_ = 0;
};

// SS-15: five exporters with one template each and a cache of five run without an ejection; a sixth ejects one.
TEST_F(Store, EjectsOnlyWhenFull) {
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(put(domain(i)).ejected, 0U);
  EXPECT_EQ(put(domain(5)).ejected, 1U);
  EXPECT_EQ(store_.size(), 5U);
  EXPECT_FALSE(has(domain(0)));
}

// SS-10: the least recently used one is ejected.
TEST_F(Store, EjectsTheLeastRecentlyUsed) {
  for (std::uint32_t i = 0; i < 5; ++i) put(domain(i));
  use(domain(0));
  use(domain(1));
  const TemplateRef victim = store_.find(domain(2), 256);
  put(domain(5));
  EXPECT_TRUE(victim->gone) << "who keeps a reference sees that it is out of force";
  EXPECT_TRUE(has(domain(0)));
  put(domain(6));
  EXPECT_FALSE(has(domain(3)));
  EXPECT_TRUE(has(domain(1)));
}

// SS-07: the limit is that of the input, however many workers put templates in at the same time.
TEST_F(Store, HoldsItsLimitOverAllThreads) {
  std::vector<std::thread> workers;
  for (std::uint32_t worker = 0; worker < 4; ++worker) {
    workers.emplace_back([this, worker] {
      for (std::uint32_t i = 0; i < 500; ++i) {
        const auto result = store_.put(domain(worker * 1000 + i), 256, layout(), i);
        result.entry->last_used_ns.store(i + 1);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(store_.size(), 5U);
  EXPECT_EQ(store_.removals(), 2000U - 5U);
}

// SS-13: a new version takes the old one's place.
TEST_F(Store, ARedefinitionReplaces) {
  const auto first = put(domain(1), 256, 1);
  EXPECT_TRUE(first.is_new);
  const auto repeated = put(domain(1), 256, 1);
  EXPECT_FALSE(repeated.is_new || repeated.is_redefined);
  EXPECT_EQ(repeated.entry, first.entry);
  const auto other = put(domain(1), 256, 2);
  EXPECT_TRUE(other.is_redefined);
  EXPECT_TRUE(first.entry->gone);
  EXPECT_NE(other.entry->layout->serial, first.entry->layout->serial);
  EXPECT_EQ(store_.size(), 1U);
}

TEST_F(Store, ExportersOfOneMakeShareALayout) {
  EXPECT_EQ(put(domain(1)).entry->layout, put(domain(2), 300).entry->layout);
  EXPECT_NE(put(domain(1)).entry->layout, put(domain(3), 256, 2).entry->layout);
}

TEST_F(Store, ALayoutThatNobodyUsesGoes) {
  std::weak_ptr<const Template> gone = put(domain(1)).entry->layout;
  for (std::uint32_t i = 2; i < 10; ++i) put(domain(i), 256, static_cast<std::uint8_t>(i));
  EXPECT_TRUE(gone.expired());
}

// PX-16: redefining a giant template again and again takes the room of one, however many others there are.
TEST(TemplateMemory, AReplacedLayoutIsFreedAtOnce) {
  TemplateStore store(DecodeConfig{});
  for (std::uint32_t i = 0; i < 1'000; ++i) store.put(domain(i, "192.0.2.2"), 256, layout(), 0);
  std::weak_ptr<const Template> before;
  for (std::uint32_t i = 0; i < 500; ++i) {
    const auto result = store.put(domain(1), 256, layout(static_cast<std::uint8_t>(1 + i % 250), 2'000), i);
    EXPECT_TRUE(before.expired()) << i;
    before = result.entry->layout;
  }
}

// Who keeps references to giant templates lets go of them sooner.
TEST(TemplateMemory, RemovalsCountFieldsAndRows) {
  TemplateStore store(DecodeConfig{});
  store.put(domain(1), 256, layout(1, 2'000), 0);
  for (char i = 'a'; i <= 'z'; ++i) store.put_row(domain(1), {OptionsTable::interface_name, {i}, "x", 0});
  store.remove(store.find(domain(1), 256));
  EXPECT_EQ(store.removals(), 1U + 2'000 / 50 + 26 / 8);
}

// PX-15: whoever keeps a reference to a template has its new layout; exporters of one make go on sharing one.
TEST_F(Store, LayoutsAreRemadeInPlace) {
  const TemplateRef first = put(domain(1)).entry;
  const TemplateRef same = put(domain(2, "192.0.2.2", 7), 300).entry;
  const TemplateRef lost = put(domain(3), 256, 2).entry;
  const std::uint64_t serial = first->layout->serial;
  const std::uint64_t changes = store_.changes();
  store_.remake_layouts(
      [](const Template& old) { return old.definition[0] == 2 ? nullptr : std::make_shared<Template>(old); });
  EXPECT_NE(first->layout->serial, serial);
  EXPECT_EQ(first->layout, same->layout);
  EXPECT_EQ(first->last_used_ns, 1);
  EXPECT_FALSE(first->gone || same->gone);
  EXPECT_TRUE(lost->gone);
  EXPECT_FALSE(has(domain(3)));
  EXPECT_EQ(store_.take_ejected(), 1U);
  EXPECT_EQ(store_.take_ejected(), 0U);
  EXPECT_EQ(store_.changes(), changes + 1);
  const auto refreshed = put(domain(1));
  EXPECT_FALSE(refreshed.is_new || refreshed.is_redefined);
  EXPECT_EQ(refreshed.entry, first);
}

TEST(TemplateMemory, IsCountedByTheRemadeLayouts) {
  DecodeConfig config;
  config.max_templates_per_exporter = 3;
  TemplateStore store(config);
  store.put(domain(1), 256, layout(1, 900), 1);
  store.put(domain(1), 257, layout(2, 900), 2);
  store.remake_layouts([](const Template& old) {
    auto made = std::make_shared<Template>(old);
    made->fields.resize(1'100);
    return made;
  });
  EXPECT_EQ(store.put(domain(1), 258, layout(3), 3).ejected, 1U) << "2048 fields are the quota";
}

// PX-15, PX-16: the rule by which templates make room holds for smaller limits too.
TEST(TemplateLimits, ChangeAtOnce) {
  DecodeConfig config;
  TemplateStore store(config);
  for (std::uint16_t id = 256; id < 266; ++id) {
    store.put(domain(1, "192.0.2.1"), id, layout(), 1'000 - id);
    store.put(domain(2, "192.0.2.2"), id, layout(), 10'000 - id);
  }
  store.put(domain(3, "192.0.2.1"), 256, layout(), 5);
  store.put_row(domain(3, "192.0.2.1"), {OptionsTable::interface_name, "a", "x", 0});
  config.max_templates_per_exporter = 8;
  store.reconfigure(config);
  EXPECT_EQ(store.size(), 16U);
  EXPECT_EQ(store.take_ejected(), 5U);
  EXPECT_EQ(store.find(domain(3, "192.0.2.1"), 256), nullptr);
  EXPECT_EQ(store.content_of(domain(3, "192.0.2.1")).serial, 0U) << "a domain goes with its last template";
  EXPECT_EQ(store.find(domain(1, "192.0.2.1"), 264), nullptr);
  EXPECT_NE(store.find(domain(1, "192.0.2.1"), 263), nullptr);
  config.max_templates = 9;
  store.reconfigure(config);
  EXPECT_EQ(store.take_ejected(), 7U);
  EXPECT_NE(store.find(domain(1, "192.0.2.1"), 256), nullptr) << "the one of that exporter that was used last";
  EXPECT_NE(store.find(domain(2, "192.0.2.2"), 263), nullptr);
  store.reconfigure({});
  EXPECT_EQ(store.put(domain(4), 256, layout(), 20'000).ejected, 0U);
}

// SS-08, SS-11: idle time runs from the last use.
TEST(TemplateIdleTime, RunsFromTheLastUse) {
  DecodeConfig config;
  config.template_idle_timeout = std::chrono::milliseconds(2);
  TemplateStore store(config);
  store.put(domain(1), 256, layout(), 0);
  store.put(domain(2), 256, layout(), 0);
  store.find(domain(1), 256)->last_used_ns.store(1'500'000);
  EXPECT_EQ(store.expire(2'000'000), 0U);
  EXPECT_EQ(store.expire(2'000'001), 1U);
  EXPECT_NE(store.find(domain(1), 256), nullptr);
  EXPECT_EQ(store.expire(3'500'001), 1U);
  EXPECT_EQ(store.size(), 0U);
}

// SS-09: each limit can be unlimited on its own.
TEST(TemplateLimits, CanBeUnlimited) {
  DecodeConfig config;
  config.max_templates = kUnlimited;
  config.max_templates_per_exporter = kUnlimited;
  config.template_idle_timeout.reset();
  TemplateStore store(config);
  for (std::uint32_t i = 0; i < 5'000; ++i) EXPECT_EQ(store.put(domain(i), 256, layout(), i).ejected, 0U);
  EXPECT_EQ(store.expire(std::numeric_limits<std::int64_t>::max()), 0U);
  EXPECT_EQ(store.size(), 5'000U);
}

// PX-16: who sends too many loses his own, and nobody else's.
TEST(TemplateLimits, AFloodStaysInItsQuota) {
  DecodeConfig config;
  config.max_templates = 100;
  config.max_templates_per_exporter = 10;
  TemplateStore store(config);
  for (std::uint32_t i = 0; i < 50; ++i) {
    store.put(domain(i, "192.0.2." + std::to_string(i + 1)), 256, layout(), i);
  }
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    store.put(domain(i, "198.51.100.1"), 256, layout(static_cast<std::uint8_t>(i)), 1'000 + i);
  }
  EXPECT_EQ(store.size(), 60U);
  for (std::uint32_t i = 0; i < 50; ++i) {
    EXPECT_NE(store.find(domain(i, "192.0.2." + std::to_string(i + 1)), 256), nullptr);
  }
}

TEST(TemplateLimits, BoundTheFieldsOfAllTemplates) {
  DecodeConfig config;
  config.max_templates = 100;  // 5,000 fields
  TemplateStore store(config);
  for (std::uint32_t i = 0; i < 5; ++i) {
    store.put(domain(i, "192.0.2." + std::to_string(i + 1)), 256, layout(static_cast<std::uint8_t>(i), 2'000), i);
  }
  EXPECT_EQ(store.size(), 2U);
}

TEST_F(Store, ASessionTakesItsTemplatesAlong) {
  put(domain(1, "192.0.2.1", 7));
  put(domain(2, "192.0.2.1", 7));
  put(domain(1, "192.0.2.1", 8));
  store_.end_session(7);
  EXPECT_FALSE(has(domain(1, "192.0.2.1", 7)));
  EXPECT_FALSE(has(domain(2, "192.0.2.1", 7)));
  EXPECT_TRUE(has(domain(1, "192.0.2.1", 8)));
  std::size_t saved = 0;
  store_.for_each_saved([&](const DomainKey&, const TemplateStore::DomainContent&) { ++saved; });
  EXPECT_EQ(saved, 0U) << "what came over a connection ends with it";
}

TEST_F(Store, WithdrawsOneKindOfADomain) {
  put(domain(1), 256);
  auto options = layout(2);
  options->options = true;
  store_.put(domain(1), 257, options, ++now_);
  EXPECT_EQ(store_.withdraw_all(domain(1), true), 1U);
  EXPECT_TRUE(has(domain(1), 256));
  EXPECT_FALSE(has(domain(1), 257));
}

TEST_F(Store, RowsStayAsLongAsTheirDomainHasTemplates) {
  const OptionsRow row{OptionsTable::interface_name, std::string("\x07", 1), "ge-0/0/7", 0};
  EXPECT_FALSE(store_.put_row(domain(1), row)) << "of a domain that nobody knows";
  put(domain(1));
  EXPECT_TRUE(store_.put_row(domain(1), row));
  ASSERT_EQ(store_.content_of(domain(1)).rows.size(), 1U);
  put(domain(1), 256, 2);
  EXPECT_EQ(store_.content_of(domain(1)).rows.size(), 1U) << "a redefinition is no end";
  EXPECT_TRUE(store_.remove(store_.find(domain(1), 256)));
  EXPECT_TRUE(store_.content_of(domain(1)).rows.empty());
}

// Fact: options rows are bounded for each exporter.
TEST_F(Store, AnExportersRowsAreBounded) {
  put(domain(1));
  put(domain(2, "192.0.2.2"));
  OptionsRow row{OptionsTable::interface_name, {}, "x", 0};
  unsigned kept = 0;
  for (std::uint32_t i = 0; i < 30'000; ++i) {
    row.key = std::to_string(i);
    kept += store_.put_row(domain(1), row) ? 1U : 0U;
  }
  EXPECT_EQ(kept, 20'000U);
  row.key = "0";
  row.text = "y";
  EXPECT_TRUE(store_.put_row(domain(1), row)) << "a known row can change";
  EXPECT_TRUE(store_.put_row(domain(2, "192.0.2.2"), row));
}

// PX-16: and so are those of all exporters together.
TEST_F(Store, AllRowsAreBounded) {
  TemplateStore store(DecodeConfig{});
  std::size_t kept = 0;
  for (std::uint32_t exporter = 0; exporter < 26; ++exporter) {
    const DomainKey key = domain(1, "192.0.2." + std::to_string(exporter));
    store.put(key, 256, layout(), 0);
    for (std::uint32_t i = 0; i < 20'000; ++i) {
      kept += store.put_row(key, {OptionsTable::interface_name, std::to_string(i), "x", 0}) ? 1U : 0U;
    }
  }
  EXPECT_EQ(kept, 500'000U);
}

}  // namespace
}  // namespace flowcef::test
