#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "flowcef/core/ip_address.hpp"
#include "lookup_fixture.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using test::ask;
using testing::ElementsAre;
using testing::HasSubstr;

class FileLookup : public testing::Test {
 protected:
  FileLookup() {
    std::string pattern = testing::TempDir() + "flowcef-lookup-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    config_.name.text = "assets";
    config_.key = test::words({"sourceIPv4Address"});
    config_.file = folder_ / "assets.csv";
    config_.check_every = 1ms;
  }
  ~FileLookup() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view text) const { std::ofstream(config_.file, std::ios::binary) << text; }

  std::shared_ptr<Lookups> lookups(std::string_view text) {
    write(text);
    return test::make_lookups({config_});
  }

  std::vector<std::string> errors_of(std::string_view text) {
    write(text);
    const ElementRegistry registry;
    const auto made = Lookups::make({config_}, registry);
    std::vector<std::string> texts;
    if (made) return texts;
    for (const ConfigError& error : made.error()) {
      texts.push_back(error.to_string());
      const std::size_t at = texts.back().find(folder_.string());
      if (at != std::string::npos) texts.back().erase(at, folder_.string().size() + 1);
    }
    return texts;
  }

  /// Looks at the file as often as it takes.
  std::string check(Lookups& lookups) {
    std::string text;
    for (int i = 0; i < 2; ++i) {
      for (const auto& news : lookups.check_files(++checks_ * 1'000'000)) {
        text += (news.failed ? "failed " : "") + news.text + '\n';
      }
    }
    return text;
  }

  static LookupKey key(std::string_view address) {
    LookupKey key;
    EXPECT_TRUE(key.append(DataType::ipv6_address, IpAddress::parse(address)->ipv6_bytes()));
    return key;
  }

  std::filesystem::path folder_;
  LookupConfig config_;
  std::int64_t checks_ = 0;
};

TEST_F(FileLookup, has_the_columns_of_the_file) {
  const auto made = lookups("asset,sourceIPv4Address,vlanId,owner\nweb-1,10.1.2.3,007,\"a=b\"\n");
  const LookupSchema& schema = made->schemas()[0];
  ASSERT_EQ(schema.columns.size(), 3U);
  EXPECT_EQ(schema.columns[0].name, "asset");
  EXPECT_EQ(schema.columns[0].type, DataType::string);
  EXPECT_EQ(schema.columns[1].type, DataType::unsigned16);
  LookupReader reader(*made);
  EXPECT_EQ(ask(reader, key("10.1.2.3"), 0), "web-1");
  EXPECT_EQ(ask(reader, key("10.1.2.3"), 1), "7");
  EXPECT_EQ(ask(reader, key("10.1.2.3"), 2), "a\\=b");
  EXPECT_EQ(ask(reader, key("10.1.2.3"), 0, {-1, -1}), "web-1") << "suits flows of any time";
  EXPECT_EQ(ask(reader, key("10.1.2.4")), "-");
}

TEST_F(FileLookup, longest_prefix_wins) {
  const auto made = lookups(
      "sourceIPv4Address,zone\n10.0.0.0/8,lan\n10.1.0.0/16,dmz\n10.1.2.3,host\n10.1.2.4/32,host 4\n"
      "2001:db8::/32,six\n2001:db8:1::/52,six one\n0.0.0.0/0,world\n");
  LookupReader reader(*made);
  const struct {
    const char* address;
    const char* zone;
  } cases[] = {{"10.1.2.3", "host"},         {"10.1.2.4", "host 4"},        {"10.1.2.5", "dmz"},
               {"10.2.0.0", "lan"},          {"11.0.0.0", "world"},         {"2001:db8::1", "six"},
               {"2001:db8:1::1", "six one"}, {"2001:db8:1:1000::1", "six"}, {"2001:db9::", "-"}};
  for (const auto& c : cases) EXPECT_EQ(ask(reader, key(c.address)), c.zone) << c.address;
}

