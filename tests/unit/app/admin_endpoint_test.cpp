// PX-10, PX-15: where the admin endpoint is, from the start and by a reload.
#include "flowcef/app/admin_endpoint.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "support/http_client.hpp"

namespace flowcef::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Endpoint at(const std::string& address, std::uint16_t port) {
  return *Endpoint::parse(address + ':' + std::to_string(port));
}

HttpAnswer other(const HttpRequest&) {
  return {200, "text/plain", "other"};
}

/// Returns: one that was free a moment ago.
std::uint16_t free_port() {
  return HttpServer(at("127.0.0.1", 0), other).listening().port;
}

AdminConfig config_of(const Endpoint& listen, bool must_listen = true) {
  AdminConfig config;
  config.listen = listen;
  config.must_listen = must_listen;
  return config;
}

std::string ask(const Endpoint& endpoint, const std::string& host = "localhost") {
  return ask_http(endpoint.address.to_string(), endpoint.port,
                  "GET /status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
}

class AdminEndpointTest : public testing::Test {
 protected:
  void start(const AdminConfig& config) {
    admin_ = std::make_unique<AdminEndpoint>(config, LogFactory(spdlog::level::off).make("admin"));
    admin_->start(context_, [] { return BridgeView{}; });
  }
  void reload(const AdminConfig& config) { admin_->adopt(config, admin_->prepare(config)); }

  const Endpoint first_ = at("127.0.0.1", free_port());
  boost::asio::io_context context_;
  std::unique_ptr<AdminEndpoint> admin_;
};

TEST_F(AdminEndpointTest, AnAddressThatIsLeftIsFreeAgain) {
  const Endpoint second = at("127.0.0.1", free_port());
  start(config_of(first_));
  EXPECT_THAT(ask(first_), StartsWith("HTTP/1.1 200"));
  reload(config_of(second));
  EXPECT_EQ(ask(first_), "");
  EXPECT_THAT(ask(second), StartsWith("HTTP/1.1 200"));
  EXPECT_NO_THROW(HttpServer(first_, other));

  AdminConfig off = config_of(second);
  off.enabled = false;
  reload(off);
  EXPECT_EQ(ask(second), "");
  EXPECT_NO_THROW(HttpServer(second, other));
  reload(config_of(second));
  EXPECT_THAT(ask(second), StartsWith("HTTP/1.1 200"));
}

TEST_F(AdminEndpointTest, ThePortMayStayAndTheAddressChange) {
  const Endpoint all = at("0.0.0.0", first_.port);
  start(config_of(first_));
  reload(config_of(all));
  EXPECT_THAT(ask(at("127.0.0.2", first_.port)), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(ask(first_), StartsWith("HTTP/1.1 200"));
  reload(config_of(first_));
  EXPECT_EQ(ask(at("127.0.0.2", first_.port)), "");
  EXPECT_THAT(ask(first_), StartsWith("HTTP/1.1 200"));
}

TEST_F(AdminEndpointTest, AnAddressThatCannotBeHadChangesNothing) {
  const HttpServer taken(at("127.0.0.1", 0), other);
  start(config_of(first_));
  EXPECT_THROW(static_cast<void>(admin_->prepare(config_of(taken.listening()))), std::runtime_error);
  EXPECT_THAT(ask(first_), StartsWith("HTTP/1.1 200"));
}

TEST_F(AdminEndpointTest, WhoNamesNoAddressCanDoWithoutOne) {
  auto taken = std::make_unique<HttpServer>(first_, other);
  EXPECT_THROW(start(config_of(first_)), std::runtime_error);
  start(config_of(first_, false));
  taken.reset();
  EXPECT_EQ(ask(first_), "");
  reload(config_of(first_, false));
  EXPECT_THAT(ask(first_), StartsWith("HTTP/1.1 200")) << "the next reload tries again";
}

TEST_F(AdminEndpointTest, ANamePointedAtALoopbackAddressReadsNothing) {
  start(config_of(first_));
  EXPECT_THAT(ask(first_, "evil.example.com"), StartsWith("HTTP/1.1 421"));
  EXPECT_THAT(ask(first_, first_.to_string()), StartsWith("HTTP/1.1 200"));
  const Endpoint all = at("0.0.0.0", free_port());
  reload(config_of(all));
  EXPECT_THAT(ask(at("127.0.0.1", all.port), "bridge.example.com"), StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace flowcef::test
