// FD-17: a unit that sends its flows both as NetFlow v5 and by a layout.
#include "flowcef/decode/double_exports.hpp"

#include "exporter_flows.hpp"

namespace flowcef::test {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

class Doubles : public ExporterFlows {
 protected:
  Doubles() {
    doubles_.report([this](const IpAddress& exporter, const std::string& layout) {
      reported_.push_back(exporter.to_string() + ' ' + layout);
    });
  }
  bool keeps_netflow5() { return doubles_.keeps(set_of(*netflow5_, netflow5({}))); }
  bool keeps_layout() { return doubles_.keeps(set_of(*layout_, record({}))); }

  std::shared_ptr<Template> layout_ = layout();
  DoubleExports doubles_;
  std::vector<std::string> reported_;
};

TEST_F(Doubles, TheLayoutIsKeptByDefault) {
  EXPECT_TRUE(keeps_netflow5()) << "nothing else came so far";
  EXPECT_TRUE(keeps_layout());
  EXPECT_FALSE(keeps_netflow5());
  context_.listener.port = 9800;
  EXPECT_FALSE(keeps_netflow5());
  EXPECT_TRUE(keeps_layout());
  EXPECT_EQ(reported_, std::vector<std::string>{"192.0.2.1 packeteer2"});
}

TEST_F(Doubles, OtherExportersAndFormatsAreLeftAlone) {
  EXPECT_TRUE(keeps_layout());
  context_.exporter.address = *IpAddress::parse("192.0.2.2");
  EXPECT_TRUE(keeps_netflow5());
  context_.exporter.address = *IpAddress::parse("192.0.2.1");
  netflow5_->format = ExportFormat::netflow9;
  EXPECT_TRUE(keeps_netflow5());
  EXPECT_TRUE(reported_.empty());
}

TEST_F(Doubles, NetflowV5IsTakenAgainWhenTheLayoutStops) {
  EXPECT_TRUE(keeps_layout());
  context_.received_ns += 10 * kMinuteNs - 1;
  EXPECT_FALSE(keeps_netflow5());
  context_.received_ns += 1;
  EXPECT_TRUE(keeps_netflow5());
  EXPECT_TRUE(keeps_layout());
  context_.received_ns += 9 * kMinuteNs;
  EXPECT_FALSE(keeps_netflow5());
  EXPECT_EQ(reported_.size(), 1U);
}

TEST_F(Doubles, ASettingSaysWhatIsKept) {
  struct Row {
    KeptRecords keep;
    bool netflow5;
    bool layout;
  };
  for (const Row& row : {Row{KeptRecords::all, true, true}, Row{KeptRecords::netflow5, true, false},
                         Row{KeptRecords::layouts, false, true}}) {
    settings_.keep = row.keep;
    EXPECT_EQ(keeps_netflow5(), row.netflow5);
    EXPECT_EQ(keeps_layout(), row.layout);
    EXPECT_EQ(keeps_netflow5(), row.netflow5);
  }
  EXPECT_TRUE(reported_.empty());
}

}  // namespace
}  // namespace flowcef::test
