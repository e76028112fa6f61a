// A byte stream as syslog messages: the same ones however it is cut into pieces, and each is what stands in the stream.
#include <algorithm>
#include <utility>
#include <vector>

#include "flowcef/source/syslog_framer.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {
namespace {

/// Where a message stands in the stream.
struct Place {
  std::size_t begin;
  std::size_t size;

  friend bool operator==(const Place&, const Place&) = default;
};

struct Reading {
  std::vector<Place> messages;
  std::uint64_t skips;
  std::uint64_t skipped_bytes;

  friend bool operator==(const Reading&, const Reading&) = default;
};

class Stream {
 public:
  explicit Stream(Bytes bytes) : bytes_(bytes) {}

  /// Input: `size_of_piece` from 1 on
  template <class Pieces>
  Reading read(Pieces size_of_piece) {
    while (fed_ < bytes_.size()) {
      const std::span<std::uint8_t> room = framer_.room();
      require(room.size() >= SyslogFramer::kReadBytes, "there is room for a read");
      const std::size_t size = std::min({size_of_piece(), room.size(), bytes_.size() - fed_});
      std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(fed_), size, room.begin());
      framer_.commit(size);
      fed_ += size;
      drain();
    }
    framer_.end_input();
    drain();
    require(framer_.unread().empty(), "nothing is left at the end");
    return {std::move(places_), framer_.skips(), framer_.skipped_bytes()};
  }

 private:
  void drain() {
    for (Bytes message;;) {
      const std::uint64_t before = framer_.position();
      const std::uint8_t* const front = framer_.unread().data();
      const bool found = framer_.next(message);
      require(framer_.position() + framer_.unread().size() == fed_, "no byte is lost");
      if (!found) return;
      const std::size_t begin = before + static_cast<std::size_t>(message.data() - front);
      require(!message.empty() && message.size() <= SyslogFramer::kMaxMessage, "a message has its length");
      require(begin + message.size() <= framer_.position(), "a message is behind the one before");
      require(std::ranges::equal(message, bytes_.subspan(begin, message.size())),
              "a message is what stands in the stream");
      places_.push_back({begin, message.size()});
    }
  }

  SyslogFramer framer_;
  Bytes bytes_;
  std::size_t fed_ = 0;
  std::vector<Place> places_;
};

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  test::FuzzInput in(data, size);
  std::size_t pieces = in.u8();
  const std::size_t repeats = in.u8() % 16 == 0 ? 2000 : 1;  // of a short input much is made
  const Bytes once = in.take(size);
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < repeats && bytes.size() < 300'000; ++i)
    bytes.insert(bytes.end(), once.begin(), once.end());
  const auto whole = test::Stream(bytes).read([] { return SyslogFramer::kReadBytes; });
  const auto in_pieces = test::Stream(bytes).read([&pieces] { return 1 + (pieces = pieces * 5 + 1) % 256; });
  test::require(whole == in_pieces, "how a stream is cut changes nothing");
  if (bytes.size() > 4096) return 0;
  const auto by_bytes = test::Stream(bytes).read([] { return std::size_t{1}; });
  test::require(whole == by_bytes, "bytes one by one give the same");
  return 0;
}
