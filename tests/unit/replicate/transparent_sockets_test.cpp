#include "flowcef/replicate/transparent_sockets.hpp"

#include <gtest/gtest.h>

#include "flowcef/replicate/replicate_socket.hpp"
#include "replicate_test_support.hpp"

namespace flowcef {
namespace {

using test::Collector;
using test::endpoint;

class TransparentSocketsTest : public testing::Test {
 protected:
  void SetUp() override {
    const int error = transparent_error(collector_.address());
    if (error != 0) GTEST_SKIP() << "the process may not send from others' addresses: " << error_name(error);
  }

  /// Returns: the address that the socket sends from.
  static Endpoint local_of(int fd) {
    SocketAddress address;
    getsockname(fd, address.get(), &address.length);
    return address.to_endpoint();
  }

  Collector collector_;
};

// PX-11: a bounded cache of sockets.
TEST_F(TransparentSocketsTest, KeepsTheSocketsThatWereNeededLast) {
  TransparentSockets sockets(collector_.address(), 2);
  const int first = sockets.socket_of(endpoint("192.0.2.1:2055")).value();
  EXPECT_EQ(local_of(first), endpoint("192.0.2.1:2055"));
  static_cast<void>(sockets.socket_of(endpoint("192.0.2.2:2055")));
  EXPECT_EQ(sockets.socket_of(endpoint("192.0.2.1:2055")).value(), first);
  EXPECT_EQ(local_of(sockets.socket_of(endpoint("192.0.2.3:2055")).value()), endpoint("192.0.2.3:2055"));
  EXPECT_EQ(sockets.size(), 2U);
  EXPECT_EQ(local_of(first), endpoint("192.0.2.1:2055")) << "the other one has made room";
}

TEST_F(TransparentSocketsTest, TellsPortsOfAnExporterApart) {
  TransparentSockets sockets(collector_.address(), 8);
  EXPECT_EQ(local_of(sockets.socket_of(endpoint("192.0.2.1:1025")).value()).port, 1025);
  EXPECT_EQ(local_of(sockets.socket_of(endpoint("192.0.2.1:1026")).value()).port, 1026);
}

TEST_F(TransparentSocketsTest, OpensAnewWhatWasForgotten) {
  TransparentSockets sockets(collector_.address(), 8);
  static_cast<void>(sockets.socket_of(endpoint("192.0.2.1:1025")));
  sockets.forget(endpoint("192.0.2.1:1025"));
  EXPECT_EQ(local_of(sockets.socket_of(endpoint("192.0.2.1:1025")).value()), endpoint("192.0.2.1:1025"));
  EXPECT_EQ(sockets.size(), 1U);
}

// Two targets keep the address and port of one exporter at the same time.
TEST_F(TransparentSocketsTest, SharesAnExporterWithAnotherTarget) {
  TransparentSockets one(collector_.address(), 8);
  TransparentSockets other(endpoint("127.0.0.1:9"), 8);
  EXPECT_TRUE(one.socket_of(endpoint("192.0.2.1:1025")));
  EXPECT_TRUE(other.socket_of(endpoint("192.0.2.1:1025")));
}

// An input has the port that an exporter sends from, whichever of the two came first.
TEST_F(TransparentSocketsTest, StandBesideAnInputAtThePort) {
  const auto listen = [](std::uint16_t port) {
    FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    const SocketAddress any({endpoint("0.0.0.0:0").address, port});
    EXPECT_EQ(::bind(socket.get(), any.get(), any.length), 0) << std::strerror(errno);
    return socket;
  };
  TransparentSockets sockets(collector_.address(), 8);
  Endpoint exporter = endpoint("192.0.2.1:1");
  {
    const FileDescriptor input = listen(0);
    exporter.port = local_of(input.get()).port;
    EXPECT_TRUE(sockets.socket_of(exporter));
  }
  sockets.forget(exporter);
  ASSERT_TRUE(sockets.socket_of(exporter)) << "it has the port for itself";
  listen(exporter.port);
}

TEST_F(TransparentSocketsTest, SaysWhyItCannot) {
  TransparentSockets sockets(endpoint("127.0.0.1:9"), 8);
  const auto socket = sockets.socket_of(collector_.address());
  ASSERT_FALSE(socket) << "the collector has its port for itself";
  EXPECT_EQ(socket.error(), EADDRINUSE);
  EXPECT_EQ(sockets.size(), 0U);
}

}  // namespace
}  // namespace flowcef
