// When what was taken out of a table can be freed: as soon as no reader that may have found it still reads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace flowcef {

/// Readers say when they begin and end. Writers take something out, mark it with now(), and free it once oldest_reader()
/// is later than that mark. All of these, and the links that lead to what is taken out, are in one total order
/// (seq_cst): a reader that entered behind the mark cannot find it any more, one that entered before it is seen.
/// Source: K. Fraser, "Practical lock-freedom", section 5.2.3.
class Epochs {
 public:
  struct alignas(64) Reader {
    std::atomic<std::uint64_t> since = 0;  ///< 0: it reads nothing
  };

  void enter(Reader& reader) const noexcept { reader.since.store(now_.load()); }
  static void leave(Reader& reader) noexcept { reader.since.store(0, std::memory_order_release); }

  [[nodiscard]] std::uint64_t now() const noexcept { return now_.load(); }
  /// Begins a new epoch, without which readers would go on entering the same one.
  /// Returns: the epoch of the reader that entered first; what was marked before it can be freed.
  [[nodiscard]] std::uint64_t oldest_reader();

  void add(Reader& reader);
  void remove(const Reader& reader);

 private:
  std::atomic<std::uint64_t> now_ = 1;
  std::mutex mutex_;
  std::vector<const Reader*> readers_;
};

}  // namespace flowcef
