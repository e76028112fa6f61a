#include "flowcef/app/control_socket.hpp"

#include <sys/stat.h>

#include <boost/asio.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace flowcef {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using Error = boost::system::error_code;

constexpr const char* kName = "control.sock";
constexpr std::chrono::seconds kPatience(10);
constexpr std::chrono::seconds kRetryAfter(1);
constexpr std::size_t kMaxRequest = 64;

bool is_answered(asio::io_context& context, const std::filesystem::path& path) {
  stream_protocol::socket socket(context);
  Error error;
  return !socket.connect(stream_protocol::endpoint(path.string()), error) && !error;
}

/// One connection; keeps itself alive while something is under way.
class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  Conversation(stream_protocol::socket socket, const ControlRequests& requests)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), requests_(requests) {}

  void start() {
    limit_time();
    asio::async_read_until(socket_, asio::dynamic_buffer(request_, kMaxRequest), '\n',
                           [self = shared_from_this()](const Error& error, std::size_t) { self->on_request(error); });
  }

 private:
  void limit_time() {
    timer_.expires_after(kPatience);
    timer_.async_wait([self = shared_from_this()](const Error& error) {
      Error ignored;
      if (!error) static_cast<void>(self->socket_.close(ignored));
    });
  }

  void on_request(const Error& error) {
    if (error) return finish();
    const auto known = requests_.find(std::string_view(request_).substr(0, request_.size() - 1));
    if (known == requests_.end()) return finish();
    const ControlAnswer answer = known->second();
    answer_ = (answer.done ? "done\n" : "failed\n") + answer.text;
    limit_time();  // anew: the reload may have taken its time
    asio::async_write(socket_, asio::buffer(answer_),
                      [self = shared_from_this()](const Error&, std::size_t) { self->finish(); });
  }

  void finish() {
    Error ignored;
    static_cast<void>(socket_.close(ignored));
    timer_.cancel();
  }

  stream_protocol::socket socket_;
  asio::steady_timer timer_;
  const ControlRequests& requests_;
  std::string request_;
  std::string answer_;
};

}  // namespace

class ControlSocket::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, std::filesystem::path path, ControlRequests requests)
      : path_(std::move(path)), requests_(std::move(requests)), acceptor_(context), retry_(context) {}

  /// Errors: std::runtime_error or boost::system::system_error
  void open(asio::io_context& context) {
    if (is_answered(context, path_)) {
      throw std::runtime_error("another bridge uses this state_dir; give each one of its own");
    }
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    const stream_protocol::endpoint endpoint(path_.string());
    acceptor_.open();
    const mode_t before = ::umask(0177);
    Error error;
    static_cast<void>(acceptor_.bind(endpoint, error));
    ::umask(before);
    if (error) throw boost::system::system_error(error);
    owned_ = true;
    acceptor_.listen();
    accept();
  }

  void close() {
    std::error_code unremoved;  // before the socket is closed: after that, another bridge may have made its own
    if (owned_) std::filesystem::remove(path_, unremoved);
    Error ignored;
    static_cast<void>(acceptor_.close(ignored));
  }

 private:
  void accept() {
    acceptor_.async_accept([weak = weak_from_this()](const Error& error, stream_protocol::socket socket) {
      const auto self = weak.lock();
      if (!self || error == asio::error::operation_aborted) return;
      if (error) return self->accept_later();
      std::make_shared<Conversation>(std::move(socket), self->requests_)->start();
      self->accept();
    });
  }

  /// The process may be out of descriptors, and the connection that waits would be tried over and over.
  void accept_later() {
    retry_.expires_after(kRetryAfter);
    retry_.async_wait([weak = weak_from_this()](const Error& error) {
      const auto self = weak.lock();
      if (self && !error) self->accept();
    });
  }

  std::filesystem::path path_;
  ControlRequests requests_;
  stream_protocol::acceptor acceptor_;
  asio::steady_timer retry_;
  bool owned_ = false;
};

ControlSocket::ControlSocket(asio::io_context& context, const std::filesystem::path& state_dir,
                             ControlRequests requests, const Logger& log) {
  const std::filesystem::path path = state_dir / kName;
  auto made = std::make_shared<Impl>(context, path, std::move(requests));
  try {
    made->open(context);
    impl_ = std::move(made);
  } catch (const std::exception& error) {
    log->warn("`flowcef reload` and `flowcef status` cannot reach this bridge, SIGHUP reloads: socket={} reason={}",
              path.string(), error.what());
  }
}

ControlSocket::~ControlSocket() {
  if (impl_) impl_->close();
}

std::expected<ControlAnswer, std::string> ask_bridge(const std::filesystem::path& state_dir, const std::string& request,
                                                     std::chrono::milliseconds patience) {
  const std::string path = (state_dir / kName).string();
  asio::io_context context;
  stream_protocol::socket socket(context);
  try {
    socket.connect(stream_protocol::endpoint(path));
    asio::write(socket, asio::buffer(request + '\n'));
  } catch (const boost::system::system_error& error) {
    return std::unexpected("no running bridge answers at " + path + ": " + error.code().message() +
                           "\nIs it running, as this user, with this state_dir?");
  }
  std::string answer;
  std::optional<Error> ended;
  asio::async_read(socket, asio::dynamic_buffer(answer), [&ended](const Error& error, std::size_t) { ended = error; });
  context.run_for(patience);
  if (!ended) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(patience);
    return std::unexpected("the bridge at " + path + " has not answered for " + std::to_string(seconds.count()) +
                           " s: it reloads large files, or it hangs; its log tells");
  }
  if (*ended != asio::error::eof || answer.empty()) return std::unexpected("the bridge at " + path + " gave no answer");
  const std::size_t line = answer.find('\n');
  return ControlAnswer{answer.substr(0, line) == "done", line == std::string::npos ? "" : answer.substr(line + 1)};
}

}  // namespace flowcef
