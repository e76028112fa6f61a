// Follows files of recorded exports while they are written: pcap, pcapng, IPFIX.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/counter.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/source/capture_counts.hpp"
#include "flowcef/source/datagram.hpp"
#include "flowcef/source/file_source_config.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

struct FileCounts {
  Counter files;       ///< begun
  Counter unreadable;  ///< no captures, or could not be opened when it was tried first
};

struct FileSourceHandlers {
  std::function<void(const Datagram&)> on_datagram;
  std::function<void()> on_idle;  ///< as UdpSourceHandlers has it
  /// What was saved last, if anything.
  std::function<std::expected<std::optional<std::vector<std::uint8_t>>, std::string>()> load;
  std::function<std::expected<void, std::string>(Bytes)> save;
  /// How long after on_datagram a crash may still lose what came of it. Asked again and again.
  std::function<std::chrono::milliseconds()> unsafe_for;
};

/// Looks every second. Files are read in the order of their last change, each to its end; one that grows is read on.
/// Files are never changed. How far it has come is saved only once that is safe, so that what a crash
/// loses on its way to the outputs is read again: each datagram is taken once, after a crash at least once.
/// Thread:   the one that runs the io_context, which calls the handlers as well, on_datagram in slices of some frames, so that others
///           get their turn; counts() from any.
/// Lifetime: the io_context must outlive it; the handlers are not called any more once it is destroyed.
class FileSource {
 public:
  FileSource(boost::asio::io_context& context, FileSourceConfig config, Logger logger, FileSourceHandlers handlers);
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource();

  void start();
  /// Saves how far it has come, and ends. What is still unread comes after the next start.
  void stop();

  [[nodiscard]] const FileCounts& counts() const noexcept;
  [[nodiscard]] const CaptureCounts& frames() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flowcef
