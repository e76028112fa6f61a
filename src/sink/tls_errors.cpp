#include "flowcef/sink/tls_errors.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <optional>
#include <string_view>

#include "flowcef/sink/tls_certificate.hpp"

namespace flowcef {
namespace {

std::string with_hint(std::string text, const std::string& hint) {
  if (!hint.empty()) text.append(" (").append(hint).append(")");
  return text;
}

std::string hint_for_authority(const TlsConfig& config) {
  if (config.ca.empty()) return "set tls.ca to the authority that issued it";
  return "set tls.ca to the authority that issued it: " + config.ca + " is not";
}

std::string hint_for_check(int check, const X509& certificate, const TlsConfig& config) {
  switch (check) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "set tls.server_name to a name in the certificate";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return hint_for_authority(config) + "; or, if it is the right one, tls.fingerprint to " +
             fingerprint_setting(certificate_sha256(certificate));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return hint_for_authority(config);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the receiver needs a new one, or this machine's clock is wrong";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "check this machine's clock";
    default:
      return "see tls.ca, tls.server_name and tls.fingerprint";
  }
}

/// Returns: what the check's name leaves out.
std::string details(int check, const X509& certificate, const std::string& name) {
  const auto on = [](std::string_view word, std::optional<CertificateTime> date) {
    return date ? " " + std::string(word) + " " + certificate_date(*date) : std::string();
  };
  std::string owner = ": " + certificate_owner(certificate);
  switch (check) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return on("on", certificate_expires(certificate)) + owner;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return on("until", certificate_begins(certificate)) + owner;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return owner + "; it is for " + certificate_names(certificate) + " and not for " + name;
    default:
      return owner;
  }
}

/// An alert's description, RFC 8446 section 6; OpenSSL's reasons are these numbers and SSL_AD_REASON_OFFSET.
std::string hint_for_alert(int reason, bool server_known, const TlsConfig& config, const std::string& name) {
  switch (reason - SSL_AD_REASON_OFFSET) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_INSUFFICIENT_SECURITY:
      if (!server_known) return "it needs TLS 1.3, or 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305";
      [[fallthrough]];
    case TLS13_AD_CERTIFICATE_REQUIRED:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
      if (config.certificate.empty()) {
        return "it asks for a client certificate: set tls.certificate and tls.key";
      }
      return "it refuses tls.certificate " + config.certificate;
    case SSL_AD_PROTOCOL_VERSION:
      return "it needs TLS 1.2 or 1.3";
    case SSL_AD_UNRECOGNIZED_NAME:
      return "it has no certificate for " + name + ": set tls.server_name";
    default:
      return {};
  }
}

std::string hint_for_reason(int reason) {
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
      return "the receiver does not speak TLS on this port";
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "the receiver needs TLS 1.2 or 1.3";
    default:
      return {};
  }
}

}  // namespace

std::string describe_check(x509_store_ctx_st& certificates, const TlsConfig& config, const std::string& name) {
  const int check = X509_STORE_CTX_get_error(&certificates);
  std::string text = std::string("certificate check failed: ") + X509_verify_cert_error_string(check);
  const X509* const certificate = X509_STORE_CTX_get_current_cert(&certificates);
  if (certificate == nullptr) return text;
  return with_hint(text + details(check, *certificate, name), hint_for_check(check, *certificate, config));
}

std::string describe_failure(unsigned long code, bool server_known, const TlsConfig& config, const std::string& name) {
  const char* const text = ERR_reason_error_string(code);
  const std::string_view words = text != nullptr ? text : "protocol error";
  const int reason = ERR_GET_REASON(code);
  const bool is_alert = ERR_GET_LIB(code) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET;
  if (!is_alert) return with_hint(std::string(words), hint_for_reason(reason));
  // `tlsv13 alert certificate required`, `ssl/tls alert bad certificate`
  constexpr std::string_view kBefore = "alert ";
  const std::size_t at = words.find(kBefore);
  const std::string_view alert = at == std::string_view::npos ? words : words.substr(at + kBefore.size());
  return with_hint("alert from the receiver: " + std::string(alert),
                   hint_for_alert(reason, server_known, config, name));
}

}  // namespace flowcef
