#include "flowcef/app/receiver_check.hpp"

#include <gmock/gmock.h>

#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "flowcef/app/receiver_report.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/app/sample_exports.hpp"
#include "support/packet_builder.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<ReceiverModel> models_of(const std::vector<std::string>& names) {
  return *load_receiver_models(receiver_models_folder(), names);
}

class SampleExports : public RenderFixture {
 protected:
  std::vector<std::string> sample_lines() {
    std::vector<std::string> made;
    for (const auto& message : sample_exports({&translation_->mapping}, translation_->registry)) {
      for (std::string& line : lines(message)) made.push_back(std::move(line));
    }
    return made;
  }
};

const std::string kMapping = std::string(kPlainHead) + R"(
[keys]
rt = "@export_time"
src = "sourceIPv4Address"
suser = "userName"
app = "PAN_APP_ID"
request = "9:12235"
)";

/// The records of the made-up exports are decoded to the last one, and fill what the mapping names.
TEST_F(SampleExports, SamplesFillTheKeys) {
  auto translation = translation_of(kMapping, Elements::shipped);
  ASSERT_TRUE(translation) << translation.error().front().to_string();
  translation_ = *std::move(translation);
  const auto messages = sample_exports({&translation_->mapping}, translation_->registry);
  const auto made = sample_lines();
  EXPECT_EQ(made.size(), messages.size());
  for (const char* key : {" src=192.0.2.", " suser=", " app=", " request="})
    EXPECT_THAT(made, Contains(HasSubstr(key)));
  EXPECT_THAT(made, Contains(HasSubstr("suser=a\\=b|c\\\\d \"e\"\\r\\nf g\\\\")));
  EXPECT_THAT(made, Contains(HasSubstr(std::string(1500, 'x'))));
  EXPECT_THAT(made, Contains(HasSubstr("=4294967303")));
  EXPECT_THAT(made, Contains(HasSubstr("SourceIPv6Address=2001:db8::")));
  EXPECT_EQ(messages, sample_exports({&translation_->mapping}, translation_->registry));
}

/// What a rule on records asks for is there.
TEST_F(SampleExports, SamplesFulfilTheEventRules) {
  use_mapping(R"(
[cef]
vendor = "V"
product = "P"
prefix = "X"
[[event]]
when = { natEvent = 4, sourceIPv4Address = "10.1.0.0/16", not = { protocolIdentifier = 17 } }
signature = "nat"
name = "n"
severity = 1
[[event]]
when = { any = [{ applicationName = ["dns"] }, { firewallEvent = 1 }], destinationTransportPort = { min = 1024 } }
signature = "dns"
name = "n"
severity = 1
[[event]]
when = { present = ["sourceMacAddress"], ipClassOfService = 184 }
signature = "mac"
name = "n"
severity = 1
[[event]]
when = { kind = "options" }
signature = "options"
name = "n"
severity = 1
[[event]]
signature = "flow"
name = "n"
severity = 1
)");
  const auto made = sample_lines();
  for (const char* signature : {"|nat|", "|dns|", "|mac|", "|options|", "|flow|"}) {
    EXPECT_THAT(made, Contains(HasSubstr(signature)));
  }
}

class ReceiverTrial : public ::testing::Test {
 protected:
  ReceiverTrial() {
    config_.mapping = find_default_mapping();
    config_.inputs.emplace_back().source = UdpSourceConfig();
    OutputConfig& output = config_.outputs.emplace_back();
    output.sink.name = "siem";
    output.sink.transport = Transport::udp;
    output.rendering.header = SyslogHeader::rfc5424;
  }

  bool loses(const std::vector<std::string>& receivers, const std::vector<std::string>& captures = {}) {
    out_.str({});
    const auto translation = load_bridge_translation(config_);
    return try_receivers(config_, **translation, models_of(receivers), captures, out_);
  }

  Config config_;
  std::ostringstream out_;
};

// GG-32, GG-03: Splunk and Elastic get the default mapping's lines whole.
TEST_F(ReceiverTrial, TheDefaultMappingLosesNothing) {
  EXPECT_FALSE(loses({"sc4s", "elastic"})) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("output siem, receiver elastic: "));
}

// GG-32: the header that Gigamon's sample has.
TEST_F(ReceiverTrial, VersionsThatAReceiverRefusesAreNamed) {
  config_.outputs.front().cef.version = 23;
  EXPECT_TRUE(loses({"liblognorm"}));
  EXPECT_THAT(out_.str(), HasSubstr("version-0: lost whole, "));
  EXPECT_THAT(out_.str(), HasSubstr("cef_version = 0"));
  EXPECT_FALSE(loses({"elastic"})) << out_.str();
}

TEST_F(ReceiverTrial, EveryOutputIsTriedWithItsOwnSettings) {
  OutputConfig& second = config_.outputs.emplace_back(config_.outputs.front());
  second.sink.name = "second";
  second.rendering.header = SyslogHeader::none;
  second.cef.version = 1;
  EXPECT_TRUE(loses({"sc4s"}));
  const std::string text = out_.str();
  const std::size_t begin = text.find("output second");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_THAT(text.substr(0, begin), Not(HasSubstr("routing: not taken for CEF")));
  EXPECT_THAT(text.substr(begin), HasSubstr("routing: not taken for CEF"));
}

/// Requirements of the input are for real exporters.
TEST_F(ReceiverTrial, RequirementsDoNotTakeTheSamplesAway) {
  config_.inputs.front().decode.require.elements = {"natEvent"};
  config_.inputs.front().decode.exporters = {*IpPrefix::parse("203.0.113.0/24")};
  EXPECT_FALSE(loses({"elastic"}));
  EXPECT_THAT(out_.str(), Not(HasSubstr(": 0 lines tried")));
}

TEST_F(ReceiverTrial, CapturesThatCannotBeReadAreNamed) {
  EXPECT_THROW(loses({"elastic"}, {"/nowhere/at/all.pcap"}), std::runtime_error);
}

TEST(ReceiverReport, CountsLinesAndKeysByRule) {
  const auto models = models_of({"elastic"});
  ReceiverReport report(models.front(), "siem", Transport::tcp);
  const std::string head = "CEF:0|a|b|c|d|e|1|";
  report.add(head + "src=192.0.2.1 dpt=443");
  EXPECT_FALSE(report.loses_anything());
  EXPECT_EQ(report.to_string(),
            "output siem, receiver elastic: 1 line tried, 0 lost whole, 0 keys lost, 0 keys otherwise than sent\n");
  report.add(head + "src=x dpt=y");
  report.add(head + "src=x");
  report.add("CEF:0|a|b|c|d|e|?|src=x");
  EXPECT_TRUE(report.loses_anything());
  EXPECT_THAT(report.to_string(), HasSubstr("4 lines tried, 1 lost whole, 2 keys lost, 0 keys otherwise"));
  EXPECT_THAT(report.to_string(), HasSubstr("types: key lost, src (2 lines), dpt (1 line)\n    example: \"src=x\""));
  EXPECT_THAT(report.to_string(),
              HasSubstr("severity: lost whole, 1 line\n    example: \"?\"\n    line:    CEF:0|a|b|c|d|e|?|src=x"));
}

}  // namespace
}  // namespace flowcef::test
