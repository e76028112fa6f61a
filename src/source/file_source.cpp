#include "flowcef/source/file_source.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "flowcef/log/rate_limiter.hpp"
#include "flowcef/source/export_file.hpp"
#include "flowcef/source/file_handle.hpp"
#include "flowcef/source/file_list.hpp"
#include "flowcef/source/file_progress.hpp"

namespace flowcef {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery(1000);
constexpr int kLookShare = 20;                 // looking through a large folder takes at most a twentieth of the time
constexpr std::chrono::seconds kQuietTime(5);  // no writer of a rotated-out file waits for so long
constexpr std::size_t kMaxFiles = 100'000;     // about 20 MB
constexpr std::size_t kMaxOpen = 16;
constexpr std::uint64_t kMinFile = 24;  // a pcap header; no shorter file holds anything
constexpr int kFramesPerSlice = 64;
constexpr Counter CaptureCounts::* kCaptureCounters[] = {
    &CaptureCounts::frames,      &CaptureCounts::datagrams,  &CaptureCounts::fragments,
    &CaptureCounts::other,       &CaptureCounts::truncated,  &CaptureCounts::bad,
    &CaptureCounts::reassembled, &CaptureCounts::incomplete, &CaptureCounts::headless};
constexpr std::chrono::seconds kTellEvery(10);  // of one file among many that cannot be opened

}  // namespace

