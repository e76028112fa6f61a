// One ingest thread: its sockets and its record path. Shares nothing but immutable data.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "flowcef/app/record_path.hpp"
#include "flowcef/source/udp_source.hpp"

namespace flowcef {

class IngestWorker {
 public:
  /// Input: the sockets of this worker, one list per input.
  IngestWorker(std::vector<std::vector<UdpSocket>> inputs, std::unique_ptr<RecordPath> path, const Logger& log);
  ~IngestWorker();

  void start();
  /// Takes what the kernel has queued, hands on every line, ends the thread.
  void stop();

  [[nodiscard]] const RecordPath& path() const noexcept { return *path_; }
  [[nodiscard]] std::vector<const UdpSourceCounts*> source_counts() const;

 private:
  struct Loop;  // keeps Boost.Asio out of this header

  std::unique_ptr<RecordPath> path_;
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

}  // namespace flowcef
