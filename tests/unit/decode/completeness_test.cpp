#include "flowcef/decode/completeness.hpp"

#include <gmock/gmock.h>

#include <initializer_list>

#include "flowcef/decode/fixed_formats.hpp"
#include "flowcef/decode/template_parser.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Fields = std::vector<FieldSpec>;
using Names = std::vector<std::string>;

const Requirement kSkylight{.skylight = true, .elements = {}};

class Complete : public testing::Test {
 protected:
  using Parse = TemplateParser::Result (TemplateParser::*)(ByteReader&) const;

  std::shared_ptr<const Template> layout_of(const Fields& fields, Parse parse = &TemplateParser::ipfix_template) {
    ByteWriter record;
    record.u16(256).u16(fields.size());
    for (const FieldSpec& field : fields) write_field(record, field);
    ByteReader in(record.bytes());
    return (parser_.*parse)(in).value().layout;
  }

  /// Input:   one record of that layout; a variable-length field holds what `variable` says
  /// Returns: the names of what it lacks
  Names missing(const Requirement& requirement, const Template& layout, const std::vector<std::uint8_t>& record,
                bool uptime_known = false, std::size_t variable_length = 0) {
    Completeness completeness(requirement, registry_);
    return missing(completeness, layout, record, uptime_known, variable_length);
  }

  static Names missing(Completeness& completeness, const Template& layout, const std::vector<std::uint8_t>& record,
                       bool uptime_known = false, std::size_t variable_length = 0) {
    ExportContext context;
    context.format = layout.format;
    context.uptime_known = uptime_known;
    std::vector<FieldPosition> positions;
    std::uint32_t at = 0;
    for (const Field& field : layout.fields) {
      if (!layout.variable) break;
      const std::size_t length = field.length == kVariableLength ? variable_length : field.length;
      positions.push_back({at, static_cast<std::uint32_t>(length)});
      at += static_cast<std::uint32_t>(length);
    }
    const auto per_record = static_cast<std::uint32_t>(positions.size());
    const DataSet set{layout, context, 256, record, 1, positions, per_record, {}, {}};
    const std::uint32_t bits = completeness.check(set, 0);
    if (completeness.always_complete(layout)) {
      EXPECT_EQ(bits, 0U);
    }
    Names names;
    for (std::size_t i = 0; i < completeness.items().size(); ++i) {
      if ((bits >> i & 1) != 0) names.push_back(completeness.items()[i]);
    }
    return names;
  }

  /// A record of zeros but for its protocol.
  static std::vector<std::uint8_t> record_of(const Template& layout, std::uint8_t protocol) {
    std::vector<std::uint8_t> record(layout.record_length);
    if (const Field* field = layout.find({0, 4})) record[field->offset + field->length - 1U] = protocol;
    return record;
  }

  Names missing(const Fields& fields, std::uint8_t protocol) {
    const auto layout = layout_of(fields);
    return missing(kSkylight, *layout, record_of(*layout, protocol));
  }

  ElementRegistry registry_;
  TemplateParser parser_{registry_};
};

// Times, interfaces, protocol, ToS, addresses, bytes, packets.
const Fields kBase = {{152, 8}, {153, 8}, {10, 4}, {14, 4}, {4, 1}, {5, 1}, {8, 4}, {12, 4}, {1, 8}, {2, 8}};

