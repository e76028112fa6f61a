#include "flowcef/replicate/transparent_sockets.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <vector>

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

  static Endpoint exporter(std::size_t number) {
    Endpoint made = endpoint("192.0.2.1:0");
    made.port = static_cast<std::uint16_t>(1'024 + number);
    return made;
  }

  Collector collector_;
  SocketBudget budget_{1'000};
};

// PX-11: a bounded cache of sockets.
TEST_F(TransparentSocketsTest, KeepsTheSocketsThatWereNeededLast) {
  SocketBudget budget(SocketBudget::kFewest);
  TransparentSockets sockets(collector_.address(), budget);
  for (std::size_t i = 0; i < SocketBudget::kFewest; ++i) ASSERT_TRUE(sockets.socket_of(exporter(i)));
  const int first = sockets.socket_of(exporter(0)).value();
  EXPECT_EQ(local_of(sockets.socket_of(exporter(500)).value()), exporter(500));
  EXPECT_EQ(sockets.size(), SocketBudget::kFewest);
  EXPECT_EQ(sockets.socket_of(exporter(0)).value(), first);
  EXPECT_EQ(local_of(first), exporter(0)) << "the next one has made room";
}

// PX-11: one target's exporters leave the others what they need, and what it gives back they may take.
TEST_F(TransparentSocketsTest, ShareABudget) {
  constexpr std::size_t kFewest = SocketBudget::kFewest;
  SocketBudget budget(2 * kFewest);
  auto greedy = std::make_unique<TransparentSockets>(collector_.address(), budget);
  TransparentSockets other(endpoint("127.0.0.1:9"), budget);
  for (std::size_t i = 0; i < 3 * kFewest; ++i) ASSERT_TRUE(greedy->socket_of(exporter(i)));
  EXPECT_EQ(greedy->size(), 2 * kFewest);
  for (std::size_t i = 0; i < 2 * kFewest; ++i) ASSERT_TRUE(other.socket_of(exporter(i)));
  EXPECT_EQ(other.size(), kFewest);
  greedy.reset();
  for (std::size_t i = 0; i < 3 * kFewest; ++i) ASSERT_TRUE(other.socket_of(exporter(i)));
  EXPECT_EQ(other.size(), 2 * kFewest);
}

// Somebody else has used up the process's files.
TEST_F(TransparentSocketsTest, MakeRoomAmongTheirOwnWhereThereAreNoFiles) {
  TransparentSockets sockets(collector_.address(), budget_);
  ASSERT_TRUE(sockets.socket_of(exporter(0)));
  const int last = sockets.socket_of(exporter(1)).value();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none_left{static_cast<rlim_t>(last) + 1, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
  std::vector<Endpoint> sent_from;
  for (std::size_t i = 2; i < 6; ++i) {
    const auto socket = sockets.socket_of(exporter(i));
    if (socket) sent_from.push_back(local_of(*socket));
  }
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(sent_from, (std::vector{exporter(2), exporter(3), exporter(4), exporter(5)}));
  EXPECT_EQ(sockets.size(), 2U);
}

TEST_F(TransparentSocketsTest, TellsPortsOfAnExporterApart) {
  TransparentSockets sockets(collector_.address(), budget_);
  EXPECT_EQ(local_of(sockets.socket_of(endpoint("192.0.2.1:1025")).value()).port, 1025);
  EXPECT_EQ(local_of(sockets.socket_of(endpoint("192.0.2.1:1026")).value()).port, 1026);
}

TEST_F(TransparentSocketsTest, OpensAnewWhatWasForgotten) {
  TransparentSockets sockets(collector_.address(), budget_);
  static_cast<void>(sockets.socket_of(endpoint("192.0.2.1:1025")));
  sockets.forget(endpoint("192.0.2.1:1025"));
  EXPECT_EQ(local_of(sockets.socket_of(endpoint("192.0.2.1:1025")).value()), endpoint("192.0.2.1:1025"));
  EXPECT_EQ(sockets.size(), 1U);
}

// Two targets keep the address and port of one exporter at the same time.
TEST_F(TransparentSocketsTest, SharesAnExporterWithAnotherTarget) {
  TransparentSockets one(collector_.address(), budget_);
  TransparentSockets other(endpoint("127.0.0.1:9"), budget_);
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
  TransparentSockets sockets(collector_.address(), budget_);
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
  TransparentSockets sockets(endpoint("127.0.0.1:9"), budget_);
  const auto socket = sockets.socket_of(collector_.address());
  ASSERT_FALSE(socket) << "the collector has its port for itself";
  EXPECT_EQ(socket.error(), EADDRINUSE);
  EXPECT_EQ(sockets.size(), 0U);
}

}  // namespace
}  // namespace flowcef
