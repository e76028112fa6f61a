// Captured frames, as a tap and capture files hand them over: any bytes, and datagrams cut into fragments that come in
// any order, some of them twice.
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include "flowcef/source/udp_extractor.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/fuzz_support.hpp"
#include "support/capture_builder.hpp"

namespace flowcef::test {
namespace {

constexpr std::array kLinkTypes = {0, 1, 12, 101, 108, 113, 228, 229, 276};
constexpr int kEthernet = 1;

void check_books(const CaptureCounts& counts) {
  require(counts.frames.value() + counts.reassembled.value() == counts.datagrams.value() + counts.fragments.value() +
                                                                    counts.other.value() + counts.truncated.value() +
                                                                    counts.bad.value(),
          "each frame is counted as one thing");
  require(counts.headless.value() <= counts.incomplete.value(), "what has no head is incomplete");
}

/// Whatever anybody sends.
class AnyFrames {
 public:
  explicit AnyFrames(FuzzInput& in)
      : link_type_(in.one_of(kLinkTypes)), extractor_(link_type_, {.max_packets = 4, .max_bytes = 16'384}) {}

  void feed(FuzzInput& in) {
    now_ns_ += std::int64_t{in.u8()} * 1'000'000'000;
    const Bytes bytes = in.take(in.u16());
    const ByteVector exact(bytes.begin(), bytes.end());  // so that the address sanitizer sees a read past it
    Datagram datagram;
    if (extractor_.extract(exact, now_ns_, 1, datagram)) {
      require(datagram.payload.size() <= 65'527, "a datagram is no longer than UDP allows");
      sum_ = std::accumulate(datagram.payload.begin(), datagram.payload.end(), sum_);
    }
    check_books(extractor_.counts());
  }
  void finish() {
    extractor_.finish();
    check_books(extractor_.counts());
  }

 private:
  int link_type_;
  UdpExtractor extractor_;
  std::int64_t now_ns_ = 0;
  unsigned sum_ = 0;
};

/// Datagrams of a well-behaved sender.
class WholeDatagrams {
 public:
  void feed(FuzzInput& in) {
    ++number_;
    const bool v6 = (in.u8() & 1) != 0;
    ByteVector payload(in.u16() % 4'096);
    std::iota(payload.begin(), payload.end(), static_cast<std::uint8_t>(number_));
    std::vector<ByteVector> frames = cut(udp(payload), v6, in);
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) std::swap(frames[i], frames[i + in.u8() % (frames.size() - i)]);
    for (const ByteVector& frame : frames) {
      const bool last = &frame == &frames.back();
      Datagram datagram;
      require(extract(frame, datagram) == last, "a datagram comes with its last fragment");
      if (!last && (in.u8() & 1) != 0) require(!extract(frame, datagram), "a repeat changes nothing");
      if (last) require(std::ranges::equal(datagram.payload, payload), "a datagram comes as it was sent");
    }
    require(extractor_.counts().incomplete.value() == 0, "nothing is given up");
  }

 private:
  std::vector<ByteVector> cut(const ByteVector& packet, bool v6, FuzzInput& in) const {
    std::vector<ByteVector> frames;
    for (std::size_t begin = 0; begin < packet.size();) {
      const std::size_t length = std::min<std::size_t>(packet.size() - begin, 8U + 8U * in.u8());
      const bool more = begin + length < packet.size();
      const ByteVector part = slice(packet, begin, length);
      const auto offset = static_cast<unsigned>(begin);
      frames.push_back(
          ethernet(v6 ? fragment6(part, offset, more, number_)
                      : ipv4(part, {.id = static_cast<std::uint16_t>(number_), .offset = offset, .more = more})));
      begin += length;
    }
    return frames;
  }
  bool extract(const ByteVector& frame, Datagram& datagram) {
    const bool whole = extractor_.extract(frame, 1, number_, datagram);
    check_books(extractor_.counts());
    return whole;
  }

  UdpExtractor extractor_{kEthernet};
  std::uint32_t number_ = 0;
};

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef::test;
  FuzzInput in(data, size);
  AnyFrames any(in);
  WholeDatagrams whole;
  while (!in.empty()) (in.u8() & 1) != 0 ? whole.feed(in) : any.feed(in);
  any.finish();
  return 0;
}
