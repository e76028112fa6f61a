#include "flowcef/source/tap_source.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "flowcef/source/udp_extractor.hpp"
#include "tap_capture.hpp"

namespace flowcef {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kCheckEvery(3);
constexpr int kFramesPerTurn = 1024;                    // then other sources get their turn
constexpr int kTurnsForAll = 1024;                      // more than a ring of usual size holds
constexpr auto kHandOver = 2 * TapCapture::kBlockTime;  // after it, the ring has what came before
constexpr auto kAfterNothing = std::chrono::milliseconds(20);

std::int64_t to_nanoseconds(const timeval& time) noexcept {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_usec;  // nanoseconds, as asked for
}

}  // namespace

class TapSource::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, TapConfig config, Logger logger, TapHandlers handlers)
      : config_(std::move(config)),
        logger_(std::move(logger)),
        handlers_(std::move(handlers)),
        extractor_(DLT_EN10MB),
        descriptor_(context),
        pause_(context),
        check_(context) {
    try {
      open();
    } catch (const TapAway& error) {
      tell(error);
    }
  }

  void start(std::int64_t from_ns) {
    from_ns_ = from_ns;
    if (capture_) {
      logger_->info("tapping {} for UDP to ports {}", config_.interface,
                    fmt::format("{}", fmt::join(config_.ports, ", ")));
    }
    wait();
    schedule_check(from_ns == 0 ? std::chrono::milliseconds(kCheckEvery) : kHandOver);
  }

  void stop(std::int64_t until_ns) {
    if (capture_) {
      std::this_thread::sleep_for(kHandOver);
      until_ns_ = until_ns;
      drain_all();
    }
    close();
    if (std::exchange(idle_due_, false)) handlers_.on_idle();
  }

  void close() {
    is_closed_ = true;
    pause_.cancel();
    check_.cancel();
    release();
  }

  [[nodiscard]] const TapCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] const CaptureCounts& frames() const noexcept { return extractor_.counts(); }

 private:
  void open() {
    TapCapture opened(config_);
    boost::system::error_code error;
    descriptor_.assign(opened.descriptor(), error);
    if (error) throw TapError(config_.interface, error.message(), "");
    extractor_.change_link_type(opened.link_type());
    capture_.emplace(std::move(opened));
    told_.clear();
  }

  /// Once for each reason why it stays closed.
  void tell(const TapError& error) {
    if (error.cause == told_) return;
    logger_->warn("{}; tried again every {} s", error.what(), kCheckEvery.count());
    told_ = error.cause;
  }

  /// What was incomplete is counted as such.
  void release() {
    if (!capture_) return;
    counts_.kernel_drops.add(capture_->take_drops());
    extractor_.finish();
    if (descriptor_.is_open()) descriptor_.release();  // libpcap closes it
    capture_.reset();
  }

  void wait() {
    if (is_closed_ || !capture_) return;
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [weak = weak_from_this()](const boost::system::error_code& error) {
                             const auto self = weak.lock();
                             if (!self || error == asio::error::operation_aborted || self->is_closed_) return;
                             self->take_turn();
                           });
  }

  void take_turn() {
    if (!capture_) return;
    const std::uint64_t frames = extractor_.counts().frames.value();
    drain();
    if (std::exchange(idle_due_, false)) handlers_.on_idle();
    if (extractor_.counts().frames.value() != frames) return wait();
    pause_.expires_after(kAfterNothing);  // an error stands at the socket: not to be asked again and again
    pause_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (self && !error) self->wait();
    });
  }

  /// Hands on what is there, in bounds. Returns: whether there may be more.
  bool drain() {
    try {
      for (int i = 0; i < kFramesPerTurn; ++i) {
        const pcap_pkthdr* header = nullptr;
        const std::uint8_t* bytes = nullptr;
        if (!capture_->next(header, bytes)) {
          counts_.kernel_drops.add(capture_->take_drops());
          return false;
        }
        take({bytes, header->caplen}, to_nanoseconds(header->ts));
      }
      counts_.kernel_drops.add(capture_->take_drops());
      return true;
    } catch (const TapError& error) {
      interrupt(error.what());
      return false;
    }
  }

  void drain_all() {
    for (int turn = 0; turn < kTurnsForAll && capture_ && drain(); ++turn) {
    }
  }

  void take(Bytes frame, std::int64_t captured_ns) {
    if (captured_ns < from_ns_ || captured_ns >= until_ns_) return;
    Datagram datagram;
    if (!extractor_.extract(frame, captured_ns, 0, datagram)) return;
    if (std::ranges::find(config_.ports, datagram.listener.port) == config_.ports.end()) {
      counts_.other_ports.add();
      return;
    }
    handlers_.on_datagram(datagram);
    idle_due_ = true;
  }

  void interrupt(const std::string& reason) {
    counts_.interruptions.add();
    logger_->error("tap interrupted, tried again every {} s: interface={} reason={}", kCheckEvery.count(),
                   config_.interface, reason);
    release();
  }

  /// What came before the start has been left out by now; a clock that is set back must not silence the tap.
  void forget_start() {
    drain_all();
    from_ns_ = 0;
    if (std::exchange(idle_due_, false)) handlers_.on_idle();
  }

  void schedule_check(std::chrono::milliseconds after = kCheckEvery) {
    check_.expires_after(after);
    check_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!self || error || self->is_closed_) return;
      self->check();
      self->schedule_check();
    });
  }

  void check() {
    if (from_ns_ != 0) forget_start();
    if (capture_ && capture_->is_there()) return;
    if (capture_) return interrupt("the interface is gone");
    try {
      open();
    } catch (const TapError& error) {
      return tell(error);
    }
    logger_->info("tap goes on: interface={}", config_.interface);
    wait();
  }

  const TapConfig config_;
  Logger logger_;
  TapHandlers handlers_;
  std::optional<TapCapture> capture_;  ///< nothing while the interface is away
  std::string told_;                   ///< why, if it was logged
  UdpExtractor extractor_;
  asio::posix::stream_descriptor descriptor_;  ///< the capture's; not ours to close
  asio::steady_timer pause_;
  asio::steady_timer check_;
  TapCounts counts_;
  std::int64_t from_ns_ = 0;
  std::int64_t until_ns_ = std::numeric_limits<std::int64_t>::max();
  bool idle_due_ = false;
  bool is_closed_ = false;
};

TapSource::TapSource(asio::io_context& context, TapConfig config, Logger logger, TapHandlers handlers)
    : impl_(std::make_shared<Impl>(context, std::move(config), std::move(logger), std::move(handlers))) {}

TapSource::~TapSource() {
  impl_->close();
}

void TapSource::start(std::int64_t from_ns) {
  impl_->start(from_ns);
}

void TapSource::stop(std::int64_t until_ns) {
  impl_->stop(until_ns);
}

const TapCounts& TapSource::counts() const noexcept {
  return impl_->counts();
}

const CaptureCounts& TapSource::frames() const noexcept {
  return impl_->frames();
}

}  // namespace flowcef
