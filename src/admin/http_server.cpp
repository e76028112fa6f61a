#include "flowcef/admin/http_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace flowcef {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::chrono::seconds kRetryAfter(1);
constexpr gid_t kSameGroup = static_cast<gid_t>(-1);

using Response = http::response<http::string_body>;

/// What all connections share.
struct Shared {
  HttpHandler handler;
  std::chrono::milliseconds patience;
  std::size_t connections = 0;
};

/// Returns: the status for what is no request; 0 where nobody is there to be told.
unsigned status_of(const Error& error) {
  if (error == http::error::end_of_stream || error == beast::error::timeout) return 0;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit || error == http::error::unexpected_body) return 413;
  if (error.category() == http::make_error_code(http::error::bad_method).category()) return 400;
  return 0;
}

/// One connection; keeps itself alive while something is under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::shared_ptr<Shared> shared)
      : stream_(std::move(socket)), buffer_(HttpServer::kMaxHeader), shared_(std::move(shared)) {
    ++shared_->connections;
  }
  ~Session() { --shared_->connections; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(HttpServer::kMaxHeader);
    parser_->body_limit(0);
    stream_.expires_after(shared_->patience);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const Error& error, std::size_t) { self->on_request(error); });
  }

 private:
  void on_request(const Error& error) {
    if (error) {
      const unsigned status = status_of(error);
      if (status == 0) return close();
      return write({status, "text/plain; charset=utf-8", "not a request that is answered here\n"}, false, false);
    }
    const auto& request = parser_->get();
    const bool is_head = request.method() == http::verb::head;
    if (!is_head && request.method() != http::verb::get) {
      return write({405, "text/plain; charset=utf-8", "GET and HEAD only\n"}, request.keep_alive(), false);
    }
    write(answer_to(request), request.keep_alive(), is_head);
  }

  HttpAnswer answer_to(const http::request<http::empty_body>& request) const {
    const auto target = request.target();
    const auto path = target.substr(0, target.find('?'));
    const auto text_of = [&request](http::field field) {
      const auto value = request[field];
      return std::string(value.data(), value.size());
    };
    try {
      return shared_->handler(
          {std::string(path.data(), path.size()), text_of(http::field::accept), text_of(http::field::host)});
    } catch (const std::exception& error) {
      return {500, "text/plain; charset=utf-8", std::string(error.what()) + '\n'};
    }
  }

  void write(HttpAnswer answer, bool keep_alive, bool is_head) {
    response_ = Response();
    response_.result(answer.status);
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (answer.status == 405) response_.set(http::field::allow, "GET, HEAD");
    response_.keep_alive(keep_alive);
    response_.content_length(answer.body.size());
    if (!is_head) response_.body() = std::move(answer.body);
    stream_.expires_after(shared_->patience);
    http::async_write(stream_, response_, [self = shared_from_this(), keep_alive](const Error& error, std::size_t) {
      if (error || !keep_alive) return self->close();
      self->read();
    });
  }

  void close() {
    Error ignored;
    static_cast<void>(stream_.socket().shutdown(tcp::socket::shutdown_send, ignored));
    stream_.close();
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::empty_body>> parser_;
  Response response_;
  std::shared_ptr<Shared> shared_;
};

tcp::endpoint to_asio(const Endpoint& endpoint) {
  const std::string text = endpoint.address.to_string();
  return {asio::ip::make_address(text), endpoint.port};
}

/// Whoever does not do the same, as another bridge, finds the port taken. Where it fails, so will bind(), and says why.
void share_port(tcp::acceptor& acceptor) {
  const int yes = 1;
  ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const Endpoint& listen, HttpHandler handler, std::chrono::milliseconds patience, Impl* beside)
      : shared_(std::make_shared<Shared>(Shared{std::move(handler), patience, 0})), listen_(listen) {
    const tcp::endpoint endpoint = to_asio(listen);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    if (endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true));
    if (beside != nullptr) {
      share_port(acceptor_);
      share_port(beside->acceptor_);
    }
    acceptor_.bind(endpoint);
    acceptor_.listen();
    listen_.port = acceptor_.local_endpoint().port();
  }

  ~Impl() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void start() {
    accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  void hand_over(unsigned uid) {
    if (::fchown(acceptor_.native_handle(), uid, kSameGroup) == 0) return;
    throw std::system_error(errno, std::generic_category(), "cannot hand over the socket of " + listen_.to_string());
  }

  [[nodiscard]] Endpoint listening() const { return listen_; }

 private:
  void accept() {
    acceptor_.async_accept([this](const Error& error, tcp::socket socket) {
      if (error) return accept_later();
      if (shared_->connections < kMaxConnections) std::make_shared<Session>(std::move(socket), shared_)->read();
      accept();
    });
  }

  /// The process may be out of descriptors, and the connection that waits would be tried over and over.
  void accept_later() {
    retry_.expires_after(kRetryAfter);
    retry_.async_wait([this](const Error& error) {
      if (!error) accept();
    });
  }

  std::shared_ptr<Shared> shared_;  ///< outlives the sessions that context_ still holds when it goes
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer retry_{context_};
  Endpoint listen_;
  std::thread thread_;
};

HttpServer::HttpServer(const Endpoint& listen, HttpHandler handler, std::chrono::milliseconds patience,
                       const HttpServer* beside) {
  try {
    impl_ = std::make_unique<Impl>(listen, std::move(handler), patience, beside ? beside->impl_.get() : nullptr);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("admin: cannot listen on " + listen.to_string() + ": " + error.code().message());
  }
}

HttpServer::~HttpServer() = default;

void HttpServer::start() {
  impl_->start();
}

void HttpServer::hand_over(unsigned uid) {
  impl_->hand_over(uid);
}

Endpoint HttpServer::listening() const {
  return impl_->listening();
}

}  // namespace flowcef
