// Reads files of bare UDP payloads: one datagram, or IPFIX or NetFlow v1, v5, v7 messages back to back.
#pragma once

#include <cstdint>
#include <string>

#include "flowcef/source/export_file.hpp"
#include "flowcef/source/file_handle.hpp"
#include "flowcef/source/stream_framer.hpp"

namespace flowcef {

/// A file of messages that state their own length is split, and where it is damaged read on at the next message;
/// each damaged stretch counts as a bad frame. A file of up to 65,535 bytes that does not split to its end is one
/// datagram, unless at least two messages make up most of it.
/// A file that may grow is of messages in any case.
/// Exporter, listener and time are unknown (0); the frame number is the message's, from 1.
/// Source: RFC 5655 section 7.1 (an IPFIX file is a series of messages), RFC 7011 section 3.1
class PayloadFile final : public ExportFile {
 public:
  /// Errors: std::runtime_error with file name and cause; also if it is neither splittable nor one datagram
  explicit PayloadFile(const std::string& path);
  /// Input: a file that stands at its beginning; `path` is for messages.
  PayloadFile(FileHandle file, const std::string& path, FileGrowth growth = FileGrowth::none);

  [[nodiscard]] Step step(Datagram& datagram) override;
  void end_growth() override { grows_ = false; }
  [[nodiscard]] const CaptureCounts& counts() const noexcept override { return counts_; }
  [[nodiscard]] double progress() const noexcept override;
  [[nodiscard]] const std::string& warning() const noexcept override { return warning_; }

 private:
  void decide_kind();
  [[nodiscard]] Step next_message(Bytes& message);
  void require_message() const;
  std::size_t refill();
  void count_damage();
  void describe_damage();

  std::string path_;
  std::uint64_t size_;
  FileHandle file_;
  StreamFramer framer_{IpfixDamage::resync};
  bool grows_;
  bool is_one_datagram_ = false;
  std::uint64_t taken_ = 0;         ///< where in the file the last message ended
  std::uint64_t skips_seen_ = 0;    ///< of the framer
  std::uint64_t first_damage_ = 0;  ///< where the first damaged stretch begins
  CaptureCounts counts_;
  std::string warning_;
};

}  // namespace flowcef
