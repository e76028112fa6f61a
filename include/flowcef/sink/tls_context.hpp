// The TLS settings of one output, loaded and checked once; makes a session for each connection.
#pragma once

#include <memory>
#include <string>

#include "flowcef/sink/sink_config.hpp"
#include "flowcef/sink/tls_session.hpp"

struct ssl_ctx_st;

namespace flowcef {

class TlsContext {
 public:
  /// Input:  `host`: whom the output connects to; the name that is checked unless `server_name` says another.
  /// Errors: std::runtime_error naming the setting and the file that cannot be used.
  TlsContext(const TlsConfig& config, const std::string& host);

  /// Returns: a session in its client role, its checks set.
  [[nodiscard]] std::unique_ptr<TlsSession> new_session() const;

 private:
  struct Deleter {
    void operator()(ssl_ctx_st* context) const noexcept;
  };

  void load_authorities(const TlsConfig& config);
  void load_certificate(const TlsConfig& config);

  std::unique_ptr<ssl_ctx_st, Deleter> context_;
  std::string name_;
  bool verify_;
};

}  // namespace flowcef
