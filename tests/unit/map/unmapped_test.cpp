// What becomes of fields that no key shows: `unmapped`, `drop` and `omit_zero`.
#include "data_set_lines.hpp"
#include "flowcef/app/final_counts.hpp"
#include "spec_lines.hpp"

namespace flowcef::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class UnmappedFields : public SpecLines {
 protected:
  std::string books() {
    FinalCounts counts;
    counts.add(*path_);
    EXPECT_TRUE(counts.imbalances().empty());
    return counts.to_string();
  }
};

// PX-03: left out by choice, and counted.
TEST_F(UnmappedFields, AreDroppedAndCounted) {
  spec_.unmapped = Unmapped::drop;
  add_key("spt", {"sourceTransportPort"});
  const auto fields = {FieldSpec{4, 1}, FieldSpec{7, 2}, FieldSpec{12, 3, 4711}};
  use_spec();
  const auto made = lines(MessageBuilder::ipfix()
                              .templates(template_record(300, fields))
                              .set(300, ByteWriter().u8(17).u16(53).zeros(3).u8(17).u16(54).zeros(3)));
  ASSERT_EQ(made.size(), 2U);
  EXPECT_TRUE(made[0].ends_with("|spt=53")) << made[0];
  EXPECT_TRUE(made[1].ends_with("|spt=54")) << made[1];
  EXPECT_THAT(books(), HasSubstr("\nfields.dropped 4\nfields.unknown 2\n"));
}

// PX-03: unknown elements that are shown are counted as well; nothing is said of what did not occur.
TEST_F(UnmappedFields, UnknownElementsAreCounted) {
  EXPECT_EQ(shown({{12, 3, 4711}, {4, 1}}, ByteWriter().zeros(3).u8(6)), "XPen4711Id12=000000 XProtocolIdentifier=6");
  EXPECT_THAT(books(), HasSubstr("\nfields.unknown 1\n"));
  EXPECT_THAT(books(), Not(HasSubstr("fields.dropped")));
  (void)shown({{4, 1}}, ByteWriter().u8(6));
  EXPECT_THAT(books(), Not(HasSubstr("fields.")));
}

// A key's element is never lost: what the key cannot show goes out even so.
TEST_F(UnmappedFields, WhatAKeyCannotShowIsNotDropped) {
  spec_.unmapped = Unmapped::drop;
  add_key("in", {"octetDeltaCount"});
  add_key("spt", {"sourceTransportPort"}).custom = true;
  add_key("app", {"interfaceName"});
  const std::string text(40, 'x');
  EXPECT_EQ(
      shown({{1, 8}, {7, 2}, {82, 65535}, {2, 8}}, ByteWriter().u64(1ULL << 31).u16(5).variable(text).u64(1)),
      "spt=5 app=" + text.substr(0, 31) + " XOctetDeltaCount=2147483648 XSourceTransportPort=5 XInterfaceName=" + text);
  EXPECT_THAT(books(), HasSubstr("\nfields.dropped 1\n"));
}

// A source that is passed over, as another has a value, is a field that no key shows.
TEST_F(UnmappedFields, SourcesThatArePassedOverAreDropped) {
  spec_.unmapped = Unmapped::drop;
  add_key("app", {"interfaceName", "userName"});
  const auto fields = {FieldSpec{82, 65535}, FieldSpec{371, 65535}};
  EXPECT_EQ(shown(fields, ByteWriter().variable("i").variable("u")), "app=i");
  const std::string text(40, 'u');
  EXPECT_EQ(shown(fields, ByteWriter().variable("").variable(text)),
            "app=" + text.substr(0, 31) + " XUserName=" + text);
}

// What one key passes over, another may have cut, or shown without all that it says.
TEST_F(UnmappedFields, OneKeyThatHadItsTurnIsEnough) {
  spec_.unmapped = Unmapped::drop;
  const std::string text(40, 'u');
  add_key("msg", {"interfaceName", "userName"});
  add_key("app", {"applicationName", "userName"});
  const auto fields = {FieldSpec{82, 65535}, FieldSpec{96, 65535}, FieldSpec{371, 65535}};
  EXPECT_EQ(shown(fields, ByteWriter().variable("i").variable("a").variable(text)), "msg=i app=a");
  EXPECT_EQ(shown(fields, ByteWriter().variable("").variable("a").variable(text)), "msg=" + text + " app=a");
  EXPECT_EQ(shown(fields, ByteWriter().variable("i").variable("").variable(text)),
            "msg=i app=" + text.substr(0, 31) + " XUserName=" + text);
  EXPECT_EQ(shown(fields, ByteWriter().variable("").variable("").variable(text)),
            "msg=" + text + " app=" + text.substr(0, 31));
}

TEST_F(UnmappedFields, WhatAnEventSetsInsteadIsDropped) {
  spec_.unmapped = Unmapped::drop;
  add_key("XDscp", {"ipClassOfService"});
  spec_.keys.back().table = at(spec_.keys.back(), "dscp", 20);
  add_event("last");
  spec_.events[0].when.emplace().kind = ConditionSpec::Kind::kind;
  spec_.events[0].when->options_record = false;
  EXPECT_EQ(shown({{5, 1}}, ByteWriter().u8(0xb9)), "XDscp=EF XIpClassOfService=185");
  spec_.events[0].set = {{{"XDscp", {}}, {"none", {}}, {}}};
  EXPECT_EQ(shown({{5, 1}}, ByteWriter().u8(0xb9)), "XDscp=none");
}

