#include "flowcef/app/receiver_reading.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "flowcef/app/receiver_check.hpp"

namespace flowcef::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const ReceiverModel& model_of(const std::string& name) {
  static const auto models = load_receiver_models(receiver_models_folder(), {"elastic", "liblognorm", "sc4s"});
  return *std::ranges::find(*models, name, &ReceiverModel::name);
}

/// `key=value` of what is kept.
std::vector<std::string> kept(const ReceiverReading& reading) {
  std::vector<std::string> pairs;
  for (const ReadPair& pair : reading.pairs) pairs.push_back(pair.key + '=' + pair.value);
  return pairs;
}

/// `rule` or `rule:key` of each finding.
std::vector<std::string> found(const ReceiverReading& reading) {
  std::vector<std::string> texts;
  for (const ReceiverFinding& finding : reading.findings) {
    texts.push_back(finding.rule->id + (finding.key.empty() ? "" : ':' + finding.key));
  }
  return texts;
}

const std::string kHead = "CEF:0|Flowcef|Bridge|1|flow|Flow record|1|";
const std::string kRfc5424 = "<134>1 2025-06-15T15:06:40.250Z 192.0.2.1 CEF - - - ";

struct Case {
  const char* model;
  std::string finding;  ///< of the bad line, the first one
  std::string good;
  std::string bad;
  Transport transport = Transport::tcp;
};

std::string long_line(std::size_t bytes) {
  std::string line = kHead + " src=10.0.0.1 msg=";
  return line + std::string(bytes - line.size() - 8, 'x') + " app=y z";
}

/// For every rule of every shipped model a line that obeys it and one that breaks it.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"liblognorm", "message-size", long_line(8096), long_line(8097)},
      {"liblognorm", "version-0", kHead + " src=1", "CEF:1|Flowcef|Bridge|1|flow|Flow record|1| src=1"},
      {"liblognorm", "shortest", "CEF:0|x|x|x|x|x||", "CEF:0|||x|x|x||"},
      {"liblognorm", "header", "CEF:0|Flow\\|cef\\\\|B|1|flow|Flow|1| src=1", "CEF:0|Flow\\cef|B|1|flow|Flow|1| src=1"},
      {"liblognorm", "header", kHead, "CEF:0|Flowcef|Bridge|1|flow|Flow record"},
      {"liblognorm", "first-letter:src", kHead + " src=1", kHead + "src=1 dst=2"},
      {"liblognorm", "key-characters", kHead + " a.b_C1=1", kHead + " a-b=1"},
      {"liblognorm", "key-characters", kHead + " src=1 x", kHead + " src=1=2"},
      {"liblognorm", "value-escapes", kHead + " msg=a\\=b\\\\c\\nd\\re", kHead + " msg=a\\|b"},
      {"liblognorm", "empty-last-value", kHead + " msg= src=1", kHead + " src=1 msg="},
      {"liblognorm", "repeated-key:src", kHead + " src=1 dst=2", kHead + " src=1 src=2"},

      {"sc4s", "message-size", long_line(65536), long_line(65537)},
      {"sc4s", "routing", "<134>1 - h CEF - - - CEF:1|a|b|c|d|e|1|src=1",
       "<134>1 - h app - - - CEF:1|a|b|c|d|e|1|src=1"},
      {"sc4s", "host", "<134>Jun 15 15:06:40 h " + kHead + "src=1",
       "Sun Jun 15 15:06:40 2025 9/3/e1 " + kHead + "src=1"},
      {"sc4s", "second-start", kHead + "msg=CEF:1", kHead + "msg=CEF:0|"},
      {"sc4s", "header-bars", "CEF:0|Flow\\\\cef|B|1|flow|Flow|1|src=1",
       "CEF:0|Flow\\|cef|B|1|flow|Flow|1|src=1 dst=2"},
      {"sc4s", "key-search:ab\\\\", kHead + "msg=x src=1", kHead + "ab\\\\=1"},
      {"sc4s", "values:msg", kHead + "msg=x y", kHead + "msg=x=y"},
      {"sc4s", "escapes-kept:msg", kHead + "msg=a b", kHead + "msg=a\\=b"},
      {"sc4s", "empty-value:msg", kHead + "msg=x", kHead + "msg= src=1"},
      {"sc4s", "repeated-key:src", kHead + "src=1 dst=2", kHead + "src=1 src=2"},
      {"sc4s", "time:rt", kRfc5424 + kHead + "rt=1750000000000", kRfc5424 + kHead + "rt=1749999990000"},
      {"sc4s", "labels:msg", kHead + "msg=x cs1Label=Text cs1=y", kHead + "msg=x cs1Label=msg cs1=y"},
      {"sc4s", "labels:FlowLabel", kHead + "FlowLabelValue=7", kHead + "FlowLabel=7"},
      {"sc4s", "names:a_b", kHead + "cs1Label=a b cs1=x cs2Label=a c cs2=y",
       kHead + "cs1Label=a b cs1=x cs2Label=a.b cs2=y"},

      {"elastic", "datagram-size", long_line(10240), long_line(10241), Transport::udp},
      {"elastic", "header", "CEF:1|Flow\\|cef\\\\|B|1|flow|Flow|1|src=::1", "CEF:1|Flow\\cef|B|1|flow|Flow|1|src=::1"},
      {"elastic", "severity", "CEF:0|a|b|c|d|e|Very-High|src=::1", "CEF:0|a|b|c|d|e|very high|src=::1"},
      {"elastic", "key-characters", kHead + "_a.b,[0]=1", kHead + "-a=1 src=::1"},
      {"elastic", "value-escapes:msg", kHead + "msg=a\\=b\\\\c\\nd\\re", kHead + "msg=a\\|b src=::1"},
      {"elastic", "value-escapes:msg", kHead + "msg=a b", kHead + "msg=a=b src=::1"},
      {"elastic", "empty-value:msg", kHead + "msg=x", kHead + "msg= src=::1"},
      {"elastic", "repeated-key:src", kHead + "src=::1 dst=::2", kHead + "src=::1 src=::2"},
      {"elastic", "types:dpt", kHead + "dpt=2147483647", kHead + "dpt=2147483648"},
      {"elastic", "types:In", kHead + "In=9223372036854775807", kHead + "In=9223372036854775808"},
  };
  return all;
}

