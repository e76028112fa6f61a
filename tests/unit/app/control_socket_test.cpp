#include "flowcef/app/control_socket.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "flowcef/log/log.hpp"

namespace flowcef::test {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;

std::expected<ControlAnswer, std::string> ask(const std::filesystem::path& state_dir, const std::string& request) {
  return ask_bridge(state_dir, request, std::chrono::seconds(60));
}

class ControlSocketTest : public testing::Test {
 protected:
  ControlSocketTest() { std::filesystem::create_directories(folder_); }
  ~ControlSocketTest() override {
    control_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
    std::filesystem::remove_all(folder_);
  }

  void serve(const ControlAnswer& answer) {
    const ControlRequests requests = {{"reload",
                                       [this, answer] {
                                         ++reloads_;
                                         return answer;
                                       }},
                                      {"status", [] { return ControlAnswer{true, "records 7\n"}; }}};
    control_ = std::make_unique<ControlSocket>(context_, folder_, requests, LogFactory(spdlog::level::off).make("app"));
    thread_ = std::thread([this] {
      const auto guard = asio::make_work_guard(context_);
      context_.run();
    });
  }
  /// What the socket answers to these bytes until it closes.
  std::string answer_to(std::string_view request) {
    asio::io_context context;
    stream_protocol::socket socket(context);
    socket.connect(stream_protocol::endpoint(path_.string()));
    asio::write(socket, asio::buffer(request));
    std::string answer;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("control-" + std::to_string(getpid()));
  const std::filesystem::path path_ = folder_ / "control.sock";
  std::atomic<int> reloads_ = 0;
  asio::io_context context_;
  std::unique_ptr<ControlSocket> control_;
  std::thread thread_;
};

TEST_F(ControlSocketTest, TellsWhatCameOfAReload) {
  serve({false, "flowcef.toml:3:1: mapping: missing\n" + std::string(300'000, 'x')});
  for (int i = 1; i <= 3; ++i) {
    const auto result = ask(folder_, "reload");
    ASSERT_TRUE(result) << result.error();
    EXPECT_FALSE(result->done);
    EXPECT_EQ(result->text.size(), 300'035U) << "longer than a socket's buffer";
    EXPECT_EQ(reloads_, i);
  }
}

TEST_F(ControlSocketTest, EachRequestHasItsAnswer) {
  serve({true, "done\n"});
  const auto status = ask(folder_, "status");
  ASSERT_TRUE(status) << status.error();
  EXPECT_TRUE(status->done);
  EXPECT_EQ(status->text, "records 7\n");
  EXPECT_EQ(reloads_, 0);
}

TEST_F(ControlSocketTest, IsThereForItsOwnUserAlone) {
  serve({true, "done\n"});
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(ControlSocketTest, OtherRequestsAreNotAnswered) {
  serve({true, "done\n"});
  for (const std::string_view request : {"stop\n", "\n", "status \n", "reload\nreload\n", "statusreload\n"}) {
    EXPECT_EQ(answer_to(request), "") << request;
  }
  EXPECT_EQ(answer_to(std::string(1'000, 'r')), "");
  EXPECT_EQ(reloads_, 0);
  EXPECT_TRUE(ask(folder_, "reload")) << "it goes on";
}

TEST_F(ControlSocketTest, WhoSaysNothingDoesNotKeepOthersWaiting) {
  serve({true, "done\n"});
  asio::io_context context;
  stream_protocol::socket silent(context);
  silent.connect(stream_protocol::endpoint(path_.string()));
  EXPECT_TRUE(ask(folder_, "reload"));
}

TEST_F(ControlSocketTest, TakesThePlaceOfOneThatNobodyAnswers) {
  {
    asio::io_context context;
    const stream_protocol::acceptor dead(context, stream_protocol::endpoint(path_.string()));
  }
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_FALSE(ask(folder_, "reload"));
  serve({true, "done\n"});
  EXPECT_TRUE(ask(folder_, "reload"));
}

TEST_F(ControlSocketTest, ABridgeThatIsThereKeepsIt) {
  serve({true, "first\n"});
  {
    asio::io_context other;
    const ControlRequests requests = {{"reload", [] { return ControlAnswer{true, "second\n"}; }}};
    const ControlSocket second(other, folder_, requests, LogFactory(spdlog::level::off).make("app"));
  }
  const auto result = ask(folder_, "reload");
  ASSERT_TRUE(result) << result.error();
  EXPECT_EQ(result->text, "first\n");
}

TEST_F(ControlSocketTest, GoesWithTheBridge) {
  serve({true, "done\n"});
  context_.stop();
  thread_.join();
  control_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(ask(folder_, "reload"));
}

TEST_F(ControlSocketTest, WhoAsksABridgeThatHangsIsToldSo) {
  const ControlSocket hung(context_, folder_, {}, LogFactory(spdlog::level::off).make("app"));
  const auto result = ask_bridge(folder_, "status", std::chrono::milliseconds(50));
  ASSERT_FALSE(result) << "nobody runs its thread";
  EXPECT_EQ(result.error(), "the bridge at " + path_.string() +
                                " has not answered for 1 s: it reloads large files, or it hangs; its log tells");
}

TEST_F(ControlSocketTest, APathTooLongForASocketIsNoReasonToStop) {
  const std::filesystem::path deep = folder_ / std::string(200, 'd');
  std::filesystem::create_directories(deep);
  const ControlSocket control(context_, deep, {}, LogFactory(spdlog::level::off).make("app"));
  EXPECT_FALSE(ask(deep, "reload"));
}

}  // namespace
}  // namespace flowcef::test
