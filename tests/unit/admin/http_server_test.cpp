// PX-09, PX-10: the pages are there for one who asks properly, and whoever does not disturbs nobody.
#include "flowcef/admin/http_server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/file_descriptor.hpp"

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

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override { server_.start(); }

  [[nodiscard]] FileDescriptor connect() const {
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_.listening().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return socket;
  }

  /// Returns: all that comes until the server hangs up, or nothing more does for a while.
  static std::string read_all(const FileDescriptor& socket, int patience_ms = 5'000) {
    std::string text;
    pollfd ready{socket.get(), POLLIN, 0};
    while (::poll(&ready, 1, patience_ms) == 1) {
      std::array<char, 4096> bytes;
      const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
      if (count <= 0) break;
      text.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  static void send(const FileDescriptor& socket, std::string_view text) {
    static_cast<void>(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL));
  }

  [[nodiscard]] std::string ask(std::string_view request) const {
    const FileDescriptor socket = connect();
    send(socket, request);
    return read_all(socket);
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
  send(socket, "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(read_all(socket), testing::AllOf(HasSubstr("\r\n\r\n/a "), EndsWith("\r\n\r\n/b ")));
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

TEST_F(HttpServerTest, DoesNotWaitForTheSlow) {
  const FileDescriptor silent = connect();
  const FileDescriptor half = connect();
  send(half, "GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(read_all(silent), "");
  EXPECT_EQ(read_all(half), "");
  EXPECT_THAT(ask("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, HasABoundedNumberOfConnections) {
  std::vector<FileDescriptor> idle;
  for (std::size_t i = 0; i < HttpServer::kMaxConnections + 1; ++i) idle.push_back(connect());
  EXPECT_EQ(read_all(idle.back()), "") << "closed at once";
  EXPECT_EQ(read_all(idle.front()), "") << "closed in time";
  EXPECT_THAT(ask("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, SurvivesRandomBytes) {
  std::mt19937 random(9);  // NOLINT: the same each time
  for (int i = 0; i < 50; ++i) {
    std::string bytes(1 + random() % 2'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const FileDescriptor socket = connect();
    send(socket, bytes);
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

}  // namespace
}  // namespace flowcef::test