TEST_F(UnmappedFields, CustomSourcesThatArePassedOverStay) {
  spec_.unmapped = Unmapped::drop;
  add_key("spt", {"sourceTransportPort", "udpSourcePort"}).custom = true;
  EXPECT_EQ(shown({{7, 2}, {180, 2}, {4, 1}}, ByteWriter().u16(1).u16(2).u8(17)),
            "spt=1 XSourceTransportPort=1 XUdpSourcePort=2");
}

TEST_F(UnmappedFields, NamesAndIntervalsAreDropped) {
  spec_.unmapped = Unmapped::drop;
  add_key("spt", {"sourceTransportPort"});
  use_spec();
  const auto made = lines(MessageBuilder::ipfix()
                              .options_templates(ipfix_options_record(300, {{10, 4}}, {{82, 8}}))
                              .set(300, ByteWriter().u32(7).text("ge-0/0/7"))
                              .templates(template_record(301, {{10, 4}, {7, 2}}))
                              .set(301, ByteWriter().u32(7).u16(5)));
  ASSERT_EQ(made.size(), 2U);
  EXPECT_TRUE(made[0].ends_with("3|")) << made[0];
  EXPECT_TRUE(made[1].ends_with("|spt=5")) << made[1];
}

TEST_F(UnmappedFields, ListsAreDropped) {
  spec_.unmapped = Unmapped::drop;
  add_key("spt", {"sourceTransportPort"});
  const ByteWriter list = ByteWriter().u8(3).u16(4).u16(1).u8(6);
  EXPECT_EQ(shown({{291, 6}, {7, 2}}, ByteWriter().append(list.bytes()).u16(5)), "spt=5");
}

TEST_F(UnmappedFields, NamedElementsAreDropped) {
  spec_.drop = {{"packetDeltaCount", {}}, {"4711:12", {}}, {"octetDeltaCount", {}}};
  add_key("in", {"octetDeltaCount"}).custom = true;
  EXPECT_EQ(shown({{1, 8}, {2, 8}, {2, 8}, {12, 1, 4711}, {4, 1}}, ByteWriter().u64(5).u64(1).u64(2).u8(1).u8(6)),
            "in=5 XProtocolIdentifier=6");
  EXPECT_THAT(books(), HasSubstr("\nfields.dropped 3\n"));
}

TEST_F(UnmappedFields, ZerosOfNamedElementsAreLeftOut) {
  spec_.omit_zero = {{"bgpSourceAsNumber", {}}, {"4711:12", {}}, {"octetDeltaCount", {}}};
  add_key("in", {"octetDeltaCount"}).custom = true;
  const auto fields = {FieldSpec{16, 4}, FieldSpec{12, 2, 4711}, FieldSpec{1, 8}, FieldSpec{17, 4}};
  EXPECT_EQ(shown(fields, ByteWriter().zeros(18)), "in=0 XBgpDestinationAsNumber=0");
  EXPECT_EQ(shown(fields, ByteWriter().u32(1).u16(1).u64(1).u32(1)),
            "in=1 XBgpSourceAsNumber=1 XPen4711Id12=0001 XOctetDeltaCount=1 XBgpDestinationAsNumber=1");
}

/// Names of the elements that are reported, with their keys.
class Warnings : public DataSetLines {
 protected:
  void use(Unmapped unmapped) {
    use_keys("spt = [\"sourceTransportPort\", \"udpSourcePort\"]");
    mapping_ = translation_->mapping.keys;
    auto changed = std::make_unique<Translation>();
    changed->mapping.prefix = "X";
    changed->mapping.unmapped = unmapped;
    changed->mapping.events = translation_->mapping.events;
    changed->mapping.keys = mapping_;
    translation_ = std::move(changed);
    renderer().report_unmapped([this](const UnmappedElement& element) {
      reported_.push_back((element.element == nullptr ? "?" : element.element->name) + '=' + element.key);
    });
  }

  std::vector<MappedKey> mapping_;
  std::vector<std::string> reported_;
};

TEST_F(Warnings, EachElementOfATemplateOnce) {
  use(Unmapped::warn_once);
  const auto made = layout({{7, 2}, {4, 1}, {4, 1}, {12, 1, 4711}, {291, 2}});
  const ByteWriter record = ByteWriter().u16(53).u8(6).u8(7).u8(0).zeros(2);
  EXPECT_EQ(render(made, record),
            "CEF:0|V|P|1|s|n|3|spt=53 XProtocolIdentifier=6 XProtocolIdentifier2=7 XPen4711Id12=00");
  (void)render(made, record);
  EXPECT_THAT(reported_, testing::ElementsAre("protocolIdentifier=XProtocolIdentifier",
                                              "protocolIdentifier=XProtocolIdentifier2", "?=XPen4711Id12"));
}

TEST_F(Warnings, OnlyOnRequest) {
  use(Unmapped::emit);
  (void)render(layout({{4, 1}}), ByteWriter().u8(6));
  EXPECT_THAT(reported_, testing::IsEmpty());
}

}  // namespace
}  // namespace flowcef::test
