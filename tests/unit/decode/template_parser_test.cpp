#include "flowcef/decode/template_parser.hpp"

#include <gtest/gtest.h>

#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

class TemplateParsing : public testing::Test {
 protected:
  ElementRegistry registry_;
  TemplateParser parser_{registry_};
};

TEST_F(TemplateParsing, ComputesOffsets) {
  const ByteWriter record = template_record(256, {{8, 4}, {210, 3}, {7, 2}});
  ByteReader in(record.bytes());
  const auto layout = parser_.ipfix_template(in);
  ASSERT_TRUE(layout);
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(layout->layout->record_length, 9U);
  ASSERT_EQ(layout->layout->fields.size(), 2U);
  EXPECT_EQ(layout->layout->fields[1].offset, 7U);
}

TEST_F(TemplateParsing, CountsAVariableFieldAsOneByte) {
  const ByteWriter record = template_record(256, {{371, 65535}, {4, 1}});
  ByteReader in(record.bytes());
  const auto layout = parser_.ipfix_template(in);
  ASSERT_TRUE(layout);
  EXPECT_TRUE(layout->layout->variable);
  EXPECT_EQ(layout->layout->record_length, 2U);
}

struct BadTemplate {
  const char* name;
  TemplateParser::Result (TemplateParser::*parse)(ByteReader&) const;
  ByteWriter record;
  Refusal reason;
  bool skippable;
};

class BadTemplates : public TemplateParsing, public testing::WithParamInterface<BadTemplate> {};

TEST_P(BadTemplates, AreRefusedForTheirReason) {
  const BadTemplate& bad = GetParam();
  ByteReader in(bad.record.bytes());
  const auto result = (parser_.*bad.parse)(in);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, bad.reason);
  EXPECT_EQ(result.error().skippable, bad.skippable);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadTemplates,
    testing::Values(BadTemplate{"IdTooLow", &TemplateParser::ipfix_template, template_record(255, {{4, 1}}),
                                Refusal::bad_template, false},
                    BadTemplate{"CountPastTheEnd", &TemplateParser::ipfix_template,
                                ByteWriter().u16(256).u16(2).u16(4).u16(1), Refusal::bad_template, false},
                    BadTemplate{"CountOf65535", &TemplateParser::ipfix_template,
                                ByteWriter().u16(256).u16(65535).u16(4).u16(1), Refusal::too_many_fields, false},
                    BadTemplate{"EnterpriseNumberCutOff", &TemplateParser::ipfix_template,
                                ByteWriter().u16(256).u16(1).u16(0x8001).u16(4).u16(0), Refusal::bad_template, false},
                    BadTemplate{"Withdrawal", &TemplateParser::ipfix_template, template_record(256, {}),
                                Refusal::ignored_withdrawal, true},
                    BadTemplate{"OptionsWithdrawal", &TemplateParser::ipfix_options_template, template_record(256, {}),
                                Refusal::ignored_withdrawal, true},
                    BadTemplate{"MoreScopesThanFields", &TemplateParser::ipfix_options_template,
                                ByteWriter().u16(256).u16(1).u16(2).u16(4).u16(1), Refusal::bad_template, false},
                    BadTemplate{"ScopeLengthNoMultipleOfFour", &TemplateParser::netflow9_options_template,
                                ByteWriter().u16(256).u16(3).u16(4).u16(1).u16(4).u16(82).u16(4), Refusal::bad_template,
                                false},
                    BadTemplate{"OptionLengthPastTheEnd", &TemplateParser::netflow9_options_template,
                                ByteWriter().u16(256).u16(4).u16(400).u16(1).u16(4), Refusal::bad_template, false},
                    BadTemplate{"AllFieldsEmpty", &TemplateParser::netflow9_template,
                                template_record(256, {{4, 0}, {7, 0}}), Refusal::zero_length_record, true}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(TemplateParsing, EveryTruncationIsRefused) {
  const ByteWriter whole = template_record(256, {{8, 4}, {77, 2, 4711}, {7, 2}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<std::uint8_t> cut(whole.bytes().begin(),
                                        whole.bytes().begin() + static_cast<std::ptrdiff_t>(length));
    ByteReader in(cut);
    EXPECT_FALSE(parser_.ipfix_template(in)) << length;
  }
}

void expect_same(const Template& a, const Template& b) {
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.options, b.options);
  EXPECT_EQ(a.scope_fields, b.scope_fields);
  EXPECT_EQ(a.definition, b.definition);
  EXPECT_EQ(a.record_length, b.record_length);
  EXPECT_EQ(a.wire_lengths, b.wire_lengths);
  EXPECT_EQ(a.wire_to_field, b.wire_to_field);
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    EXPECT_EQ(a.fields[i].id, b.fields[i].id) << i;
    EXPECT_EQ(a.fields[i].element, b.fields[i].element) << i;
    EXPECT_EQ(a.fields[i].length, b.fields[i].length) << i;
    EXPECT_EQ(a.fields[i].offset, b.fields[i].offset) << i;
    EXPECT_EQ(a.fields[i].scope, b.fields[i].scope) << i;
  }
}

// PX-01: a template goes to disk as it was sent.
TEST_F(TemplateParsing, RestoresFromItsDefinition) {
  const struct {
    const char* name;
    TemplateParser::Result (TemplateParser::*parse)(ByteReader&) const;
    ByteWriter record;
    std::uint16_t scope_fields;
  } kCases[] = {
      {"netflow9", &TemplateParser::netflow9_template, template_record(256, {{8, 4}, {0x8000 | 7, 2}, {0, 1}}), 0},
      {"netflow9 options of an empty scope", &TemplateParser::netflow9_options_template,
       netflow9_options_record(257, {{1, 0}, {2, 4}}, {{82, 8}}), 2},
      {"ipfix", &TemplateParser::ipfix_template, template_record(258, {{8, 4}, {77, 65535, 4711}, {210, 3}}), 0},
      {"ipfix options", &TemplateParser::ipfix_options_template,
       ipfix_options_record(259, {{77, 4, 4711}}, {{82, 65535}}), 1},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.name);
    ByteReader in(row.record.bytes());
    const auto sent = (parser_.*row.parse)(in);
    ASSERT_TRUE(sent);
    const Template& layout = *sent->layout;
    EXPECT_EQ(layout.scope_fields, row.scope_fields);
    const auto restored =
        parser_.restore({layout.format, sent->id, layout.options, layout.scope_fields, layout.definition});
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->id, sent->id);
    expect_same(*restored->layout, layout);
  }
}

TEST_F(TemplateParsing, RefusesDefinitionsThatDoNotEndWithAField) {
  const ByteWriter whole = ByteWriter().u16(0x8000 | 77).u16(2).u32(4711).u16(7).u16(2);
  const Bytes bytes(whole.bytes());
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const auto result = parser_.restore({ExportFormat::ipfix, 256, true, 1, bytes.first(length)});
    EXPECT_EQ(result.has_value(), length == 8 || length == 12) << length;
  }
  EXPECT_FALSE(parser_.restore({ExportFormat::ipfix, 256, true, 3, bytes}));
  EXPECT_FALSE(parser_.restore({ExportFormat::ipfix, 255, true, 1, bytes}));
}

}  // namespace
}  // namespace flowcef::test
