// Whether the receiver of a TLS output is the right one, by its certificate. RFC 5425 section 5.2.
#pragma once

#include <string>

#include "flowcef/sink/sink_config.hpp"

struct ssl_ctx_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace flowcef {

/// Of one connection. Chain and name are checked with `verify`, unless there are fingerprints and no `ca`; fingerprints
/// always.
class TlsServerCheck {
 public:
  TlsServerCheck() = default;
  /// Input: `name` that the certificate must have: a host name or a numeric address.
  TlsServerCheck(TlsConfig config, std::string name);

  /// Has `context` ask the check that its connections are attached to.
  static void install(ssl_ctx_st& context);
  /// Lifetime: this one stays where it is for as long as `ssl` lives.
  void attach(ssl_st& ssl);

  /// Returns: what was wrong and which setting it is about; empty: nothing so far.
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] const TlsConfig& config() const { return config_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  bool accepts(x509_store_ctx_st& certificates);
  [[nodiscard]] bool has_fingerprint(const std::string& hex) const;

  TlsConfig config_;
  std::string name_;
  std::string error_;
};

/// Returns: whether chain and name are looked at.
[[nodiscard]] inline bool checks_chain(const TlsConfig& config) {
  return config.verify && (config.fingerprints.empty() || !config.ca.empty());
}

}  // namespace flowcef
