// The TLS settings of a listening input, loaded and checked once.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "flowcef/source/stream_source_config.hpp"

namespace flowcef {

/// Returns: TLS 1.2 and 1.3 in the server role, without resumption.
/// Errors:  std::runtime_error naming the setting and the file that cannot be used
/// Source:  RFC 7011 section 11.1
[[nodiscard]] boost::asio::ssl::context make_listen_tls(const ListenTlsConfig& config);

}  // namespace flowcef
