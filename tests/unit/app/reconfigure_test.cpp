// PX-15: a record path whose tables, mappings, renderings and inputs are replaced between two datagrams.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/source/capture_file.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

using Lines = std::vector<std::string>;

/// Returns: kPlainHead and these keys, behind what stands at the top of a mapping.
std::string mapping_with(std::string_view keys, std::string_view top = "") {
  std::string toml(top);
  toml += kPlainHead;
  toml += "[keys]\n";
  toml += keys;
  toml += '\n';
  return toml;
}

/// A path that has let go of its first mapping and tables once it was given others.
class ReconfiguredPath : public testing::Test {
 protected:
  static std::unique_ptr<const Translation> load(std::string_view toml, Elements elements = Elements::iana) {
    auto translation = translation_of(toml, elements);
    EXPECT_TRUE(translation);
    return *std::move(translation);
  }
  RenderingPlan plan(Lines& lines) const {
    return {{},
            [&lines](const BatchRef& batch) {
              for (const LineRef& line : batch->lines()) lines.emplace_back(batch->message(line));
            },
            &translation_->mapping};
  }
  void use(std::unique_ptr<const Translation> translation, DeadLetterFile* dead_letters = nullptr) {
    const auto before = std::exchange(translation_, std::move(translation));
    input_.remake_layouts(translation_->registry);
    ended_ = path_.reconfigure(translation_->registry, {plan(lines_)}, dead_letters);
  }
  static void decode(InputPath& in, const MessageBuilder& message, std::string_view exporter = "192.0.2.1") {
    const auto bytes = message.bytes();
    in.decode(datagram_of(bytes, exporter));
  }
  /// What was rendered since the last call, without what all lines begin with.
  Lines lines() {
    path_.flush();
    Lines made = std::exchange(lines_, {});
    for (std::string& line : made) line.erase(0, line.rfind('|') + 1);
    return made;
  }

  std::unique_ptr<const Translation> translation_ = load(mapping_with("externalId = \"@event_id\""));
  BatchPool pool_;
  Lines lines_;
  InputState input_;
  RecordPath path_{translation_->registry, pool_, {plan(lines_)}, {&input_}};
  InputPath& in_ = *path_.inputs().front();
  std::vector<std::unique_ptr<RenderCounters>> ended_;
};

/// An element of Cisco's and one of IANA's.
MessageBuilder template_and_flow() {
  return MessageBuilder::ipfix()
      .templates(template_record(256, {{233, 4, 9}, {4, 1}}))
      .set(256, ByteWriter().u32(1).u8(6));
}

MessageBuilder flow() {
  return MessageBuilder::ipfix().set(256, ByteWriter().u32(2).u8(17));
}

TEST_F(ReconfiguredPath, LinesAreByTheNewMappingAndTables) {
  path_.set_event_ids("7-", 1);
  decode(in_, template_and_flow());
  use(load(mapping_with("externalId = \"@event_id\"\nproto = \"protocolIdentifier\""), Elements::shipped));
  EXPECT_EQ(lines(), Lines{"externalId=7-1 XPen9Id233=00000001 XProtocolIdentifier=6"})
      << "what was rendered before it";
  decode(in_, flow());
  EXPECT_EQ(lines(), Lines{"externalId=7-2 proto=17 XEgressAclId=00000002"});
  ASSERT_EQ(ended_.size(), 1U);
  EXPECT_EQ(ended_[0]->lines.value(), 1U);
  EXPECT_EQ(ended_[0]->unknown_fields.value(), 1U);
  EXPECT_EQ(path_.render_counters()[0]->lines.value(), 1U);
  EXPECT_EQ(in_.decode_counters().records.value(), 2U);
}

TEST_F(ReconfiguredPath, RenderingsComeAndGo) {
  Lines second;
  decode(in_, template_and_flow());
  EXPECT_EQ(path_.reconfigure(translation_->registry, {plan(lines_), plan(second)}, nullptr).size(), 1U);
  decode(in_, flow());
  const auto both = path_.reconfigure(translation_->registry, {plan(second)}, nullptr);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0]->lines.value(), 1U);
  EXPECT_EQ(both[1]->lines.value(), 1U);
  decode(in_, flow());
  EXPECT_EQ(lines().size(), 2U);
  EXPECT_EQ(second.size(), 2U);
  EXPECT_EQ(path_.render_counters().size(), 1U);
}

TEST_F(ReconfiguredPath, UnmappedElementsAreReportedByLaterMappingsToo) {
  std::vector<std::string> reported;
  path_.report_unmapped([&](const UnmappedElement& element) { reported.push_back(element.key); });
  decode(in_, template_and_flow());
  EXPECT_TRUE(reported.empty());
  use(load(mapping_with("", "unmapped = \"warn-once\"\n")));
  decode(in_, flow());
  EXPECT_EQ(reported, (std::vector<std::string>{"XPen9Id233", "XProtocolIdentifier"}));
}

