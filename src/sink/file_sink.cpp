// Writes batches to a file, a named pipe or standard output with plain system calls.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/sink/frame_cursor.hpp"
#include "flowcef/sink/loss_log.hpp"
#include "flowcef/sink/output_driver.hpp"

namespace flowcef {
namespace {

using Clock = std::chrono::steady_clock;

int open_for_append(const SinkConfig& config) {
  // Our own duplicate of standard output, so that both kinds are closed alike.
  const int number = config.transport == Transport::standard_output
                         ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                         // O_NONBLOCK: a named pipe without a reader is an error at start, not a wait for ever.
                         : ::open(config.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
  if (number >= 0) return number;
  const std::string what = config.transport == Transport::file ? config.path : "standard output";
  throw std::runtime_error("cannot open " + what + " for writing: " + std::strerror(errno));
}

bool is_regular(int descriptor) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

class FileSink final : public OutputDriver {
 public:
  FileSink(const SinkConfig& config, OutputFeed& feed, Logger log)
      : name_(config.name),
        target_(config.transport == Transport::file ? config.path : "stdout"),
        feed_(feed),
        log_(std::move(log)),
        loss_(log_, config.name),
        file_(open_for_append(config)),
        regular_(is_regular(file_.get())),
        own_position_(config.transport == Transport::file),
        event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_.get() < 0) throw std::runtime_error(std::string("eventfd: ") + std::strerror(errno));
  }

  void run() override;

  void wake() override {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
  }

  void stop(Clock::time_point deadline) override {
    stop_at_.store(deadline.time_since_epoch().count(), std::memory_order_relaxed);
    wake();
  }

  void leave(Clock::time_point deadline) override {
    leaving_ = true;
    stop(deadline);
  }

 private:
  /// A pipe that polls as writable takes this much without blocking; see pipe(7).
  static constexpr std::size_t kPipeChunk = PIPE_BUF;
  static constexpr std::chrono::seconds kRetryAfter{1};

  [[nodiscard]] BatchPart wait_for_batch();
  void write_batch(const BatchPart& part);
  void withdraw_cut_line();
  [[nodiscard]] bool cut_off(std::size_t bytes);
  void settle(const FrameCursor::Completed& completed);
  [[nodiscard]] bool retry_after(int error);
  void give_up(int error, bool newline_framed);
  bool wait(short file_events, std::optional<std::chrono::milliseconds> limit);
  [[nodiscard]] bool expired() const { return Clock::now() >= deadline(); }
  [[nodiscard]] Clock::time_point deadline() const {
    return Clock::time_point(Clock::duration(stop_at_.load(std::memory_order_relaxed)));
  }

  std::string name_;
  std::string target_;
  OutputFeed& feed_;
  Logger log_;
  LossLog loss_;
  RateLimiter full_log_{std::chrono::seconds{30}};
  FileDescriptor file_;
  bool regular_;
  bool own_position_;  ///< not shared with other processes, as that of standard output is
  FileDescriptor event_;
  std::atomic<Clock::rep> stop_at_{Clock::duration::max().count()};
  std::atomic<bool> leaving_{false};
  FrameCursor cursor_;
  bool fails_ = false;         ///< the latest write did
  bool end_cut_line_ = false;  ///< a line was given up half-way: the next must not be joined to it
};

void FileSink::run() {
  // write() has no MSG_NOSIGNAL. The signal of a closed pipe goes to the writing thread, so here is enough.
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);

  feed_.connected();
  feed_.notes().enter(LinkState::open);
  log_->info("writing output={} to={}", name_, target_);
  while (const BatchPart part = wait_for_batch()) {
    write_batch(part);
    if (expired()) return;
  }
}

BatchPart FileSink::wait_for_batch() {
  while (!leaving_) {
    if (BatchPart part = feed_.next()) return part;
    if (feed_.finished()) break;
    wait(0, std::nullopt);
  }
  return {};
}

