#include <gmock/gmock.h>

#include <sstream>
#include <string>

#include "flowcef/app/diff_report.hpp"
#include "flowcef/app/line_diff.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string line(const std::string& extension, const std::string& signature = "flow",
                 const std::string& severity = "1") {
  return "CEF:0|V|P|1|" + signature + "|n|" + severity + '|' + extension;
}

class LineDiffs : public testing::Test {
 protected:
  void add(const std::string& a, const std::string& b) { diff_.add("1-" + std::to_string(++records_), a, b); }

  [[nodiscard]] const KeyDiff& key(const std::string& name) const {
    for (const KeyDiff* entry : diff_.keys()) {
      if (entry->key == name) return *entry;
    }
    ADD_FAILURE() << "no key " << name;
    static const KeyDiff kNone;
    return kNone;
  }

  /// `from->to`
  [[nodiscard]] std::vector<std::string> renamed() const {
    auto keys = diff_.keys();
    std::vector<std::string> names;
    for (const auto& [from, to] : diff_.take_renamed(keys)) names.push_back(from->key + "->" + to->key);
    return names;
  }

  [[nodiscard]] std::string report() const {
    std::ostringstream out;
    write_diff_report(out, {{"a.toml", "b.toml"}, {"1", "2"}, diff_.records(), 0, span_ns_}, diff_);
    return out.str();
  }

  LineDiff diff_{"A", "B"};
  std::uint64_t records_ = 0;
  std::int64_t span_ns_ = 0;
};

TEST_F(LineDiffs, SumsAddUpToTheLines) {
  const std::string a = line("src=10.0.0.1 reason=end of flow in=7");
  const std::string b = line("src=10.0.0.1 in=70", "other");
  add(a, b);
  EXPECT_EQ(diff_.lines(), (Both{1, 1}));
  EXPECT_EQ(diff_.bytes(), (Both{a.size(), b.size()}));
  Both sum = diff_.header_bytes();
  for (const KeyDiff* entry : diff_.keys()) {
    sum[0] += entry->bytes[0];
    sum[1] += entry->bytes[1];
  }
  EXPECT_EQ(sum, (Both{a.size() + 1, b.size() + 1}));
  EXPECT_EQ(key("reason").bytes, (Both{std::string(" reason=end of flow").size(), 0}));
}

TEST_F(LineDiffs, WhatOfAKeyIsDifferent) {
  add(line("src=1 in=7"), line("src=1 in=7"));
  add(line("src=1 in=7"), line("src=1 in=8"));
  add(line("src=1 in=7"), line("src=1"));
  add(line("src=1"), line("src=1 in=9"));
  EXPECT_EQ(diff_.records(), 4U);
  EXPECT_EQ(diff_.differing(), 3U);
  EXPECT_EQ(key("src").differs, 0U);
  EXPECT_EQ(key("in").differs, 3U);
  EXPECT_EQ(key("in").lines, (Both{3, 3}));
  EXPECT_EQ(key("in").example[0], "7");
  EXPECT_EQ(key("in").example[1], "8");
  ASSERT_EQ(diff_.examples().size(), 3U);
  EXPECT_THAT(diff_.examples()[0].lines, ElementsAre("- in=7", "+ in=8"));
  EXPECT_EQ(diff_.examples()[0].id, "1-2");
}

// The same keys differ: one example says it all.
TEST_F(LineDiffs, OneExampleForEachWay) {
  for (int i = 0; i < 10; ++i) add(line("in=1 out=1"), line("in=2 out=1"));
  add(line("in=1 out=1"), line("in=1"));
  EXPECT_EQ(diff_.differing(), 11U);
  ASSERT_EQ(diff_.examples().size(), 2U);
  EXPECT_THAT(diff_.examples()[1].lines, ElementsAre("- out=1"));
  for (int i = 0; i < 10; ++i) add(line("in=1"), line("in=1 k" + std::to_string(i) + "=1"));
  EXPECT_EQ(diff_.examples().size(), LineDiff::kExamples);
}

TEST_F(LineDiffs, HeaderFieldsByChange) {
  add(line("in=1", "flow", "1"), line("in=1", "denied", "5"));
  add(line("in=1", "flow", "1"), line("in=1", "denied", "5"));
  add(line("in=1", "options", "0"), line("in=1", "options", "0"));
  ASSERT_EQ(diff_.header_changes().size(), 2U);
  EXPECT_EQ(diff_.header_changes()[0].from, "flow");
  EXPECT_EQ(diff_.header_changes()[0].to, "denied");
  EXPECT_EQ(diff_.header_changes()[0].lines, 2U);
  EXPECT_EQ(diff_.header_changes()[1].to, "5");
  EXPECT_EQ(diff_.examples()[0].lines.front(), "- CEF:0|V|P|1|flow|n|1|");
}

