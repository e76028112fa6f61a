// The TLS settings of one output, loaded and checked once; makes a session for each connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/sink/sink_config.hpp"
#include "flowcef/sink/tls_certificate.hpp"
#include "flowcef/sink/tls_session.hpp"

struct ssl_ctx_st;

namespace flowcef {

/// TLS 1.3, or 1.2 with ECDHE and an AEAD cipher (RFC 9662). Connections resume the session of the one before.
/// Thread: one, with all its sessions.
class TlsContext {
 public:
  /// Input:  `host`: whom the output connects to; the name that is checked unless `server_name` says another.
  /// Errors: std::runtime_error naming the setting and the file that cannot be used.
  TlsContext(const TlsConfig& config, const std::string& host);

  /// Returns: a session in its client role, its checks set.
  [[nodiscard]] std::unique_ptr<TlsSession> new_session() const;

  /// Returns: when the first of our certificates expires; nullopt: we have none.
  [[nodiscard]] std::optional<CertificateTime> certificate_expires() const;
  /// Returns: for the log, what works but should not stay as it is.
  [[nodiscard]] std::vector<std::string> warnings(CertificateTime now) const;

 private:
  struct Deleter {
    void operator()(ssl_ctx_st* context) const noexcept;
  };

  void load_authorities();
  void load_certificate();

  std::unique_ptr<ssl_ctx_st, Deleter> context_;
  TlsConfig config_;
  std::string name_;
};

}  // namespace flowcef
