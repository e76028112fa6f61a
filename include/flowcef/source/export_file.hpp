// A file of recorded exports, read datagram by datagram, whatever its format.
#pragma once

#include <cstdint>
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

  enum class Step : std::uint8_t {
    datagram,
    nothing,  ///< what was read yields none
    end,  ///< of the file, or damage ended it; warning() then says what was damaged. Of a file that may grow: of what
          ///< is there now
  };

  /// Reads on by one frame or one block.
  /// Errors:   std::runtime_error with file name and cause, if the rest holds what cannot be read at all
  /// Lifetime: the payload is valid until the next call
  [[nodiscard]] virtual Step step(Datagram& datagram) = 0;

  /// Reads on to the next datagram, however far that is. Returns: false at the end.
  [[nodiscard]] bool next(Datagram& datagram) {
    for (;;) {
      const Step taken = step(datagram);
      if (taken != Step::nothing) return taken == Step::datagram;
    }
  }

  /// The file does not grow any more: step() goes on to its end.
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
