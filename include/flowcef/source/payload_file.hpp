// Reads files of bare UDP payloads: one datagram, or IPFIX or NetFlow v5 messages back to back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowcef/source/export_file.hpp"
#include "flowcef/source/file_handle.hpp"

namespace flowcef {

/// A file that consists of messages that state their own length is split; any other of up to 65,535 bytes is
/// one datagram. Exporter, listener and time are unknown (0); the frame number is the message's, from 1.
/// Source: RFC 5655 section 7.1 (an IPFIX file is a series of messages), RFC 7011 section 3.1
class PayloadFile final : public ExportFile {
 public:
  /// Errors: std::runtime_error with file name and cause; also if it is neither splittable nor one datagram
  explicit PayloadFile(const std::string& path);
  /// Input: a file that stands at its beginning; `path` is for messages.
  PayloadFile(FileHandle file, const std::string& path);

  [[nodiscard]] bool next(Datagram& datagram) override;
  [[nodiscard]] const CaptureCounts& counts() const noexcept override { return counts_; }
  [[nodiscard]] double progress() const noexcept override;
  [[nodiscard]] const std::string& warning() const noexcept override { return warning_; }

 private:
  [[nodiscard]] Bytes unread() const noexcept { return Bytes(buffer_).first(end_).subspan(begin_); }
  void refill();
  void give_up_rest();

  std::string path_;
  std::uint64_t size_;
  FileHandle file_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;  ///< unread part of the buffer
  std::size_t end_ = 0;
  std::uint64_t taken_ = 0;  ///< bytes of the file that were handed on
  bool one_datagram_ = false;
  CaptureCounts counts_;
  std::string warning_;
};

}  // namespace flowcef