TEST_F(FileLookup, key_of_several_elements) {
  config_.key = test::words({"sourceIPv4Address", "userName"});
  const auto made = lookups("sourceIPv4Address,userName,role\n10.1.2.3,ann,admin\n");
  LookupReader reader(*made);
  LookupKey asked = key("10.1.2.3");
  const std::string name = "ann";
  ASSERT_TRUE(asked.append(DataType::string, {reinterpret_cast<const std::uint8_t*>(name.data()), name.size()}));
  EXPECT_EQ(ask(reader, asked), "admin");
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "-");
}

TEST_F(FileLookup, last_row_of_a_key_counts) {
  const auto made = lookups("sourceIPv4Address,zone\n10.1.2.3,one\n10.1.2.3,two\n::ffff:10.1.2.3,three\n");
  LookupReader reader(*made);
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "three");
  EXPECT_THAT(check(*made), HasSubstr("entries=1 repeated_keys=2"));
  EXPECT_EQ(made->counts()[0].entries, 1U);
}

TEST_F(FileLookup, mistakes_are_shown_at_once) {
  const struct {
    const char* text;
    std::vector<std::string> errors;
  } cases[] = {
      {"", {"assets.csv:1:1: expected a first row with the columns' names"}},
      {"zone,address\n", {"assets.csv:1:1: sourceIPv4Address: expected a column of this name"}},
      {"sourceIPv4Address\n", {"assets.csv:1:1: expected columns besides those of the key"}},
      {"sourceIPv4Address,a,a\n", {"assets.csv:1:21: a: expected each column only once"}},
      {"sourceIPv4Address,vlanId\n10.1.2.999,1\n10.1.2.3\n10.1.2.4,70000\n10.1.2.0/8,1\n,1\n",
       {"assets.csv:2:1: sourceIPv4Address: expected an address, got \"10.1.2.999\"",
        "assets.csv:3:1: expected 2 cells, got 1",
        "assets.csv:4:10: vlanId: expected a whole number that the element has room for, got \"70000\"",
        "assets.csv:5:1: sourceIPv4Address: expected an address, or a prefix with no bits set behind it, got "
        "\"10.1.2.0/8\"",
        "assets.csv:6:1: sourceIPv4Address: expected an address, got \"\""}},
  };
  for (const auto& c : cases) EXPECT_EQ(errors_of(c.text), c.errors) << c.text;
}

TEST_F(FileLookup, mistakes_are_bounded) {
  std::string text = "sourceIPv4Address,zone\n";
  for (int i = 0; i < 1000; ++i) text += "x,y\n";
  EXPECT_EQ(errors_of(text).size(), 100U);
}

TEST_F(FileLookup, values_have_the_form_of_their_element) {
  const auto with = [](const char* element, const char* value) {
    return std::string("sourceIPv4Address,") + element + "\n10.1.2.3," + value + "\n";
  };
  const struct {
    const char* element;
    const char* value;
    const char* shown;  ///< "": refused
  } cases[] = {{"destinationIPv6Address", "2001:DB8:0:0::1", "2001:db8::1"},
               {"destinationIPv6Address", "2001:db8", ""},
               {"sourceMacAddress", "AA-bb-00-11-22-33", "aa:bb:00:11:22:33"},
               {"sourceMacAddress", "aa:bb:00:11:22", ""},
               {"sourceMacAddress", "aa:bb:00:11:22:3", ""},
               {"protocolIdentifier", "255", "255"},
               {"protocolIdentifier", "256", ""},
               {"protocolIdentifier", "-1", ""},
               {"protocolIdentifier", "6 ", ""},
               {"mibObjectValueInteger", "-2147483648", "-2147483648"},
               {"mibObjectValueInteger", "2147483648", ""},
               {"dataRecordsReliability", "true", "true"},
               {"dataRecordsReliability", "yes", ""},
               {"samplingProbability", "0.25", "0.25"},
               {"samplingProbability", "nan", ""},
               {"flowStartMilliseconds", "1700000000000", "1700000000000"},
               {"flowStartSeconds", "2023-11-14", ""},
               {"userName", "any = text", "any \\= text"}};
  for (const auto& c : cases) {
    if (std::string_view(c.shown).empty()) {
      EXPECT_EQ(errors_of(with(c.element, c.value)).size(), 1U) << c.element << ' ' << c.value;
      continue;
    }
    const auto made = lookups(with(c.element, c.value));
    ASSERT_NE(made, nullptr) << c.element << ' ' << c.value;
    LookupReader reader(*made);
    EXPECT_EQ(ask(reader, key("10.1.2.3")), c.shown);
  }
}

