#include <gmock/gmock.h>

#include "condition_specs.hpp"

namespace flowcef::test {
namespace {

constexpr std::string_view kRules = R"(
[cef]
vendor = "A|B"
product = "P"
device_version = "1"
prefix = "X"
[[event]]
when = { kind = "options" }
signature = "options"
name = "o"
severity = 0
[[event]]
when = { natEvent = [4, 6], protocolIdentifier = 6 }
signature = "nat-tcp"
name = "n"
severity = 2
[[event]]
when = { present = ["natEvent"] }
signature = "nat"
name = "n"
severity = 3
[[event]]
signature = "flow"
name = "f"
severity = 10
[keys]
)";

class EventRules : public RenderFixture {
 protected:
  void SetUp() override { use_mapping(kRules); }
  std::string signature(const MessageBuilder& message) {
    const auto made = lines(message);
    const auto event = read_cef(made.at(0));
    return event ? event->signature() : event.error();
  }
};

TEST_F(EventRules, TheFirstThatHoldsIsTaken) {
  const auto layout = template_record(300, {{230, 1}, {4, 1}});
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u8(4).u8(6))), "nat-tcp");
  EXPECT_EQ(signature(MessageBuilder::ipfix().set(300, ByteWriter().u8(6).u8(6))), "nat-tcp");
  EXPECT_EQ(signature(MessageBuilder::ipfix().set(300, ByteWriter().u8(4).u8(17))), "nat");
  EXPECT_EQ(signature(MessageBuilder::ipfix().set(300, ByteWriter().u8(5).u8(6))), "nat");
}

TEST_F(EventRules, AMissingElementFailsARule) {
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(template_record(300, {{4, 1}})).set(300, ByteWriter().u8(6))),
            "flow");
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(template_record(301, {{230, 1}})).set(301, ByteWriter().u8(4))),
            "nat");
}

// SS-24: every record says whether it tells of traffic or of the exporter.
TEST_F(EventRules, TellOptionsFromFlows) {
  EXPECT_EQ(signature(MessageBuilder::ipfix()
                          .options_templates(ipfix_options_record(300, {{143, 4}}, {{82, 4}}))
                          .set(300, ByteWriter().u32(1).text("eth0"))),
            "options");
}

TEST_F(EventRules, WorkOnVariableLengthTemplates) {
  const auto layout = template_record(300, {{82, 65535}, {230, 1}, {4, 1}});
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().variable("x").u8(4).u8(6))),
            "nat-tcp");
}

TEST_F(EventRules, HeadersAreEscaped) {
  const auto made =
      lines(MessageBuilder::ipfix().templates(template_record(300, {{4, 1}})).set(300, ByteWriter().u8(6)));
  EXPECT_EQ(made.at(0), R"(CEF:0|A\|B|P|1|flow|f|10|XProtocolIdentifier=6)");
}

// ---- headers and constants

ConstantSpec constant(std::string key, std::string value, const char* label = nullptr) {
  ConstantSpec made;
  made.key = word(std::move(key), 5);
  made.value = word(std::move(value), 6);
  if (label != nullptr) made.label = word(label, 7);
  return made;
}

class EventSpecs : public SpecFixture {
 protected:
  static constexpr FieldSpec kProtocol{4, 1};
  std::string only_line(std::initializer_list<FieldSpec> fields, const ByteWriter& values) {
    const auto made = lines(record(fields, values));
    EXPECT_EQ(made.size(), 1U);
    return made.empty() ? std::string() : made.front();
  }
};

// GG-15, GG-16, GG-17: every field of the header, for the mapping and by rule; the version may be any number.
TEST_F(EventSpecs, HeadersByRule) {
  EventSpec tcp = rule_for(element("protocolIdentifier", {number(6)}), "4");
  tcp.vendor = word("Gigamon");
  tcp.product = word("metadata");
  tcp.device_version = word("5.3.00");
  tcp.name = word("metadata generation");
  tcp.severity = 6;
  EventSpec udp = rule_for(element("protocolIdentifier", {number(17)}), "u|dp");
  udp.product = word("a|b\\c");
  MappingSpec spec = spec_of({tcp, udp});
  spec.version = 23;
  use_spec(spec);
  EXPECT_EQ(only_line({kProtocol}, ByteWriter().u8(6)),
            "CEF:23|Gigamon|metadata|5.3.00|4|metadata generation|6|XProtocolIdentifier=6");
  EXPECT_EQ(only_line({kProtocol}, ByteWriter().u8(17)), R"(CEF:23|V|a\|b\\c|1|u\|dp|n|3|XProtocolIdentifier=17)");
  EXPECT_EQ(only_line({kProtocol}, ByteWriter().u8(1)), "CEF:23|V|P|1|else|n|3|XProtocolIdentifier=1");
}

