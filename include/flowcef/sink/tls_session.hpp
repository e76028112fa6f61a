// One TLS connection over memory: plaintext in, ciphertext out, and the reverse. It knows no socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/sink/stream_layer.hpp"
#include "flowcef/sink/tls_certificate.hpp"
#include "flowcef/sink/tls_server_check.hpp"

struct ssl_st;
struct bio_st;

namespace flowcef {

struct SslDeleter {
  void operator()(ssl_st* ssl) const noexcept;
};
using SslPtr = std::unique_ptr<ssl_st, SslDeleter>;

/// Application data from the peer is discarded: syslog over TLS has none (RFC 5425).
class TlsSession final : public StreamLayer {
 public:
  /// Input: `ssl` set to its role (connect or accept state), without BIOs; `check` for one of a TlsContext.
  explicit TlsSession(SslPtr ssl, TlsServerCheck check = {});
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Status start() override;
  /// `plaintext` itself is not kept. Every 16 KiB become a record of their own.
  void offer(std::string_view plaintext) override;
  [[nodiscard]] std::string_view next_output() override;
  /// Plaintext counts as out when the last byte of its record is.
  std::size_t sent(std::size_t bytes) override;
  [[nodiscard]] std::uint64_t plaintext_within(std::uint64_t wire_bytes) override;
  /// TLS 1.3 is over for a client before the server has seen its certificate: the server's first record after that, if
  /// it is no alert, says that it went on. RFC 8446 section 4.4.2.4.
  [[nodiscard]] bool accepted() const override { return accepted_; }
  Status received(std::string_view bytes) override;
  void close() override;
  /// Returns: which check failed and which setting it is about, or what the peer's alert says.
  [[nodiscard]] std::string error() const override { return error_; }

  [[nodiscard]] std::string_view name() const override;
  [[nodiscard]] std::optional<CertificateTime> peer_certificate_expires() const override;
  /// Returns: bytes of application data that came and were discarded.
  [[nodiscard]] std::uint64_t discarded() const noexcept { return discarded_; }

 private:
  /// Where a record ends on the wire, and the plaintext since the start that it ends with.
  struct Record {
    std::uint64_t ciphertext_end;
    std::uint64_t plaintext_end;
  };

  static void on_message(int is_ours, int version, int type, const void* bytes, std::size_t length, ssl_st* ssl,
                         void* session);
  Status handshake();
  Status read();
  Status fail(int result);
  Status refuse(std::string error);

  SslPtr ssl_;
  TlsServerCheck check_;
  bio_st* incoming_;  ///< owned by ssl_, as outgoing_ is
  bio_st* outgoing_;
  std::vector<char> output_;  ///< ciphertext taken out of outgoing_, stable while the socket writes it
  std::size_t output_at_ = 0;
  std::uint64_t sent_ = 0;          ///< ciphertext, all in all
  std::uint64_t offered_ = 0;       ///< plaintext, all in all
  std::uint64_t out_ = 0;           ///< plaintext whose records are wholly out
  std::uint64_t acknowledged_ = 0;  ///< plaintext
  std::deque<Record> records_;      ///< that are not acknowledged
  std::size_t next_out_ = 0;        ///< first record that is not wholly out
  std::uint64_t discarded_ = 0;
  bool resuming_ = false;
  bool secured_ = false;
  bool accepted_ = false;
  std::string error_;
};

}  // namespace flowcef
