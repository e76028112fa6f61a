#include "epochs.hpp"

#include <algorithm>

namespace flowcef {

std::uint64_t Epochs::oldest_reader() {
  std::uint64_t oldest = now_.fetch_add(1) + 1;
  const std::lock_guard lock(mutex_);
  for (const Reader* reader : readers_) {
    const std::uint64_t since = reader->since.load();
    if (since != 0) oldest = std::min(oldest, since);
  }
  return oldest;
}

void Epochs::add(Reader& reader) {
  const std::lock_guard lock(mutex_);
  readers_.push_back(&reader);
}

void Epochs::remove(const Reader& reader) {
  const std::lock_guard lock(mutex_);
  std::erase(readers_, &reader);
}

}  // namespace flowcef
