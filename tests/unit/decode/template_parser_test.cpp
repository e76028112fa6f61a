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

}  // namespace
}  // namespace flowcef::test