// SK-30: what is required changes; what was counted before stays in the books under its own name.
TEST_F(ReconfiguredPath, AnInputRequiresOtherElements) {
  DecodeConfig config;
  config.require.elements = {"octetDeltaCount"};
  input_.reconfigure(config, {});
  use(load(mapping_with("")));
  decode(in_, template_and_flow());
  config.require.elements = {"egressAclId", "packetDeltaCount"};
  input_.reconfigure(config, {});
  use(load(mapping_with(""), Elements::shipped));
  decode(in_, flow());
  EXPECT_EQ(lines(), Lines{});
  config.require.elements = {"egressAclId"};
  input_.reconfigure(config, {});
  use(load(mapping_with(""), Elements::shipped));
  decode(in_, flow());
  EXPECT_EQ(lines().size(), 1U);
  EXPECT_EQ(in_.filter_counters().incomplete.value(), 2U);
  FinalCounts counts;
  counts.add(path_);
  const std::string books = counts.to_string();
  EXPECT_NE(books.find("exporter.192.0.2.1.incomplete.octetDeltaCount 1\n"), std::string::npos) << books;
  EXPECT_NE(books.find("exporter.192.0.2.1.incomplete.packetDeltaCount 1\n"), std::string::npos) << books;
}

// PX-16, SS-25: who is heard, at what rate, and whether options data is sent on.
TEST_F(ReconfiguredPath, AnInputAdmitsOthers) {
  DecodeConfig config;
  config.exporters = {*IpPrefix::parse("192.0.2.9")};
  config.max_datagrams_per_second_per_exporter = 2;
  config.options_records = false;
  decode(in_, template_and_flow());
  EXPECT_EQ(lines().size(), 1U);
  input_.reconfigure(config, {});
  use(load(mapping_with("")));
  decode(in_, flow());
  EXPECT_EQ(lines().size(), 0U);
  const auto names = MessageBuilder::ipfix()
                         .options_templates(ipfix_options_record(300, {{10, 4}}, {{82, 4}}))
                         .set(300, ByteWriter().u32(7).text("eth0"));
  decode(in_, names, "192.0.2.9");
  for (int i = 0; i < 5; ++i) decode(in_, template_and_flow(), "192.0.2.9");
  EXPECT_EQ(lines().size(), 1U);
  input_.reconfigure({}, {});
  use(load(mapping_with("")));
  decode(in_, names, "192.0.2.9");
  for (int i = 0; i < 5; ++i) decode(in_, flow());
  EXPECT_EQ(lines().size(), 6U);
  EXPECT_EQ(in_.filter_counters().options_records.value(), 1U);
}

TEST_F(ReconfiguredPath, InputsComeAndGo) {
  decode(in_, template_and_flow());
  auto more = std::make_unique<InputState>();
  InputPath& added = path_.add_input(*more);
  EXPECT_EQ(path_.inputs().back().get(), &added);
  use(load(mapping_with("externalId = \"@event_id\"")));
  EXPECT_EQ(lines().size(), 1U);
  decode(added, flow());
  decode(added, template_and_flow());
  EXPECT_EQ(lines().size(), 2U) << "templates are those of the input";
  decode(added, MessageBuilder::ipfix().set(300, ByteWriter().u32(1)));
  added.finish();
  EXPECT_EQ(added.decode_counters().undecoded_sets.value(), 1U);
  path_.remove_input(added);
  more.reset();
  ASSERT_EQ(path_.inputs().size(), 1U);
  decode(in_, flow());
  path_.tick(datagram_of({}).received_ns);
  EXPECT_EQ(lines(), Lines{"externalId=3 XPen9Id233=00000002 XProtocolIdentifier=17"});
}

// PX-10: what is refused from then on is kept elsewhere.
TEST_F(ReconfiguredPath, RefusedDatagramsAreKeptWhereTheNewSettingsSay) {
  const std::string file = testing::TempDir() + "reconfigure_test-" + std::to_string(getpid()) + ".pcapng";
  std::filesystem::remove(file);
  const auto rubbish = [](std::uint8_t last) { return MessageBuilder::netflow9().raw(ByteWriter().u16(500).u8(last)); };
  {
    DeadLetterFile dead_letters({file, kMinDeadLetterBytes}, [](const std::string&) {});
    decode(in_, rubbish(1));
    use(load(mapping_with("")), &dead_letters);
    decode(in_, rubbish(2));
    use(load(mapping_with("")));
  }
  decode(in_, rubbish(3));
  CaptureFile kept(file);
  Datagram datagram;
  ASSERT_TRUE(kept.next(datagram));
  EXPECT_EQ(datagram.payload.back(), 2);
  EXPECT_FALSE(kept.next(datagram));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace flowcef::test
