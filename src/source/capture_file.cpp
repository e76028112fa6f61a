#include "flowcef/source/capture_file.hpp"

#include <pcap/pcap.h>
#include <spdlog/fmt/fmt.h>

#include <limits>
#include <stdexcept>
#include <string_view>

namespace flowcef {
namespace {

/// Input: takes the file over on success only.
pcap* open_capture(FileHandle& file, const std::string& path) {
  char problem[PCAP_ERRBUF_SIZE] = {};
  pcap* capture = pcap_fopen_offline_with_tstamp_precision(file.get(), PCAP_TSTAMP_PRECISION_NANO, problem);
  if (capture == nullptr) throw std::runtime_error(fmt::format("{}: {}", path, problem));
  (void)file.release();
  return capture;
}

int check_link_type(pcap* capture, const std::string& path) {
  const int link_type = pcap_datalink(capture);
  if (is_supported_link_type(link_type)) return link_type;
  const char* name = pcap_datalink_val_to_description(link_type);
  throw std::runtime_error(fmt::format("{}: link type {} ({}) is not supported; supported are {}", path, link_type,
                                       name == nullptr ? "unknown" : name, supported_link_types()));
}

/// Returns: 0 (unknown) for times that nanoseconds since 1970 cannot express; a file may state any.
std::int64_t to_nanoseconds(const timeval& time) noexcept {
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  constexpr std::int64_t kMaxSeconds = std::numeric_limits<std::int64_t>::max() / kPerSecond - 1;
  const std::int64_t seconds = time.tv_sec;
  const std::int64_t nanoseconds = time.tv_usec;  // so because of PCAP_TSTAMP_PRECISION_NANO
  if (seconds < 0 || seconds > kMaxSeconds || nanoseconds < 0 || nanoseconds >= kPerSecond) return 0;
  return seconds * kPerSecond + nanoseconds;
}

}  // namespace

void CaptureFile::Closer::operator()(pcap* capture) const noexcept {
  pcap_close(capture);
}

CaptureFile::CaptureFile(const std::string& path) : CaptureFile(open_for_reading(path), path) {}

CaptureFile::CaptureFile(FileHandle file, const std::string& path, FileGrowth growth)
    : path_(path),
      size_(size_of(file.get())),
      capture_(open_capture(file, path)),
      extractor_(check_link_type(capture_.get(), path)),
      grows_(growth == FileGrowth::possible) {}

ExportFile::Step CaptureFile::step(Datagram& datagram) {
  if (at_end_) return Step::end;
  const std::int64_t place = grows_ ? ftello(pcap_file(capture_.get())) : 0;
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int result = pcap_next_ex(capture_.get(), &header, &bytes);
  if (result == 1) {
    ++frame_;
    const bool found = extractor_.extract({bytes, header->caplen}, to_nanoseconds(header->ts), frame_, datagram);
    return found ? Step::datagram : Step::nothing;
  }
  if (grows_) {
    step_back(place);
    return Step::end;
  }
  at_end_ = true;
  extractor_.finish();
  if (result == PCAP_ERROR) stop_at_error();
  return Step::end;
}

/// To where the frame begins that is not written to its end.
void CaptureFile::step_back(std::int64_t place) noexcept {
  std::FILE* const file = pcap_file(capture_.get());
  std::clearerr(file);
  (void)fseeko(file, place, SEEK_SET);
}

double CaptureFile::progress() const noexcept {
  return at_end_ ? 1.0 : progress_of(pcap_file(capture_.get()), size_);
}

void CaptureFile::stop_at_error() {
  const std::string_view problem = pcap_geterr(capture_.get());
  // libpcap's words for interfaces that differ in link type or snapshot length; whole parts of the file would
  // be lost.
  if (problem.find("different from") != std::string_view::npos) {
    throw std::runtime_error(
        fmt::format("{}: the capture mixes interfaces, which libpcap cannot read ({}); write each to a file of its "
                    "own, for example: tshark -r FILE -Y frame.interface_id==0 -F pcap -w FILE.0",
                    path_, problem));
  }
  warning_ = fmt::format("{}: the file is cut or damaged after frame {} ({}); what comes before is used", path_, frame_,
                         problem);
}

}  // namespace flowcef