// GG-32: what a receiver loses is known for every one of its rules.
TEST(ReceiverReading, EveryRuleIsObeyedAndBroken) {
  for (const Case& test : cases()) {
    const ReceiverModel& model = model_of(test.model);
    EXPECT_THAT(found(read_as(model, test.good, test.transport)), IsEmpty())
        << test.model << ": " << test.good.substr(0, 200);
    const auto findings = found(read_as(model, test.bad, test.transport));
    ASSERT_FALSE(findings.empty()) << test.model << ": " << test.bad.substr(0, 200);
    EXPECT_EQ(findings.front(), test.finding) << test.bad.substr(0, 200);
  }
}

TEST(ReceiverReading, NoRuleIsUntried) {
  std::set<std::string> tried;
  for (const Case& test : cases()) tried.insert(test.model + ('/' + test.finding.substr(0, test.finding.find(':'))));
  for (const char* name : {"elastic", "liblognorm", "sc4s"}) {
    for (const ReceiverRule& rule : model_of(name).rules) {
      EXPECT_TRUE(tried.contains(std::string(name) + '/' + rule.id)) << name << '/' << rule.id;
    }
  }
}

TEST(ReceiverReading, KeepsWhatTheReceiverKeeps) {
  const std::string line = kHead + "src=10.0.0.1 msg=a\\=b  c cs1Label=Text cs1=x\\\\ dpt=443";
  EXPECT_THAT(kept(read_as(model_of("liblognorm"), line, Transport::tcp)),
              ElementsAre("rc=10.0.0.1", "msg=a=b  c", "cs1Label=Text", "cs1=x\\", "dpt=443"));
  EXPECT_THAT(kept(read_as(model_of("sc4s"), line, Transport::tcp)),
              UnorderedElementsAre("src=10.0.0.1", "msg=a\\=b  c", "Text=x\\\\", "dpt=443"));
  EXPECT_THAT(kept(read_as(model_of("elastic"), line, Transport::tcp)),
              ElementsAre("src=10.0.0.1", "msg=a=b  c", "cs1Label=Text", "cs1=x\\", "dpt=443"));
}

