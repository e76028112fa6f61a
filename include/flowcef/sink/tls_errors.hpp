// TLS failures in words: what failed, whose it is, which setting or file it is about.
#pragma once

#include <string>

#include "flowcef/sink/sink_config.hpp"

struct x509_store_ctx_st;

namespace flowcef {

/// Input:   the outcome of a check of the receiver's chain and of `name`.
/// Returns: the check that failed, the certificate that failed it, and what to do.
[[nodiscard]] std::string describe_check(x509_store_ctx_st& certificates, const TlsConfig& config,
                                         const std::string& name);

/// Input:   `code` of OpenSSL's error queue; `server_known`: the receiver has shown its certificate.
/// Returns: what the peer's alert says, or what went wrong here, and what to do.
[[nodiscard]] std::string describe_failure(unsigned long code, bool server_known, const TlsConfig& config,
                                           const std::string& name);

}  // namespace flowcef
