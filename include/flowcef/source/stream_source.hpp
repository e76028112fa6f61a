// Takes connections of exporters, or of senders of log lines, over TCP and TLS and hands on every message of theirs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "flowcef/core/counter.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/source/datagram.hpp"
#include "flowcef/source/stream_source_config.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

/// opened = closed + sessions that are open now. bytes = those of messages + skipped_bytes, once all are closed, and
/// with log lines what stands between them or counts them.
struct StreamSourceCounts {
  Counter opened;         ///< connections that were taken, TLS handshake or not
  Counter closed;         ///< by either side
  Counter refused;        ///< connections over a limit, or from an address that is not allowed
  Counter tls_failures;   ///< sessions closed since TLS failed, or took too long to be set up
  Counter rubbish;        ///< sessions closed since they brought something else than export messages
  Counter messages;       ///< handed on
  Counter bytes;          ///< read, without TLS
  Counter skipped_bytes;  ///< that belong to no message
  Counter skips;          ///< runs of such bytes
};

struct StreamSourceHandlers {
  /// May take its time: nothing is read meanwhile, so that TCP holds the exporter back.
  std::function<void(const Datagram&)> on_datagram;
  /// Called once for every session, after its last datagram: what is bound to it, such as templates, goes
  /// (RFC 7011 sections 8.1 and 10.4).
  std::function<void(std::uint64_t session, const Endpoint& exporter)> on_session_end;
  /// Called once all sessions have been read to the end of what came, for the worker to flush its batches.
  std::function<void()> on_idle;
  /// Asked before each read: whether sessions put off what they have to read, for what the io_context was given
  /// meanwhile to come first.
  std::function<bool()> is_to_yield = [] { return false; };
};

/// Sessions carry IPFIX or NetFlow v1, v5, v7 (StreamFramer), told apart by what comes. One that brings something
/// else is closed: for IPFIX at the first message that is none, for the others after a run of such bytes. With
/// StreamContent::syslog they carry syslog messages (SyslogFramer), each of which is a datagram; any bytes will do.
/// A datagram's listener is the address that is listened on, as over UDP.
/// Thread: the one that runs the io_context, which calls the handlers as well; counts() from any.
/// Lifetime: the io_context must outlive it; the handlers are not called any more once it is destroyed.
/// Source: RFC 7011 section 10.4 (TCP), section 11.1 (TLS); RFC 6587 (syslog over TCP), RFC 5425 (over TLS)
class StreamSource {
 public:
  /// What prepare() has opened and loaded for another configuration. Closes it again unless it is applied.
  class Change {
   public:
    Change(Change&&) noexcept;
    Change& operator=(Change&&) noexcept;
    ~Change();

   private:
    friend class StreamSource;
    struct Parts;
    explicit Change(std::unique_ptr<Parts> parts) noexcept;

    std::unique_ptr<Parts> parts_;
  };

  /// Listens from now on; the kernel queues connections until start().
  /// Errors: std::system_error `cannot listen on 0.0.0.0:4739: Address already in use (what to do)`,
  ///         std::runtime_error naming the setting and the file that cannot be used
  StreamSource(boost::asio::io_context& context, const StreamSourceConfig& config, Logger logger,
               StreamSourceHandlers handlers);
  StreamSource(StreamSource&&) noexcept = default;
  StreamSource& operator=(StreamSource&&) = delete;
  ~StreamSource();

  void start();

  /// Hands on what the kernel has queued so far, then ends all sessions. Not from within a handler.
  void stop();

  /// Opens the addresses that are new and loads the TLS files, also those that are named as before. Addresses are
  /// compared as they are configured, see listen_change(). Nothing changes yet.
  /// Errors: as the constructor
  /// Thread: any, while no Change is applied
  [[nodiscard]] Change prepare(const StreamSourceConfig& next) const;

  /// Goes on with another configuration. Addresses that stay keep their socket and the connections that wait there;
  /// of those that go, what waits is taken first. Sessions stay as they are, also those of addresses that go; limits,
  /// timeouts and TLS hold for the sessions to come. A session whose exporter is not allowed any more is read to the end
  /// of what came, and ends. Where TLS is switched on or off, connections that wait are taken as what they were before.
  /// Input: of prepare(), with no other Change applied in between. Not from within a handler.
  void apply(Change change);

  [[nodiscard]] const StreamSourceCounts& counts() const noexcept;
  /// Returns: the addresses in the order of the configuration.
  [[nodiscard]] std::vector<Endpoint> local_endpoints() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// Errors: std::runtime_error naming the setting and the file that cannot be used
void check_listen_tls(const ListenTlsConfig& config);

}  // namespace flowcef
