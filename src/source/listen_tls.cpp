#include "listen_tls.hpp"

#include <openssl/ssl.h>
#include <spdlog/fmt/fmt.h>

#include <stdexcept>
#include <string>

#include "flowcef/source/file_handle.hpp"
#include "flowcef/source/stream_source.hpp"

namespace flowcef {
namespace {

namespace ssl = boost::asio::ssl;

[[noreturn]] void refuse(const char* setting, const std::string& path, const std::string& why) {
  throw std::runtime_error(fmt::format("{} {}: {}", setting, path, why));
}

/// OpenSSL's own errors do not tell a missing file from a broken one.
void require_readable(const char* setting, const std::string& path) {
  try {
    (void)open_for_reading(path);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{} {}", setting, error.what()));
  }
}

void load_certificate(ssl::context& context, const ListenTlsConfig& config) {
  if (config.certificate.empty()) throw std::runtime_error("tls.certificate is missing");
  const std::string& key = config.key.empty() ? config.certificate : config.key;
  require_readable("tls.certificate", config.certificate);
  require_readable("tls.key", key);
  boost::system::error_code error;
  if (context.use_certificate_chain_file(config.certificate, error)) {
    refuse("tls.certificate", config.certificate, error.message());
  }
  if (context.use_private_key_file(key, ssl::context::pem, error)) {
    refuse("tls.key", key, error.message() + " (it must belong to the certificate and have no passphrase)");
  }
}

void load_client_authorities(ssl::context& context, const std::string& path) {
  require_readable("tls.client_ca", path);
  boost::system::error_code error;
  if (context.load_verify_file(path, error)) refuse("tls.client_ca", path, error.message());
  SSL_CTX_set_client_CA_list(context.native_handle(), SSL_load_client_CA_file(path.c_str()));
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
}

}  // namespace

ssl::context make_listen_tls(const ListenTlsConfig& config) {
  ssl::context context(ssl::context::tls_server);
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
  // OpenSSL would ask on the terminal.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  load_certificate(context, config);
  if (!config.client_ca.empty()) load_client_authorities(context, config.client_ca);
  return context;
}

void check_listen_tls(const ListenTlsConfig& config) {
  static_cast<void>(make_listen_tls(config));
}

}  // namespace flowcef
