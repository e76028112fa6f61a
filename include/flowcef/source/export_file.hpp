// A file of recorded exports, read datagram by datagram, whatever its format.
#pragma once

#include <memory>
#include <string>

#include "flowcef/source/capture_counts.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

/// Thread: one; counts() from any.
class ExportFile {
 public:
  virtual ~ExportFile() = default;

  /// Returns:  false at the end of the file, or where damage ends it; warning() then says what was damaged
  /// Errors:   std::runtime_error with file name and cause, if the rest holds what cannot be read at all
  /// Lifetime: the payload is valid until the next call
  [[nodiscard]] virtual bool next(Datagram& datagram) = 0;

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

/// Tells pcap, pcapng and raw payloads apart by the first bytes, not by the file name.
/// Errors: std::runtime_error with file name and cause
[[nodiscard]] std::unique_ptr<ExportFile> open_export_file(const std::string& path);

}  // namespace flowcef