// They stand first, in the order of the rule, on lines of their event only.
TEST_F(EventSpecs, ConstantsStandBehindTheHeader) {
  EventSpec tcp = rule_for(element("protocolIdentifier", {number(6)}), "tcp");
  tcp.set = {constant("XNote", "a=b c\\d"), constant("act", "allowed"), constant("cs1", "inside", "Zone"),
             constant("spt", "0")};
  use_spec(spec_of({tcp}));
  EXPECT_EQ(only_line({kProtocol}, ByteWriter().u8(6)),
            R"(CEF:0|V|P|1|tcp|n|3|XNote=a\=b c\\d act=allowed cs1Label=Zone cs1=inside spt=0 XProtocolIdentifier=6)");
  EXPECT_EQ(only_line({kProtocol}, ByteWriter().u8(17)), "CEF:0|V|P|1|else|n|3|XProtocolIdentifier=17");
}

// GG-18: no blank at the end of a line.
TEST_F(EventSpecs, ALineOfConstantsOnly) {
  MappingSpec spec = spec_of({});
  spec.events[0].set = {constant("act", "allowed")};
  use_spec(spec);
  EXPECT_EQ(only_line({{82, kVariableLength}}, ByteWriter().variable("")), "CEF:0|V|P|1|else|n|3|act=allowed");
  use_spec(spec_of({}));
  EXPECT_EQ(only_line({{82, kVariableLength}}, ByteWriter().variable("")), "CEF:0|V|P|1|else|n|3|");
}

TEST_F(EventSpecs, AConstantsKeyIsTakenFromGeneratedKeys) {
  MappingSpec spec = spec_of({});
  spec.events[0].set = {constant("XProtocolIdentifier", "fixed")};
  use_spec(spec);
  EXPECT_EQ(only_line({kProtocol}, ByteWriter().u8(6)),
            "CEF:0|V|P|1|else|n|3|XProtocolIdentifier=fixed XProtocolIdentifier2=6");
}

TEST_F(EventSpecs, LongConstantsFit) {
  EventSpec event = rule("else");
  const std::string value(1023, '=');
  for (const char* key : {"cs1", "cs2", "cs3", "cs4", "cs5", "cs6"}) event.set.push_back(constant(key, value, key + 1));
  for (int i = 0; i < 100; ++i) event.set.push_back(constant("XLong" + std::to_string(i), value));
  MappingSpec spec = spec_of({});
  spec.events = {event};
  use_spec(spec);
  EXPECT_GT(only_line({kProtocol}, ByteWriter().u8(6)).size(), 2U * 106 * value.size());
}

// ---- what is refused

