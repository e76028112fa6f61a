// Where a thread waits while others change what it works with.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

namespace flowcef {

/// One thread comes here and stays until it is let go; meanwhile it runs what it is given, so that things that belong
/// to it are only ever touched by it.
class Parking {
 public:
  /// Thread: the one to be parked; returns after leave().
  void enter();
  /// Waits until the other thread is here.
  void wait_entered();
  /// Runs the task on the parked thread; returns when it is done. The task does not throw.
  void run(const std::function<void()>& task);
  void leave();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false;
  bool leaving_ = false;
  const std::function<void()>* task_ = nullptr;
};

}  // namespace flowcef
