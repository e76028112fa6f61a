// PX-16: what a configuration needs of root's rights.
#include "flowcef/app/capabilities.hpp"

#include <gmock/gmock.h>
#include <linux/capability.h>

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class Source>
Config listening_on(const char* address) {
  Config config;
  Source source;
  source.listen = {Endpoint::parse(address).value()};
  config.inputs.emplace_back().source = source;
  return config;
}

TEST(Capabilities, NoneForPortsThatAnybodyMayOpen) {
  EXPECT_THAT(needed_capabilities({}), IsEmpty());
  EXPECT_THAT(needed_capabilities(listening_on<UdpSourceConfig>("0.0.0.0:1024")), IsEmpty());
  EXPECT_THAT(needed_capabilities(listening_on<StreamSourceConfig>("[::]:4739")), IsEmpty());
  EXPECT_THAT(needed_capabilities(listening_on<UdpSourceConfig>("0.0.0.0:0")), IsEmpty()) << "the kernel chooses";
}

TEST(Capabilities, ToOpenReservedPortsAgain) {
  EXPECT_THAT(needed_capabilities(listening_on<UdpSourceConfig>("0.0.0.0:1023")), ElementsAre(CAP_NET_BIND_SERVICE));
  EXPECT_THAT(needed_capabilities(listening_on<StreamSourceConfig>("[::]:514")), ElementsAre(CAP_NET_BIND_SERVICE));
  Config config = listening_on<UdpSourceConfig>("0.0.0.0:514");
  config.outputs.emplace_back().sink.source_port = 514;
  EXPECT_THAT(needed_capabilities(config), ElementsAre(CAP_NET_BIND_SERVICE)) << "once";
  config.inputs.clear();
  EXPECT_THAT(needed_capabilities(config), ElementsAre(CAP_NET_BIND_SERVICE));
}

TEST(Capabilities, RawSocketsForTapsAndKeptSources) {
  Config config;
  config.inputs.emplace_back().source = TapConfig{};
  EXPECT_THAT(needed_capabilities(config), ElementsAre(CAP_NET_RAW));
  config.inputs.clear();
  config.replicates.emplace_back().source = ReplicateSource::own;
  EXPECT_THAT(needed_capabilities(config), IsEmpty());
  config.replicates.emplace_back().source = ReplicateSource::keep;
  EXPECT_THAT(needed_capabilities(config), ElementsAre(CAP_NET_RAW, CAP_NET_BIND_SERVICE));
}

}  // namespace
}  // namespace flowcef::test