class FileSource::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& context, FileSourceConfig config, Logger logger, FileSourceHandlers handlers)
      : context_(context),
        config_(std::move(config)),
        logger_(std::move(logger)),
        handlers_(std::move(handlers)),
        timer_(context) {}

  void start() {
    load();
    asio::post(context_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->look();
    });
  }

  void stop() {
    if (std::exchange(is_closed_, true)) return;
    timer_.cancel();
    saving_ = progress_.to_text();
    write();
    open_.clear();
  }

  void close() {
    is_closed_ = true;
    timer_.cancel();
  }

  [[nodiscard]] const FileCounts& counts() const noexcept { return counts_; }
  [[nodiscard]] const CaptureCounts& frames() const noexcept { return frames_; }

 private:
  using Key = FileProgress::Key;

  /// A file that is being read.
  struct Open {
    std::unique_ptr<ExportFile> file;
    int descriptor = -1;     ///< the file's
    std::uint64_t skip = 0;  ///< frames that were taken before it was opened
    CaptureCounts counted;   ///< what of the file's counts stands in frames_, or did
    bool is_gone = false;    ///< the latest look did not find it
  };

  void load() {
    const auto saved = handlers_.load();
    if (!saved) return logger_->error("cannot read how far files have come, all are read: {}", saved.error());
    if (!*saved) return;
    const std::string_view text(reinterpret_cast<const char*>((*saved)->data()), (*saved)->size());
    auto progress = FileProgress::parse(text);
    if (!progress) {
      return logger_->error("what is saved of files is damaged, all are read: path={} reason={}", config_.path,
                            progress.error());
    }
    progress_ = *std::move(progress);
    written_ = saving_ = std::string(text);
  }

  // ---- one look at the folder, and what follows from it

  void look() {
    if (is_closed_) return;
    const auto began = Clock::now();
    auto [files, error] = list_files(config_.path);
    if (error && !std::exchange(warned_of_listing_, true)) {
      logger_->warn("cannot list all files: path={} reason={}", config_.path, error.message());
    }
    if (!error && std::exchange(warned_of_listing_, false)) {
      logger_->info("the files can be listed again: path={}", config_.path);
    }
    std::ranges::stable_sort(files, {}, &ListedFile::changed_ns);
    if (files.size() > kMaxFiles) {
      if (!std::exchange(warned_of_many_, true)) {
        logger_->warn("more than {} files, the oldest are left out: path={}", kMaxFiles, config_.path);
      }
      files.erase(files.begin(), files.end() - kMaxFiles);
    }
    forget_missing(files, !error);
    queue_.assign(std::make_move_iterator(files.begin()), std::make_move_iterator(files.end()));
    look_took_ = Clock::now() - began;
    take_slice();
  }

  void forget_missing(const std::vector<ListedFile>& files, bool is_whole) {
    std::set<Key> there;
    for (const ListedFile& file : files) there.emplace(file.device, file.inode);
    for (auto& [key, open] : open_) open.is_gone = is_whole && !there.contains(key);
    std::erase_if(unreachable_, [&](const Key& key) { return !there.contains(key); });
    // Perhaps what was mounted here, or a part of it, is away for now.
    if ((files.empty() || !is_whole) && progress_.marks().size() <= kMaxFiles) return;
    std::erase_if(progress_.marks(),
                  [&](const auto& entry) { return !there.contains(entry.first) && !open_.contains(entry.first); });
  }

  void take_slice() {
    if (is_closed_) return;
    int room = kFramesPerSlice;
    const bool gone_are_read = finish_gone(room);
    while (!queue_.empty() && room > 0) {
      if (read(queue_.front(), queue_.size() > 1, room)) queue_.pop_front();
    }
    const bool is_done = gone_are_read && queue_.empty();
    if (idle_due_ && (is_done || ++slices_ % 16 == 0)) {
      idle_due_ = false;
      handlers_.on_idle();
    }
    save_when_due();
    if (!is_done) {
      asio::post(context_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->take_slice();
      });
      return;
    }
    timer_.expires_after(std::max<Clock::duration>(kLookEvery, look_took_ * kLookShare));
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (self && !error) self->look();
    });
  }

  /// Input: `room`: frames that may be read, which it counts down; files that are passed over count as well
  /// Returns: whether all is read that the file had when it was looked at
  bool read(const ListedFile& listed, bool has_newer, int& room) {
    --room;
    const Key key{listed.device, listed.inode};
    FileMark& mark = progress_.marks()[key];
    const bool is_open = open_.contains(key);
    const bool ends = has_newer && is_quiet(listed);
    const bool is_crowded = has_newer && open_.size() > kMaxOpen;
    const bool is_as_it_was = listed.size == mark.size && listed.changed_ns == mark.changed_ns;
    if (is_as_it_was && !(is_open && (ends || is_crowded))) return true;
    if (listed.size < kMinFile && mark.size == 0) return true;  // its writer has only begun
    FileHandle file;
    if (!is_open) {
      auto opened = open_known(listed.path, listed.device, listed.inode);
      if (!opened) return pass_over(listed, key, opened.error());
      file = *std::move(opened);
    }
    const auto head = read_head(is_open ? open_.at(key).descriptor : fileno(file.get()), FileMark::kHeadBytes);
    if (!head) return pass_over(listed, key, head.error());
    note_reached(key);
    if (!is_same(listed, mark, *head)) {
      if (mark.frames != 0) logger_->info("file begins anew: path={}", listed.path);
      open_.erase(key);
      mark = {};
      return false;
    }
    extend_head(mark, *head);
    if (mark.is_refused || (!is_open && listed.size == mark.size)) {
      note_read(listed, mark);
      return true;
    }
    try {
      Open& open = is_open ? open_.at(key) : begin(std::move(file), listed, mark, key);
      if (!take(open, mark, room)) return false;
      if (ends) end(open, mark);
      if (ends || is_crowded) open_.erase(key);
      note_read(listed, mark);
    } catch (const std::runtime_error& error) {
      if (!is_quiet(listed)) return true;  // perhaps its first bytes are still to be written
      refuse(listed, mark, key, error.what());
    }
    return true;
  }

  /// The next look tries again.
  bool pass_over(const ListedFile& listed, const Key& key, const std::error_code& error) {
    if (error == std::errc::no_such_file_or_directory) return true;  // renamed or removed since it was listed
    if (!unreachable_.insert(key).second) return true;
    counts_.unreadable.add();
    const auto held_back = telling_.allow(Clock::now());
    if (!held_back) return true;
    logger_->warn("cannot read a file, it is tried again: path={} reason={}{}", listed.path, error.message(),
                  *held_back == 0 ? "" : fmt::format(" others={}", *held_back));
    return true;
  }

  void note_reached(const Key& key) {
    if (unreachable_.erase(key) == 0 || !unreachable_.empty()) return;
    logger_->info("the files can be read again: path={}", config_.path);
  }

  [[nodiscard]] static bool is_quiet(const ListedFile& listed) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return now - std::chrono::nanoseconds(listed.changed_ns) >= kQuietTime;
  }

  /// A file that was cut, or has other first bytes, is another one.
  [[nodiscard]] static bool is_same(const ListedFile& listed, const FileMark& mark, std::string_view head) {
    if (mark.head_length == 0) return true;  // nothing of it was seen yet
    return listed.size >= mark.size && head.size() >= mark.head_length &&
           head_hash(head.substr(0, mark.head_length)) == mark.head_hash;
  }

  static void note_read(const ListedFile& listed, FileMark& mark) {
    mark.size = listed.size;
    mark.changed_ns = listed.changed_ns;
  }

  /// A file header alone is the same in many files.
  static void extend_head(FileMark& mark, std::string_view head) {
    if (head.size() == mark.head_length) return;
    mark.head_length = head.size();
    mark.head_hash = head_hash(head);
    mark.is_refused = false;  // more is known of it now
  }

  Open& begin(FileHandle file, const ListedFile& listed, const FileMark& mark, const Key& key) {
    const int descriptor = fileno(file.get());
    Open open{open_export_file(std::move(file), listed.path, FileGrowth::possible), descriptor, mark.frames, {}};
    if (mark.frames == 0) {
      counts_.files.add();
      logger_->debug("file begins: path={}", listed.path);
    }
    return open_.emplace(key, std::move(open)).first->second;
  }

  /// Input:   `room`: frames that may be read, which it counts down
  /// Returns: whether all is read that is there
  bool take(Open& open, FileMark& mark, int& room) {
    Datagram datagram;
    for (; room > 0; --room) {
      const auto taken = open.file->step(datagram);
      count(open);
      mark.frames = std::max(mark.frames, open.file->counts().frames.value());
      if (taken == ExportFile::Step::end) return true;
      if (taken == ExportFile::Step::datagram) hand_on(open, datagram);
    }
    return false;
  }

  void hand_on(const Open& open, const Datagram& datagram) {
    if (datagram.frame <= open.skip) return;
    handlers_.on_datagram(datagram);
    idle_due_ = true;
  }

  /// What was taken before the program was started stands in the books of that time.
  void count(Open& open) {
    const CaptureCounts& counts = open.file->counts();
    const bool is_new = counts.frames.value() > open.skip;
    for (const auto counter : kCaptureCounters) {
      const std::uint64_t more = (counts.*counter).value() - (open.counted.*counter).value();
      (open.counted.*counter).add(more);
      if (is_new) (frames_.*counter).add(more);
    }
  }

  /// It is not written to any more: a frame that is cut counts as such. The mark does not, as the rest may come after all.
  void end(Open& open, FileMark& mark) {
    open.file->end_growth();
    for (Datagram datagram; open.file->next(datagram);) {
      hand_on(open, datagram);
      mark.frames = std::max(mark.frames, datagram.frame);
    }
    count(open);
    if (!open.file->warning().empty()) logger_->warn("{}", open.file->warning());
  }

  /// What was removed while it was open is still there to be read.
  /// Returns: whether all of that is read
  bool finish_gone(int& room) {
    for (auto entry = open_.begin(); entry != open_.end();) {
      auto& [key, open] = *entry;
      if (!open.is_gone) {
        ++entry;
        continue;
      }
      FileMark& mark = progress_.marks()[key];
      if (!take(open, mark, room)) return false;
      try {
        end(open, mark);
      } catch (const std::runtime_error& error) {
        logger_->warn("the rest of a removed file is left out: {}", error.what());
      }
      entry = open_.erase(entry);
    }
    return true;
  }

  void refuse(const ListedFile& listed, FileMark& mark, const Key& key, std::string_view reason) {
    counts_.unreadable.add();
    logger_->warn("file is left out: {}", reason);
    open_.erase(key);
    mark.is_refused = true;
    note_read(listed, mark);
  }

  // ---- saving

  void save_when_due() {
    const auto now = Clock::now();
    if (now - noted_ < handlers_.unsafe_for()) return;
    write();
    saving_ = progress_.to_text();
    noted_ = now;
  }

  void write() {
    if (saving_ == written_ || saving_.empty()) return;
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(saving_.data()), saving_.size());
    if (const auto saved = handlers_.save(bytes); !saved) {
      logger_->error("cannot save how far files have come: {}", saved.error());
      return;
    }
    written_ = saving_;
  }

  asio::io_context& context_;
  const FileSourceConfig config_;
  Logger logger_;
  FileSourceHandlers handlers_;
  asio::steady_timer timer_;
  FileProgress progress_;
  std::map<Key, Open> open_;
  std::deque<ListedFile> queue_;  ///< of the latest look, what is still to be read
  std::set<Key> unreachable_;     ///< they could not be opened
  RateLimiter telling_{kTellEvery};
  FileCounts counts_;
  CaptureCounts frames_;
  Clock::duration look_took_{};
  Clock::time_point noted_ = Clock::now();  ///< when saving_ was
  std::string saving_;                      ///< what is written next
  std::string written_;                     ///< what was written last
  std::uint64_t slices_ = 0;
  bool idle_due_ = false;
  bool warned_of_many_ = false;
  bool warned_of_listing_ = false;
  bool is_closed_ = false;
};

FileSource::FileSource(asio::io_context& context, FileSourceConfig config, Logger logger, FileSourceHandlers handlers)
    : impl_(std::make_shared<Impl>(context, std::move(config), std::move(logger), std::move(handlers))) {}

FileSource::~FileSource() {
  impl_->close();
}

void FileSource::start() {
  impl_->start();
}

void FileSource::stop() {
  impl_->stop();
}

const FileCounts& FileSource::counts() const noexcept {
  return impl_->counts();
}

const CaptureCounts& FileSource::frames() const noexcept {
  return impl_->frames();
}

}  // namespace flowcef