TEST_F(FileLookup, is_read_again_when_it_has_changed) {
  const auto made = lookups("sourceIPv4Address,zone\n10.1.2.3,one\n");
  LookupReader reader(*made);
  EXPECT_THAT(check(*made), HasSubstr("lookup assets: read file="));
  EXPECT_EQ(check(*made), "");
  write("sourceIPv4Address,more,zone\n10.1.2.3,x,two two\n10.1.2.4,y,three\n");
  reader.begin();
  const LookupEntry* const held = reader.find(0, key("10.1.2.3"), test::kNow);
  EXPECT_THAT(check(*made), HasSubstr("entries=2"));
  EXPECT_EQ(text_of(*held, 0), "one") << "what a reader has stays as it is";
  write("sourceIPv4Address,zone\n10.1.2.3,three\n");
  EXPECT_EQ(check(*made), "") << "there are never more than two in memory";
  reader.end();
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "two two");
  EXPECT_THAT(check(*made), HasSubstr("entries=1"));
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "three");
  EXPECT_EQ(check(*made), "");
  EXPECT_EQ(made->counts()[0].updates, 4U);
}

TEST_F(FileLookup, goes_on_with_what_it_had_while_the_file_is_bad) {
  const auto made = lookups("sourceIPv4Address,zone\n10.1.2.3,one\n");
  LookupReader reader(*made);
  check(*made);
  write("sourceIPv4Address,zone\n10.1.2.3,two\n10.1.2.x,three\n");
  const std::string news = check(*made);
  EXPECT_THAT(news, HasSubstr("failed lookup assets: goes on as it was"));
  EXPECT_THAT(news, HasSubstr("assets.csv:3:1: "));
  EXPECT_EQ(check(*made), "") << "said once";
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "one");
  std::filesystem::remove(config_.file);
  EXPECT_THAT(check(*made), HasSubstr("cannot be read: No such file"));
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "one");
  write("sourceIPv4Address,zone\n10.1.2.3,three\n");
  check(*made);
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "three");
}

TEST_F(FileLookup, waits_while_the_file_is_being_written) {
  const auto made = lookups("sourceIPv4Address,zone\n10.1.2.3,one\n");
  EXPECT_FALSE(made->check_files(1'000'000).empty()) << "what was read at the start";
  write("sourceIPv4Address,zone\n10.1.2.3,two\n");
  EXPECT_TRUE(made->check_files(2'000'000).empty()) << "it has just changed";
  write("sourceIPv4Address,zone\n10.1.2.3,three\n");
  EXPECT_TRUE(made->check_files(3'000'000).empty()) << "it goes on changing";
  EXPECT_FALSE(made->check_files(4'000'000).empty());
  LookupReader reader(*made);
  EXPECT_EQ(ask(reader, key("10.1.2.3")), "three");
}

TEST_F(FileLookup, is_looked_at_as_often_as_it_says) {
  config_.check_every = 10s;
  const auto made = lookups("sourceIPv4Address,zone\n10.1.2.3,one\n");
  EXPECT_EQ(made->check_interval(), 10s);
  EXPECT_FALSE(made->check_files(0).empty()) << "what was read at the start";
  write("sourceIPv4Address,zone\n10.1.2.3,two\n");
  for (std::int64_t seconds = 1; seconds < 20; ++seconds) {
    EXPECT_TRUE(made->check_files(seconds * 1'000'000'000).empty()) << seconds;
  }
  EXPECT_FALSE(made->check_files(20'000'000'000).empty());
}

}  // namespace
}  // namespace flowcef
