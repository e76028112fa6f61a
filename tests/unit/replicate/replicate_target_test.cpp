#include "flowcef/replicate/replicate_target.hpp"

#include <gmock/gmock.h>

#include "flowcef/replicate/replicate_socket.hpp"
#include "replicate_test_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using test::Arrival;
using test::Collector;
using test::datagram;
using test::endpoint;
using test::prefix;
using test::replicate_to;
using test::wait_for;

class ReplicateTargetTest : public testing::Test {
 protected:
  void submit(ReplicateTarget& target, const Datagram& datagram) {
    std::vector<ReplicaRef> replicas{pool_.copy(datagram)};
    target.submit(replicas);
  }

  static void require_transparent(const Endpoint& to) {
    const int error = transparent_error(to);
    if (error != 0) GTEST_SKIP() << "the process may not send from others' addresses: " << error_name(error);
  }

  ReplicaPool pool_;
  test::CapturedLog log_;
  Collector collector_;
};

TEST_F(ReplicateTargetTest, FiltersByExporter) {
  ReplicateConfig config = replicate_to(collector_.address());
  config.exporters = {prefix("192.0.2.0/24"), prefix("2001:db8::/32")};
  const ReplicateTarget target(config, log_.logger());
  EXPECT_TRUE(target.wants(datagram("xx", "192.0.2.7:1")));
  EXPECT_TRUE(target.wants(datagram("xx", "[2001:db8::7]:1")));
  EXPECT_FALSE(target.wants(datagram("xx", "198.51.100.7:1")));
}

TEST_F(ReplicateTargetTest, FiltersByFormat) {
  ReplicateConfig config = replicate_to(collector_.address());
  config.formats = 1U << 9 | 1U << 10;
  const ReplicateTarget target(config, log_.logger());
  EXPECT_TRUE(target.wants(datagram(std::string("\0\x09", 2))));
  EXPECT_TRUE(target.wants(datagram(std::string("\0\x0a rest", 7))));
  EXPECT_FALSE(target.wants(datagram(std::string("\0\x05", 2))));
  EXPECT_FALSE(target.wants(datagram(std::string("\x01\x09", 2)))) << "265";
  EXPECT_FALSE(target.wants(datagram(std::string("\0", 1))));
  EXPECT_FALSE(target.wants(datagram("")));
}

