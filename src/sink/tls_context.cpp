#include "flowcef/sink/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  const unsigned long code = ERR_peek_last_error();
  const int system_error = errno;
  std::string why;
  if (code != 0 && ERR_SYSTEM_ERROR(code)) {
    why = std::strerror(ERR_GET_REASON(code));
  } else if (const char* reason = ERR_reason_error_string(code); code != 0 && reason != nullptr) {
    why = reason;
  } else {
    why = system_error != 0 ? std::strerror(system_error) : "unknown error";
  }
  ERR_clear_error();
  throw std::runtime_error(what + ": " + why);
}

/// OpenSSL would ask on the terminal.
int refuse_passphrase(char*, int, int, void*) {
  return -1;
}

void require_readable(const std::string& setting, const std::string& path) {
  std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), &BIO_free);
  if (file == nullptr) refuse(setting + " " + path);
}

/// SSL_set_tlsext_host_name() is a macro with an old-style cast.
int ask_for(SSL* ssl, std::string name) {
  return static_cast<int>(SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()));
}

}  // namespace

void TlsContext::Deleter::operator()(ssl_ctx_st* context) const noexcept {
  SSL_CTX_free(context);
}

TlsContext::TlsContext(const TlsConfig& config, const std::string& host)
    : context_(SSL_CTX_new(TLS_client_method())),
      name_(config.server_name.empty() ? host : config.server_name),
      verify_(config.verify) {
  if (context_ == nullptr) refuse("tls");
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Without kept sessions there is no early data either, which RFC 9662 forbids.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
  ERR_clear_error();
  load_authorities(config);
  load_certificate(config);
}

void TlsContext::load_authorities(const TlsConfig& config) {
  if (config.ca.empty()) {
    if (verify_ && SSL_CTX_set_default_verify_paths(context_.get()) != 1) refuse("the system's authorities");
    return;
  }
  require_readable("tls.ca", config.ca);
  if (SSL_CTX_load_verify_file(context_.get(), config.ca.c_str()) != 1) refuse("tls.ca " + config.ca);
}

void TlsContext::load_certificate(const TlsConfig& config) {
  if (config.certificate.empty() && config.key.empty()) return;
  if (config.certificate.empty()) throw std::runtime_error("tls.key is set without tls.certificate");
  // A file may hold both.
  const std::string& key = config.key.empty() ? config.certificate : config.key;
  require_readable("tls.certificate", config.certificate);
  require_readable("tls.key", key);
  SSL_CTX* const context = context_.get();
  if (SSL_CTX_use_certificate_chain_file(context, config.certificate.c_str()) != 1) {
    refuse("tls.certificate " + config.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuse("tls.key " + key + " (it must belong to the certificate and have no passphrase)");
  }
}

std::unique_ptr<TlsSession> TlsContext::new_session() const {
  SslPtr ssl(SSL_new(context_.get()));
  if (ssl == nullptr) throw std::bad_alloc();
  SSL_set_connect_state(ssl.get());
  const bool numeric = IpAddress::parse(name_).has_value();
  // RFC 6066 section 3: server_name carries names only.
  int set = numeric ? 1 : ask_for(ssl.get(), name_);
  if (verify_ && set == 1) {
    // RFC 5425 section 5.2: a wildcard stands for one whole label.
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    set = numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), name_.c_str())
                  : SSL_set1_host(ssl.get(), name_.c_str());
  }
  // Going on would be to connect without the check.
  if (set != 1) refuse("tls.server_name " + name_);
  return std::make_unique<TlsSession>(std::move(ssl));
}

}  // namespace flowcef
