// Takes the outermost UDP datagram out of captured frames, fragments put together. Knows no file and no
// clock.
#pragma once

#include <cstdint>

#include "flowcef/source/capture_counts.hpp"
#include "flowcef/source/datagram.hpp"
#include "flowcef/source/ip_reassembler.hpp"

namespace flowcef {

/// UDP checksums are not checked: captures on the sending host have none that is right (checksum offload).
/// Thread: one; counts() from any.
class UdpExtractor {
 public:
  /// Input: a link type that is_supported_link_type() takes.
  explicit UdpExtractor(int link_type, ReassemblyLimits limits = {}) : link_type_(link_type), reassembler_(limits) {}

  /// Input:    one frame as captured, its capture time (0: unknown) and its number
  /// Returns:  whether it yields a datagram; a fragmented one comes with its last fragment
  /// Lifetime: the payload is valid until the next call, and no longer than `frame`
  [[nodiscard]] bool extract(Bytes frame, std::int64_t captured_ns, std::uint64_t number, Datagram& datagram);

  /// Goes on with the frames of another capture. Input: as the constructor
  void change_link_type(int link_type) noexcept { link_type_ = link_type; }

  /// Counts what is still incomplete as such, at the end of a capture.
  void finish();

  [[nodiscard]] const CaptureCounts& counts() const noexcept { return counts_; }

 private:
  FrameVerdict find_datagram(Bytes frame, std::int64_t captured_ns, Datagram& datagram);
  FrameVerdict reassemble(IpPacket& packet, std::int64_t captured_ns);
  void note_incomplete();

  int link_type_;
  IpReassembler reassembler_;
  CaptureCounts counts_;
};

}  // namespace flowcef