// What a rule drops is no key that is lost.
TEST_F(LineDiffs, RecordsThatOneSideDoesNotSend) {
  add(line("in=1 out=2", "options"), "");
  add(line("in=1 out=2"), line("in=1 out=2"));
  add("", line("in=1", "flow"));
  EXPECT_EQ(diff_.differing(), 2U);
  EXPECT_EQ(diff_.lines(), (Both{2, 2}));
  EXPECT_EQ(key("out").differs, 0U);
  EXPECT_EQ(key("out").lines, (Both{2, 1}));
  ASSERT_EQ(diff_.one_sided().size(), 2U);
  EXPECT_EQ(diff_.one_sided()[0].signature, "options");
  EXPECT_EQ(diff_.one_sided()[1].side, 1U);
  EXPECT_THAT(report(), HasSubstr("Records that only A sends (a rule of B drops them): 1\n"));
}

TEST_F(LineDiffs, OrderAlone) {
  add(line("in=1 out=2"), line("out=2 in=1"));
  EXPECT_EQ(diff_.differing(), 1U);
  EXPECT_EQ(diff_.reordered(), 1U);
  EXPECT_THAT(report(), HasSubstr("only the order of the keys differs"));
}

TEST_F(LineDiffs, RenamedIfTheValuesFollow) {
  add(line("APort=80 AZero=0 AFlags=2 AX=1"), line("cn1=80 cn2=0 BFlags=2 cn3=1"));
  add(line("APort=443 AZero=0 AFlags=2 AX=1"), line("cn1=443 cn2=0 BFlags=2 cn3=2"));
  // AZero was always 0, as cn2 was: that may be chance. AFlags bears the same name behind the prefix.
  EXPECT_THAT(renamed(), testing::UnorderedElementsAre("APort->cn1", "AFlags->BFlags"));
}

// What a mapping leaves out while it is zero.
TEST_F(LineDiffs, RenamedThoughNotOnEveryLine) {
  add(line("AOut=0"), line("in=1"));
  add(line("AOut=5"), line("in=1 out=5"));
  add(line("AOut=6"), line("in=1 out=6"));
  EXPECT_THAT(renamed(), ElementsAre("AOut->out"));
  add(line("AOut=7"), line("in=1 out=8"));
  EXPECT_THAT(renamed(), ElementsAre());
}

TEST_F(LineDiffs, RenamedByALongValue) {
  add(line("AAcl=0f8e7ff3 AOdd=1"), line("cs1=0f8e7ff3 cn1=1"));
  EXPECT_THAT(renamed(), ElementsAre("AAcl->cs1"));
}

TEST_F(LineDiffs, NotRenamedIfTheOtherIsThereMoreOften) {
  add(line("APort=80"), line("cn1=80"));
  add(line("APort=81"), line("cn1=81"));
  EXPECT_THAT(renamed(), ElementsAre("APort->cn1"));
  add(line("in=1"), line("in=1 cn1=5"));
  EXPECT_THAT(renamed(), ElementsAre());
}

TEST_F(LineDiffs, HostileValuesMakeNoKeys) {
  add(line(R"(msg=a\=b src\=9 act=x)"), line(R"(msg=a\=b src\=8 act=x)"));
  EXPECT_EQ(diff_.keys().size(), 2U);
  EXPECT_EQ(key("msg").differs, 1U);
}

TEST_F(LineDiffs, NoMoreKeysThanSoMany) {
  for (std::size_t i = 0; i < LineDiff::kMaxKeys + 100; ++i) {
    const std::string text = line("k" + std::to_string(i) + "=1");
    add(text, text + "2");
  }
  EXPECT_EQ(diff_.keys().size(), LineDiff::kMaxKeys + 1);
  EXPECT_EQ(key(LineDiff::kFurtherKeys).lines, (Both{100, 100}));
  EXPECT_EQ(diff_.differing(), LineDiff::kMaxKeys + 100);
  EXPECT_EQ(diff_.reordered(), 0U);
}

TEST_F(LineDiffs, EqualLinesSaySo) {
  add(line("in=1"), line("in=1"));
  EXPECT_TRUE(report().ends_with("\nsame: 1 line is equal, byte for byte\n")) << report();
  add(line("in=1"), line("in=2"));
  EXPECT_TRUE(report().ends_with("\n1 of 2 lines differ\n")) << report();
}

// A day is worked out of captures of at least a minute and a hundred records.
TEST_F(LineDiffs, BytesOfADay) {
  span_ns_ = 60'000'000'000;
  for (int i = 0; i < 99; ++i) add(line("in=1"), line("in=12"));
  EXPECT_THAT(report(), Not(HasSubstr("a day")));
  add(line("in=1"), line("in=12"));
  EXPECT_THAT(report(), HasSubstr("a day at this rate  3.60 MB  3.74 MB  +144.00 kB  +4.0 %"));
  span_ns_ = 59'999'999'999;
  EXPECT_THAT(report(), Not(HasSubstr("a day")));
}

}  // namespace
}  // namespace flowcef::test
