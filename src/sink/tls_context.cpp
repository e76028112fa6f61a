#include "flowcef/sink/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/sink/tls_resumption.hpp"
#include "flowcef/sink/tls_server_check.hpp"

namespace flowcef {
namespace {

/// RFC 9662, and its kind; those of TLS 1.3 are all AEAD with a key exchange of their own.
constexpr const char* kSuites = "ECDHE+AESGCM:ECDHE+CHACHA20";

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
      config_(config),
      name_(config.server_name.empty() ? host : config.server_name) {
  if (context_ == nullptr) refuse("tls");
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(context, kSuites) != 1) refuse("tls");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
  TlsServerCheck::install(*context);
  keep_sessions(*context);
  ERR_clear_error();
  load_authorities();
  load_certificate();
}

void TlsContext::load_authorities() {
  if (config_.ca.empty()) {
    if (checks_chain(config_) && SSL_CTX_set_default_verify_paths(context_.get()) != 1) {
      refuse("the system's authorities");
    }
    return;
  }
  require_readable("tls.ca", config_.ca);
  if (SSL_CTX_load_verify_file(context_.get(), config_.ca.c_str()) != 1) refuse("tls.ca " + config_.ca);
}

void TlsContext::load_certificate() {
  if (config_.certificate.empty() && config_.key.empty()) return;
  if (config_.certificate.empty()) throw std::runtime_error("tls.key is set without tls.certificate");
  // A file may hold both.
  const std::string& key = config_.key.empty() ? config_.certificate : config_.key;
  require_readable("tls.certificate", config_.certificate);
  require_readable("tls.key", key);
  SSL_CTX* const context = context_.get();
  if (SSL_CTX_use_certificate_chain_file(context, config_.certificate.c_str()) != 1) {
    refuse("tls.certificate " + config_.certificate);
  }
  // A key of another kind than the certificate's is only found by the second call.
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    refuse("tls.key " + key + " (it must belong to tls.certificate " + config_.certificate +
           " and have no passphrase)");
  }
}

std::optional<CertificateTime> TlsContext::certificate_expires() const {
  const X509* const own = SSL_CTX_get0_certificate(context_.get());
  if (own == nullptr) return std::nullopt;
  auto first = flowcef::certificate_expires(*own);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_ctrl(context_.get(), SSL_CTRL_GET_CHAIN_CERTS, 0, static_cast<void*>(&chain));
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const auto next = flowcef::certificate_expires(*sk_X509_value(chain, i));
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

std::vector<std::string> TlsContext::warnings(CertificateTime now) const {
  std::vector<std::string> all;
  if (!config_.verify && config_.fingerprints.empty()) all.emplace_back("the receiver's certificate is not checked");
  const auto expires = certificate_expires();
  std::string expiry = expires ? expiry_warning("tls.certificate " + config_.certificate, *expires, now) : "";
  if (!expiry.empty()) all.push_back(std::move(expiry));
  return all;
}

std::unique_ptr<TlsSession> TlsContext::new_session() const {
  SslPtr ssl(SSL_new(context_.get()));
  if (ssl == nullptr) throw std::bad_alloc();
  SSL_set_connect_state(ssl.get());
  const bool numeric = IpAddress::parse(name_).has_value();
  // RFC 6066 section 3: server_name carries names only.
  int set = numeric ? 1 : ask_for(ssl.get(), name_);
  if (checks_chain(config_) && set == 1) {
    // RFC 5425 section 5.2: a wildcard stands for one whole label.
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    set = numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), name_.c_str())
                  : SSL_set1_host(ssl.get(), name_.c_str());
  }
  // Going on would be to connect without the check.
  if (set != 1) refuse("tls.server_name " + name_);
  resume_kept_session(*ssl);
  return std::make_unique<TlsSession>(std::move(ssl), TlsServerCheck(config_, name_));
}

}  // namespace flowcef
