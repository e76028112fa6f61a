#include "flowcef/app/parking.hpp"

#include <utility>

namespace flowcef {

void Parking::enter() {
  std::unique_lock lock(mutex_);
  entered_ = true;
  changed_.notify_all();
  for (;;) {
    changed_.wait(lock, [this] { return leaving_ || task_ != nullptr; });
    if (task_ == nullptr) break;
    (*task_)();
    task_ = nullptr;
    changed_.notify_all();
  }
  entered_ = false;
  leaving_ = false;
  changed_.notify_all();
}

void Parking::wait_entered() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return entered_; });
}

void Parking::run(const std::function<void()>& task) {
  std::unique_lock lock(mutex_);
  task_ = &task;
  changed_.notify_all();
  changed_.wait(lock, [this] { return task_ == nullptr; });
}

void Parking::leave() {
  std::unique_lock lock(mutex_);
  leaving_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !entered_; });
}

}  // namespace flowcef