Fields with(Fields fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Fields without(Fields fields, std::uint16_t id) {
  std::erase_if(fields, [&](const FieldSpec& field) { return field.id == id; });
  return fields;
}

// SK-27, SK-30: each of the set is asked for, and told by name if it is missing.
TEST_F(Complete, SkylightAsksForTheSet) {
  EXPECT_THAT(missing(kBase, 47), IsEmpty());
  const std::pair<std::uint16_t, const char*> names[] = {{152, "start"},
                                                         {153, "end"},
                                                         {10, "ingressInterface"},
                                                         {14, "egressInterface"},
                                                         {4, "protocolIdentifier"},
                                                         {5, "ipClassOfService"},
                                                         {8, "source"},
                                                         {12, "destination"},
                                                         {1, "bytes"},
                                                         {2, "packets"}};
  for (const auto& [id, name] : names) EXPECT_THAT(missing(without(kBase, id), 47), ElementsAre(name));
}

TEST_F(Complete, OtherElementsMaySayTheSame) {
  EXPECT_THAT(missing({{150, 4}, {151, 4}, {10, 2}, {14, 2}, {4, 1}, {5, 1}, {27, 16}, {28, 16}, {85, 8}, {86, 8}}, 47),
              IsEmpty());
  EXPECT_THAT(missing(with(without(without(kBase, 1), 2), {{231, 4}, {298, 4}}), 47), IsEmpty());
  for (const Fields& times :
       {Fields{{154, 8}, {155, 8}}, Fields{{156, 8}, {157, 8}}, Fields{{158, 4}, {159, 4}}, Fields{{152, 8}, {161, 4}},
        Fields{{151, 4}, {162, 4}}, Fields{{22, 4}, {21, 4}, {160, 8}}}) {
    EXPECT_THAT(missing(with(without(without(kBase, 152), 153), times), 47), IsEmpty());
  }
}

TEST_F(Complete, LengthsThatHoldNoValueDoNotCount) {
  EXPECT_THAT(missing(with(without(without(kBase, 152), 8), {{152, 3}, {8, 3}}), 47), ElementsAre("start", "source"));
}

// Uptimes give absolute times once the boot time is known: in IPFIX by options data, elsewhere by the header.
TEST_F(Complete, UptimesNeedTheBootTime) {
  const Fields fields = with(without(without(kBase, 152), 153), {{22, 4}, {21, 4}});
  const auto ipfix = layout_of(fields);
  EXPECT_THAT(missing(kSkylight, *ipfix, record_of(*ipfix, 47), false), ElementsAre("start", "end"));
  EXPECT_THAT(missing(kSkylight, *ipfix, record_of(*ipfix, 47), true), IsEmpty());
  const auto netflow9 = layout_of(fields, &TemplateParser::netflow9_template);
  EXPECT_THAT(missing(kSkylight, *netflow9, record_of(*netflow9, 47), true), IsEmpty());
}

// SK-28: only TCP and UDP need ports.
TEST_F(Complete, TcpAndUdpNeedBothPorts) {
  for (const std::uint8_t protocol : std::initializer_list<std::uint8_t>{6, 17}) {
    EXPECT_THAT(missing(kBase, protocol), ElementsAre("sourcePort", "destinationPort"));
    EXPECT_THAT(missing(with(kBase, {{7, 2}}), protocol), ElementsAre("destinationPort"));
    EXPECT_THAT(missing(with(kBase, {{7, 2}, {11, 2}}), protocol), IsEmpty());
  }
  EXPECT_THAT(missing(kBase, 0), IsEmpty());
}

// SK-29, SK-32: type and code out of ICMP elements; the destination port is none of them.
TEST_F(Complete, IcmpNeedsTypeAndCode) {
  for (const std::uint8_t protocol : std::initializer_list<std::uint8_t>{1, 58}) {
    EXPECT_THAT(missing(kBase, protocol), ElementsAre("icmpTypeCode"));
    EXPECT_THAT(missing(with(kBase, {{7, 2}, {11, 2}}), protocol), ElementsAre("icmpTypeCode"));
    EXPECT_THAT(missing(with(kBase, {{176, 1}, {179, 1}}), protocol), ElementsAre("icmpTypeCode"));
    for (const Fields& icmp :
         {Fields{{32, 2}}, Fields{{139, 2}}, Fields{{176, 1}, {177, 1}}, Fields{{178, 1}, {179, 1}}}) {
      EXPECT_THAT(missing(with(kBase, icmp), protocol), IsEmpty());
    }
  }
}

// SK-29: in v5 the destination port is type and code.
TEST_F(Complete, Netflow5HasAll) {
  const auto layout = make_fixed_template(kFixedFormats[2], registry_);
  Completeness completeness(kSkylight, registry_);
  EXPECT_TRUE(completeness.always_complete(*layout));
  for (const std::uint8_t protocol : std::initializer_list<std::uint8_t>{1, 6, 17, 47, 58}) {
    EXPECT_THAT(missing(kSkylight, *layout, record_of(*layout, protocol), true), IsEmpty());
  }
}

// SK-33: all zero, and all there.
TEST_F(Complete, ZeroIsPresent) {
  const auto layout = layout_of(with(kBase, {{7, 2}, {11, 2}, {32, 2}}));
  EXPECT_THAT(missing(kSkylight, *layout, std::vector<std::uint8_t>(layout->record_length)), IsEmpty());
}

// SK-34: a UDP flow is taken, and its ICMP fields of no meaning do not matter.
TEST_F(Complete, UdpWithIcmpFields) {
  EXPECT_THAT(missing(with(kBase, {{7, 2}, {11, 2}, {176, 1}, {177, 1}}), 17), IsEmpty());
}

// SK-35: a NAT event is no flow.
TEST_F(Complete, NatEventIsRefusedWithTheReasons) {
  const Fields nat = {{323, 8}, {8, 4},  {225, 4}, {12, 4},  {226, 4}, {7, 2},
                      {227, 2}, {11, 2}, {228, 2}, {234, 4}, {4, 1},   {230, 1}};
  EXPECT_THAT(missing(nat, 6), ElementsAre("start", "end", "ingressInterface", "egressInterface", "ipClassOfService",
                                           "bytes", "packets"));
}

// SK-36: what the documented switch commands export: match and collect of one flow record.
TEST_F(Complete, DocumentedSwitchTemplatePasses) {
  const auto layout = layout_of({{152, 8},
                                 {153, 8},
                                 {10, 4},
                                 {14, 4},
                                 {4, 1},
                                 {5, 1},
                                 {8, 4},
                                 {12, 4},
                                 {7, 2},
                                 {11, 2},
                                 {176, 1},
                                 {177, 1},
                                 {1, 8},
                                 {2, 8}},
                                &TemplateParser::netflow9_template);
  Completeness completeness(kSkylight, registry_);
  EXPECT_TRUE(completeness.always_complete(*layout));
  for (const std::uint8_t protocol : std::initializer_list<std::uint8_t>{1, 6, 17}) {
    EXPECT_THAT(missing(completeness, *layout, record_of(*layout, protocol), true), IsEmpty());
  }
}

// SK-31: a list of one's own, or nothing at all.
TEST_F(Complete, ListsOfElements) {
  const auto layout = layout_of({{8, 4}, {4, 1}});
  const auto record = record_of(*layout, 6);
  EXPECT_THAT(missing({}, *layout, record), IsEmpty());
  EXPECT_THAT(missing({.elements = {"sourceIPv4Address", "protocolIdentifier"}}, *layout, record), IsEmpty());
  // Twins of the other family are elements of their own, and what no table has is in no record.
  EXPECT_THAT(missing({.elements = {"sourceIPv6Address", "octetDeltaCount", "noSuchElement"}}, *layout, record),
              ElementsAre("sourceIPv6Address", "octetDeltaCount", "noSuchElement"));
  EXPECT_THAT(missing({.skylight = true, .elements = {"protocolIdentifier", "tcpControlBits"}}, *layout_of(kBase),
                      record_of(*layout_of(kBase), 47)),
              ElementsAre("tcpControlBits"));
}

TEST_F(Complete, AVariableValueOfNoBytesIsMissing) {
  const auto layout = layout_of({{371, 65535}, {371, 65535}, {4, 1}, {96, 65535}});
  const Requirement requirement{.elements = {"userName", "protocolIdentifier", "applicationName"}};
  EXPECT_THAT(missing(requirement, *layout, {6}, false, 0), ElementsAre("userName", "applicationName"));
  EXPECT_THAT(missing(requirement, *layout, {'a', 'b', 6, 'c'}, false, 1), IsEmpty());
  Completeness completeness(requirement, registry_);
  EXPECT_FALSE(completeness.always_complete(*layout));
  EXPECT_FALSE(completeness.always_complete(*layout_of({{4, 1}})));
  EXPECT_TRUE(completeness.always_complete(*layout_of({{371, 8}, {4, 1}, {96, 8}})));
}

TEST_F(Complete, ALongListSharesItsLastName) {
  Requirement requirement;
  for (std::uint16_t id = 1; id <= 40; ++id) requirement.elements.push_back(registry_.find({0, id})->name);
  Completeness completeness(requirement, registry_);
  ASSERT_EQ(completeness.items().size(), kMaxRequiredItems);
  EXPECT_EQ(completeness.items()[30], registry_.find({0, 31})->name);
  EXPECT_EQ(completeness.items()[31], "others");
  Fields fields;
  for (std::uint16_t id = 1; id <= 39; ++id) fields.push_back({id, 4});
  const auto layout = layout_of(fields);
  EXPECT_THAT(missing(completeness, *layout, record_of(*layout, 6)), ElementsAre("others"));
}

TEST_F(Complete, OptionsRecordsAreExempt) {
  const ByteWriter record = ipfix_options_record(256, {{149, 4}}, {{41, 8}});
  ByteReader in(record.bytes());
  const auto layout = parser_.ipfix_options_template(in).value().layout;
  EXPECT_THAT(missing(kSkylight, *layout, std::vector<std::uint8_t>(12)), IsEmpty());
  Completeness completeness(kSkylight, registry_);
  EXPECT_TRUE(completeness.always_complete(*layout));
}

// What is kept of a layout does not outlive it, whatever is made at its address.
TEST_F(Complete, LayoutsThatComeAndGo) {
  Completeness completeness(kSkylight, registry_);
  for (int i = 0; i < 2000; ++i) {
    const bool whole = i % 3 != 0;
    const auto layout = layout_of(whole ? kBase : without(kBase, 5));
    EXPECT_EQ(missing(completeness, *layout, record_of(*layout, 47)).empty(), whole) << i;
    EXPECT_EQ(missing(completeness, *layout, record_of(*layout, 47)).empty(), whole) << i;
  }
}

}  // namespace
}  // namespace flowcef::test
