// Records as untouched bytes, instead of their values or beside them.
#include "data_set_lines.hpp"

namespace flowcef::test {
namespace {

class RawView : public DataSetLines {
 protected:
  void SetUp() override {
    use_keys(R"(
rt = ["observationTimeMilliseconds", "@export_time"]
externalId = "@event_id"
dvc = "@exporter"
src = "sourceIPv4Address"
start = "@start"
XIcmp = "@icmp_type"
cs1 = { from = "@record_kind", label = "Kind" })");
    context_.exporter.address = *IpAddress::parse("192.0.2.1");
    context_.export_ms = 5;
  }

  std::string extension_in(RecordView view) {
    const auto made = layout({{323, 8}, {8, 4}, {152, 8}, {82, 4}, {4, 1}, {4, 1}, {499, 2, 99999}});
    made->view = view;
    return extension_of_record(
        made, ByteWriter().u64(9).u32(0x7f000001).u64(1'700'000'000'000).text("e0").zeros(2).u8(1).u8(0).u16(9995));
  }
};

// SS-28: the bytes of the documentation's own examples, 127.0.0.1 and 9995.
constexpr std::string_view kRaw =
    "XRawObservationTimeMilliseconds=0000000000000009 XRawSourceIPv4Address=7f000001 "
    "XRawFlowStartMilliseconds=0000018bcfe56800 XRawInterfaceName=65300000 XRawProtocolIdentifier=01 "
    "XRawProtocolIdentifier2=00 XRawPen99999Id499=270b";

// SS-26, SS-29
TEST_F(RawView, InterpretedHasNoRawPart) {
  EXPECT_EQ(extension_in(RecordView::interpreted),
            "rt=9 externalId=7-1 dvc=192.0.2.1 src=127.0.0.1 start=1700000000000 cs1Label=Kind cs1=FLOWSET "
            "XInterfaceName=e0 XProtocolIdentifier=1 XProtocolIdentifier2=0 XPen99999Id499=270b");
}

// SS-23, SS-29: kind and header stay; the time is that of the header.
TEST_F(RawView, RawHasNoInterpretedPart) {
  EXPECT_EQ(extension_in(RecordView::raw),
            "rt=5 externalId=7-1 dvc=192.0.2.1 cs1Label=Kind cs1=FLOWSET " + std::string(kRaw));
}

TEST_F(RawView, BothIsInterpretedThenRaw) {
  const std::string both = extension_in(RecordView::both);
  EXPECT_EQ(both, extension_in(RecordView::interpreted) + ' ' + std::string(kRaw));
}

TEST_F(RawView, AListIsRawAsAWhole) {
  const auto made = layout({{291, 4}});
  made->view = RecordView::raw;
  EXPECT_TRUE(extension_of_record(made, ByteWriter().u32(0x03000452)).ends_with(" XRawBasicList=03000452"));
}

}  // namespace
}  // namespace flowcef::test
