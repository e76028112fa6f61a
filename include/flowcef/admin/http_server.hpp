// A small HTTP/1.1 server for machines that read a few pages: GET and HEAD. Knows nothing of what the pages say.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

struct HttpRequest {
  std::string path;    ///< without query, not decoded
  std::string accept;  ///< the header of that name, and
  std::string host;    ///< this one; empty: there is none
};

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// Thread: the server's own. An exception becomes status 500.
using HttpHandler = std::function<HttpAnswer(const HttpRequest&)>;

/// Bounded whoever connects: kMaxConnections at a time (more are closed at once), kMaxHeader bytes of request, no body,
/// kPatience for a request to come whole, for an answer to be taken, and between requests of one connection.
/// Thread: one.
class HttpServer {
 public:
  static constexpr std::size_t kMaxConnections = 32;
  static constexpr std::size_t kMaxHeader = 8'192;
  static constexpr std::chrono::seconds kPatience{10};

  /// Listens from now on; connections wait for start().
  /// Input:  port 0: any free one; `patience`: instead of kPatience; `beside`: another server, which may have the same
  ///         port of an address that this one's contains or is part of: 127.0.0.1 and 0.0.0.0.
  /// Errors: std::runtime_error that names the address and what is wrong with it.
  HttpServer(const Endpoint& listen, HttpHandler handler, std::chrono::milliseconds patience = kPatience,
             const HttpServer* beside = nullptr);
  /// Ends connections where they stand.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Errors: std::system_error if there is no thread to be had.
  void start();
  /// To be called before the process becomes that user: a server that it makes later can then be beside this one.
  /// Errors: std::system_error
  void hand_over(unsigned uid);
  /// Returns: with the port that it has.
  [[nodiscard]] Endpoint listening() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flowcef
