#include "flowcef/sink/tls_resumption.hpp"

#include <openssl/ssl.h>

namespace flowcef {
namespace {

void free_session(void*, void* session, CRYPTO_EX_DATA*, int, long, void*) {
  SSL_SESSION_free(static_cast<SSL_SESSION*>(session));
}

/// Returns: where a context has the session; it goes with the context, not with its owner, as connections may outlive that.
int session_slot() {
  static const int kSlot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_session);
  return kSlot;
}

/// Takes over `session`.
void keep(SSL_CTX& context, SSL_SESSION* session) {
  SSL_SESSION_free(static_cast<SSL_SESSION*>(SSL_CTX_get_ex_data(&context, session_slot())));
  SSL_CTX_set_ex_data(&context, session_slot(), session);
}

bool certificate_is_valid(SSL_SESSION* session) {
  const X509* const certificate = SSL_SESSION_get0_peer(session);
  return certificate != nullptr && X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

}  // namespace

void keep_sessions(ssl_ctx_st& context) {
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(&context, [](SSL* ssl, SSL_SESSION* session) {
    keep(*SSL_get_SSL_CTX(ssl), session);
    return 1;
  });
}

void resume_kept_session(ssl_st& ssl) {
  SSL_CTX& context = *SSL_get_SSL_CTX(&ssl);
  auto* const session = static_cast<SSL_SESSION*>(SSL_CTX_get_ex_data(&context, session_slot()));
  if (session == nullptr) return;
  if (certificate_is_valid(session)) SSL_set_session(&ssl, session);
  keep(context, nullptr);
}

bool would_resume(const ssl_st& ssl) {
  return SSL_get_session(&ssl) != nullptr;
}

void keep_resumed_session(ssl_st& ssl) {
  if (SSL_session_reused(&ssl) == 1 && SSL_version(&ssl) < TLS1_3_VERSION) {
    keep(*SSL_get_SSL_CTX(&ssl), SSL_get1_session(&ssl));
  }
}

void stop_resumption(ssl_st& ssl) {
  SSL_CTX_set_session_cache_mode(SSL_get_SSL_CTX(&ssl), SSL_SESS_CACHE_OFF);
}

}  // namespace flowcef
