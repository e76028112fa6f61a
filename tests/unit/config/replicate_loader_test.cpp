#include "flowcef/config/replicate_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LoadReplicate : public testing::Test {
 protected:
  LoadReplicate() { files.write("map.toml", ""); }

  /// Input: what stands under the first `[[replicate]]`, from line 19 on.
  std::expected<Config, ConfigErrors> load(const std::string& lines) {
    return load_config(files.write("f.toml",
                                   "mapping = 'map.toml'\n[[output]]\nname = 'a'\nto = 'stdout:'\n"
                                   "[[input]]\nname = 'edge'\ntype = 'udp'\nlisten = ['" +
                                       listen +
                                       "']\n[[input]]\nname = 'log'\ntype = 'syslog'\nlisten = '0.0.0.0:514'\n"
                                       "unmatched = 'send'\n[[input]]\nname = 'tcp'\ntype = 'tcp'\nlisten = "
                                       "'0.0.0.0:4739'\n[[replicate]]\n" +
                                       lines));
  }

  ReplicateConfig replicate(const std::string& lines) {
    auto config = load(lines);
    if (config && config->replicates.size() == 1) return config->replicates.front();
    ADD_FAILURE() << testing::PrintToString(config ? std::vector<std::string>{} : files.texts(config.error()));
    return {};
  }

  std::vector<std::string> errors_of(const std::string& lines) {
    const auto config = load(lines);
    return config ? std::vector<std::string>{} : files.texts(config.error());
  }

  ConfigFiles files;
  std::string listen = "0.0.0.0:2055', '[::]:2055";
};

// PX-11
TEST_F(LoadReplicate, HasDefaults) {
  const ReplicateConfig config = replicate("to = '192.0.2.99:2055'\n");
  EXPECT_EQ(config.name, "192.0.2.99:2055");
  EXPECT_EQ(config.to.to_string(), "192.0.2.99:2055");
  EXPECT_EQ(config.source, ReplicateSource::keep);
  EXPECT_THAT(config.exporters, IsEmpty());
  EXPECT_EQ(config.formats, kAllFormats);
  EXPECT_EQ(config.queue_bytes, std::size_t{16} << 20);
  EXPECT_TRUE(needs_transparent(config));
}

TEST_F(LoadReplicate, ReadsEveryKey) {
  const auto config = load(
      "name = 'old'\nto = '[2001:db8::99]:9995'\nsource = 'own'\nexporters = ['10.0.0.0/8', '2001:db8::1']\n"
      "formats = ['netflow9', 'ipfix', 'sflow']\ninputs = ['log']\nqueue = '1MiB'\n");
  ASSERT_TRUE(config);
  const ReplicateConfig& replicate = config->replicates.front();
  EXPECT_EQ(replicate.name, "old");
  EXPECT_EQ(replicate.source, ReplicateSource::own);
  EXPECT_EQ(replicate.exporters.size(), 2U);
  EXPECT_EQ(replicate.formats, 1U << 9 | 1U << 10 | 1U);
  EXPECT_EQ(replicate.queue_bytes, std::size_t{1} << 20);
  EXPECT_FALSE(needs_transparent(replicate));
  EXPECT_EQ(describe(replicate, config->inputs),
            "replicate old: to [2001:db8::99]:9995, source own, exporters 10.0.0.0/8 2001:db8::1/128, formats netflow9 "
            "ipfix sflow, inputs log");
}

TEST_F(LoadReplicate, TakesUdpInputsOfExportsUnlessTold) {
  const auto config = load("to = '192.0.2.99:2055'\n");
  ASSERT_TRUE(config);
  std::vector<std::string> names;
  for (const InputConfig& input : config->inputs) {
    if (replicates_input(config->replicates.front(), input)) names.push_back(input.name);
  }
  EXPECT_THAT(names, ElementsAre("edge"));
}

TEST_F(LoadReplicate, RefusesWhatIsNoTarget) {
  for (const char* const to : {"collector:2055", "192.0.2.99", "192.0.2.99:0", "0.0.0.0:2055", "[::]:2055"}) {
    EXPECT_THAT(errors_of("to = '" + std::string(to) + "'\n"),
                ElementsAre(HasSubstr("f.toml:19:6: replicate[0].to: expected a numeric address with a port")))
        << to;
  }
}

