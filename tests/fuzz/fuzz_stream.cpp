// A byte stream in pieces of any size: every byte is part of a message or skipped, and messages are decoded.
#include <algorithm>

#include "flowcef/source/stream_framer.hpp"
#include "fuzz/decode_harness.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/fuzz_support.hpp"

namespace flowcef::test {
namespace {

class Stream {
 public:
  Stream(IpfixDamage damage, Bytes bytes) : framer_(damage), bytes_(bytes) {}

  /// Returns: false once nothing more is taken.
  bool feed(std::size_t size) {
    const std::span<std::uint8_t> room = framer_.room();
    require(room.size() >= StreamFramer::kReadBytes, "there is room for a read");
    size = std::min({size, room.size(), bytes_.size() - fed_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(fed_), size, room.begin());
    framer_.commit(size);
    fed_ += size;
    return drain();
  }

  void finish() {
    framer_.end_input();
    drain();
    require(framer_.unread().empty(), "nothing is left at the end");
    decoder_.finish();
    decoder_.end_session(datagram_of({}).exporter.address, 1);
    require(input_.templates.size() == 0, "templates end with their connection");
    require(input_.held_bytes == 0, "nothing waits at the end");
  }

 private:
  bool drain() {
    for (;;) {
      const std::uint64_t before = framer_.position();
      const std::uint64_t skipped_before = framer_.skipped_bytes();
      Bytes message;
      const StreamFramer::Status status = framer_.next(message);
      require(framer_.position() - before == message.size() + framer_.skipped_bytes() - skipped_before,
              "bytes are handed on or skipped");
      require(framer_.position() + framer_.unread().size() == fed_, "no byte is lost");
      if (status != StreamFramer::Status::message) return status == StreamFramer::Status::starved;
      decode(message);
    }
  }

  void decode(Bytes message) {
    require(std::ranges::equal(message, bytes_.subspan(framer_.position() - message.size(), message.size())),
            "a message is what stands in the stream");
    Datagram datagram = datagram_of({});
    datagram.payload = message;
    datagram.session = 1;
    decoder_.decode(datagram);
  }

  StreamFramer framer_;
  Bytes bytes_;
  std::size_t fed_ = 0;
  InputState input_;
  CheckedDecoder decoder_{input_};
};

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  test::FuzzInput in(data, size);
  const unsigned how = in.u8();
  unsigned pieces = in.u8();
  const Bytes bytes = in.take(size);
  test::Stream stream((how & 1) != 0 ? IpfixDamage::refuse : IpfixDamage::resync, bytes);
  for (std::size_t fed = 0; fed < bytes.size();) {
    const std::size_t piece = (how & 2) != 0 ? 1 + pieces % 256 : StreamFramer::kReadBytes;
    if (!stream.feed(piece)) break;
    fed += piece;
    pieces = pieces * 5 + 1;
  }
  stream.finish();
  return 0;
}
