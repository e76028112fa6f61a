// Keeps refused datagrams with the reason in a pcapng file, bounded in size, for a person to look at.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/source/datagram.hpp"
#include "flowcef/source/dead_letter_config.hpp"

namespace flowcef {

/// Each datagram gets an IP and a UDP header that say where it came from, and its reason as packet comment. A full file
/// becomes `<path>.1`, in place of the one there was. What an earlier run wrote is kept; a file of another kind is moved
/// to `<path>.1` too. A packet is in the file when write() returns.
/// Thread: any.
/// Source: IETF draft-ietf-opsawg-pcapng, LINKTYPE_RAW; RFC 768, RFC 8200 section 8.1 for the checksums.
class DeadLetterFile {
 public:
  /// Told name and cause when writing begins to fail, and not again until it has worked in between.
  /// Thread: that of write(), one at a time
  using OnProblem = std::function<void(const std::string& problem)>;

  /// Errors: std::runtime_error with file name and cause
  DeadLetterFile(DeadLetterConfig config, OnProblem on_problem);

  /// Input:   a datagram too long for a UDP datagram (off a TCP connection) is cut
  /// Returns: whether it was kept
  bool write(const Datagram& datagram, std::string_view reason) noexcept;

 private:
  [[nodiscard]] bool open();
  [[nodiscard]] bool open_file(int flags);
  [[nodiscard]] bool can_be_continued() const;
  [[nodiscard]] bool rotate();
  [[nodiscard]] bool append(Bytes bytes);

  DeadLetterConfig config_;
  OnProblem on_problem_;
  std::mutex mutex_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::vector<std::uint8_t> block_;  ///< reused for every packet
  bool failing_ = false;
};

}  // namespace flowcef