// PX-11: byte for byte up to the longest datagram, also an empty one and what is no export.
TEST_F(ReplicateTargetTest, SendsEachByteFromItsOwnAddress) {
  ReplicateTarget target(replicate_to(collector_.address()), log_.logger());
  target.start();
  const std::string longest(65'507, '\xa5');
  for (const std::string& payload : {std::string("abc"), std::string(9'000, 'x'), longest, std::string()}) {
    submit(target, datagram(payload, "192.0.2.1:5000", 9));
    const auto arrival = collector_.receive();
    ASSERT_TRUE(arrival) << payload.size();
    EXPECT_EQ(arrival->payload, payload);
    EXPECT_EQ(arrival->from.address, endpoint("127.0.0.1:1").address);
    EXPECT_EQ(arrival->hops, 8);
  }
  ASSERT_TRUE(wait_for([&] { return target.counts().sent == 4; }));
  EXPECT_EQ(target.counts().sent_bytes, 3 + 9'000 + 65'507U);
  EXPECT_TRUE(target.counts().balanced());
}

TEST_F(ReplicateTargetTest, KeepsTheExportersAddressAndPort) {
  require_transparent(collector_.address());
  if (IsSkipped()) return;
  ReplicateTarget target(replicate_to(collector_.address(), ReplicateSource::keep), log_.logger());
  target.start();
  for (const char* const exporter : {"192.0.2.1:5000", "192.0.2.2:5000", "192.0.2.1:5000"}) {
    submit(target, datagram("abc", exporter, 64));
    EXPECT_EQ(collector_.receive(), (Arrival{"abc", endpoint(exporter), 63}));
  }
}

TEST_F(ReplicateTargetTest, KeepsThoseOfIpv6) {
  const Collector collector("[::1]:0");
  require_transparent(collector.address());
  if (IsSkipped()) return;
  ReplicateTarget target(replicate_to(collector.address(), ReplicateSource::keep), log_.logger());
  target.start();
  submit(target, datagram("abc", "[2001:db8::1]:5000", 3));
  EXPECT_EQ(collector.receive(), (Arrival{"abc", endpoint("[2001:db8::1]:5000"), 2}));
}

// PX-11: a loop ends.
TEST_F(ReplicateTargetTest, SendsNothingThatHasNoHopLeft) {
  ReplicateTarget target(replicate_to(collector_.address()), log_.logger());
  target.start();
  submit(target, datagram("last", "192.0.2.1:5000", 1));
  submit(target, datagram("unknown", "192.0.2.1:5000", 0));
  const auto arrival = collector_.receive();
  ASSERT_TRUE(arrival);
  EXPECT_EQ(arrival->payload, "unknown");
  EXPECT_EQ(arrival->hops, 64);
  EXPECT_EQ(target.counts().dropped.at("ttl_expired"), 1U);
}

TEST_F(ReplicateTargetTest, CannotKeepAnAddressOfTheOtherVersion) {
  require_transparent(collector_.address());
  if (IsSkipped()) return;
  ReplicateTarget target(replicate_to(collector_.address(), ReplicateSource::keep), log_.logger());
  target.start();
  submit(target, datagram("six", "[2001:db8::1]:5000"));
  submit(target, datagram("four", "192.0.2.1:5000"));
  EXPECT_EQ(collector_.receive()->payload, "four");
  EXPECT_EQ(target.counts().dropped.at("other_ip_version"), 1U);
}

// A tap sees them; nobody can send from there.
TEST_F(ReplicateTargetTest, CannotKeepPortZeroOrNoAddress) {
  require_transparent(collector_.address());
  if (IsSkipped()) return;
  ReplicateTarget target(replicate_to(collector_.address(), ReplicateSource::keep), log_.logger());
  target.start();
  submit(target, datagram("port", "192.0.2.1:0"));
  submit(target, datagram("address", "0.0.0.0:5000"));
  submit(target, datagram("good", "192.0.2.1:5000"));
  EXPECT_EQ(collector_.receive(), (Arrival{"good", endpoint("192.0.2.1:5000"), 63}));
  EXPECT_EQ(target.counts().dropped.at("no_source"), 2U);
}

// A port that nobody listens on answers; each answer costs no datagram but the one it was for.
TEST_F(ReplicateTargetTest, GoesOnWhenRefused) {
  const Endpoint nobody = Collector().address();
  ReplicateTarget target(replicate_to(nobody), log_.logger());
  target.start();
  for (int i = 0; i < 20; ++i) {
    submit(target, datagram("abc"));
    ASSERT_TRUE(wait_for([&] { return target.counts().queued == 0; }));
  }
  const ReplicateCounts counts = target.counts();
  EXPECT_GT(counts.errors.at("ECONNREFUSED"), 0U);
  EXPECT_GE(counts.sent, 10U);
  EXPECT_TRUE(counts.balanced());
}

TEST_F(ReplicateTargetTest, SendsWhatWaitsWhenStopped) {
  ReplicateTarget target(replicate_to(collector_.address()), log_.logger());
  for (int i = 0; i < 100; ++i) submit(target, datagram("abc"));
  target.start();
  target.stop(ReplicateTarget::Clock::now() + 20s);
  target.join();
  EXPECT_EQ(target.counts().sent, 100U);
}

TEST_F(ReplicateTargetTest, GoesOnByOtherFiltersOnly) {
  ReplicateTarget target(replicate_to(collector_.address()), log_.logger());
  ReplicateConfig other = target.config();
  other.exporters = {prefix("192.0.2.0/24")};
  other.queue_bytes = 64 << 10;
  EXPECT_TRUE(target.can_become(other));
  target.reconfigure(other);
  EXPECT_FALSE(target.wants(datagram("x", "198.51.100.1:1")));
  EXPECT_EQ(target.counts().capacity_bytes, std::size_t{64} << 10);
  other.to.port ^= 1;
  EXPECT_FALSE(target.can_become(other));
}

}  // namespace
}  // namespace flowcef
