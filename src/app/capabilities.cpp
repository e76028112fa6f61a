#include "flowcef/app/capabilities.hpp"

#include <linux/securebits.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <system_error>
#include <type_traits>

namespace flowcef {
namespace {

constexpr std::uint16_t kFirstFreePort = 1024;

using CapabilityState = std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)>;

bool is_reserved(std::uint16_t port) {
  return port != 0 && port < kFirstFreePort;
}

bool is_reserved(const std::vector<Endpoint>& addresses) {
  return std::ranges::any_of(addresses, [](const Endpoint& address) { return is_reserved(address.port); });
}

bool has_reserved_port(const InputConfig& input) {
  if (const auto* udp = std::get_if<UdpSourceConfig>(&input.source)) return is_reserved(udp->listen);
  if (const auto* stream = std::get_if<StreamSourceConfig>(&input.source)) return is_reserved(stream->listen);
  return false;
}

void require_success(int result, const char* call) {
  if (result != 0) throw std::system_error(errno, std::system_category(), call);
}

CapabilityState checked(cap_t state, const char* call) {
  if (state == nullptr) throw std::system_error(errno, std::system_category(), call);
  return {state, cap_free};
}

}  // namespace

Capabilities needed_capabilities(const Config& config) {
  Capabilities needed;
  const bool binds_reserved_port = std::ranges::any_of(config.inputs, has_reserved_port) ||
                                   std::ranges::any_of(config.outputs, [](const OutputConfig& output) {
                                     return is_reserved(output.sink.source_port);
                                   });
  const bool sends_as_others = std::ranges::any_of(config.replicates, needs_transparent);
  const bool taps = std::ranges::any_of(
      config.inputs, [](const InputConfig& input) { return std::holds_alternative<TapConfig>(input.source); });
  if (taps || sends_as_others) needed.push_back(CAP_NET_RAW);
  // Exporters may send from any port.
  if (binds_reserved_port || sends_as_others || (config.admin.enabled && is_reserved(config.admin.listen.port)))
    needed.push_back(CAP_NET_BIND_SERVICE);
  return needed;
}

std::string missing_capabilities(const Capabilities& needed) {
  const CapabilityState now = checked(cap_get_proc(), "cap_get_proc");
  std::string names;
  for (const cap_value_t capability : needed) {
    cap_flag_value_t is_there = CAP_CLEAR;
    require_success(cap_get_flag(now.get(), capability, CAP_EFFECTIVE, &is_there), "cap_get_flag");
    if (is_there == CAP_SET) continue;
    const std::unique_ptr<char, int (*)(void*)> name(cap_to_name(capability), cap_free);
    if (name == nullptr) throw std::bad_alloc();
    names.append(names.empty() ? "" : ", ").append(name.get());
  }
  return names;
}

void keep_capabilities(const Capabilities& kept) {
  const CapabilityState now = checked(cap_get_proc(), "cap_get_proc");
  const CapabilityState next = checked(cap_init(), "cap_init");
  for (const cap_value_t capability : kept) {
    cap_flag_value_t is_there = CAP_CLEAR;
    require_success(cap_get_flag(now.get(), capability, CAP_PERMITTED, &is_there), "cap_get_flag");
    if (is_there == CAP_CLEAR) continue;
    for (const cap_flag_t set : {CAP_PERMITTED, CAP_EFFECTIVE}) {
      require_success(cap_set_flag(next.get(), set, 1, &capability, CAP_SET), "cap_set_flag");
    }
  }
  require_success(cap_reset_ambient(), "cap_reset_ambient");
  require_success(cap_set_proc(next.get()), "cap_set_proc");
}

void bar_ways_to_capabilities() {
  for (cap_value_t capability = 0; cap_get_bound(capability) >= 0; ++capability) cap_drop_bound(capability);
  ::prctl(PR_SET_SECUREBITS,
          SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED, 0, 0,
          0);
}

}  // namespace flowcef
