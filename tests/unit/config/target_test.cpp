#include "flowcef/config/target.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

struct GoodTarget {
  std::string_view text;
  Transport transport;
  std::string_view host;
  std::uint16_t port;
  std::string_view path;
};

TEST(ParseTarget, ReadsEveryForm) {
  for (const auto& row : {
           GoodTarget{"stdout:", Transport::standard_output, "", 0, ""},
           GoodTarget{"file:lines.cef", Transport::file, "", 0, "lines.cef"},
           GoodTarget{"file:/var/log/lines.cef", Transport::file, "", 0, "/var/log/lines.cef"},
           GoodTarget{"udp://siem.example.com", Transport::udp, "siem.example.com", 514, ""},
           GoodTarget{"tcp://siem", Transport::tcp, "siem", 514, ""},
           GoodTarget{"tls://siem", Transport::tls, "siem", 6514, ""},
           GoodTarget{"udp://192.0.2.1:5514", Transport::udp, "192.0.2.1", 5514, ""},
           GoodTarget{"tcp://[2001:db8::1]", Transport::tcp, "2001:db8::1", 514, ""},
           GoodTarget{"tls://[2001:db8::1]:65535", Transport::tls, "2001:db8::1", 65535, ""},
           GoodTarget{"tcp://1st-host_a.example:1", Transport::tcp, "1st-host_a.example", 1, ""},
       }) {
    const auto target = parse_target(row.text);
    ASSERT_TRUE(target) << row.text;
    EXPECT_EQ(target->transport, row.transport) << row.text;
    EXPECT_EQ(target->host, row.host) << row.text;
    EXPECT_EQ(target->port, row.port) << row.text;
    EXPECT_EQ(target->path, row.path) << row.text;
  }
}

struct BadTarget {
  std::string_view text;
  std::string_view expected;
  std::string_view hint;
};

TEST(ParseTarget, SaysWhatItExpected) {
  constexpr std::string_view kForms = "stdout:, file:PATH, udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT";
  constexpr std::string_view kHost = "a host name, an IPv4 address or an IPv6 address in brackets";
  constexpr std::string_view kPort = "a port 1..65535 after the host";
  for (const auto& row : {
           BadTarget{"", kForms, ""},
           BadTarget{"stdout", kForms, "write \"stdout:\""},
           BadTarget{"udp:siem", kForms, "write \"udp://\""},
           BadTarget{"tpc://siem", kForms, "did you mean \"tcp\"?"},
           BadTarget{"https://siem", kForms, ""},
           BadTarget{"siem.example.com", kForms, "put udp://, tcp:// or tls:// before a host"},
           BadTarget{"file:", "a path after file:", ""},
           BadTarget{"udp://", kHost, ""},
           BadTarget{"udp://:514", kHost, ""},
           BadTarget{"udp://10.0.0.256", kHost, ""},
           BadTarget{"udp://a b", kHost, ""},
           BadTarget{"udp://user@host", kHost, ""},
           BadTarget{"udp://host/path", kHost, ""},
           BadTarget{"udp://2001:db8::1", kHost, "write [2001:db8::1]"},
           BadTarget{"udp://[2001:db8::1", kHost, ""},
           BadTarget{"udp://[192.0.2.1]", kHost, ""},
           BadTarget{"udp://[fe80::1%eth0]", kHost, ""},
           BadTarget{"udp://host:", kPort, ""},
           BadTarget{"udp://host:0", kPort, ""},
           BadTarget{"udp://host:65536", kPort, ""},
           BadTarget{"udp://host:514/", kPort, ""},
           BadTarget{"udp://[::1]514", kPort, ""},
       }) {
    const auto target = parse_target(row.text);
    ASSERT_FALSE(target) << row.text;
    EXPECT_EQ(target.error().expected, row.expected) << row.text;
    EXPECT_EQ(target.error().hint, row.hint) << row.text;
  }
}

TEST(ParseSource, ReadsEveryForm) {
  struct Row {
    std::string_view text;
    std::string_view address;
    std::uint16_t port;
  };
  for (const auto& row :
       {Row{"192.0.2.1", "192.0.2.1", 0}, Row{"192.0.2.1:514", "192.0.2.1", 514}, Row{"2001:db8::1", "2001:db8::1", 0},
        Row{"[2001:db8::1]:65535", "2001:db8::1", 65535}, Row{"0.0.0.0:514", "0.0.0.0", 514}}) {
    const auto source = parse_source(row.text);
    ASSERT_TRUE(source) << row.text;
    EXPECT_EQ(source->address.to_string(), row.address) << row.text;
    EXPECT_EQ(source->port, row.port) << row.text;
  }
  for (const std::string_view text : {"", "h", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.256:514",
                                      "[2001:db8::1]", "[192.0.2.1]:514", "2001:db8::1%eth0", " 192.0.2.1"}) {
    EXPECT_FALSE(parse_source(text)) << text;
  }
}

}  // namespace
}  // namespace flowcef
