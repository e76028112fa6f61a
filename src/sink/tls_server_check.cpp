#include "flowcef/sink/tls_server_check.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <utility>

#include "flowcef/sink/tls_certificate.hpp"
#include "flowcef/sink/tls_errors.hpp"

namespace flowcef {
namespace {

/// OpenSSL keeps this index of every connection for the application.
constexpr int kCheckSlot = 0;

}  // namespace

TlsServerCheck::TlsServerCheck(TlsConfig config, std::string name)
    : config_(std::move(config)), name_(std::move(name)) {}

void TlsServerCheck::install(ssl_ctx_st& context) {
  const auto ask = [](X509_STORE_CTX* certificates, void*) {
    auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(certificates, SSL_get_ex_data_X509_STORE_CTX_idx()));
    return static_cast<TlsServerCheck*>(SSL_get_ex_data(ssl, kCheckSlot))->accepts(*certificates) ? 1 : 0;
  };
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(&context, ask, nullptr);
}

void TlsServerCheck::attach(ssl_st& ssl) {
  SSL_set_ex_data(&ssl, kCheckSlot, this);
}

bool TlsServerCheck::accepts(x509_store_ctx_st& certificates) {
  if (checks_chain(config_) && X509_verify_cert(&certificates) != 1) {
    error_ = describe_check(certificates, config_, name_);
    return false;
  }
  if (config_.fingerprints.empty()) return true;
  const X509& certificate = *X509_STORE_CTX_get0_cert(&certificates);
  const std::string hex = certificate_sha256(certificate);
  if (has_fingerprint(hex)) return true;
  error_ = "the receiver's certificate has none of tls.fingerprint but " + fingerprint_setting(hex) + ": " +
           certificate_owner(certificate) + " (if it is the right one, set tls.fingerprint to that)";
  X509_STORE_CTX_set_error(&certificates, X509_V_ERR_CERT_REJECTED);  // the alert becomes bad_certificate
  return false;
}

bool TlsServerCheck::has_fingerprint(const std::string& hex) const {
  return std::find(config_.fingerprints.begin(), config_.fingerprints.end(), hex) != config_.fingerprints.end();
}

}  // namespace flowcef
