// A progress bar on stderr; silent unless that is a terminal.
#pragma once

#include <chrono>
#include <string>

namespace flowcef {

class ProgressBar {
 public:
  explicit ProgressBar(std::string title);

  /// Input: 0 to 1. Draws at most ten times a second, so it may be called for every datagram.
  void update(double fraction);
  void clear();

 private:
  std::string title_;
  bool terminal_;
  bool drawn_ = false;
  unsigned calls_ = 0;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace flowcef