TEST(EventSpecErrors, Constants) {
  struct Row {
    ConstantSpec constant;
    const char* error;
  };
  const Row rows[] = {
      {constant("spt", "x"), "m.toml:6:1: event.set.spt: expected a number 0..65535, got \"x\""},
      {constant("spt", "65536"), "m.toml:6:1: event.set.spt: expected a number 0..65535, got \"65536\""},
      {constant("cn1", "1.5", "L"), "m.toml:6:1: event.set.cn1: expected a 64-bit number, got \"1.5\""},
      {constant("cfp1", "1.5.", "L"), "m.toml:6:1: event.set.cfp1: expected a floating-point number, got \"1.5.\""},
      {constant("src", "2001:db8::1"), "m.toml:6:1: event.set.src: expected an IPv4 address, got \"2001:db8::1\""},
      {constant("c6a2", "10.0.0.1", "L"), "m.toml:6:1: event.set.c6a2: expected an IPv6 address, got \"10.0.0.1\""},
      {constant("smac", "00:00:5e:00:53"),
       "m.toml:6:1: event.set.smac: expected a MAC address, got \"00:00:5e:00:53\""},
      {constant("rt", "-1"), "m.toml:6:1: event.set.rt: expected milliseconds since 1970, got \"-1\""},
      {constant("act", " "), "m.toml:6:1: event.set.act: expected a text, got none"},
      {constant("proto", std::string(32, 'x')),
       "m.toml:6:1: event.set.proto: expected at most 31 bytes, got \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""},
      {constant("act", "x", "L"),
       "m.toml:7:1: event.set.act.label: expected no label: only cs, cn, cfp, c6a, flex and "
       "deviceCustomDate keys have one"},
      {constant("cs1", "x"),
       "m.toml:5:1: event.set.cs1: expected a label (write { value = ..., label = \"what it holds\" })"},
      {constant("cs1", "x", ""), "m.toml:7:1: event.set.cs1.label: expected a text, got \"\""},
      {constant("cs1", "x", "msg"),
       "m.toml:7:1: event.set.cs1.label: expected a label of its own, got \"msg\" (some SIEMs rename the slot to its "
       "label, so that equal names overwrite each other)"},
      {constant("cs1", "x", "Zone"),
       "m.toml:7:1: event.set.cs1.label: expected a label of its own, got \"Zone\" (some SIEMs rename the slot to its "
       "label, so that equal names overwrite each other)"},
      {constant("cs1", "x", " src"),
       "m.toml:7:1: event.set.cs1.label: expected a label of its own, got \"src\" (some SIEMs rename the slot to its "
       "label, so that equal names overwrite each other)"},
      {constant("cs1", "x", "XOctetDeltaCount"),
       "m.toml:7:1: event.set.cs1.label: expected a label of its own, got \"XOctetDeltaCount\" (some SIEMs rename the "
       "slot to its label, so that equal names overwrite each other)"},
      {constant("msg", "x"), "m.toml:5:1: event.set.msg: expected each key only once"},
  };
  for (const Row& row : rows) {
    MappingSpec spec = spec_of({});
    spec.events[0].set = {constant("msg", "m"), constant("cs2", "x", "Zone"), row.constant};
    EXPECT_THAT(errors_of(spec), testing::ElementsAre(row.error));
  }
}

TEST(EventSpecErrors, KeysOfConstants) {
  for (const char* key : {"agt", "cs1Label", "nope", "X"}) {
    MappingSpec spec = spec_of({});
    spec.events[0].set = {constant(key, "1")};
    const auto errors = errors_of(spec);
    ASSERT_EQ(errors.size(), 1U) << key;
    EXPECT_THAT(errors[0], testing::StartsWith("m.toml:5:1: " + std::string(key) + ": expected a key "));
  }
}

TEST(EventSpecErrors, GoodConstants) {
  MappingSpec spec = spec_of({});
  KeySpec& slot = spec.keys.emplace_back();
  slot.key = word("cs1");
  slot.from = {word("interfaceName")};
  slot.label = word("Zone");
  spec.events[0].set = {constant("cs1", "x", "Zone"),
                        constant("spt", "65535"),
                        constant("cfp1", "-1.5e3", "F"),
                        constant("src", "10.0.0.1"),
                        constant("c6a2", "::1", "A"),
                        constant("smac", "00:00:5E:00:53:01"),
                        constant("rt", "1700000000000"),
                        constant("XAny", "x"),
                        constant("cn1", "9223372036854775807", "N"),
                        constant("proto", std::string(31, 'x'))};
  EXPECT_THAT(errors_of(spec), testing::IsEmpty());
}

TEST(EventSpecErrors, Conditions) {
  struct Row {
    ConditionSpec when;
    const char* error;
  };
  const Row rows[] = {
      {element("protocolIdentifer", {number(6)}),
       "m.toml:4:1: event.when: expected an information element, got \"protocolIdentifer\" (did you mean "
       "protocolIdentifier?)"},
      {element("applicationId", {number(6)}),
       "m.toml:4:1: event.when: expected an element of numbers, addresses or texts, got applicationId, which is of "
       "type octetArray (present = [\"applicationId\"] asks whether records have it)"},
      {element("basicList", {number(6)}),
       "m.toml:4:1: event.when: expected an element of numbers, addresses or texts, got basicList, which is of type "
       "basicList (present = [\"basicList\"] asks whether records have it)"},
      {element("4711:12", {number(6)}),
       "m.toml:4:1: event.when: expected an element of numbers, addresses or texts, got 4711:12, whose type no table "
       "says (present = [\"4711:12\"] asks whether records have it)"},
      {element("protocolIdentifier", {text("TCP")}),
       "m.toml:4:1: event.when: expected an integer or a range for protocolIdentifier, got \"TCP\""},
      {element("protocolIdentifier", {range(6, 5)}),
       "m.toml:4:1: event.when: expected min no larger than max, got 6 and 5 (no value lies between them)"},
      {element("dataRecordsReliability", {number(1)}),
       "m.toml:4:1: event.when: expected true or false for dataRecordsReliability, got 1"},
      {element("sourceIPv4Address", {text("2001:db8::/32")}),
       "m.toml:4:1: event.when: expected an IPv4 address or prefix for sourceIPv4Address, got \"2001:db8::/32\""},
      {element("sourceIPv4Address", {text("10.0.0.1/8")}),
       "m.toml:4:1: event.when: expected an IPv4 address or prefix for sourceIPv4Address, got \"10.0.0.1/8\""},
      {element("sourceIPv6Address", {range(1, 2)}),
       "m.toml:4:1: event.when: expected an IP address or prefix for sourceIPv6Address, got a range"},
      {element("sourceMacAddress", {text("00-00-5e-00-53-01")}),
       "m.toml:4:1: event.when: expected a MAC address such as \"00:00:5e:00:53:01\" for sourceMacAddress, got "
       "\"00-00-5e-00-53-01\""},
      {element("interfaceName", {true}),
       "m.toml:4:1: event.when: expected a text that is not empty for interfaceName, got true"},
      {present({"nope"}),
       "m.toml:4:1: event.when.present: expected an information element, got \"nope\" (a name, a number, or pen:id)"},
      {exporter({"10.0.0.1/8"}),
       "m.toml:4:1: event.when.exporter: expected an IP address or prefix, got \"10.0.0.1/8\" (such as \"10.0.0.0/8\", "
       "no bits set behind it)"},
      {format({"netflow10"}),
       "m.toml:4:1: event.when.format: expected netflow1, netflow5, netflow7, netflow9, ipfix, syslog or the name of a "
       "layout, got \"netflow10\" (did you mean netflow1?)"},
      {not_of(all_of({})),
       "m.toml:4:1: event.when.not: expected a condition, got none (no record fails to fulfil nothing)"},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(errors_of(spec_of({rule_for(row.when, "s", 4)})), testing::ElementsAre(row.error));
  }
}

TEST(EventSpecErrors, DepthIsBounded) {
  const auto nested = [](unsigned tables) {
    ConditionSpec condition = all_of({exporter({"10.0.0.0/8"})});
    for (unsigned i = 1; i < tables; ++i) condition = all_of({not_of(std::move(condition))});
    return spec_of({rule_for(std::move(condition), "s")});
  };
  EXPECT_THAT(errors_of(nested(16)), testing::IsEmpty());
  EXPECT_THAT(errors_of(nested(17)),
              testing::ElementsAre("m.toml:1:1: event.when: expected at most 16 tables one inside the other"));
}

// Each pair of parts is compared once: by all ways to a pair this would take hours.
TEST(EventSpecErrors, DeepRulesAreCompared) {
  const auto nested = [](std::uint64_t first) {
    ConditionSpec condition = all_of({element("natEvent", {number(first)})});
    for (std::uint64_t i = 1; i < 16; ++i) {
      condition = all_of({any_of({std::move(condition), element("protocolIdentifier", {number(first + i)})}),
                          element("natEvent", {number(first + i)})});
    }
    return condition;
  };
  EXPECT_THAT(errors_of(spec_of({rule_for(nested(1), "a"), rule_for(nested(100), "b")})), testing::IsEmpty());
}

/// A condition in line 4 beside one in line 5.
TEST(EventSpecErrors, Contradictions) {
  const auto tcp = element("protocolIdentifier", {number(6)});
  const auto udp = element("protocolIdentifier", {range(17, 18)});
  struct Row {
    ConditionSpec one;
    ConditionSpec other;
    bool contradict = true;
  };
  const Row rows[] = {
      {options(), options(false)},
      {options(), not_of(options())},
      {not_of(options()), not_of(options(false))},
      {present({"natEvent", "protocolIdentifier"}), absent({"natEvent"})},
      {present({"natEvent"}), not_of(present({"natEvent"}))},
      {tcp, absent({"protocolIdentifier"})},
      {tcp, not_of(present({"protocolIdentifier"}))},
      {tcp, udp},
      {tcp, not_of(element("protocolIdentifier", {range(1, 10)}))},
      {tcp, any_of({udp, absent({"protocolIdentifier"})})},
      {any_of({udp, absent({"protocolIdentifier"})}), tcp},
      {not_of(any_of({tcp, udp})), tcp},
      {element("interfaceName", {text("a")}), element("interfaceName", {text("b")})},
      {format({"ipfix"}), format({"netflow9", "netflow5"})},
      {format({"ipfix"}), not_of(format({"ipfix", "netflow5"}))},
      {exporter({"10.0.0.0/8"}), not_of(exporter({"10.0.0.0/8", "192.0.2.1"}))},
      {tcp, any_of({udp, options()}), false},
      {tcp, not_of(element("protocolIdentifier", {number(7)})), false},
      {tcp, element("protocolIdentifier", {range(5, 7)}), false},
      {not_of(tcp), not_of(udp), false},
      {not_of(present({"natEvent", "protocolIdentifier"})), tcp, false},
      {exporter({"10.0.0.0/8"}), not_of(exporter({"10.1.0.0/16"})), false},
      {element("sourceIPv6Address", {text("::/1")}), element("sourceIPv6Address", {text("::/2")}), false},
  };
  for (const Row& row : rows) {
    ConditionSpec one = row.one;
    ConditionSpec other = row.other;
    place(one, 4);
    place(other, 5);
    EventSpec event = rule("s", 3);
    event.when = all_of({one, other});
    const auto errors = errors_of(spec_of({event}));
    const auto index = &row - rows;
    ASSERT_EQ(errors.size(), row.contradict ? 1U : 0U) << "row " << index;
    if (!row.contradict) continue;
    EXPECT_THAT(errors[0], testing::AnyOf("m.toml:5:1: event.when: can never match: no record fulfils this and the "
                                          "condition at line 4, column 1",
                                          "m.toml:4:1: event.when: can never match: no record fulfils this and the "
                                          "condition at line 5, column 1"))
        << "row " << index;
  }
}

TEST(EventSpecErrors, RulesThatAnEarlierOneTakesAllOf) {
  const auto tcp = element("protocolIdentifier", {number(6)});
  const auto nat = element("natEvent", {number(4), range(6, 9)});
  struct Row {
    ConditionSpec earlier;
    ConditionSpec later;
    bool taken = true;
  };
  const Row rows[] = {
      {tcp, tcp},
      {all_of({tcp, nat}), all_of({nat, tcp})},
      {tcp, all_of({nat, tcp})},
      {nat, element("natEvent", {number(7)})},
      {present({"natEvent"}), nat},
      {present({"natEvent"}), present({"protocolIdentifier", "natEvent"})},
      {any_of({tcp, nat}), nat},
      {any_of({tcp, nat}), any_of({nat, tcp})},
      {format({"ipfix", "netflow9"}), format({"ipfix"})},
      {exporter({"10.0.0.0/8", "192.0.2.1"}), exporter({"192.0.2.1"})},
      {not_of(element("natEvent", {number(7)})), not_of(nat)},
      {all_of({}), tcp},
      {all_of({nat, tcp}), tcp, false},
      {element("natEvent", {number(7)}), nat, false},
      {nat, present({"natEvent"}), false},
      {nat, any_of({tcp, nat}), false},
      {not_of(nat), not_of(element("natEvent", {number(7)})), false},
      {exporter({"10.1.0.0/16"}), exporter({"10.0.0.0/8"}), false},
  };
  for (const Row& row : rows) {
    MappingSpec spec = spec_of({rule_for(row.earlier, "a", 3), rule_for(row.later, "b", 8)});
    spec.events.back().where.line = 20;
    const auto errors = errors_of(spec);
    const auto index = &row - rows;
    if (!row.taken) {
      EXPECT_THAT(errors, testing::IsEmpty()) << "row " << index;
      continue;
    }
    ASSERT_FALSE(errors.empty()) << "row " << index;
    EXPECT_EQ(errors[0],
              "m.toml:8:1: event: can never match: the rule at line 3 takes all that it would take (put that rule "
              "behind it, or take one of them out)")
        << "row " << index;
  }
}

TEST(EventSpecErrors, NameTheOtherRulesFile) {
  MappingSpec spec = spec_of({rule_for(options(), "a", 3), rule_for(options(), "b", 8)});
  spec.events[1].where.file = "base.toml";
  EXPECT_THAT(errors_of(spec), testing::ElementsAre(testing::HasSubstr("the rule at line 3 of m.toml takes")));
}

}  // namespace
}  // namespace flowcef::test
