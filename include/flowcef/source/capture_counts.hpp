// What became of the frames of a capture.
#pragma once

#include <cstdint>

#include "flowcef/core/counter.hpp"

namespace flowcef {

enum class FrameVerdict : std::uint8_t {
  ok,
  held,       ///< an IP fragment that waits for the others
  other,      ///< carries something else than UDP over IP
  truncated,  ///< its headers claim more bytes than were captured
  bad,        ///< its lengths contradict each other
};

/// frames + reassembled = datagrams + fragments + other + truncated + bad, whenever no call is under way.
/// Thread: see Counter.
struct CaptureCounts {
  Counter frames;     ///< read from the file
  Counter datagrams;  ///< handed on
  Counter fragments;  ///< frames that were kept, or ignored as repeats, for reassembly
  Counter other;      ///< see FrameVerdict, and the next two
  Counter truncated;
  Counter bad;
  Counter reassembled;  ///< datagrams put together from fragments
  Counter incomplete;   ///< datagrams given up: a fragment missing for too long, overlapping, or no room
  Counter headless;     ///< of those: the first fragment never came
};

}  // namespace flowcef
