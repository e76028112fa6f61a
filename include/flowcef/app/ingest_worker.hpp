// One ingest thread: its sockets and its record path. Shares nothing but immutable data and the inputs' templates.
#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "flowcef/source/stream_source.hpp"
#include "flowcef/source/udp_source.hpp"

namespace flowcef {

class IngestWorker {
 public:
  IngestWorker(std::unique_ptr<RecordPath> path, Logger log);
  ~IngestWorker();

  /// Input: `input` is a place in the record path's list of inputs; the sockets are this worker's share.
  void add_udp(std::size_t input, std::vector<UdpSocket> sockets);
  /// Listens from now on. Returns: the addresses.
  /// Errors: as StreamSource
  std::vector<Endpoint> add_stream(std::size_t input, const StreamSourceConfig& config);

  void start();
  /// Takes what the kernel has queued, hands on every line, ends the thread.
  void stop();

  [[nodiscard]] const RecordPath& path() const noexcept { return *path_; }
  [[nodiscard]] std::vector<const UdpSourceCounts*> udp_counts() const;
  [[nodiscard]] std::vector<const StreamSourceCounts*> stream_counts() const;

 private:
  struct Loop;  // keeps Boost.Asio out of this header

  void schedule_tick();

  std::unique_ptr<RecordPath> path_;
  Logger log_;
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace flowcef
