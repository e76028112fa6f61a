// What a tap can be told. Plain data with its defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flowcef {

struct TapConfig {
  std::string interface;  ///< `any`: all of them
  std::vector<std::uint16_t> ports = {2055, 4739, 9555, 9995};
  std::size_t receive_buffer_bytes = std::size_t{16} * 1024 * 1024;  ///< the kernel's ring
  bool promiscuous = false;  ///< also what is for the hardware address of others, as on a mirror port

  friend bool operator==(const TapConfig&, const TapConfig&) = default;
};

}  // namespace flowcef