// PX-11: they would fail, or reach others, datagram by datagram.
TEST_F(LoadReplicate, RefusesAddressesOfManyOrOfALink) {
  for (const auto& [to, why] : std::vector<std::pair<std::string, std::string>>{{"224.0.0.1:2055", "multicast"},
                                                                                {"239.255.255.255:2055", "multicast"},
                                                                                {"255.255.255.255:2055", "broadcast"},
                                                                                {"[ff02::1]:2055", "multicast"},
                                                                                {"[fe80::1]:2055", "link-local"},
                                                                                {"[febf::1]:2055", "link-local"}}) {
    EXPECT_THAT(errors_of("to = '" + to + "'\n"),
                ElementsAre(AllOf(HasSubstr("f.toml:19:6: replicate[0].to: expected "),
                                  HasSubstr("got \"" + to + "\", which is " + why))));
  }
  for (const char* const to : {"223.255.255.255:2055", "169.254.1.1:2055", "[fec0::1]:2055", "[fd00::1]:2055"}) {
    EXPECT_THAT(errors_of("to = '" + std::string(to) + "'\n"), IsEmpty()) << to;
  }
}

// PX-11: no loops
TEST_F(LoadReplicate, RefusesOwnListeners) {
  for (const char* const to : {"127.0.0.1:2055", "127.9.9.9:2055", "[::1]:2055", "127.0.0.1:514"}) {
    EXPECT_THAT(errors_of("to = '" + std::string(to) + "'\n"), ElementsAre(HasSubstr("expected another collector")))
        << to;
  }
  EXPECT_THAT(errors_of("to = '127.0.0.1:2056'\n"), IsEmpty());
  listen = "192.0.2.1:2055";
  EXPECT_THAT(errors_of("to = '192.0.2.1:2055'\n"), ElementsAre(HasSubstr("input edge listens there")));
  EXPECT_THAT(errors_of("to = '127.0.0.1:2055'\n"), IsEmpty());
}

TEST_F(LoadReplicate, RefusesAddressesThatCannotBeKept) {
  EXPECT_THAT(errors_of("to = '192.0.2.99:2055'\nexporters = ['2001:db8::/32', '10.0.0.0/8']\n"),
              ElementsAre(HasSubstr("f.toml:20:14: replicate[0].exporters[0]: expected IPv4 exporters")));
  EXPECT_THAT(errors_of("to = '192.0.2.99:2055'\nsource = 'own'\nexporters = '2001:db8::/32'\n"), IsEmpty());
  listen = "[::]:2055";
  EXPECT_THAT(errors_of("to = '192.0.2.99:2055'\n"),
              ElementsAre(HasSubstr("expected a collector that is reached over IPv6")));
}

TEST_F(LoadReplicate, RefusesOtherInputs) {
  EXPECT_THAT(errors_of("to = '192.0.2.99:2055'\ninputs = ['edge', 'tcp', 'egde']\n"),
              ElementsAre(HasSubstr("expected an input over UDP, and \"tcp\" is none"),
                          HasSubstr("expected names of inputs, got \"egde\" (did you mean \"edge\"?)")));
}

TEST_F(LoadReplicate, RefusesNamesThatAreThereTwiceAndOtherValues) {
  EXPECT_THAT(
      errors_of("name = 'x'\nto = '192.0.2.99:2055'\nsource = 'mine'\nformats = ['netflow4']\nqueue = '1KiB'\n"
                "[[replicate]]\nname = 'x'\nto = '192.0.2.98:2055'\nfrom = 1\n"),
      ElementsAre(HasSubstr("replicate.x.source"), HasSubstr("replicate.x.formats"), HasSubstr("replicate.x.queue"),
                  HasSubstr("replicate.x.name: expected each only once"), HasSubstr("replicate.x.from")));
}

TEST(Reaches, KnowsAddressesOfThisHost) {
  const auto endpoint = [](std::string_view text) { return Endpoint::parse(text).value(); };
  const std::vector<IpAddress> local = {IpAddress::parse("192.0.2.1").value()};
  EXPECT_TRUE(reaches(endpoint("192.0.2.1:2055"), endpoint("0.0.0.0:2055"), local));
  EXPECT_FALSE(reaches(endpoint("192.0.2.1:2056"), endpoint("0.0.0.0:2055"), local));
  EXPECT_FALSE(reaches(endpoint("192.0.2.2:2055"), endpoint("0.0.0.0:2055"), local));
  EXPECT_FALSE(reaches(endpoint("192.0.2.1:2055"), endpoint("[::]:2055"), local));
  EXPECT_THAT(local_addresses(), testing::Contains(IpAddress::parse("127.0.0.1").value()));
}

}  // namespace
}  // namespace flowcef
