// A file of recorded exports, read datagram by datagram, whatever its format.
#pragma once

#include <memory>
#include <string>

#include "flowcef/source/capture_counts.hpp"
#include "flowcef/source/datagram.hpp"
#include "flowcef/source/file_handle.hpp"

namespace flowcef {

/// Whether more may be written to a file while it is read.
enum class FileGrowth : std::uint8_t {
  none,
  possible,  ///< what is cut at the end may be written later
};

/// Thread: one; counts() from any.
class ExportFile {
 public:
  virtual ~ExportFile() = default;

  /// Returns:  false at the end of the file, or where damage ends it; warning() then says what was damaged. Of a file that
  ///           may grow: false as long as no more of it is there
  /// Errors:   std::runtime_error with file name and cause, if the rest holds what cannot be read at all
  /// Lifetime: the payload is valid until the next call
  [[nodiscard]] virtual bool next(Datagram& datagram) = 0;

  /// The file does not grow any more: next() goes on to its end.
  virtual void end_growth() = 0;

  [[nodiscard]] virtual const CaptureCounts& counts() const noexcept = 0;

  /// Returns: 0 to 1, how much of the file has been read; 0 if its size is unknown (a pipe).
  [[nodiscard]] virtual double progress() const noexcept = 0;

  /// Returns: what of the file could not be read, for the user; empty if all of it was.
  [[nodiscard]] virtual const std::string& warning() const noexcept = 0;

 protected:
  ExportFile() = default;
  ExportFile(const ExportFile&) = default;
  ExportFile& operator=(const ExportFile&) = default;
};

/// Tells pcap, pcapng and raw payloads apart by the first bytes, not by the file name. In a file that may grow, raw payloads
/// are messages of which each states its length.
/// Errors: std::runtime_error with file name and cause; also if too little is written yet to tell
[[nodiscard]] std::unique_ptr<ExportFile> open_export_file(const std::string& path);
/// Input: a file that stands at its beginning; `path` is for messages.
[[nodiscard]] std::unique_ptr<ExportFile> open_export_file(FileHandle file, const std::string& path, FileGrowth growth);

}  // namespace flowcef
