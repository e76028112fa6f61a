// An open file by its number that closes itself. Knows nothing of what is in it.
#pragma once

#include <unistd.h>

#include <utility>

namespace flowcef {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  /// Input: what open() returned; negative: none
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      (void)close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~FileDescriptor() { (void)close(); }

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
  /// Returns: false, with errno set, if what was written could not be kept; it is closed in any case.
  [[nodiscard]] bool close() noexcept {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0;
  }

 private:
  int number_ = -1;
};

}  // namespace flowcef