void FileSink::write_batch(const BatchPart& part) {
  const LineBatch& batch = *part.batch;
  cursor_ = FrameCursor(batch.lines(), part.first_line);
  const bool newline_framed = batch.bytes().back() == '\n';
  if (part.after_cut_line && !regular_) end_cut_line_ = newline_framed;
  while (!cursor_.done()) {
    if (expired()) return withdraw_cut_line();
    if (!regular_ && !wait(POLLOUT, std::nullopt)) continue;
    if (end_cut_line_ && ::write(file_.get(), "\n", 1) == 1) end_cut_line_ = false;

    const std::string_view rest = batch.bytes().substr(cursor_.position());
    const ssize_t written =
        ::write(file_.get(), rest.data(), regular_ ? rest.size() : std::min(rest.size(), kPipeChunk));
    if (written >= 0) {
      settle(cursor_.advance(static_cast<std::size_t>(written)));
    } else if (const int error = errno; !retry_after(error)) {
      give_up(error, newline_framed);
    }
  }
}

/// The line counts as not written and may come again whole.
void FileSink::withdraw_cut_line() {
  if (!cursor_.cuts_line()) return;
  const std::size_t bytes = cursor_.position() - cursor_.frame_begin();
  if (!cut_off(bytes)) feed_.left_cut_line();
}

/// Takes back what was written last, which a file with a full disk allows and a pipe does not.
/// Returns: false if that cannot be or others have written behind it.
bool FileSink::cut_off(std::size_t bytes) {
  if (!regular_ || !own_position_) return false;
  const off_t end = ::lseek(file_.get(), 0, SEEK_CUR);
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0 || status.st_size != end) return false;
  return ::ftruncate(file_.get(), end - static_cast<off_t>(bytes)) == 0;
}

void FileSink::settle(const FrameCursor::Completed& completed) {
  if (std::exchange(fails_, false)) feed_.notes().enter(LinkState::open);
  if (completed.lines > 0) feed_.delivered(completed.lines, completed.bytes);
}

/// A full disk may be made free again, and the rest of the line then follows where it stopped: wait for that.
bool FileSink::retry_after(int error) {
  if (error == EINTR || error == EAGAIN) return true;
  feed_.books().error(error);
  feed_.notes().error(std::generic_category().message(error));
  feed_.notes().enter(LinkState::waiting);
  fails_ = true;
  if (error != ENOSPC && error != EDQUOT) return false;
  if (full_log_.allow(Clock::now())) {
    log_->warn("no space left, waiting output={} to={} error={}", name_, target_, errno_name(error));
  }
  wait(0, kRetryAfter);
  return true;
}

void FileSink::give_up(int error, bool newline_framed) {
  end_cut_line_ = newline_framed && cursor_.cuts_line();
  const std::size_t lines = cursor_.abandon();
  feed_.dropped_by_errno(error, lines);
  loss_.report(errno_name(error), lines);
}

/// Waits for the file to take more (if asked for), for a wake-up, for the limit or for the stop's deadline.
/// Returns: whether the file will take more, or has an error to tell.
bool FileSink::wait(short file_events, std::optional<std::chrono::milliseconds> limit) {
  pollfd descriptors[2] = {{file_.get(), file_events, 0}, {event_.get(), POLLIN, 0}};
  if (file_events == 0) descriptors[0].fd = -1;

  int timeout_ms = limit ? static_cast<int>(limit->count()) : -1;
  if (const auto stop_at = deadline(); stop_at != Clock::time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(stop_at - Clock::now()).count();
    const auto bounded = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
    timeout_ms = timeout_ms < 0 ? bounded : std::min(timeout_ms, bounded);
  }
  if (::poll(descriptors, 2, timeout_ms) <= 0) return false;
  if (descriptors[1].revents != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof count);
  }
  return descriptors[0].revents != 0;
}

}  // namespace

std::unique_ptr<OutputDriver> make_file_sink(const SinkConfig& config, OutputFeed& feed, Logger log) {
  return std::make_unique<FileSink>(config, feed, std::move(log));
}

}  // namespace flowcef
