// Log lines over TCP and TLS.
#include <gmock/gmock.h>

#include "stream_test_support.hpp"

namespace flowcef::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ByteVector bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

class SyslogStream : public Stream {
 protected:
  void open_for_syslog(StreamSourceConfig config = {}) {
    config.content = StreamContent::syslog;
    open(std::move(config));
  }

  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& seen : seen_) all.emplace_back(seen.payload.begin(), seen.payload.end());
    return all;
  }
};

// BC-17, BC-23
TEST_F(SyslogStream, EveryMessageIsADatagram) {
  open_for_syslog();
  Client client(listener());
  const auto before = now_ns();
  client.send(bytes("<34>Nov 22 10:00:00 shaper url: one\n7 <34>twobare line\r\n"));
  ASSERT_TRUE(run_until_seen(3));
  EXPECT_THAT(texts(), ElementsAre("<34>Nov 22 10:00:00 shaper url: one", "<34>two", "bare line"));
  EXPECT_EQ(seen_[2].exporter, (Endpoint{listener().address, client.port()}));
  EXPECT_EQ(seen_[2].listener, listener());
  EXPECT_EQ(seen_[2].session, seen_[0].session);
  EXPECT_GE(seen_[2].received_ns, before);
  client.send(bytes("no end"));
  client.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(texts().back(), "no end");
  EXPECT_EQ(counts().messages.value(), 4U);
  EXPECT_EQ(counts().skipped_bytes.value(), 0U);
  EXPECT_EQ(log_.text(), "");
}

// No bytes are rubbish: what would end a session of exports at once.
TEST_F(SyslogStream, StaysOpenWhateverComes) {
  open_for_syslog();
  Client client(listener());
  client.send(joined({ipfix(20), ByteVector(70'000, 0xee), bytes("\nlast\n")}));
  ASSERT_TRUE(run_until([&] { return !seen_.empty() && texts().back() == "last"; }));
  EXPECT_THAT(ended_, IsEmpty());
  client.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_EQ(counts().rubbish.value(), 0U);
  EXPECT_GT(counts().skipped_bytes.value(), 4000U);
  EXPECT_EQ(counts().skips.value(), 1U);
  EXPECT_THAT(log_.text(), AllOf(HasSubstr("longer than 65535 bytes"), HasSubstr(std::to_string(client.port()))));
}

TEST_F(SyslogStream, CountedMessageThatLacksItsEndIsCounted) {
  open_for_syslog();
  Client client(listener());
  client.send(bytes("7 <34>one20 <34>two"));
  client.end();
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(texts(), ElementsAre("<34>one"));
  EXPECT_EQ(counts().skipped_bytes.value(), 7U);
  EXPECT_EQ(counts().rubbish.value(), 0U);
  EXPECT_THAT(log_.text(), HasSubstr("lacks its end"));
}

TEST_F(SyslogStream, StopHandsOnALineWithoutItsEnd) {
  open_for_syslog();
  const Client client(listener());
  client.send(bytes("one\ntwo"));
  ASSERT_TRUE(run_until_seen(1));
  source_->stop();
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
  EXPECT_EQ(ended_.size(), 1U);
}

// RFC 5425, with and without octet counts
TEST_F(SyslogStream, ComesOverTls) {
  const Certificates certificates;
  StreamSourceConfig config;
  config.tls.emplace();
  config.tls->certificate = certificates.file("server.pem");
  config.tls->key = certificates.file("server.key");
  open_for_syslog(config);
  const std::string longest = "<34>" + std::string(65'531, 'x');
  EXPECT_TRUE(send_by_tls_while_running({.trusted = &certificates}, bytes("65535 " + longest + "7 <34>twothree\n")));
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_THAT(texts(), ElementsAre(longest, "<34>two", "three"));
  EXPECT_EQ(counts().tls_failures.value(), 0U);
  EXPECT_EQ(log_.text(), "");
}

}  // namespace
}  // namespace flowcef::test
