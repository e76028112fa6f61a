// Reads UDP datagrams out of a pcap or pcapng file by libpcap.
#pragma once

#include <memory>
#include <string>

#include "flowcef/source/export_file.hpp"
#include "flowcef/source/file_handle.hpp"
#include "flowcef/source/udp_extractor.hpp"

struct pcap;  // libpcap's pcap_t

namespace flowcef {

/// A datagram's exporter and listener are its IP addresses and ports; its time is the capture's, to the
/// nanosecond. A file cut in the middle of a record is read up to there, with a warning().
class CaptureFile final : public ExportFile {
 public:
  /// Errors: std::runtime_error with file name and cause, also for a link type that is not supported
  explicit CaptureFile(const std::string& path);
  /// Input: a file that stands at its beginning; `path` is for messages.
  CaptureFile(FileHandle file, const std::string& path, FileGrowth growth = FileGrowth::none);

  /// Errors: std::runtime_error if a pcapng file mixes interfaces of different kinds, which libpcap refuses
  [[nodiscard]] Step step(Datagram& datagram) override;
  void end_growth() override { grows_ = false; }
  [[nodiscard]] const CaptureCounts& counts() const noexcept override { return extractor_.counts(); }
  [[nodiscard]] double progress() const noexcept override;
  [[nodiscard]] const std::string& warning() const noexcept override { return warning_; }

 private:
  struct Closer {
    void operator()(pcap* capture) const noexcept;
  };
  void step_back(std::int64_t place) noexcept;
  void stop_at_error();

  std::string path_;
  std::uint64_t size_;
  std::unique_ptr<pcap, Closer> capture_;  ///< owns the file
  UdpExtractor extractor_;
  std::uint64_t frame_ = 0;
  bool grows_;
  bool at_end_ = false;
  std::string warning_;
};

}  // namespace flowcef