TEST(ReceiverReading, ALineThatIsCutLosesTheKeysBehind) {
  const ReceiverReading reading = read_as(model_of("elastic"), long_line(20000), Transport::udp);
  EXPECT_THAT(found(reading), ElementsAre("datagram-size", "datagram-size:msg", "datagram-size:app"));
  EXPECT_THAT(found(read_as(model_of("elastic"), long_line(20000), Transport::tcp)), IsEmpty());
}

TEST(ReceiverReading, ARefusedLineKeepsNothing) {
  for (const char* line : {"", "no CEF at all", "CEF:", "CEF:0", "CEF:0|", "<134>", "<134>1 ", "<134>Jun 15 CEF:0|"}) {
    for (const char* name : {"elastic", "liblognorm"}) {
      const ReceiverReading reading = read_as(model_of(name), line, Transport::tcp);
      EXPECT_FALSE(reading.taken) << name << ": " << line;
      EXPECT_THAT(reading.pairs, IsEmpty());
    }
  }
}

// Without a time zone in the header the minute and second are compared.
TEST(ReceiverReading, TheTimeOfTheHeaderStandsForTheKeys) {
  const std::string line = kHead + "rt=1750000000000";  // 15:06:40 UTC
  const auto times = [&](const std::string& header) {
    return found(read_as(model_of("sc4s"), header + line, Transport::tcp));
  };
  EXPECT_THAT(times(kRfc5424), IsEmpty());
  EXPECT_THAT(times("<134>Jun 15 17:06:40 192.0.2.1 "), IsEmpty());
  EXPECT_THAT(times("<134>Jun 15 20:36:41 192.0.2.1 flowcef: "), IsEmpty());
  EXPECT_THAT(times("<134>Jun 15 17:06:45 192.0.2.1 "), ElementsAre("time:rt"));
  EXPECT_THAT(times(""), ElementsAre("time:rt"));
}

TEST(ReceiverReading, TypesOfElastic) {
  const auto takes = [](const std::string& pair) {
    return found(read_as(model_of("elastic"), kHead + pair, Transport::tcp)).empty();
  };
  for (const char* pair : {"cnt=0x7fffffff", "cnt=-2147483648", "cnt=017", "cn1=-9223372036854775808", "cfp1=-1.5e10",
                           "cfp1=1e-400", "dlat=1e300", "src=2001:db8::1", "src=192.0.2.1", "smac=00:00:5E:00:53:01",
                           "smac=0000.5e00.5301", "smac=00005e005301", "rt=1750000000000", "rt=Jun 15 15:06:40",
                           "rt=Jun  5 2025 15:06:40.123 UTC", "rt=Jun 15 2025 15:06:40 +02:00", "unknown=x"}) {
    EXPECT_TRUE(takes(pair)) << pair;
  }
  for (const char* pair : {"cnt=018", "cnt=-2147483649", "cnt=1.5", "cnt=x", "cn1=9223372036854775808", "cfp1=1e39",
                           "dlat=1e400", "src=192.0.2.01", "src=fe80::1%eth0", "src=[::1]", "smac=00:00:5e:00:53",
                           "smac=00:00-5e:00:53:01", "rt=2025-06-15T15:06:40Z", "rt=Jun 32 15:06:40",
                           "rt=Jun 15 24:06:40", "rt=Foo 15 15:06:40", "rt=Jun 15 15:06"}) {
    EXPECT_FALSE(takes(pair)) << pair;
  }
}

}  // namespace
}  // namespace flowcef::test
