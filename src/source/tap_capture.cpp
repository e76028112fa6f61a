#include "tap_capture.hpp"

#include <linux/if_packet.h>
#include <net/if.h>
#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>

#include <string_view>

#include "flowcef/source/ip_packet.hpp"
#include "flowcef/source/tap_filter.hpp"

namespace flowcef {
namespace {

constexpr int kSnapshotBytes = 262'144;  // what a network card puts together is larger than any datagram

std::string cause_of(int result, pcap_t* capture) {
  const std::string detail = pcap_geterr(capture);
  return detail.empty() ? pcap_statustostr(result) : detail;
}

}  // namespace

TapCapture::TapCapture(const TapConfig& config)
    : interface_(config.interface), index_(config.interface == "any" ? 0 : ::if_nametoindex(config.interface.c_str())) {
  if (index_ == 0 && interface_ != "any") {
    throw TapAway(interface_, "no such interface", "there are " + listed_tap_interfaces());
  }
  char problem[PCAP_ERRBUF_SIZE] = {};
  capture_.reset(pcap_create(interface_.c_str(), problem));
  if (!capture_) throw TapError(interface_, problem, "");
  activate(config);
  if (!is_supported_link_type(link_type())) {
    const char* const name = pcap_datalink_val_to_description(link_type());
    throw TapError(interface_, fmt::format("its link type {} is not supported", name == nullptr ? "" : name),
                   supported_link_types());
  }
  set_filter(config);
  if (pcap_setdirection(capture_.get(), PCAP_D_IN) != 0) throw TapError(interface_, pcap_geterr(capture_.get()), "");
  ignore_outgoing();
  if (pcap_setnonblock(capture_.get(), 1, problem) != 0) throw TapError(interface_, problem, "");
}

void TapCapture::activate(const TapConfig& config) {
  pcap_t* const capture = capture_.get();
  pcap_set_snaplen(capture, kSnapshotBytes);
  pcap_set_promisc(capture, config.promiscuous && index_ != 0 ? 1 : 0);
  pcap_set_timeout(capture, static_cast<int>(kBlockTime.count()));
  pcap_set_buffer_size(capture, static_cast<int>(config.receive_buffer_bytes));
  pcap_set_tstamp_precision(capture, PCAP_TSTAMP_PRECISION_NANO);
  const int result = pcap_activate(capture);
  switch (result) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      throw TapError(interface_, "Operation not permitted", "a tap needs root or the capability CAP_NET_RAW");
    case PCAP_ERROR_IFACE_NOT_UP:
      throw TapAway(interface_, "the interface is down", "ip link set " + interface_ + " up");
    case PCAP_ERROR_NO_SUCH_DEVICE:  // gone since it was looked up
      throw TapAway(interface_, "no such interface", "");
    default:
      if (result < 0) throw TapError(interface_, cause_of(result, capture), "");
  }
}

/// The direction alone has libpcap leave them out, once they have taken their room in the ring.
void TapCapture::ignore_outgoing() noexcept {
  const int on = 1;
  ::setsockopt(descriptor(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);  // since Linux 4.20
}

void TapCapture::set_filter(const TapConfig& config) {
  bpf_program program{};
  const std::string text = tap_filter(config.ports, link_type() == DLT_EN10MB);
  const bool is_set = pcap_compile(capture_.get(), &program, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0 &&
                      pcap_setfilter(capture_.get(), &program) == 0;
  pcap_freecode(&program);
  if (!is_set) throw TapError(interface_, fmt::format("filter: {}", pcap_geterr(capture_.get())), "");
}

bool TapCapture::next(const pcap_pkthdr*& header, const std::uint8_t*& bytes) {
  pcap_pkthdr* found = nullptr;
  const int result = pcap_next_ex(capture_.get(), &found, &bytes);
  if (result < 0) throw TapError(interface_, pcap_geterr(capture_.get()), "");
  header = found;
  return result == 1;
}

std::uint32_t TapCapture::take_drops() noexcept {
  pcap_stat statistics{};
  if (pcap_stats(capture_.get(), &statistics) != 0) return 0;
  const std::uint32_t drops = statistics.ps_drop - drops_seen_;  // it wraps
  drops_seen_ = statistics.ps_drop;
  return drops;
}

bool TapCapture::is_there() const noexcept {
  return index_ == 0 || ::if_nametoindex(interface_.c_str()) == index_;
}

}  // namespace flowcef
