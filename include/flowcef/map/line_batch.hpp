// What map hands to sink: finished messages back to back, with an index, shared by outputs that want the same text.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace flowcef {

/// How messages are told apart on a byte stream; RFC 6587 section 3.4.
enum class Framing : std::uint8_t {
  newline,         ///< each message is followed by LF
  octet_counting,  ///< each message is preceded by its length in bytes and a blank
};

/// One message in a batch.
struct LineRef {
  std::uint32_t offset;     ///< of the message's first byte, its framing not included
  std::uint32_t length;     ///< of the message in bytes, its framing not included
  std::uint32_t frame_end;  ///< end of the message with its framing; the next frame begins here
  std::uint64_t event;      ///< number of the event in its worker, or its place in the capture
};

class BatchPool;

/// A buffer of framed messages. A worker fills it; from then on it is immutable and counted by BatchRef.
class LineBatch {
 public:
  explicit LineBatch(std::size_t capacity) : bytes_(capacity) { lines_.reserve(capacity / 128); }

  [[nodiscard]] std::string_view bytes() const noexcept { return {bytes_.data(), used_}; }
  [[nodiscard]] std::span<const LineRef> lines() const noexcept { return lines_; }
  [[nodiscard]] std::string_view message(const LineRef& line) const noexcept {
    return {bytes_.data() + line.offset, line.length};
  }
  [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
  /// Whether its lines are events of the bridge's own, and no routine.
  [[nodiscard]] bool is_of_events() const noexcept { return of_events_; }
  /// Returns: bytes of memory that it takes; the same from commit() to clear().
  [[nodiscard]] std::size_t footprint() const noexcept { return bytes_.size() + lines_.capacity() * sizeof(LineRef); }
  [[nodiscard]] std::size_t room() const noexcept { return bytes_.size() - used_; }

  /// Where the next frame is written. Input: room for it has been made with grow_to_fit or checked with room().
  [[nodiscard]] char* tail() noexcept { return bytes_.data() + used_; }
  [[nodiscard]] std::uint32_t used() const noexcept { return static_cast<std::uint32_t>(used_); }
  void commit(const LineRef& line) {
    lines_.push_back(line);
    used_ = line.frame_end;
  }
  /// Allocates only for a message that no pooled buffer could hold.
  void grow_to_fit(std::size_t size) {
    if (room() < size) bytes_.resize(used_ + size);
  }
  /// No line of a record may be in it.
  void set_of_events() noexcept { of_events_ = true; }
  void clear() noexcept {
    lines_.clear();
    used_ = 0;
    of_events_ = false;
  }

 private:
  /// A copy of just its size.
  explicit LineBatch(const LineBatch& large)
      : bytes_(large.bytes_.begin(), large.bytes_.begin() + static_cast<std::ptrdiff_t>(large.used_)),
        lines_(large.lines_),
        used_(large.used_),
        of_events_(large.of_events_) {}

  friend class BatchPool;
  friend class BatchRef;

  std::vector<char> bytes_;
  std::vector<LineRef> lines_;
  std::size_t used_ = 0;
  bool of_events_ = false;
  std::atomic<int> references_{0};
  BatchPool* pool_ = nullptr;
};

/// Shared ownership of a finished batch; the last one to go gives the buffer back to its pool.
class BatchRef {
 public:
  BatchRef() = default;
  explicit BatchRef(LineBatch* batch) noexcept : batch_(batch) { retain(); }
  BatchRef(const BatchRef& other) noexcept : batch_(other.batch_) { retain(); }
  BatchRef(BatchRef&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
  BatchRef& operator=(BatchRef other) noexcept {
    std::swap(batch_, other.batch_);
    return *this;
  }
  ~BatchRef();

  [[nodiscard]] explicit operator bool() const noexcept { return batch_ != nullptr; }
  const LineBatch& operator*() const noexcept { return *batch_; }
  const LineBatch* operator->() const noexcept { return batch_; }

 private:
  void retain() noexcept {
    if (batch_ != nullptr) batch_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  LineBatch* batch_ = nullptr;
};

/// Keeps buffers for reuse, so that rendering does not allocate in steady state.
/// Thread:   any thread.
/// Lifetime: outlives every BatchRef to its buffers.
class BatchPool {
 public:
  static constexpr std::size_t kBatchBytes = std::size_t{64} * 1024;

  /// Returns: an empty buffer of at least kBatchBytes, owned by the caller until it makes a BatchRef of it.
  [[nodiscard]] LineBatch* acquire();
  /// Returns: the batch, or, where it is mostly empty, a copy of just its size in place of it: many batches may wait
  ///          with a few lines each. The buffer is then the next to be acquired.
  [[nodiscard]] BatchRef seal(LineBatch* batch);
  void release(LineBatch* batch) noexcept;

 private:
  static constexpr std::size_t kMaxIdle = 256;

  std::mutex mutex_;
  std::vector<std::unique_ptr<LineBatch>> idle_;
};

inline BatchRef::~BatchRef() {
  if (batch_ != nullptr && batch_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    batch_->pool_->release(batch_);
  }
}

}  // namespace flowcef
