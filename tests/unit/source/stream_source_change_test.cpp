#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "stream_test_support.hpp"

namespace flowcef::test {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

const Certificates& old_certificates() {
  static const Certificates made;
  return made;
}

/// Of another authority.
const Certificates& new_certificates() {
  static const Certificates made;
  return made;
}

class ChangingStream : public Stream {
 protected:
  void change_to(const StreamSourceConfig& next) { source_->apply(source_->prepare(next)); }

  [[nodiscard]] std::string error_of(const StreamSourceConfig& next) const {
    try {
      (void)source_->prepare(next);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }

  /// Returns: whether somebody listens there.
  static bool is_open(const Endpoint& address) {
    try {
      const Client client(address);
    } catch (const std::runtime_error&) {
      return false;
    }
    return true;
  }

  /// Returns: an address that nobody listens on, with that IP address.
  Endpoint free_address(const char* ip) {
    StreamSource probe(context_, {.listen = {{*IpAddress::parse(ip), 0}}}, log_.logger(), {});
    return probe.local_endpoints()[0];
  }

  static ListenTlsConfig tls_of(const Certificates& certificates) {
    return {.certificate = certificates.file("server.pem"), .key = certificates.file("server.key"), .client_ca = ""};
  }

  const Endpoint first_ = endpoint("127.0.0.1:0");
  const Endpoint second_ = endpoint("127.0.0.2:0");
};

// PX-15, PX-16
TEST_F(ChangingStream, SessionsSurviveTighterLimitsThatHoldForTheNextOnes) {
  open({.listen = {first_}});
  const Endpoint address = listener();
  Client one(address);
  const Client two(address);
  one.send(ipfix(16));
  two.send(ipfix(17));
  ASSERT_TRUE(run_until_seen(2));
  one.send(slice(ipfix(100), 0, 50));
  ASSERT_TRUE(run_until([&] { return counts().bytes.value() == 83; }));
  change_to({.listen = {first_}, .max_sessions = 1, .max_sessions_per_address = 1});
  EXPECT_EQ(listener(), address) << "any port is the same address again";
  one.send(slice(ipfix(100), 50, 50));
  two.send(ipfix(18));
  ASSERT_TRUE(run_until_seen(4));
  EXPECT_THAT(payloads(), testing::UnorderedElementsAre(ipfix(16), ipfix(17), ipfix(100), ipfix(18)));
  EXPECT_THAT(ended_, IsEmpty());
  const Client three(address);
  ASSERT_TRUE(run_until([&] { return counts().refused.value() == 1; }));
  EXPECT_TRUE(three.is_closed_by_peer());
  change_to({.listen = {first_}, .max_sessions = 3});
  const Client four(address);
  four.send(ipfix(20));
  EXPECT_TRUE(run_until_seen(5));
}

TEST_F(ChangingStream, IdleTimeoutHoldsForTheNextSessions) {
  open({.listen = {first_}});
  Client one(listener());
  one.send(ipfix(16));
  ASSERT_TRUE(run_until_seen(1));
  change_to({.listen = {first_}, .idle_timeout = milliseconds(100)});
  one.send(ipfix(16));
  ASSERT_TRUE(run_until_seen(2));
  const Client two(listener());
  ASSERT_TRUE(run_until_ended(1));
  EXPECT_TRUE(two.is_closed_by_peer());
  EXPECT_NE(ended_[0].first, seen_[0].session);
  one.send(ipfix(16));
  EXPECT_TRUE(run_until_seen(3));
}

// PX-15
TEST_F(ChangingStream, AddressThatStaysKeepsItsQueueOfConnections) {
  open({.listen = {first_}});
  const Client waits(listener());
  waits.send(ipfix(16));
  change_to({.listen = {second_, first_}, .max_sessions = 10});
  EXPECT_EQ(counts().opened.value(), 0U);
  ASSERT_TRUE(run_until_seen(1));
  EXPECT_EQ(seen_[0].exporter.port, waits.port());
}

// PX-15
TEST_F(ChangingStream, NewAddressIsListenedOnInTheOrderOfTheConfiguration) {
  open({.listen = {first_}});
  const Endpoint stays = listener();
  auto change = source_->prepare({.listen = {second_, first_}});
  EXPECT_THAT(source_->local_endpoints(), ElementsAre(stays));
  source_->apply(std::move(change));
  ASSERT_EQ(source_->local_endpoints().size(), 2U);
  EXPECT_EQ(source_->local_endpoints()[0].address, second_.address);
  EXPECT_EQ(source_->local_endpoints()[1], stays);
  const Client client(source_->local_endpoints()[0]);
  client.send(ipfix(16));
  ASSERT_TRUE(run_until_seen(1));
  EXPECT_EQ(seen_[0].listener, source_->local_endpoints()[0]);
}

// PX-15
TEST_F(ChangingStream, AddressThatGoesTakesWhatWaitsAndKeepsItsSessions) {
  open({.listen = {first_, second_}, .max_sessions_per_address = 200});
  const Endpoint goes = source_->local_endpoints()[1];
  const Client old_session(goes);
  old_session.send(ipfix(16));
  ASSERT_TRUE(run_until_seen(1));
  std::vector<std::unique_ptr<Client>> waiting;
  for (std::size_t i = 0; i < 100; ++i) {
    waiting.push_back(std::make_unique<Client>(goes));
    waiting.back()->send(ipfix(100 + i));
  }
  change_to({.listen = {first_}, .max_sessions = 1});
  EXPECT_EQ(source_->local_endpoints().size(), 1U);
  EXPECT_FALSE(is_open(goes));
  EXPECT_EQ(counts().opened.value(), 101U) << "by the limits that held when they came";
  old_session.send(ipfix(17));
  ASSERT_TRUE(run_until_seen(102));
  EXPECT_THAT(ended_, IsEmpty());
  waiting.clear();
  ASSERT_TRUE(run_until_ended(100));
  EXPECT_EQ(seen_.back().listener, goes);
}

// PX-15: 0.0.0.0 becomes one address at the same port, and again all.
TEST_F(ChangingStream, AddressMayBecomeNarrowerAndWiderAtOnePort) {
  const Endpoint wide = free_address("0.0.0.0");
  const Endpoint narrow = reachable(wide);
  const Endpoint other{*IpAddress::parse("127.0.0.2"), wide.port};
  open({.listen = {wide}});
  const Client session(narrow);
  session.send(ipfix(16));
  ASSERT_TRUE(run_until_seen(1));
  change_to({.listen = {narrow}});
  EXPECT_THAT(source_->local_endpoints(), ElementsAre(narrow));
  EXPECT_TRUE(is_open(narrow));
  EXPECT_FALSE(is_open(other));
  const Client to_narrow(narrow);
  to_narrow.send(ipfix(17));
  ASSERT_TRUE(run_until_seen(2));
  change_to({.listen = {wide}});
  const Client to_wide(other);
  to_wide.send(ipfix(18));
  session.send(ipfix(19));
  ASSERT_TRUE(run_until_seen(4));
  EXPECT_THROW(StreamSource(context_, {.listen = {narrow}}, log_.logger(), handlers()), std::system_error)
      << "nobody else may share the port";
}

// PX-15
TEST_F(ChangingStream, PrepareThatFailsChangesNothing) {
  open({.listen = {first_}});
  const Endpoint address = listener();
  const Client session(address);
  const StreamSource other(context_, {.listen = {second_}}, log_.logger(), {});
  const Endpoint taken = other.local_endpoints()[0];
  const Endpoint fresh = free_address("127.0.0.3");
  EXPECT_THAT(error_of({.listen = {fresh, taken, first_}, .max_sessions = 1}),
              HasSubstr("cannot listen on " + taken.to_string() + ": Address already in use"));
  ListenTlsConfig missing = tls_of(old_certificates());
  missing.certificate = "/nonexistent.pem";
  EXPECT_EQ(error_of({.listen = {fresh}, .tls = missing}),
            "tls.certificate /nonexistent.pem: No such file or directory");
  ListenTlsConfig foreign_key = tls_of(old_certificates());
  foreign_key.key = new_certificates().file("server.key");
  EXPECT_THAT(error_of({.listen = {fresh}, .tls = foreign_key}), HasSubstr("it must belong to the certificate"));
  EXPECT_FALSE(is_open(fresh));
  EXPECT_THAT(source_->local_endpoints(), ElementsAre(address));
  const Client another(address);
  session.send(ipfix(16));
  another.send(ipfix(17));
  ASSERT_TRUE(run_until_seen(2));
}

TEST_F(ChangingStream, ChangeThatIsNotAppliedClosesWhatItOpened) {
  open({.listen = {first_}});
  const Endpoint fresh = free_address("127.0.0.1");
  {
    const auto change = source_->prepare({.listen = {fresh}});
    EXPECT_TRUE(is_open(fresh));
  }
  EXPECT_FALSE(is_open(fresh));
  EXPECT_TRUE(is_open(listener()));
}

// PX-15, PX-16
TEST_F(ChangingStream, SessionThatIsNotAllowedAnyMoreIsReadToTheEndOfWhatCame) {
  const Endpoint all = endpoint("0.0.0.0:0");
  open({.listen = {all}});
  const Client stays(reachable(listener()));
  const Client goes(reachable(listener()), endpoint("127.0.0.2:0"));
  goes.send(ipfix(16));
  ASSERT_TRUE(run_until([&] { return counts().opened.value() == 2 && seen_.size() == 1 && idle_ == 1; }));
  for (int i = 0; i < 100; ++i) goes.send(ipfix(1000));
  goes.send(slice(ipfix(100), 0, 10));
  change_to({.listen = {all}, .allowed = {*IpPrefix::parse("127.0.0.1/32")}});
  EXPECT_EQ(seen_.size(), 101U);
  ASSERT_EQ(ended_.size(), 1U);
  EXPECT_EQ(ended_[0].first, seen_[0].session);
  EXPECT_EQ(counts().skipped_bytes.value(), 10U);
  EXPECT_TRUE(goes.is_closed_by_peer());
  EXPECT_THAT(log_.text(), HasSubstr("its address is not allowed any more"));
  ASSERT_TRUE(run_until([&] { return idle_ == 2; }));
  stays.send(ipfix(17));
  ASSERT_TRUE(run_until_seen(102));
  const Client again(reachable(listener()), endpoint("127.0.0.2:0"));
  ASSERT_TRUE(run_until([&] { return counts().refused.value() == 1; }));
}

// PX-15: certificates that were renewed under the names they had.
TEST_F(ChangingStream, NewSessionsGetTheNewCertificateAndOldOnesGoOn) {
  const Certificates site;
  const auto install = [&](const Certificates& from) {
    for (const char* name : {"server.pem", "server.key"}) {
      fs::copy_file(from.file(name), site.file(name), fs::copy_options::overwrite_existing);
    }
  };
  install(old_certificates());
  const StreamSourceConfig config{.listen = {first_}, .tls = tls_of(site)};
  open(config);
  const TlsClient session(listener(), {.trusted = &old_certificates()});
  ASSERT_TRUE(while_running([&] { return session.connect(); }));
  install(new_certificates());
  EXPECT_TRUE(send_by_tls_while_running({.trusted = &old_certificates()}, ipfix(16))) << "files are read by prepare()";
  change_to(config);
  EXPECT_TRUE(send_by_tls_while_running({.trusted = &new_certificates()}, ipfix(17)));
  EXPECT_FALSE(send_by_tls_while_running({.trusted = &old_certificates()}, ipfix(18)));
  EXPECT_TRUE(session.send(ipfix(65535)));
  EXPECT_TRUE(while_running([&] { return session.close(); }));
  ASSERT_TRUE(run_until_ended(4));
  EXPECT_THAT(payloads(), ElementsAre(ipfix(16), ipfix(17), ipfix(65535)));
  EXPECT_EQ(counts().tls_failures.value(), 1U);
  expect_books_to_balance();
}

TEST_F(ChangingStream, HandshakeThatHasBegunEndsWithTheCertificateItBeganWith) {
  open({.listen = {first_}, .tls = tls_of(old_certificates())});
  const TlsClient client(listener(), {.trusted = &old_certificates()});
  ASSERT_TRUE(run_until([&] { return counts().opened.value() == 1; }));
  change_to({.listen = {first_}, .tls = tls_of(new_certificates())});
  EXPECT_TRUE(while_running([&] { return client.connect(); }));
}

// PX-15
TEST_F(ChangingStream, TlsIsSwitchedOnAndOffForTheConnectionsToCome) {
  const StreamSourceConfig plain{.listen = {first_}};
  const StreamSourceConfig secured{.listen = {first_}, .tls = tls_of(new_certificates())};
  open(plain);
  const Endpoint address = listener();
  const Client session(address);
  session.send(ipfix(16));
  ASSERT_TRUE(run_until_seen(1));
  const Client waits(address);
  waits.send(ipfix(17));
  change_to(secured);
  ASSERT_TRUE(run_until_seen(2));
  EXPECT_TRUE(send_by_tls_while_running({.trusted = &new_certificates()}, ipfix(18)));
  ASSERT_TRUE(run_until_ended(1));
  change_to(plain);
  EXPECT_EQ(listener(), address);
  const Client after(address);
  after.send(ipfix(19));
  ASSERT_TRUE(run_until_seen(4));
  session.send(ipfix(20));
  ASSERT_TRUE(run_until_seen(5));
  EXPECT_THAT(payloads(), ElementsAre(ipfix(16), ipfix(17), ipfix(18), ipfix(19), ipfix(20)));
  EXPECT_EQ(counts().tls_failures.value(), 0U);
  EXPECT_EQ(log_.text(), "");
}

// PX-15
TEST_F(ChangingStream, ManyChangesUnderLoadLoseNothing) {
  const StreamSourceConfig few{.listen = {first_}};
  const StreamSourceConfig more{.listen = {first_, second_}, .max_sessions = 2000};
  open(few);
  constexpr std::size_t kChanges = 100;
  constexpr std::size_t kAhead = 200;
  const Endpoint address = listener();
  std::atomic<bool> enough = false;
  std::atomic<std::size_t> taken = 0;
  on_datagram_ = [&] { taken = seen_.size(); };
  auto sent = std::async(std::launch::async, [&] {
    const Client client(address);
    std::size_t count = 0;
    while (!enough) {
      if (count < taken + kAhead) {
        client.send(ipfix(100 + count++ % 1000));
      } else {
        std::this_thread::yield();
      }
    }
    return count;
  });
  for (std::size_t i = 0; i < kChanges; ++i) {
    source_->apply(while_running([&] { return source_->prepare(more); }));
    Client passer_by(source_->local_endpoints()[1]);
    passer_by.send(ipfix(20));
    passer_by.end();
    source_->apply(while_running([&] { return source_->prepare(few); }));
    EXPECT_TRUE(run_until_seen(seen_.size() + 100));
  }
  enough = true;
  ASSERT_TRUE(run_until_ended(kChanges + 1));
  std::vector<std::size_t> lengths;
  for (const auto& seen : seen_) {
    if (seen.listener == address) lengths.push_back(seen.payload.size());
  }
  ASSERT_EQ(lengths.size(), sent.get());
  for (std::size_t i = 0; i < lengths.size(); ++i) ASSERT_EQ(lengths[i], 100 + i % 1000) << i;
  EXPECT_EQ(seen_.size(), lengths.size() + kChanges);
  expect_books_to_balance();
}

// PX-15: an input may be taken away while others go on.
TEST_F(ChangingStream, StopsAndGoesWithinAPostedHandlerWhileAnotherGoesOn) {
  open({.listen = {first_}});
  std::size_t of_other = 0;
  std::size_t ended_of_other = 0;
  auto other = std::make_unique<StreamSource>(
      context_, StreamSourceConfig{.listen = {second_}}, log_.logger(),
      StreamSourceHandlers{[&](const Datagram&) { ++of_other; },
                           [&](std::uint64_t, const Endpoint&) { ++ended_of_other; }, [] {}});
  other->start();
  const Client goes(other->local_endpoints()[0]);
  goes.send(ipfix(16));
  ASSERT_TRUE(run_until([&] { return of_other == 1; }));
  const Client stays(listener());
  stays.send(ipfix(17));
  goes.send(ipfix(18));
  boost::asio::post(context_, [&] {
    other->stop();
    other.reset();
  });
  ASSERT_TRUE(run_until([&] { return other == nullptr && seen_.size() == 1; }));
  EXPECT_EQ(of_other, 2U);
  EXPECT_EQ(ended_of_other, 1U);
  EXPECT_TRUE(goes.is_closed_by_peer());
  stays.send(ipfix(19));
  ASSERT_TRUE(run_until_seen(2));
  EXPECT_THAT(ended_, IsEmpty());
}

}  // namespace
}  // namespace flowcef::test
