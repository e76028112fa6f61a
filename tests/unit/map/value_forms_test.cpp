// What `as` and `max_length` of a key make of values.
#include "form_lines.hpp"

namespace flowcef::test {
namespace {

using namespace std::string_literals;

class ValueForms : public FormLines {};

TEST_P(ValueForms, MakeTheValue) {
  expect_the_extension();
}

// SS-19: both vectors, and a 32-bit key that cannot hold the second form.
INSTANTIATE_TEST_SUITE_P(Addresses, ValueForms,
                         testing::Values(FormCase{"Signed",
                                                  key_of("XSrc", {"sourceIPv4Address"}, ValueForm::signed_number),
                                                  {{8, 4}},
                                                  ByteWriter().u32(0xac110004),
                                                  "XSrc=-1408172028"},
                                         FormCase{"SignedPositive",
                                                  key_of("XSrc", {"sourceIPv4Address"}, ValueForm::signed_number),
                                                  {{8, 4}},
                                                  ByteWriter().u32(0x5bbd58a1),
                                                  "XSrc=1539135649"},
                                         FormCase{"Number",
                                                  key_of("XSrc", {"sourceIPv4Address"}, ValueForm::number),
                                                  {{8, 4}},
                                                  ByteWriter().u32(0xac110004),
                                                  "XSrc=2886795268"},
                                         FormCase{"NumberInA64BitKey",
                                                  labelled(key_of("cn1", {"sourceIPv4Address"}, ValueForm::number),
                                                           "Source"),
                                                  {{8, 4}},
                                                  ByteWriter().u32(0xac110004),
                                                  "cn1Label=Source cn1=2886795268"},
                                         FormCase{"NumberBeyondA32BitKey",
                                                  key_of("cnt", {"sourceIPv4Address"}, ValueForm::number),
                                                  {{8, 4}},
                                                  ByteWriter().u32(0xac110004),
                                                  "XSourceIPv4Address=172.17.0.4"},
                                         FormCase{"NumberWithinA32BitKey",
                                                  key_of("cnt", {"sourceIPv4Address"}, ValueForm::number),
                                                  {{8, 4}},
                                                  ByteWriter().u32(0x5bbd58a1),
                                                  "cnt=1539135649"},
                                         FormCase{"AddressOfThreeBytes",
                                                  key_of("XSrc", {"sourceIPv4Address"}, ValueForm::number),
                                                  {{8, 3}},
                                                  ByteWriter().number(0x0a0b0c, 3),
                                                  "XSourceIPv4Address=0a0b0c"},
                                         FormCase{"HexOfAnAddress",
                                                  key_of("XSrc", {"sourceIPv4Address"}, ValueForm::hex),
                                                  {{8, 4}},
                                                  ByteWriter().u32(0xac110004),
                                                  "XSrc=ac110004"}),
                         name_of);

const FieldSpec kOctets{70, 65535};
const FieldSpec kText{82, 65535};
constexpr char kOctetsName[] = "mplsTopLabelStackSection";

INSTANTIATE_TEST_SUITE_P(
    Bytes, ValueForms,
    testing::Values(FormCase{"Text",
                             key_of("XA", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("a=é\\"),
                             R"(XA=a\=é\\)"},
                    FormCase{"TextBeforeNuls",
                             key_of("XA", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("abc").zeros(3),
                             "XA=abc"},
                    FormCase{"ControlInHex",
                             key_of("XA", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("a\nb"),
                             "XA=610a62"},
                    FormCase{"NulInsideInHex",
                             key_of("XA", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("a\0b"s),
                             "XA=610062"},
                    FormCase{"C1ControlInHex",
                             key_of("XA", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("\xc2\x85"),
                             "XA=c285"},
                    FormCase{"BadUtf8InHex",
                             key_of("XA", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("ab\xc3"),
                             "XA=6162c3"},
                    FormCase{"BlanksAreNotLost",
                             key_of("XA", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("  "),
                             "XMplsTopLabelStackSection=2020"},
                    FormCase{
                        "EmptyIsAbsent", key_of("XA", {kOctetsName}, ValueForm::text), {kOctets}, ByteWriter(), ""},
                    FormCase{"TextOfAString",
                             key_of("XA", {"interfaceName"}, ValueForm::text),
                             {kText},
                             ByteWriter().text("eth0\n"),
                             "XA=eth0\\n"},
                    FormCase{"TextOfAStringOfFixedLength",
                             key_of("XA", {"interfaceName"}, ValueForm::text),
                             {{82, 8}},
                             ByteWriter().text("eth0\0old"s),
                             "XA=eth0"},
                    FormCase{"HexOfAString",
                             key_of("XA", {"interfaceName"}, ValueForm::hex),
                             {{82, 4}},
                             ByteWriter().text("ab\0c"s),
                             "XA=61620063"},
                    FormCase{"HexOfANumber",
                             key_of("XA", {"octetDeltaCount"}, ValueForm::hex),
                             {{1, 2}},
                             ByteWriter().u16(0x01ff),
                             "XA=01ff"},
                    FormCase{"Base64",
                             key_of("XA", {kOctetsName}, ValueForm::base64),
                             {kOctets},
                             ByteWriter().text("foobar"),
                             "XA=Zm9vYmFy"},
                    FormCase{"Base64OneByteOver",
                             key_of("XA", {kOctetsName}, ValueForm::base64),
                             {kOctets},
                             ByteWriter().text("foob"),
                             R"(XA=Zm9vYg\=\=)"},
                    FormCase{"Base64TwoBytesOver",
                             key_of("XA", {kOctetsName}, ValueForm::base64),
                             {kOctets},
                             ByteWriter().text("fooba"),
                             R"(XA=Zm9vYmE\=)"},
                    FormCase{"Base64Digits",
                             key_of("XA", {kOctetsName}, ValueForm::base64),
                             {kOctets},
                             ByteWriter().u8(0xfb).u8(0xff).u8(0xbe),
                             "XA=+/++"},
                    // GG-26: hex without blanks; a limit of the dictionary leaves it out whole.
                    FormCase{"HexWithinTheDictionary",
                             key_of("proto", {kOctetsName}, ValueForm::hex),
                             {kOctets},
                             ByteWriter().text("0123456789abcde"),
                             "proto=303132333435363738396162636465"},
                    FormCase{"HexBeyondTheDictionary",
                             key_of("proto", {kOctetsName}, ValueForm::hex),
                             {kOctets},
                             ByteWriter().text("0123456789abcdef"),
                             "XMplsTopLabelStackSection=30313233343536373839616263646566"},
                    FormCase{"TextCutByTheDictionaryIsWholeElsewhere",
                             key_of("proto", {kOctetsName}, ValueForm::text),
                             {kOctets},
                             ByteWriter().text("0123456789abcdef0123456789abcde€"),
                             "proto=0123456789abcdef0123456789abcde XMplsTopLabelStackSection="
                             "30313233343536373839616263646566303132333435363738396162636465e282ac"}),
    name_of);

const char kIssuer[] = "DigiCert SHA2 High Assurance Server C";  // of 37 characters

// GG-26: a limit keeps characters whole and says that it cut; what is cut goes nowhere else.
INSTANTIATE_TEST_SUITE_P(Limits, ValueForms,
                         testing::Values(FormCase{"Issuer",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 30),
                                                  {kText},
                                                  ByteWriter().text(kIssuer),
                                                  "XIssuer=DigiCert SHA2 High Assuranc…"},
                                         FormCase{"IssuerInADictionaryKey",
                                                  key_of("act", {"interfaceName"}, ValueForm::plain, 30),
                                                  {kText},
                                                  ByteWriter().text(kIssuer),
                                                  "act=DigiCert SHA2 High Assuranc…"},
                                         FormCase{"OfFixedLength",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 8),
                                                  {{82, 16}},
                                                  ByteWriter().text("0123456789").zeros(6),
                                                  "XIssuer=01234…"},
                                         FormCase{"JustFits",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 37),
                                                  {kText},
                                                  ByteWriter().text(kIssuer),
                                                  "XIssuer="s + kIssuer},
                                         FormCase{"BlanksBehindDoNotCount",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 4),
                                                  {kText},
                                                  ByteWriter().text("abcd   "),
                                                  "XIssuer=abcd"},
                                         FormCase{"WholeCharacters",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 8),
                                                  {kText},
                                                  ByteWriter().text("abc€€€"),
                                                  "XIssuer=abc…"},
                                         FormCase{"EscapesDoNotCount",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 6),
                                                  {kText},
                                                  ByteWriter().text("a==\\bcd"),
                                                  R"(XIssuer=a\=\=…)"},
                                         FormCase{"WhatIsNoUtf8IsCutAnywhere",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 7),
                                                  {kText},
                                                  ByteWriter().text("\x80\x80\x80\x80\x80\x80\x80\x80"),
                                                  "XIssuer=\ufffd\ufffd\ufffd\ufffd…"},
                                         FormCase{"RoomForTheMarkOnly",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 3),
                                                  {kText},
                                                  ByteWriter().text("abcd"),
                                                  "XIssuer=…"},
                                         FormCase{"NoRoomForTheMark",
                                                  key_of("XIssuer", {"interfaceName"}, ValueForm::plain, 2),
                                                  {kText},
                                                  ByteWriter().text("abcd"),
                                                  "XIssuer=ab"},
                                         FormCase{"TextOfOctets",
                                                  key_of("XA", {kOctetsName}, ValueForm::text, 6),
                                                  {kOctets},
                                                  ByteWriter().text("abcdefg"),
                                                  "XA=abc…"},
                                         FormCase{"OctetsInEvenDigits",
                                                  key_of("XA", {kOctetsName}, ValueForm::plain, 8),
                                                  {kOctets},
                                                  ByteWriter().text("\xde\xad\xbe\xef\x01"),
                                                  "XA=dead…"},
                                         FormCase{"HexThatFits",
                                                  key_of("XA", {kOctetsName}, ValueForm::hex, 8),
                                                  {kOctets},
                                                  ByteWriter().text("\xde\xad\xbe\xef"),
                                                  "XA=deadbeef"},
                                         FormCase{"Base64InGroupsOfFour",
                                                  key_of("XA", {kOctetsName}, ValueForm::base64, 10),
                                                  {kOctets},
                                                  ByteWriter().text("foobarfoo"),
                                                  "XA=Zm9v…"},
                                         FormCase{"Base64PaddingThatFits",
                                                  key_of("XA", {kOctetsName}, ValueForm::base64, 8),
                                                  {kOctets},
                                                  ByteWriter().text("foob"),
                                                  R"(XA=Zm9vYg\=\=)"}),
                         name_of);

// SS-19: the text and the number of one address, and what `custom = true` sends anyway is sent once.
TEST_F(Forms, OneElementInSeveralForms) {
  KeySpec took = in_unit("XTook", "flowDurationMilliseconds", TimeUnit::seconds);
  took.custom = true;
  use(spec_of(
      {key_of("src", {"sourceIPv4Address"}), key_of("XSrc", {"sourceIPv4Address"}, ValueForm::signed_number), took}));
  EXPECT_EQ(extension_of({{8, 4}, {161, 4}}, ByteWriter().u32(0xac110004).u32(1500)),
            "src=172.17.0.4 XSrc=-1408172028 XTook=1 XFlowDurationMilliseconds=1500");
}

TEST_F(Forms, NamesOutOfOptionsDataAreCutAndMarked) {
  OptionsTables tables;
  tables.restore({OptionsTable::interface_name, "\x03", "GigabitEthernet0/3", 0});
  context_.tables = &tables;
  use(key_of("XName", {"@ingress_interface_name"}, ValueForm::plain, 10));
  EXPECT_EQ(extension_of({{10, 4}}, ByteWriter().u32(3)), "XName=Gigabit… XIngressInterface=3");
}

// The bound of a message holds for what grows most.
TEST_F(Forms, LongValuesHaveRoom) {
  use(spec_of({key_of("XHex", {kOctetsName}, ValueForm::hex), key_of("XBase64", {kOctetsName}, ValueForm::base64),
               key_of("XText", {kOctetsName}, ValueForm::text)}));
  const std::string text(60'000, '=');
  const std::string extension = extension_of({kOctets}, ByteWriter().text(text));
  EXPECT_EQ(extension.size(), 5 + 120'000 + 1 + 8 + 80'000 + 1 + 6 + 120'000);
}

}  // namespace
}  // namespace flowcef::test
