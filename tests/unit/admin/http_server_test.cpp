// PX-09, PX-10: the pages are there for one who asks properly, and whoever does not disturbs nobody.
#include "flowcef/admin/http_server.hpp"

#include <gmock/gmock.h>
#include <poll.h>

#include <chrono>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/http_client.hpp"

namespace flowcef::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::chrono::milliseconds kPatience(300);

HttpAnswer echo(const HttpRequest& request) {
  if (request.path == "/fails") throw std::runtime_error("no such luck");
  return {200, "text/plain", request.path + ' ' + request.accept};
}

FileDescriptor connect_with(const HttpServer& server) {
  return connect_to("127.0.0.1", server.listening().port);
}

bool is_readable(const FileDescriptor& socket) {
  pollfd ready{socket.get(), POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1;
}

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override { server_.start(); }

  [[nodiscard]] FileDescriptor connect() const { return connect_with(server_); }
  [[nodiscard]] std::string ask(std::string_view request) const {
    return ask_http("127.0.0.1", server_.listening().port, request);
  }

  HttpServer server_{*Endpoint::parse("127.0.0.1:0"), echo, kPatience};
};

TEST_F(HttpServerTest, AnswersGetAndHead) {
  const std::string page = ask("GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nAccept: text/*\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, EndsWith("\r\n\r\n/metrics text/*"));
  const std::string head = ask("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, KeepsAConnectionForTheNextRequest) {
  const FileDescriptor socket = connect();
  send_text(socket, "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(read_reply(socket).text, testing::AllOf(HasSubstr("\r\n\r\n/a "), EndsWith("\r\n\r\n/b ")));
}

TEST_F(HttpServerTest, RefusesWhatItDoesNotDo) {
  struct Case {
    std::string request;
    const char* status;
  };
  const std::vector<Case> cases = {
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "405"},
      {"DELETE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "413"},
      {"GET /fails HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "500"},
      {"GET / HTTP/9.9\r\n\r\n", "400"},
      {"\x16\x03\x01 what is this\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nX: " + std::string(HttpServer::kMaxHeader, 'x') + "\r\n\r\n", "431"},
  };
  for (const Case& one : cases) {
    EXPECT_THAT(ask(one.request), StartsWith(std::string("HTTP/1.1 ") + one.status)) << one.request.substr(0, 60);
  }
}

TEST_F(HttpServerTest, HangsUpOnTheSlow) {
  const FileDescriptor silent = connect();
  const FileDescriptor half = connect();
  send_text(half, "GET / HTTP/1.1\r\nHo");
  for (const FileDescriptor* slow : {&silent, &half}) {
    const HttpReply reply = read_reply(*slow);
    EXPECT_TRUE(reply.is_closed);
    EXPECT_EQ(reply.text, "");
  }
}

/// The server waits for longer than the test does.
class PatientHttpServer : public testing::Test {
 protected:
  void SetUp() override { server_.start(); }

  HttpServer server_{*Endpoint::parse("127.0.0.1:0"), echo, std::chrono::hours(1)};
};

TEST_F(PatientHttpServer, DoesNotWaitForTheSlow) {
  const FileDescriptor silent = connect_with(server_);
  const FileDescriptor half = connect_with(server_);
  send_text(half, "GET / HTTP/1.1\r\nHo");
  EXPECT_THAT(ask_http("127.0.0.1", server_.listening().port, "GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  send_text(half, "st: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(read_reply(half).text, StartsWith("HTTP/1.1 200")) << "it had not hung up";
}

TEST_F(PatientHttpServer, HasABoundedNumberOfConnections) {
  std::vector<FileDescriptor> held;
  for (std::size_t i = 0; i < HttpServer::kMaxConnections; ++i) held.push_back(connect_with(server_));
  EXPECT_TRUE(read_reply(connect_with(server_)).is_closed) << "one too many is closed at once";
  for (const FileDescriptor& one : held) EXPECT_FALSE(is_readable(one)) << "the others are kept";
  for (const FileDescriptor& one : held) {
    send_text(one, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(read_reply(one).text, StartsWith("HTTP/1.1 200"));
  }
  const FileDescriptor next = connect_with(server_);
  send_text(next, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(read_reply(next).text, StartsWith("HTTP/1.1 200")) << "there is room again";
}

TEST_F(HttpServerTest, SurvivesRandomBytes) {
  std::mt19937 random(9);  // NOLINT: the same each time
  for (int i = 0; i < 50; ++i) {
    std::string bytes(1 + random() % 2'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const FileDescriptor socket = connect();
    send_text(socket, bytes);
  }
  EXPECT_THAT(ask("GET /still HTTP/1.0\r\n\r\n"), EndsWith("/still "));
}

TEST(HttpServer, SaysWhichAddressItCannotHave) {
  const HttpServer first(*Endpoint::parse("127.0.0.1:0"), echo);
  try {
    const HttpServer second(first.listening(), echo);
    FAIL() << "two servers at one port";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot listen on " + first.listening().to_string() + ": "));
  }
  EXPECT_THROW(HttpServer(*Endpoint::parse("192.0.2.1:0"), echo), std::runtime_error) << "no address of this machine";
}

TEST(HttpServer, CanBeBesideAnotherOfTheSamePort) {
  const auto named = [](const char* name) {
    return [name](const HttpRequest&) { return HttpAnswer{200, "text/plain", name}; };
  };
  auto old = std::make_unique<HttpServer>(*Endpoint::parse("127.0.0.1:0"), named("old"));
  old->start();
  const std::uint16_t port = old->listening().port;
  const Endpoint all = *Endpoint::parse("0.0.0.0:" + std::to_string(port));
  EXPECT_THROW(HttpServer(all, named("other")), std::runtime_error);
  HttpServer next(all, named("next"), HttpServer::kPatience, old.get());
  next.start();
  const auto ask = [port](const char* address) { return ask_http(address, port, "GET / HTTP/1.0\r\n\r\n"); };
  EXPECT_THAT(ask("127.0.0.1"), EndsWith("old"));
  EXPECT_THAT(ask("127.0.0.2"), EndsWith("next"));

  EXPECT_THROW(HttpServer(all, named("other")), std::runtime_error) << "nobody else shares the port";
  EXPECT_THROW(HttpServer(old->listening(), named("other")), std::runtime_error);
  old.reset();
  EXPECT_THAT(ask("127.0.0.1"), EndsWith("next"));
}

}  // namespace
}  // namespace flowcef::test
